//! The ledger: for every node what came in, what became of it, and whether that adds up.
//!
//! ```text
//! node           signal   in  = out + dropped + rejected + refused + held
//! otlp (grpc)    logs     12    10                           2
//! filter (logs)  logs     10     7   3 filtered
//! ```

mod entry;
mod table;

pub use self::entry::{Entry, entries};
pub use self::table::{summary, table};
