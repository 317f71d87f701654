//! [`Digest`]: whether two configurations say the same.

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::component::Component;
use crate::config::{Node, Value};

/// Stands for a component's effective configuration: its type and its tree after merging and `${...}`, so with what
/// files named by `${file:...}` hold. Places do not count; neither does how it is spread over files.
///
/// It is compared only within one process, against mistakes and not against attackers, so 64 bits do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Digest(u64);

// === impl Digest ===

impl Digest {
    pub(super) fn of(component: &Component, body: &Node) -> Self {
        let mut hasher = DefaultHasher::new();
        (component.kind, component.about.name).hash(&mut hasher);
        add(body, &mut hasher);
        Self(hasher.finish())
    }
}

/// Every value goes in with its kind and its length, so that no two trees look alike.
fn add(node: &Node, hasher: &mut DefaultHasher) {
    std::mem::discriminant(&node.value).hash(hasher);
    match &node.value {
        Value::Null => {}
        Value::Bool(value) => value.hash(hasher),
        Value::Int(value) => value.hash(hasher),
        Value::Uint(value) => value.hash(hasher),
        Value::Float(value) => value.to_bits().hash(hasher),
        Value::Text(text) => text.hash(hasher),
        Value::Seq(elements) => {
            elements.len().hash(hasher);
            elements.iter().for_each(|element| add(element, hasher));
        }
        Value::Map(entries) => {
            entries.len().hash(hasher);
            for (key, value) in entries {
                key.text().hash(hasher);
                add(value, hasher);
            }
        }
    }
    // A field that wants text gets this instead of the value.
    node.original.hash(hasher);
}
