//! [`ComponentId`] and [`BuildContext`]: which component is built, and with what.

use std::fmt;
use std::sync::Arc;

use super::service::Extensions;
use crate::Signal;
use crate::renewal::Renewals;
use crate::runtime::{Budget, Wake};

/// `type` or `type/name`, as written in a file.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ComponentId {
    /// The component type as written, which may be an alias.
    pub kind: Arc<str>,
    /// What tells several of one type apart.
    pub name: Option<Arc<str>>,
}

/// What a component gets when it is built. Building does no I/O and spawns nothing.
#[derive(Clone, Debug)]
pub struct BuildContext {
    /// The component that is built.
    pub id: ComponentId,
    /// The signal of the pipeline, for processors; `None` for shared nodes.
    pub signal: Option<Signal>,
    /// Lets a processor ask for a tick.
    pub wake: Wake,
    /// The engine's bytes in flight.
    pub budget: Budget,
    /// The extensions it may name.
    pub extensions: Extensions,
    /// Where it adds what it makes of files, to have it made anew when they change.
    pub renewals: Renewals,
    /// Whether it is built for a dry run, in which it reads what it needs but leaves no trace anywhere.
    pub is_rehearsal: bool,
}

// === impl BuildContext ===

impl BuildContext {
    /// What a component gets that stands alone: no signal, the default budget, no extensions, files read once.
    #[must_use]
    pub fn new(id: ComponentId) -> Self {
        let (wake, budget, extensions) = (Wake::default(), Budget::default(), Extensions::default());
        Self { id, signal: None, wake, budget, extensions, renewals: Renewals::default(), is_rehearsal: false }
    }
}

// === impl ComponentId ===

impl ComponentId {
    /// The id of the only component of its type.
    #[must_use]
    pub fn of(kind: &str) -> Self {
        Self { kind: kind.into(), name: None }
    }

    /// A name for a directory of its own, e.g. of its queue of one signal: `otlp.backend.logs`. Ids that differ have
    /// names that differ.
    #[must_use]
    pub fn directory(&self, signal: Option<Signal>) -> String {
        let mut directory = self.kind.to_string();
        if let Some(name) = &self.name {
            directory.push('.');
            directory.extend(name.bytes().map(|byte| match byte {
                b'-' | b'_' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => char::from(byte).to_string(),
                other => format!("%{other:02x}"),
            }));
        }
        directory.extend(signal.into_iter().flat_map(|signal| [".", signal.name()]));
        directory
    }
}

impl fmt::Display for ComponentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{}/{name}", self.kind),
            None => f.write_str(&self.kind),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: names with characters that file names lack or that separate parts. Guarantee: a name of one part, and no
    /// two ids share it.
    #[test]
    fn directories_are_told_apart() {
        let named = |kind: &str, name: &str| ComponentId { kind: kind.into(), name: Some(name.into()) };
        assert_eq!(ComponentId::of("otlp").directory(Some(Signal::Logs)), "otlp.logs");
        assert_eq!(named("otlp", "backend").directory(Some(Signal::Logs)), "otlp.backend.logs");
        assert_eq!(named("otlp", "../x/logs").directory(None), "otlp.%2e%2e%2fx%2flogs");
        assert_ne!(named("otlp", "logs").directory(None), ComponentId::of("otlp").directory(None));
        assert_ne!(named("otlp", "a.b").directory(None), named("otlp", "a%2eb").directory(None));
    }
}
