//! Who may send: API keys, and what every check of credentials shares.
//!
//! An API key is a public id (`tfk_...`) and a secret (`tfs_...`), which is random: 256 bits of the system's generator.
//! The engine holds a hash of the secret only, one line per key in a file or in the configuration:
//!
//! ```text
//! # the shop's frontend, 600 requests a minute, refused from the first of February on
//! tfk_6Yb0...:sha256:9f86d0...:name=shop:rate=600:expires=2027-02-01
//! ```
//!
//! The hash is plain SHA-256. Slow, salted hashes protect secrets that people think up, which can be guessed in a few
//! billion tries; of 2^256 random ones nobody tries a fraction worth naming, and a slow hash on each request would give
//! whoever sends junk a way to burn the CPU. For the same reason a secret of another form than the random one is
//! refused where it would be hashed.
//!
//! Clients show a key in one of three forms, over HTTP and gRPC alike: the headers `X-TelemetryFlow-Key-ID` and
//! `X-TelemetryFlow-Key-Secret`, `Authorization: Basic base64(id:secret)`, or `Authorization: Bearer id:secret`.

mod bucket;
mod config;
mod date;
mod entry;
mod inspect;
mod keys;
mod presented;
mod refusals;
mod secret;
mod table;
#[cfg(test)]
mod tests;

pub use self::bucket::Bucket;
pub use self::config::Config;
pub use self::date::Date;
pub use self::entry::{Entry, Hash};
pub use self::inspect::{inspect, many};
pub use self::keys::Keys;
pub use self::presented::{basic, is_key_header, only};
pub use self::refusals::Refusals;
pub use self::secret::Pair;
