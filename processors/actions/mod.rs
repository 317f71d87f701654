//! What `attributes` and `resource` do to attributes: a list of actions, run in order, each seeing what the ones before
//! it did.

mod apply;
mod config;
mod hash;
mod literal;
mod steps;
#[cfg(test)]
mod tests;
mod text;

pub use self::config::{Action, Convert, Verb};
pub(crate) use self::config::{last_line, validate};
pub(crate) use self::literal::literal;
pub(crate) use self::steps::Actions;
pub(crate) use self::text::text;
