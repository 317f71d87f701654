//! From files to a plan in one call, for programs that embed the engine.

use std::fmt;

use super::plan::Plan;
use super::resolve::resolve;
use crate::component::Registry;
use crate::config::{Diagnostics, ProcessEnvironment, Severity, Sources, load};

/// A configuration that cannot run; displays one line for each error: `file:line:column: error[E0101]: ...`.
#[derive(Debug)]
pub struct Invalid {
    /// Everything that was found.
    pub diagnostics: Diagnostics,
    /// The texts it was found in.
    pub sources: Sources,
}

// === impl Plan ===

impl Plan {
    /// Reads, merges and checks files, in order, with the process's environment for `${env:...}`.
    ///
    /// # Errors
    /// Everything that is wrong with them.
    pub fn from_files(files: &[&str], registry: &Registry) -> Result<Self, Invalid> {
        let (mut sources, mut diagnostics) = (Sources::default(), Diagnostics::default());
        let files: Vec<String> = files.iter().map(|file| (*file).to_owned()).collect();
        let root = load(&files, &[], &ProcessEnvironment, &mut sources, &mut diagnostics);
        let plan = root.and_then(|root| resolve(&root, registry, &mut diagnostics));
        plan.ok_or(Invalid { diagnostics, sources })
    }
}

// === impl Invalid ===

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = self.diagnostics.sorted(&self.sources);
        for diagnostic in all.into_iter().filter(|diagnostic| diagnostic.severity == Severity::Error) {
            if let Some(span) = diagnostic.span {
                let at = self.sources.position(span);
                write!(f, "{}:{}:{}: ", self.sources.name(span), at.line, at.column)?;
            }
            writeln!(f, "error[{}]: {}", diagnostic.code.id, diagnostic.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for Invalid {}
