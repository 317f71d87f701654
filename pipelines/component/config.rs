//! The configuration of a component: typed for the component, erased for the engine.

use std::any::Any;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use super::service::Reference;

/// What users write under a component id.
///
/// Implementors derive `Deserialize` with `deny_unknown_fields` and `default`, and `JsonSchema`; a null body means all
/// defaults. Doc comments on the fields are the documentation users read.
pub trait Config: DeserializeOwned + JsonSchema + Send + Sync + 'static {
    /// Reports what types cannot say: values that contradict each other, missing ones, formats. No I/O.
    fn validate(&self, problems: &mut Problems) {
        let _ = problems;
    }

    /// The extensions it names. That each is there, is started and does what is asked need not be validated.
    fn references(&self) -> Vec<Reference> {
        Vec::new()
    }
}

/// A parsed configuration of some component.
pub type AnyConfig = Arc<dyn Any + Send + Sync>;

/// Collects what is wrong with one configuration.
#[derive(Debug, Default)]
pub struct Problems(Vec<Problem>);

/// One thing that is wrong with a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where, relative to the component's body: keys and list indices joined by dots, empty for the body itself.
    pub path: String,
    /// The value, and what was expected: one lowercase sentence without a final dot.
    pub message: String,
    /// How to mend it.
    pub help: Option<String>,
    /// A stable code other than the general one for invalid values (`E0103`), e.g. that of an expression error.
    pub code: Option<&'static str>,
    /// True when the file is accepted all the same.
    pub warning: bool,
    /// The extension the value names, where the problem is that it cannot be used. Nothing is reported when that
    /// extension itself was refused: then that error says it all.
    pub extension: Option<String>,
    /// Byte range inside the string value at `path`, where the problem is in a part of it (an expression).
    pub within: Option<(usize, usize)>,
}

// === impl Problems ===

impl Problems {
    /// Reports an error at `path` (dotted, relative to the component's body).
    pub fn error(&mut self, path: impl Into<String>, message: impl Into<String>) -> &mut Problem {
        self.push(path.into(), message.into(), false)
    }

    /// Reports something that is accepted but should be looked at.
    pub fn warning(&mut self, path: impl Into<String>, message: impl Into<String>) -> &mut Problem {
        self.push(path.into(), message.into(), true)
    }

    /// Whether nothing was reported.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What was reported, in order.
    #[must_use]
    pub fn into_vec(self) -> Vec<Problem> {
        self.0
    }

    /// Takes over the problems of a nested part that reports relative to `prefix`.
    pub fn nest(&mut self, prefix: &str, part: impl FnOnce(&mut Self)) {
        let mut inner = Self::default();
        part(&mut inner);
        for mut problem in inner.0 {
            let dot = if problem.path.is_empty() || prefix.is_empty() { "" } else { "." };
            problem.path = format!("{prefix}{dot}{}", problem.path);
            self.0.push(problem);
        }
    }

    fn push(&mut self, path: String, message: String, warning: bool) -> &mut Problem {
        let at = self.0.len();
        self.0.push(Problem { path, message, help: None, code: None, warning, extension: None, within: None });
        &mut self.0[at]
    }
}

// === impl Problem ===

impl Problem {
    /// Adds how to mend it.
    pub fn help(&mut self, help: impl Into<String>) -> &mut Self {
        self.help = Some(help.into());
        self
    }

    /// Gives it a code of its own.
    pub fn code(&mut self, code: &'static str) -> &mut Self {
        self.code = Some(code);
        self
    }

    /// Says which extension the value names.
    pub fn extension(&mut self, id: impl Into<String>) -> &mut Self {
        self.extension = Some(id.into());
        self
    }

    /// Narrows it to a byte range inside the string value at its path.
    pub fn within(&mut self, start: usize, end: usize) -> &mut Self {
        self.within = Some((start, end));
        self
    }
}
