//! What the exporters that speak OTLP over the network share: endpoints, connections, HTTP/2 lanes and answers.

mod address;
mod answer;
mod auth;
mod codec;
mod dial;
mod endpoint;
mod failure;
mod headers;
mod json;
mod payload;
mod stream;

pub(crate) mod h2;
pub(crate) mod probe;

pub(crate) use self::address::{Address, resolve};
pub(crate) use self::answer::{PartialSuccess, RpcStatus};
pub use self::auth::AuthReference;
pub(crate) use self::codec::Codec;
pub(crate) use self::dial::Dialer;
pub(crate) use self::endpoint::{Authority, Endpoint, Place, Scheme};
pub(crate) use self::failure::{Failed, Stage};
pub use self::headers::Headers;
pub(crate) use self::json::append_json;
pub(crate) use self::payload::Payload;
pub(crate) use self::stream::Stream;
