//! What can be wrong with OTLP/JSON, and where.

use std::fmt;

/// JSON that is not the message, or encoded bytes that are not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// The JSON text is broken or does not have the shape of the message.
    #[error("{}line {line} column {column}: found {found}, expected {expected}", Place(path))]
    Text {
        /// JSON path of the value, such as `resourceLogs[0].scopeLogs[2]`; empty for the whole text.
        path: String,
        /// Line of the value, from 1.
        line: usize,
        /// Column of the value in bytes, from 1.
        column: usize,
        /// What stands there, shortened.
        found: String,
        /// What may stand there.
        expected: String,
    },
    /// The encoded message cannot be written as JSON.
    #[error("{}byte {at} of {message}: {what}", Place(path))]
    Wire {
        /// JSON path of the message, empty for the outermost.
        path: String,
        /// Name of the message type.
        message: &'static str,
        /// Offset in the message, in bytes.
        at: usize,
        /// What is wrong.
        what: &'static str,
    },
}

/// One step of a path, collected from the inside out while an error travels up.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    Field(&'static str),
    Index(usize),
}

/// A fault on its way up; boxed, so that results stay small on the path where nothing is wrong.
#[derive(Debug)]
pub(super) struct Fault<C> {
    pub(super) cause: C,
    trail: Vec<Step>,
}

/// A fault in a JSON text at the byte `at`.
#[derive(Debug)]
pub(super) struct TextCause {
    pub(super) at: usize,
    pub(super) found: String,
    pub(super) expected: String,
}

/// A fault in an encoded message.
#[derive(Debug)]
pub(super) struct WireCause {
    pub(super) message: &'static str,
    pub(super) at: usize,
    pub(super) what: &'static str,
}

/// Result of reading JSON.
pub(super) type TextResult<T> = Result<T, Box<Fault<TextCause>>>;
/// Result of reading an encoded message.
pub(super) type WireResult<T> = Result<T, Box<Fault<WireCause>>>;

struct Place<'a>(&'a str);

// === impl Fault ===

impl<C> Fault<C> {
    pub(super) fn new(cause: C) -> Box<Self> {
        Box::new(Self { cause, trail: Vec::new() })
    }

    /// Notes that the fault lies within `step`.
    pub(super) fn within(mut self: Box<Self>, step: Step) -> Box<Self> {
        self.trail.push(step);
        self
    }

    fn path(&self) -> String {
        let mut path = String::new();
        for step in self.trail.iter().rev() {
            match step {
                Step::Field(name) if path.is_empty() => path.push_str(name),
                Step::Field(name) => {
                    path.push('.');
                    path.push_str(name);
                }
                Step::Index(index) => path.push_str(&format!("[{index}]")),
            }
        }
        path
    }
}

impl Fault<TextCause> {
    pub(super) fn into_error(self, text: &[u8]) -> JsonError {
        let path = self.path();
        let before = &text[..self.cause.at.min(text.len())];
        let line_start = memchr::memrchr(b'\n', before).map_or(0, |newline| newline + 1);
        JsonError::Text {
            path,
            line: 1 + memchr::memchr_iter(b'\n', before).count(),
            column: 1 + before.len() - line_start,
            found: self.cause.found,
            expected: self.cause.expected,
        }
    }
}

impl Fault<WireCause> {
    pub(super) fn into_error(self) -> JsonError {
        let path = self.path();
        let WireCause { message, at, what } = self.cause;
        JsonError::Wire { path, message, at, what }
    }
}

// === impl Place ===

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() { Ok(()) } else { write!(f, "{}: ", self.0) }
    }
}
