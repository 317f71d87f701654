//! How close a certificate is to its end, in the log and in checks.

use std::time::{Duration, SystemTime};

use crate::component::{Check, Finding};
use crate::renewal::CertificateStatus;

/// How urgent it is that somebody renews a certificate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Urgency {
    /// There is time.
    #[default]
    None,
    /// 30 days are left, or a quarter of its life where that is less.
    Soon,
    /// 7 days are left, or a tenth of its life where that is less.
    Now,
    /// It is not valid: expired, or not yet valid.
    Late,
}

const DAY: Duration = Duration::from_secs(24 * 3600);

// === impl Urgency ===

impl Urgency {
    /// How urgent it is at the moment `now`.
    pub(super) fn of(certificate: &CertificateStatus, now: SystemTime) -> Self {
        let life = certificate.not_after.duration_since(certificate.not_before).unwrap_or_default();
        match certificate.not_after.duration_since(now) {
            Err(_) => Self::Late,
            Ok(_) if now < certificate.not_before => Self::Late,
            // Certificates that live for hours are renewed within hours: 30 days would say nothing there.
            Ok(left) if left < (7 * DAY).min(life / 10) => Self::Now,
            Ok(left) if left < (30 * DAY).min(life / 4) => Self::Soon,
            Ok(_) => Self::None,
        }
    }
}

/// Whether it is valid and for how long: `cert_file `tls.crt` is valid until 2027-01-31 (59 days)`.
pub(super) fn sentence(certificate: &CertificateStatus, now: SystemTime) -> String {
    let CertificateStatus { key, file, not_before, not_after, last_day } = certificate;
    let place = file.as_ref().map_or_else(|| key.clone(), |file| format!("{key} `{}`", file.display()));
    match (not_after.duration_since(now), not_before.duration_since(now)) {
        (Err(_), _) => {
            let since = now.duration_since(*not_after).unwrap_or_default();
            format!("{place} expired on {last_day} ({} ago)", length(since))
        }
        (_, Ok(wait)) if !wait.is_zero() => format!("{place} is not valid yet: only in {}", length(wait)),
        (Ok(left), _) => format!("{place} is valid until {last_day} ({})", length(left)),
    }
}

/// What a check says about it.
pub(super) fn finding(certificate: &CertificateStatus) -> Finding {
    let now = SystemTime::now();
    let (check, help) = match Urgency::of(certificate, now) {
        Urgency::None => (Check::Passed, ""),
        Urgency::Soon | Urgency::Now => (Check::Warned, "; renew it"),
        Urgency::Late => (Check::Failed, "; renew it, or look at the clock of this machine"),
    };
    Finding::new(check, format!("{}{help}", sentence(certificate, now)))
}

fn length(duration: Duration) -> String {
    let hours = duration.as_secs() / 3600;
    match hours {
        0 => format!("{} minutes", duration.as_secs() / 60),
        1..48 => format!("{hours} hours"),
        _ => format!("{} days", hours / 24),
    }
}
