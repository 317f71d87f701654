//! [`Entry`]: one key as a line of text.

use std::fmt;
use std::num::NonZeroU32;

use sha2::{Digest as _, Sha256};
use subtle::{Choice, ConstantTimeEq as _};

use super::date::Date;
use super::secret::{is_id, is_secret};
use crate::config::Secret;

/// A key as it stands on file: `tfk_ID:sha256:HEX[:name=NAME][:rate=REQUESTS_PER_MINUTE][:expires=DAY][:disabled]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The public id.
    pub id: String,
    /// Of the secret.
    pub hash: Hash,
    /// For people, and `auth.name`.
    pub name: Option<String>,
    /// Requests a minute; `None` is no limit.
    pub rate: Option<NonZeroU32>,
    /// First day, in UTC, on which it is refused.
    pub expires: Option<Date>,
    /// Whether it is refused now.
    pub disabled: bool,
}

/// SHA-256 of a secret, as `sha256:HEX`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Hash([u8; 32]);

/// The form of a line, for messages. They never repeat the line: somebody may have put the secret there.
const FORM: &str = "expected tfk_ID:sha256:HEX, as `tfo keys new` prints it";

// === impl Entry ===

impl Entry {
    /// Reads a line without its end.
    ///
    /// # Errors
    /// What is wrong with it: one lowercase sentence without a final dot, which does not repeat what may be a secret.
    pub fn parse(line: &str) -> Result<Self, String> {
        let mut parts = line.split(':');
        let (Some(id), Some(algorithm), Some(hex)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(format!("a key has three parts: {FORM}"));
        };
        if !is_id(id) {
            return Err(format!("a key starts with its id, `tfk_` and up to 64 letters and digits: {FORM}"));
        }
        if algorithm != "sha256" {
            return Err(format!("{id} has no hash: only sha256 is known, {FORM}"));
        }
        let hash = Hash::from_hex(hex).ok_or_else(|| format!("{id} has a hash that is not 64 hex digits: {FORM}"))?;
        let mut entry = Self { id: id.to_owned(), hash, name: None, rate: None, expires: None, disabled: false };
        for part in parts {
            entry.set(part).map_err(|wrong| format!("{id}: {wrong}"))?;
        }
        Ok(entry)
    }

    /// Whether a text can be a name.
    ///
    /// # Errors
    /// If it cannot.
    pub fn check_name(name: &str) -> Result<(), String> {
        let is_fine = !name.is_empty() && name.len() <= 128 && !name.contains([':', '\n', '\r']) && name.trim() == name;
        let wrong = "a name has up to 128 characters, none of them a colon or a line break, no space around it";
        if is_fine { Ok(()) } else { Err(wrong.to_owned()) }
    }

    fn set(&mut self, part: &str) -> Result<(), String> {
        let set_twice = |already: bool, key: &str| if already { Err(format!("`{key}` is set twice")) } else { Ok(()) };
        match part.split_once('=') {
            None if part == "disabled" => self.disabled = true,
            Some(("name", name)) => {
                set_twice(self.name.is_some(), "name")?;
                Self::check_name(name)?;
                self.name = Some(name.to_owned());
            }
            Some(("rate", rate)) => {
                set_twice(self.rate.is_some(), "rate")?;
                let wrong = |_| format!("`rate={rate}` is not a number of requests a minute, e.g. rate=600");
                self.rate = Some(rate.parse().map_err(wrong)?);
            }
            Some(("expires", day)) => {
                set_twice(self.expires.is_some(), "expires")?;
                self.expires = Some(Date::parse(day)?);
            }
            _ => return Err("behind the hash come name=, rate=, expires= and disabled, between colons".to_owned()),
        }
        Ok(())
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.id, self.hash)?;
        if let Some(name) = &self.name {
            write!(f, ":name={name}")?;
        }
        if let Some(rate) = self.rate {
            write!(f, ":rate={rate}")?;
        }
        if let Some(expires) = self.expires {
            write!(f, ":expires={expires}")?;
        }
        if self.disabled { f.write_str(":disabled") } else { Ok(()) }
    }
}

// === impl Hash ===

impl Hash {
    /// What no secret has: an id that is not known is compared with it, so that it costs what others cost.
    pub(super) const NONE: Self = Self([0; 32]);

    /// The hash of a secret.
    ///
    /// # Errors
    /// If the text does not look random enough for a plain hash.
    pub fn of(secret: &Secret) -> Result<Self, String> {
        if !is_secret(secret.reveal()) {
            return Err(
                "a secret is `tfs_` and 32 to 64 random letters and digits; `tfo keys new` makes one".to_owned()
            );
        }
        Ok(Self::digest(secret.reveal()))
    }

    pub(super) fn digest(secret: &str) -> Self {
        Self(Sha256::digest(secret.as_bytes()).into())
    }

    /// Compares in a time that does not depend on what is compared.
    pub(super) fn is(&self, other: &Self) -> Choice {
        self.0.ct_eq(&other.0)
    }

    fn from_hex(hex: &str) -> Option<Self> {
        let hex = hex.as_bytes();
        let mut hash = [0; 32];
        if hex.len() != 2 * hash.len() {
            return None;
        }
        for (byte, pair) in hash.iter_mut().zip(hex.chunks_exact(2)) {
            let digit = |digit: u8| char::from(digit).to_digit(16);
            *byte = u8::try_from(digit(pair[0])? << 4 | digit(pair[1])?).ok()?;
        }
        Some(Self(hash))
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("sha256:")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
