//! Conditions of the OpenTelemetry Transformation Language (OTTL), compiled once and evaluated over wire bytes.
//!
//! A condition such as `log.severity_number < SEVERITY_NUMBER_INFO and IsMatch(log.body, "^GET /health")` is read by
//! [`Condition::compile`] or [`Condition::infer`] into a typed tree that borrows everything it compares from the
//! record, so that comparing attributes, severities and strings allocates nothing. The language is that of
//! `pkg/ottl` in opentelemetry-collector-contrib; what is not built is refused by name.
//!
//! It is wider than there in three places: an id equals the same bytes (`trace_id == 0x..` without `TraceID`), enums are
//! known in every context, and paths may have the prefix of their own context everywhere. It is narrower in one: the
//! pattern of `IsMatch` is written out, so that it is compiled once.

mod ast;
mod call;
mod context;
mod enums;
mod error;
mod field;
mod functions;
mod infer;
mod lexer;
mod lower;
mod node;
mod parser;
pub mod pattern;
mod read;
mod record;
#[cfg(test)]
mod tests;
mod text;
mod value;

use std::sync::Arc;

pub use self::context::Context;
pub(crate) use self::enums::severity_number;
pub use self::error::{Code, Error, EvalError, Span};
use self::lower::Lowering;
use self::node::Bool;
pub use self::record::Record;

/// A compiled condition.
#[derive(Clone, Debug)]
pub struct Condition {
    context: Context,
    source: Arc<str>,
    root: Arc<Bool>,
}

// === impl Condition ===

impl Condition {
    /// Compiles a condition for a context; its paths may stand without prefix (`attributes["a"]`).
    ///
    /// # Errors
    /// Everything that is wrong with it, at least one error; after a syntax error nothing else is looked at.
    pub fn compile(source: &str, context: Context) -> Result<Self, Vec<Error>> {
        let expr = parser::parse(source).map_err(|error| vec![error])?;
        let root = Lowering::condition(&expr, context)?;
        Ok(Self { context, source: source.into(), root: Arc::new(root) })
    }

    /// Compiles a condition whose paths all have a prefix (`log.attributes["a"]`) for the innermost of their contexts.
    ///
    /// # Errors
    /// As [`compile`](Self::compile), and if the paths do not name one of `contexts`.
    pub fn infer(source: &str, contexts: &[Context]) -> Result<Self, Vec<Error>> {
        let expr = parser::parse(source).map_err(|error| vec![error])?;
        let context = infer::context(&expr, contexts)?;
        let root = Lowering::condition(&expr, context)?;
        Ok(Self { context, source: source.into(), root: Arc::new(root) })
    }

    /// What it is to be evaluated on.
    #[must_use]
    pub fn context(&self) -> Context {
        self.context
    }

    /// The condition as it was written.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether the record fulfils the condition.
    ///
    /// # Errors
    /// If there is no answer, as when a number is indexed by a key.
    #[inline]
    pub fn matches(&self, record: &Record<'_>) -> Result<bool, EvalError> {
        debug_assert!(self.context.fits(record), "a condition is evaluated on its context");
        self.root.evaluate(record)
    }
}
