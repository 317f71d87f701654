//! Configuration: YAML with places, `${...}`, merging, strict typed reading, and everything that is wrong at once.

pub mod code;
mod de;
mod deserializer;
mod diagnostic;
mod expand;
mod load;
mod matching;
mod merge;
mod print;
mod scalar;
mod source;
mod suggest;
#[cfg(test)]
mod tests;
mod tree;
mod units;
mod words;
mod yaml;

pub use self::code::Code;
pub use self::de::{from_node, from_node_at};
pub use self::diagnostic::{Diagnostic, Diagnostics, Severity};
pub use self::expand::{Environment, ProcessEnvironment, expand};
pub use self::load::load;
pub use self::matching::{MatchType, Regexp};
pub use self::merge::{assignment, merge};
pub use self::print::print;
pub use self::source::{Position, Source, Sources, Span};
pub use self::suggest::{did_you_mean, missing_blank};
pub use self::tree::{Key, Node, Value};
pub use self::units::{ByteSize, Duration, Secret};
pub use self::yaml::parse;
