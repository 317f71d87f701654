//! Why a body cannot be decoded or encoded.

use super::Encoding;

/// A body that cannot be decoded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// More comes out than is allowed: answer 413 or RESOURCE_EXHAUSTED.
    #[error("decoded body is larger than the limit of {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// There is no memory for what comes out, for now: answer 429 or RESOURCE_EXHAUSTED with RetryInfo.
    #[error("no room for the decoded body")]
    NoRoom,
    /// The bytes are not of this encoding: answer 400 or INVALID_ARGUMENT.
    #[error("body is not valid {encoding}: {what}")]
    Corrupt {
        /// What the sender said it is.
        encoding: Encoding,
        /// What is wrong.
        what: String,
    },
}

/// A body that cannot be encoded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// The encoding has no such level.
    #[error("{encoding} has no level {level}, {}", describe(*encoding))]
    Level {
        /// The encoding.
        encoding: Encoding,
        /// The level asked for.
        level: i32,
    },
    /// The compressor gave up.
    #[error("cannot encode the body with {encoding}: {what}")]
    Failed {
        /// The encoding.
        encoding: Encoding,
        /// What the compressor says.
        what: String,
    },
}

/// Why a decoder stopped, before the encoding and the limit are added.
#[derive(Debug)]
pub(super) enum Stop {
    TooLarge,
    NoRoom,
    Corrupt(String),
}

// === impl Stop ===

impl Stop {
    pub(super) fn corrupt(what: impl ToString) -> Self {
        Self::Corrupt(what.to_string())
    }
}

fn describe(encoding: Encoding) -> String {
    match encoding.levels() {
        Some((levels, default)) => format!("use {} to {} (default {default})", levels.start(), levels.end()),
        None => String::from("leave the level out"),
    }
}
