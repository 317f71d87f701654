//! An HTTP/2 client over plain [`h2`]: no task and no copy per request.
//!
//! hyper's client spawns a task for every request and pulls the body through it. Here the caller's own future waits for
//! the answer, and the body is handed to the connection as one [`Rope`] whose pieces are written with one `writev`.

mod activity;
mod channel;
mod drive;
mod rope;

pub(crate) use channel::{Answer, CallError, Channel, Settings};
pub(crate) use drive::Keepalive;
pub(crate) use rope::Rope;
