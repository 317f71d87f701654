//! Making API keys, and what ids and secrets look like.

use crate::config::Secret;

/// A new API key: the only moment its secret is known here.
#[derive(Debug)]
pub struct Pair {
    /// Public: stands in key files, logs and `auth.subject`.
    pub id: String,
    /// For the client alone.
    pub secret: Secret,
}

/// What ids start with.
const ID: &str = "tfk_";

/// What secrets start with.
const SECRET: &str = "tfs_";

/// Digits and letters: survive every header, shell and URL, and select with a double click.
const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Letters of a new id: 190 bits, so that no two machines make the same.
const ID_LETTERS: usize = 32;

/// Letters of a new secret: 62^43 is more than 2^256.
const SECRET_LETTERS: usize = 43;

/// Letters a secret may have, as on TelemetryFlow's platform.
const SECRET_RANGE: std::ops::RangeInclusive<usize> = 32..=64;

/// Letters an id may have; less than those of the platform, so that people can name keys themselves.
const ID_RANGE: std::ops::RangeInclusive<usize> = 1..=64;

// === impl Pair ===

impl Pair {
    /// A new key, from the system's random generator.
    ///
    /// # Errors
    /// If the system has no random numbers to give.
    pub fn random() -> Result<Self, String> {
        Ok(Self { id: random(ID, ID_LETTERS)?, secret: Secret::new(random(SECRET, SECRET_LETTERS)?) })
    }
}

/// Whether a text can be an id.
pub(super) fn is_id(text: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    text.strip_prefix(ID).is_some_and(|rest| ID_RANGE.contains(&rest.len()) && rest.bytes().all(letter))
}

/// Whether a text can be a secret.
pub(super) fn is_secret(text: &str) -> bool {
    text.strip_prefix(SECRET)
        .is_some_and(|rest| SECRET_RANGE.contains(&rest.len()) && rest.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

fn random(prefix: &str, letters: usize) -> Result<String, String> {
    let mut text = prefix.to_owned();
    let mut bytes = [0; 64];
    while text.len() < prefix.len() + letters {
        getrandom::fill(&mut bytes).map_err(|error| format!("the system gives no random numbers: {error}"))?;
        // 248 is the largest multiple of 62 in a byte: taking the rest too would make some letters likelier.
        let even = bytes.iter().filter(|byte| **byte < 248).map(|byte| char::from(ALPHABET[usize::from(byte % 62)]));
        text.extend(even.take(prefix.len() + letters - text.len()));
    }
    Ok(text)
}
