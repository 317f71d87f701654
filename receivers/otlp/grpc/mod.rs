//! OTLP/gRPC over hyper's HTTP/2: unary `Export` calls, without a codec layer in between.

mod message;
mod reply;
mod service;

pub(super) use self::service::{Grpc, GrpcPeer};
