//! What the exporters that speak over the network share: endpoints, connections, HTTP/2 lanes and answers.

mod address;
mod answer;
mod codec;
mod credentials;
mod dial;
mod endpoint;
mod failure;
mod headers;
mod json;
mod payload;
mod retry_after;
mod stream;
mod tls;
mod web;

pub(crate) mod h2;
pub(crate) mod http;
pub(crate) mod probe;

#[cfg(feature = "postgres")]
pub(crate) use self::address::Address;
pub(crate) use self::address::resolve;
pub(crate) use self::answer::{PartialSuccess, RpcStatus};
pub(crate) use self::codec::Codec;
pub use self::credentials::{ApiKey, AuthReference};
pub(crate) use self::credentials::{Credentials, Login};
pub(crate) use self::dial::Dialer;
pub(crate) use self::endpoint::{Authority, Endpoint, Place, Scheme};
pub(crate) use self::failure::{Failed, Stage};
pub use self::headers::Headers;
pub(crate) use self::json::append_json;
pub(crate) use self::payload::Payload;
pub use self::retry_after::retry_after;
pub(crate) use self::stream::Stream;
pub(crate) use self::tls::{Tls, is_encrypted};
pub use self::web::{Web, WebAnswer, WebSettings};
