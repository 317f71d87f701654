//! OTLP/HTTP over hyper: POST of protobuf or JSON to one path for each signal, over HTTP/1.1 or HTTP/2.

mod cors;
mod media;
mod reply;
mod service;

pub(super) use self::service::{Http, HttpPeer};
