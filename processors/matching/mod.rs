//! Which records a processor acts on: the Collector's `include` and `exclude`.

mod config;
mod rule;

pub use self::config::{AttributeMatch, LibraryMatch, Match, SeverityMatch};
pub(crate) use self::rule::Rule;
