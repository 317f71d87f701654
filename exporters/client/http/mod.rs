//! An HTTP client of one server: HTTP/1.1 over kept connections, or HTTP/2 where TLS agrees on it.

mod pool;
mod transport;

pub(crate) use self::pool::{Pool, Settings};
pub(crate) use self::transport::{Answer, Transport};
