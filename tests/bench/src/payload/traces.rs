//! Spans: eight attributes and one event each.

use super::random::Random;
use super::{Shape, attribute, drop_mark, resource, scope, text};
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status, span::Event};

/// 21 Nov 2026, in nanoseconds since 1970.
const TIME: u64 = 1_795_219_200_000_000_000;

pub(super) fn resource_spans(shape: Shape, random: &mut Random) -> ResourceSpans {
    let trace_id = random.id(16);
    let spans = (0..shape.items).map(|index| span(&trace_id, index, random)).collect();
    ResourceSpans {
        resource: Some(resource(random)),
        scope_spans: vec![ScopeSpans { scope: Some(scope()), spans, ..ScopeSpans::default() }],
        ..ResourceSpans::default()
    }
}

fn span(trace_id: &[u8], index: usize, random: &mut Random) -> Span {
    let start = TIME + random.below(1_000_000_000);
    let mut attributes = vec![
        text("http.method", "GET"),
        attribute("http.response.status_code", Value::IntValue(200)),
        text("url.path", &format!("/api/v1/items/{:06}", random.below(1_000_000))),
        text("server.address", "items.shop.svc"),
        attribute("server.port", Value::IntValue(8080)),
        text("user_agent.original", "checkout/1.42.0"),
        text("network.protocol.version", "1.1"),
        attribute("cache.hit", Value::BoolValue(random.below(2) == 0)),
    ];
    attributes.extend(drop_mark(index));
    Span {
        trace_id: trace_id.to_vec(),
        span_id: random.id(8),
        parent_span_id: random.id(8),
        name: "GET /api/v1/items/{id}".into(),
        kind: 2,
        start_time_unix_nano: start,
        end_time_unix_nano: start + random.below(50_000_000),
        attributes,
        events: vec![Event {
            time_unix_nano: start + 1_000,
            name: "cache.lookup".into(),
            attributes: vec![text("cache.key", &format!("item:{:06}", random.below(1_000_000)))],
            ..Event::default()
        }],
        status: Some(Status { code: 1, message: String::new() }),
        flags: 0x101,
        ..Span::default()
    }
}
