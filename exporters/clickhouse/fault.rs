//! [`Fault`]: why a server did not do what it was asked, and whether asking again can help.
//!
//! Nothing that was accepted is given up for what an operator or time can mend: a missing table, a refused password, a
//! full disk. Only bytes that the server cannot read are rejected, for they will be the same the next time.

use std::fmt;
use std::time::Duration;

use pipelines::component::{Check, ExportError};

use crate::client::Failed;

/// Why a server did not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) kind: Kind,
    /// One lowercase sentence without a final dot.
    pub(super) text: String,
    /// How long it asked to wait.
    pub(super) after: Option<Duration>,
}

/// What is to be done about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// There is no connection; another host may be asked.
    Unreachable,
    /// The connection broke, and what the server did is not known.
    Broken,
    /// A credential or a right is missing.
    Denied,
    /// A table or the database is missing.
    Missing,
    /// A table is not as it was, or not as it must be.
    Schema,
    /// The server does not begin: it has too much to do, or may not write.
    Busy,
    /// The server gave up on the way, for want of memory, room or time, and what it did is not known.
    GaveUp,
    /// The server cannot read the data.
    Data,
    /// Anything else.
    Other,
}

/// What a code of ClickHouse means.
struct Meaning {
    codes: &'static [u32],
    kind: Kind,
    /// What is said before the server's own words.
    text: &'static str,
    /// What is said behind them.
    help: &'static str,
}

/// Characters of the server's words that are shown.
const SHOWN: usize = 300;

/// The codes that are understood (ClickHouse, src/Common/ErrorCodes.cpp). All others may pass.
const MEANINGS: [Meaning; 17] = [
    Meaning {
        codes: &[192, 193, 194, 516],
        kind: Kind::Denied,
        text: "user or password is refused",
        help: "; set `username` and `password`",
    },
    Meaning { codes: &[291, 497], kind: Kind::Denied, text: "the user lacks a right", help: "; grant it" },
    Meaning {
        codes: &[60],
        kind: Kind::Missing,
        text: "a table is missing",
        help: "; make it (`tfo schema sql clickhouse` prints how) or set `create_schema: true`",
    },
    Meaning {
        codes: &[81],
        kind: Kind::Missing,
        text: "the database is missing",
        help: "; make it or set `create_schema: true`",
    },
    Meaning { codes: &[8, 10, 16, 47, 51], kind: Kind::Schema, text: "a table lacks a column", help: "" },
    Meaning { codes: &[44, 50, 53, 70, 349], kind: Kind::Schema, text: "a column has another type", help: "" },
    Meaning {
        codes: &[252],
        kind: Kind::Busy,
        text: "the table has too many parts, because inserts are too small or too many",
        help: "; raise `sending_queue.batch.min_size`",
    },
    Meaning { codes: &[164, 242], kind: Kind::Busy, text: "the server or the table is read-only", help: "" },
    Meaning { codes: &[173, 241], kind: Kind::GaveUp, text: "the server is out of memory", help: "" },
    Meaning { codes: &[201], kind: Kind::Busy, text: "the user's quota is used up", help: "" },
    Meaning { codes: &[202, 203, 216, 439, 473], kind: Kind::Busy, text: "the server has too much to do", help: "" },
    Meaning { codes: &[159, 160, 209], kind: Kind::GaveUp, text: "the server ran out of time", help: "" },
    Meaning { codes: &[243, 244, 429], kind: Kind::GaveUp, text: "the server's disk is full", help: "" },
    Meaning { codes: &[225, 254, 285, 286, 319, 999], kind: Kind::GaveUp, text: "the replicas do not agree", help: "" },
    Meaning {
        codes: &[115, 452],
        kind: Kind::Other,
        text: "a setting is refused",
        help: "; look at `connection_params` and at what stands behind the `?` of `endpoint`",
    },
    Meaning { codes: &[469], kind: Kind::Data, text: "a constraint of the table does not hold", help: "" },
    Meaning {
        codes: &[6, 25, 26, 27, 32, 33, 38, 41, 69, 72, 117, 128, 131, 271, 321, 407, 441],
        kind: Kind::Data,
        text: "the data cannot be read",
        help: "",
    },
];

// === impl Fault ===

impl Fault {
    /// A fault of one kind.
    pub(super) fn new(kind: Kind, text: impl Into<String>) -> Self {
        Self { kind, text: text.into(), after: None }
    }

    /// What a server said: the code of its exception, if it told one by itself, and its words.
    pub(super) fn said(code: Option<u32>, words: &str) -> Self {
        let (in_words, words) = cleaned(words);
        let Some(code) = code.or(in_words) else {
            return Self::new(Kind::Other, format!("does not answer like ClickHouse: {words}"));
        };
        let many_days = code == 252 && words.contains("partitions for single INSERT");
        match MEANINGS.iter().find(|meaning| meaning.codes.contains(&code)).filter(|_| !many_days) {
            Some(Meaning { kind, text, help, .. }) => Self::new(*kind, format!("{text}: {words} [code {code}]{help}")),
            None => Self::new(Kind::Other, format!("{words} [code {code}]")),
        }
    }

    /// The same fault, which is that of the server at `place`.
    pub(super) fn at(mut self, place: &dyn fmt::Display) -> Self {
        self.text = format!("ClickHouse at {place}: {}", self.text);
        self
    }

    /// The outcome of an attempt.
    pub(super) fn outcome(self) -> ExportError {
        match self.kind {
            Kind::Data => ExportError::Reject { reason: self.text },
            _ => ExportError::Retry { after: self.after, reason: self.text },
        }
    }

    /// What it is to a check.
    pub(super) fn check(&self) -> Check {
        match self.kind {
            Kind::Unreachable | Kind::Broken | Kind::Busy | Kind::GaveUp => Check::Unreachable,
            Kind::Denied => Check::Denied,
            Kind::Missing | Kind::Schema | Kind::Data | Kind::Other => Check::Failed,
        }
    }

    /// Whether rows may be written all the same, or may be taken for written.
    pub(super) fn leaves_doubt(&self) -> bool {
        matches!(self.kind, Kind::Broken | Kind::GaveUp | Kind::Other)
    }

    /// Whether the same can work later with nothing changed.
    pub(super) fn may_pass(&self) -> bool {
        matches!(self.kind, Kind::Unreachable | Kind::Broken | Kind::Busy | Kind::GaveUp)
    }

    /// Whether what is known about the tables may be old.
    pub(super) fn doubts_schema(&self) -> bool {
        matches!(self.kind, Kind::Missing | Kind::Schema | Kind::Data)
    }
}

impl From<Failed> for Fault {
    fn from(failed: Failed) -> Self {
        Self::new(Kind::Unreachable, failed.reason)
    }
}

/// The code in the words of a server, and the words in one line, without what repeats itself.
fn cleaned(words: &str) -> (Option<u32>, String) {
    let line = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut rest = line.as_str();
    let mut code = None;
    if let Some(at) = rest.find("Code: ") {
        let (number, behind) = rest[at + 6..].split_once('.').unwrap_or_default();
        if let Ok(number) = number.trim().parse() {
            code = Some(number);
            rest = behind.trim();
            rest = rest.strip_prefix("DB::Exception:").unwrap_or(rest).trim();
        }
    }
    let rest = rest.rfind(" (version ").map_or(rest, |at| &rest[..at]);
    let rest = rest.trim().trim_end_matches('.');
    (code, rest.chars().filter(|c| !c.is_control()).take(SHOWN).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: exceptions as ClickHouse 26.9 words them. Guarantee: the code decides, and the words are shown once, in
    /// one line.
    #[test]
    fn codes_decide() {
        let fault = Fault::said(
            Some(60),
            "Code: 60. DB::Exception: Table default.otel_logs does not exist. (UNKNOWN_TABLE) (version 26.9.2.1 (chDB))\n",
        );
        assert_eq!(fault.kind, Kind::Missing);
        assert_eq!(
            fault.text,
            "a table is missing: Table default.otel_logs does not exist. (UNKNOWN_TABLE) [code 60]; make it (`tfo schema sql clickhouse` prints how) or set `create_schema: true`"
        );
        for (code, kind) in [
            (516, Kind::Denied),
            (497, Kind::Denied),
            (81, Kind::Missing),
            (16, Kind::Schema),
            (53, Kind::Schema),
            (252, Kind::Busy),
            (242, Kind::Busy),
            (241, Kind::GaveUp),
            (201, Kind::Busy),
            (159, Kind::GaveUp),
            (33, Kind::Data),
            (117, Kind::Data),
            (115, Kind::Other),
            (40, Kind::Other),
            (1002, Kind::Other),
        ] {
            let fault = Fault::said(None, &format!("Code: {code}. DB::Exception: so it is. (NAME)"));
            assert_eq!(fault.kind, kind, "{code}");
            assert_eq!(matches!(fault.outcome(), ExportError::Reject { .. }), kind == Kind::Data, "{code}");
        }
    }

    /// Scenario: answers of something else, and of nothing. Guarantee: never a rejection, never a panic.
    #[test]
    fn other_answers_may_pass() {
        for words in ["", "Code: ", "Code: x. y", "<html>\n502\n</html>", "Code: 99999999999. z", "\u{0}\u{7}"] {
            let fault = Fault::said(None, words);
            assert_eq!(fault.kind, Kind::Other, "{words}");
            assert!(!fault.text.contains(['\n', '\u{0}']), "{fault:?}");
        }
    }
}
