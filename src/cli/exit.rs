//! Exit codes: those of sysexits.h, stable and documented.

use std::process::ExitCode;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Fine.
    Fine = 0,
    /// The program itself failed.
    Internal = 1,
    /// The command line is wrong.
    Usage = 64,
    /// Records were lost, or an expectation was not met.
    Data = 65,
    /// An input file is missing or cannot be read.
    NoInput = 66,
    /// An endpoint cannot be reached.
    Unreachable = 69,
    /// A permission is missing or a credential was refused.
    Denied = 77,
    /// The configuration is invalid.
    Config = 78,
    /// Told to stop twice.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
