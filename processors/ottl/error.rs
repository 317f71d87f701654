//! What is wrong with an expression, and where in it.

use pipelines::component::Problems;
use pipelines::config::did_you_mean;

/// A byte range of an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Offset of the first byte.
    pub start: usize,
    /// Offset behind the last byte.
    pub end: usize,
}

/// The classes of mistakes, each with a page in `docs/errors`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// E0301: the text is not a condition.
    Syntax,
    /// E0302: a path or an enum does not exist.
    UnknownPath,
    /// E0303: a function does not exist, or is not built yet.
    UnknownFunction,
    /// E0304: an argument is wrong, or a regular expression does not compile.
    Argument,
    /// E0305: the context cannot be inferred, or a path does not fit it.
    Context,
}

/// One mistake in an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// The class.
    pub code: Code,
    /// What was found and what was expected: one lowercase sentence without a final dot.
    pub message: String,
    /// How to mend it.
    pub help: Option<String>,
    /// Where in the expression.
    pub span: Span,
}

/// A record for which a condition has no answer, such as a number that is indexed by a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EvalError(pub &'static str);

// === impl Span ===

impl Span {
    pub(super) fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// From the start of this to the end of `other`.
    pub(super) fn to(self, other: Self) -> Self {
        Self { start: self.start, end: other.end }
    }
}

// === impl Code ===

impl Code {
    /// The stable code.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Syntax => "E0301",
            Self::UnknownPath => "E0302",
            Self::UnknownFunction => "E0303",
            Self::Argument => "E0304",
            Self::Context => "E0305",
        }
    }
}

// === impl Error ===

impl Error {
    pub(super) fn new(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), help: None, span }
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Help that names the candidate nearest to `name`, if one is near.
    pub(super) fn nearest<'a>(self, name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Self {
        match did_you_mean(name, candidates) {
            Some(candidate) => self.help(format!("did you mean `{candidate}`?")),
            None => self,
        }
    }

    /// The column of the first character that is wrong, from 1, counted in characters of `source`.
    #[must_use]
    pub fn column(&self, source: &str) -> usize {
        1 + source.char_indices().take_while(|(at, _)| *at < self.span.start).count()
    }

    /// Reports the mistake in the expression `source` that stands at `path` of a component's configuration.
    pub fn report(&self, source: &str, path: &str, problems: &mut Problems) {
        let message = format!("{}, at column {}", self.message, self.column(source));
        let problem = problems.error(path, message).code(self.code.name()).within(self.span.start, self.span.end);
        if let Some(help) = &self.help {
            problem.help(help.clone());
        }
    }
}

// === impl EvalError ===

impl std::fmt::Display for EvalError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for EvalError {}
