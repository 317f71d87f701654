//! [`Tokens`]: the tokens of a configuration or a file.

use std::sync::Arc;

use pipelines::config::Secret;
use pipelines::renewal::{FromFiles, Renewals};
use sha2::{Digest as _, Sha256};
use subtle::{Choice, ConstantTimeEq as _};

use super::config::Config;

/// Tokens that are accepted, and the one that is shown.
pub(super) struct Tokens {
    accepted: Vec<[u8; 32]>,
    first: Secret,
}

// === impl Tokens ===

impl Tokens {
    /// The tokens of a configuration, which follow its file; nothing is read yet. `owner` is whose they are, for the log.
    pub(super) fn of(config: &Config, owner: String, renewals: &Renewals) -> Arc<FromFiles<Self>> {
        let (written, file) = (config.written(), config.filename.clone());
        let tokens = Arc::new(FromFiles::new(owner, config.filename.clone(), move |contents| match &file {
            None => Ok(Self::new(&written)),
            Some(path) => {
                let tokens = Self::parse(contents.text("filename", path)?);
                if tokens.len() > 0 { Ok(tokens) } else { Err(format!("filename `{}` holds no token", path.display())) }
            }
        }));
        if config.filename.is_some() {
            renewals.add(&tokens);
        }
        tokens
    }

    /// One token per line. An empty line is none: it would let everybody in who shows nothing.
    pub(super) fn parse(text: &str) -> Self {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        Self::new(&lines.map(Secret::new).collect::<Vec<_>>())
    }

    fn new(tokens: &[Secret]) -> Self {
        Self { accepted: tokens.iter().map(digest).collect(), first: tokens.first().cloned().unwrap_or_default() }
    }

    /// The one that is shown.
    pub(super) fn first(&self) -> &Secret {
        &self.first
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.accepted.len()
    }

    /// Whether it is one of them, in a time that says neither which nor how nearly.
    pub(super) fn contain(&self, token: &Secret) -> bool {
        let shown = digest(token);
        self.accepted.iter().fold(Choice::from(0), |found, token| found | token.ct_eq(&shown)).into()
    }
}

/// Of equal length whatever the token's.
fn digest(token: &Secret) -> [u8; 32] {
    Sha256::digest(token.reveal().trim().as_bytes()).into()
}
