//! `google.rpc.Status`, the body of every OTLP/HTTP answer that is not a success (OTLP specification, "Failures").

use super::{Kind, Message, many, one};

/// `google.rpc.Status`.
pub static STATUS: Message = Message {
    name: "Status",
    fields: &[one(1, "code", Kind::Int32), one(2, "message", Kind::String), many(3, "details", Kind::Message(&ANY))],
};

/// `google.protobuf.Any`. The type is written as `@type`; the message inside stays base64 under `value`.
pub static ANY: Message =
    Message { name: "Any", fields: &[one(1, "@type", Kind::String), one(2, "value", Kind::Bytes)] };
