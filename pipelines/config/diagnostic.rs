//! What is wrong with a configuration, all of it at once.

use super::code::{self, Code};
use super::source::{Sources, Span};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The configuration cannot run.
    Error,
    /// It can run, but somebody should look.
    Warning,
}

/// One thing to tell about a configuration.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// The code, for `tfo explain`.
    pub code: &'static Code,
    /// How bad it is.
    pub severity: Severity,
    /// What was found and what was expected: one lowercase sentence without a final dot.
    pub message: String,
    /// Where.
    pub span: Option<Span>,
    /// The dotted path of the value it is about, e.g. `exporters.otlp.tls.cert_fle`, where it is about one.
    pub path: Option<String>,
    /// The spelling that was probably meant.
    pub suggestion: Option<String>,
    /// How to mend it.
    pub helps: Vec<String>,
    /// The extension the value names, if the extension is what is wrong with it.
    pub extension: Option<String>,
}

/// Collects diagnostics.
#[derive(Clone, Debug, Default)]
pub struct Diagnostics(Vec<Diagnostic>);

// === impl Diagnostic ===

impl Diagnostic {
    /// An error.
    #[must_use]
    pub fn error(code: &'static Code, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Error, message.into())
    }

    /// A warning.
    #[must_use]
    pub fn warning(code: &'static Code, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Warning, message.into())
    }

    fn new(code: &'static Code, severity: Severity, message: String) -> Self {
        Self { code, severity, message, span: None, path: None, suggestion: None, helps: Vec::new(), extension: None }
    }

    /// Says where.
    #[must_use]
    pub fn at(mut self, span: impl Into<Option<Span>>) -> Self {
        self.span = span.into();
        self
    }

    /// Says which value it is about, by its dotted path.
    #[must_use]
    pub fn about(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into()).filter(|path| !path.is_empty());
        self
    }

    /// Adds the spelling that was probably meant, if there is one.
    #[must_use]
    pub fn suggest(mut self, suggestion: Option<String>) -> Self {
        self.suggestion = suggestion;
        self
    }

    /// Adds how to mend it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.helps.push(help.into());
        self
    }
}

// === impl Diagnostics ===

impl Diagnostics {
    /// Adds one.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    /// Takes back those of which `keep` says no.
    pub fn retain(&mut self, keep: impl FnMut(&Diagnostic) -> bool) {
        self.0.retain(keep);
    }

    /// How many errors there are.
    #[must_use]
    pub fn errors(&self) -> usize {
        self.0.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).count()
    }

    /// Whether there is an error.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.errors() > 0
    }

    /// Whether a `${...}` at `span` could not be filled in, so that what is missing there has been reported.
    #[must_use]
    pub fn unfilled_at(&self, span: Span) -> bool {
        let codes = [&code::BAD_VARIABLE, &code::BAD_SCHEME, &code::EXPANSION];
        self.0.iter().any(|found| codes.contains(&found.code) && found.span == Some(span))
    }

    /// All of them, in the order they were found.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.0.iter()
    }

    /// All of them by file, line and column; those without a place first.
    #[must_use]
    pub fn sorted(&self, sources: &Sources) -> Vec<&Diagnostic> {
        let mut all: Vec<&Diagnostic> = self.0.iter().collect();
        all.sort_by_key(|diagnostic| diagnostic.span.map(|span| (span.source, sources.position(span))));
        all
    }
}
