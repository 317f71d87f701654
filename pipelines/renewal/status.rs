//! What can be said about something made of files.

use std::path::PathBuf;
use std::time::SystemTime;

/// How something made of files is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenewalStatus {
    /// Whose it is: `receiver otlp (grpc)`.
    pub owner: String,
    /// How often it was made anew because files changed.
    pub renewed: u64,
    /// How often changed files could not be used.
    pub failed: u64,
    /// Its certificates.
    pub certificates: Vec<CertificateStatus>,
}

/// A certificate in use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateStatus {
    /// The key it stands under: `cert_file`, `ca_file`, `client_ca_file`, or `cert_pem`, `ca_pem`.
    pub key: String,
    /// The file, unless it stands in the configuration itself.
    pub file: Option<PathBuf>,
    /// When it becomes valid. Of several authorities, the first.
    pub not_before: SystemTime,
    /// When it expires. Of several authorities, the last: until then the file is of use.
    pub not_after: SystemTime,
    /// `not_after` as a date (UTC): `2027-01-31`.
    pub last_day: String,
}

// === impl RenewalStatus ===

impl RenewalStatus {
    /// Adds what else its owner has. A certificate that is there twice is that of `other`, which was added later.
    pub(super) fn add(&mut self, other: Self) {
        self.renewed += other.renewed;
        self.failed += other.failed;
        let is_other = |one: &CertificateStatus| other.certificates.iter().all(|two| !one.is_same(two));
        self.certificates.retain(is_other);
        self.certificates.extend(other.certificates);
    }
}

// === impl CertificateStatus ===

impl CertificateStatus {
    /// Whether both stand in the same place.
    fn is_same(&self, other: &Self) -> bool {
        (&self.key, &self.file) == (&other.key, &other.file)
    }
}
