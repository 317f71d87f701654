//! The tables are well formed. That they say what OTLP says is proven by the round trips in `json`.

use std::collections::BTreeSet;

use super::{Kind, MAX_FIELDS, Message, rpc};
use crate::Signal;

fn walk(message: &'static Message, seen: &mut BTreeSet<&'static str>, all: &mut Vec<&'static Message>) {
    if all.iter().any(|known| std::ptr::eq(*known, message)) {
        return;
    }
    seen.insert(message.name);
    all.push(message);
    for field in message.fields {
        if let Kind::Message(inner) = field.kind {
            walk(inner, seen, all);
        }
    }
}

/// Every message reachable from a request or response fits `MAX_FIELDS` and has distinct numbers and names.
#[test]
fn every_reachable_message_is_well_formed() {
    let (mut seen, mut all) = (BTreeSet::new(), Vec::new());
    for signal in Signal::ALL {
        walk(Message::request(signal), &mut seen, &mut all);
        walk(Message::response(signal), &mut seen, &mut all);
    }
    walk(&rpc::STATUS, &mut seen, &mut all);
    for message in &all {
        assert!(message.fields.len() <= MAX_FIELDS, "{} has too many fields", message.name);
        for (at, field) in message.fields.iter().enumerate() {
            assert_eq!(message.position(field.number), Some(at), "{}.{}", message.name, field.name);
            assert_eq!(message.position_named(field.name), Some(at), "{}.{}", message.name, field.name);
            assert!(!field.name.contains('_'), "{}.{} is not lowerCamelCase", message.name, field.name);
        }
    }
    for name in ["Span.Event", "Span.Link", "ExponentialHistogramDataPoint.Buckets", "Mapping", "AnyValue", "EntityRef"]
    {
        assert!(seen.contains(name), "{name} is not reachable");
    }
}
