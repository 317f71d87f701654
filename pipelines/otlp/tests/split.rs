//! Splitting and joining.

use bytes::Bytes;
use proptest::prelude::*;

use super::arbitrary::Entropy;
use super::tree::Tree;
use super::unknown::with_unknown_fields;
use crate::otlp::split::split;
use crate::otlp::view::ItemRef;
use crate::{Signal, Telemetry};

/// Resource, scope, metric and item.
type Described = (Vec<u8>, Vec<u8>, Option<String>, Vec<u8>);

/// What an item is and what is above it, so that two telemetries can be compared item by item.
fn items(telemetry: &Telemetry) -> Vec<Described> {
    let mut all = Vec::new();
    telemetry.for_each_item(|item| {
        let own = match item.kind {
            ItemRef::Log(log) => log.encoded(),
            ItemRef::Span(span) => span.encoded(),
            ItemRef::Point(point) => point.encoded(),
        };
        let resource = item.resource.attributes().stretch().0.to_vec();
        let scope = format!("{}/{}", item.scope.name(), item.scope.schema_url()).into_bytes();
        let metric = item.metric.map(|m| format!("{} {} {} {:?}", m.name(), m.unit(), m.is_monotonic(), m.kind()));
        all.push((resource, scope, metric, own.to_vec()));
    });
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    /// Pieces keep the limits, the order and everything above each item.
    #[test]
    fn pieces_hold_the_same_items_in_order(
        entropy in proptest::collection::vec(any::<u8>(), 0..1500),
        max_items in proptest::option::of(1_usize..12),
        max_bytes in proptest::option::of(1_usize..3000),
        unknown in any::<bool>(),
    ) {
        let tree = Tree::random(&mut Entropy(&entropy));
        let mut bytes = tree.encode();
        if unknown {
            bytes = with_unknown_fields(tree.signal(), &bytes);
        }
        let one = Telemetry::from_wire(tree.signal(), Bytes::from(bytes)).unwrap();
        let mut whole = one.clone();
        whole.append(one).unwrap();
        let pieces = split(whole.clone(), max_items, max_bytes);
        let mut after = Vec::new();
        for piece in &pieces {
            let checked = Telemetry::from_wire(piece.signal(), piece.to_bytes()).unwrap();
            prop_assert_eq!(checked.items(), piece.items());
            prop_assert!(piece.items() <= max_items.unwrap_or(usize::MAX));
            prop_assert!(piece.items() <= 1 || piece.len() <= max_bytes.unwrap_or(usize::MAX));
            after.extend(items(piece));
        }
        prop_assert_eq!(after, items(&whole));
        if max_bytes.is_none() && let Some(max) = max_items && whole.items() > 0 {
            prop_assert_eq!(pieces.len(), whole.items().div_ceil(max));
        }
        let joined = Telemetry::join(pieces);
        prop_assert!(joined.len() <= 1);
        if let Some(joined) = joined.first() {
            prop_assert_eq!(items(joined), items(&whole));
        }
    }
}

/// Whole resources go into a piece as slices of the bytes that came in.
#[test]
fn resources_that_fit_are_not_copied() {
    let resource = |name: &str| {
        let mut request = Entropy(&[1; 40]).logs();
        request.resource_logs.truncate(1);
        request.resource_logs[0].schema_url = name.into();
        Tree::Logs(request).encode()
    };
    let bytes = Bytes::from([resource("a"), resource("b"), resource("c")].concat());
    let whole = Telemetry::from_wire(Signal::Logs, bytes.clone()).unwrap();
    let each = whole.items() / 3;
    assert!(each > 0);
    let pieces = split(whole, Some(each), None);
    assert_eq!(pieces.len(), 3);
    for piece in pieces {
        let part = piece.parts().next().unwrap();
        assert!(bytes.as_ptr_range().contains(&part.as_ptr()));
    }
}
