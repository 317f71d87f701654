//! [`Htpasswd`]: names and passwords in the form of Apache's htpasswd files.

use std::collections::{HashMap, HashSet};
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pipelines::auth::Bucket;
use pipelines::config::Secret;
use pipelines::runtime::now;
use sha1::Sha1;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// Names and passwords, and which credentials were seen before: bcrypt is slow on purpose, so that it must not be run
/// for each request.
pub(super) struct Htpasswd {
    users: HashMap<String, Password>,
    /// What an unknown name is compared with, so that it takes as long as a known one.
    nobody: Password,
    /// Limits how much bcrypt costs: whoever sends junk must not be able to use up the CPU.
    bucket: Bucket,
    key: [u8; 32],
    seen: Mutex<Seen>,
}

/// Keyed hashes of credentials that were compared.
#[derive(Default)]
struct Seen {
    right: HashSet<[u8; 32]>,
    wrong: HashSet<[u8; 32]>,
}

/// A password as it stands in a file.
#[derive(Clone)]
enum Password {
    /// SHA-256 of one in plain text, so that comparing it says nothing of its length.
    Plain([u8; 32]),
    /// `{SHA}` without salt, `{SSHA}` with it.
    Sha { digest: [u8; 20], salt: Vec<u8> },
    /// `$2y$...` and the like, and its cost.
    Bcrypt { hash: String, cost: u32 },
}

/// What is wrong with credentials.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// They are not right.
    Wrong,
    /// Too many are being compared; try again then.
    Busy(Duration),
}

/// Wrong credentials that are remembered; then all are forgotten.
const WRONG: usize = 4096;

/// What bcrypt may cost at most in a minute, in milliseconds: a quarter of a core.
const MINUTE_SHARE: u64 = 15_000;

/// Highest cost of bcrypt, about four seconds; each more doubles that.
const MOST_COST: u32 = 16;

// === impl Htpasswd ===

impl Htpasswd {
    /// Reads texts; a name in a later one goes before the same name in one before it.
    ///
    /// # Errors
    /// What is wrong with a line, without repeating its password: one lowercase sentence without a final dot.
    pub(super) fn parse<'t>(texts: impl IntoIterator<Item = &'t str>) -> Result<Self, String> {
        Self::limited(texts, MINUTE_SHARE)
    }

    /// The same with another share of each minute for bcrypt, in milliseconds.
    pub(super) fn limited<'t>(texts: impl IntoIterator<Item = &'t str>, share: u64) -> Result<Self, String> {
        let mut users = HashMap::new();
        for text in texts {
            for (at, line) in text.lines().enumerate().map(|(at, line)| (at + 1, line.trim())) {
                if !line.is_empty() && !line.starts_with('#') {
                    let (name, password) = entry(line).map_err(|wrong| format!("line {at}: {wrong}"))?;
                    users.insert(name, password);
                }
            }
        }
        let slowest = users.values().max_by_key(|password| password.cost()).filter(|slowest| slowest.cost() > 0);
        let nobody = slowest.cloned().unwrap_or(Password::Plain([0; 32]));
        // 50 us for each round, as measured on a machine of 2020.
        let each = (1_u64 << nobody.cost()) / 20;
        let rate = u32::try_from(share / each.max(1)).ok().and_then(NonZeroU32::new);
        let bucket = Bucket::new(rate.unwrap_or(NonZeroU32::MIN), now());
        let mut key = [0; 32];
        getrandom::fill(&mut key).map_err(|error| format!("the system gives no random numbers: {error}"))?;
        Ok(Self { users, nobody, bucket, key, seen: Mutex::default() })
    }

    /// How many names there are.
    pub(super) fn len(&self) -> usize {
        self.users.len()
    }

    /// Compares a name and a password.
    ///
    /// # Errors
    /// If they are not right, or cannot be compared now.
    pub(super) fn verify(&self, name: &str, password: &Secret) -> Result<(), Refusal> {
        let user = self.users.get(name);
        let stored = user.unwrap_or(&self.nobody);
        if stored.cost() == 0 {
            return if stored.is(password) && user.is_some() { Ok(()) } else { Err(Refusal::Wrong) };
        }
        let tag = self.tag(name, password);
        {
            let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            if seen.right.contains(&tag) {
                return Ok(());
            }
            if seen.wrong.contains(&tag) {
                return Err(Refusal::Wrong);
            }
        }
        self.bucket.take(now()).map_err(Refusal::Busy)?;
        let is_right = stored.is(password) && user.is_some();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if is_right {
            // More than there are names: bcrypt reads 72 bytes, so that many passwords can be right.
            if seen.right.len() >= self.users.len() {
                seen.right.clear();
            }
            seen.right.insert(tag);
            return Ok(());
        }
        if seen.wrong.len() >= WRONG {
            seen.wrong.clear();
        }
        seen.wrong.insert(tag);
        Err(Refusal::Wrong)
    }

    /// A hash that says nothing to who does not know the key, which never leaves this process.
    fn tag(&self, name: &str, password: &Secret) -> [u8; 32] {
        let mut hash = Sha256::new_with_prefix(self.key);
        hash.update(name.as_bytes());
        hash.update([0]);
        hash.update(password.reveal().as_bytes());
        hash.finalize().into()
    }
}

// === impl Password ===

impl Password {
    fn parse(text: &str) -> Result<Self, String> {
        if let Some(encoded) = text.strip_prefix("{SHA}").or_else(|| text.strip_prefix("{SSHA}")) {
            let bytes = STANDARD.decode(encoded).map_err(|_| "the password has a hash that is not base64")?;
            let (digest, salt) = bytes.split_first_chunk().ok_or("the password has a hash that is too short")?;
            if text.starts_with("{SHA}") && !salt.is_empty() {
                return Err("the password has a hash that is too long for {SHA}".to_owned());
            }
            return Ok(Self::Sha { digest: *digest, salt: salt.to_vec() });
        }
        if ["$2a$", "$2b$", "$2x$", "$2y$"].iter().any(|version| text.starts_with(version)) {
            let parts: bcrypt::HashParts = text.parse().map_err(|_| "the password has a broken hash of bcrypt")?;
            let cost = parts.get_cost();
            if cost > MOST_COST {
                return Err(format!("the password has a bcrypt cost of {cost}; at most {MOST_COST} is accepted"));
            }
            return Ok(Self::Bcrypt { hash: text.to_owned(), cost });
        }
        if text.is_empty() {
            return Err("the password is empty".to_owned());
        }
        // The hashes of crypt(3): taken for plain text, they would be passwords themselves.
        let is_hash = text.starts_with('{') || text.strip_prefix('$').is_some_and(|rest| rest.contains('$'));
        if is_hash {
            return Err(
                "the password has a hash other than bcrypt, {SHA} and {SSHA}; `htpasswd -B` writes bcrypt".into()
            );
        }
        Ok(Self::Plain(Sha256::digest(text.as_bytes()).into()))
    }

    /// The cost of bcrypt; 0 for what costs nothing.
    fn cost(&self) -> u32 {
        if let Self::Bcrypt { cost, .. } = self { *cost } else { 0 }
    }

    fn is(&self, password: &Secret) -> bool {
        let password = password.reveal().as_bytes();
        match self {
            Self::Plain(digest) => <[u8; 32]>::from(Sha256::digest(password)).ct_eq(digest).into(),
            Self::Sha { digest, salt } => {
                let hash: [u8; 20] = Sha1::new_with_prefix(password).chain_update(salt).finalize().into();
                hash.ct_eq(digest).into()
            }
            Self::Bcrypt { hash, .. } => bcrypt::verify(password, hash).unwrap_or(false),
        }
    }
}

fn entry(line: &str) -> Result<(String, Password), String> {
    let (name, password) = line.split_once(':').ok_or("expected NAME:PASSWORD, as `htpasswd -nB NAME` prints it")?;
    if name.is_empty() {
        return Err("the name is empty".to_owned());
    }
    Ok((name.to_owned(), Password::parse(password)?))
}
