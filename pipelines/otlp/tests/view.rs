//! Views and the check against prost, on good bytes and on broken ones.

use bytes::Bytes;
use proptest::prelude::*;

use super::arbitrary::Entropy;
use super::normal::as_viewed;
use super::rebuild::rebuild;
use super::tree::Tree;
use super::unknown::with_unknown_fields;
use crate::otlp::check::{MAX_DEPTH, check};
use crate::otlp::count::count;
use crate::otlp::edit::{EncodedAttribute, EncodedValue, Level, ValueRef, edit_attributes, insert_attributes, retain};
use crate::otlp::split::split;
use crate::otlp::wire::put_len;
use crate::{Signal, Telemetry};

/// Trees compare by what they print, so that a NaN equals itself.
fn same(a: &Tree, b: &Tree) -> bool {
    format!("{a:?}") == format!("{b:?}")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    /// Whatever prost encodes is accepted, counted right, and seen by the views as prost decodes it.
    #[test]
    fn views_equal_what_prost_decodes(
        entropy in proptest::collection::vec(any::<u8>(), 0..1500),
        unknown in any::<bool>(),
    ) {
        let tree = Tree::random(&mut Entropy(&entropy));
        let mut bytes = tree.encode();
        if unknown {
            bytes = with_unknown_fields(tree.signal(), &bytes);
        }
        prop_assert_eq!(count(tree.signal(), &bytes), tree.items());
        let telemetry = Telemetry::from_wire(tree.signal(), Bytes::from(bytes)).unwrap();
        prop_assert_eq!(telemetry.items(), tree.items());
        let mut items = 0;
        telemetry.for_each_item(|_| items += 1);
        prop_assert_eq!(items, tree.items());
        let (seen, expected) = (rebuild(&telemetry), as_viewed(tree));
        prop_assert!(same(&seen, &expected), "{:#?}\n{:#?}", seen, expected);
    }

    /// Broken bytes never panic; what the check accepts, prost decodes with as many items, and the views agree.
    #[test]
    fn what_the_check_accepts_prost_decodes(
        entropy in proptest::collection::vec(any::<u8>(), 0..400),
        flips in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 0..4),
        cut in proptest::option::of(any::<proptest::sample::Index>()),
        signal in 0_usize..4,
    ) {
        let tree = Tree::random(&mut Entropy(&entropy));
        let mut bytes = tree.encode();
        for (place, value) in flips {
            if !bytes.is_empty() {
                let at = place.index(bytes.len());
                bytes[at] = value;
            }
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len() + 1));
        }
        let signal = if signal == 3 { Signal::Profiles } else { tree.signal() };
        let unchecked = Telemetry::from_trusted(signal, Bytes::from(bytes.clone()));
        unchecked.for_each_item(|item| drop(format!("{item:?}")));
        drop(insert_attributes(&unchecked, Level::Record, &[EncodedAttribute::new("k", "v")]));
        drop(edit_attributes(&unchecked, Level::Resource, |_, edits| { edits.rename("a", "b"); }));
        drop(retain(&unchecked, Level::Record, |_| false));
        drop(split(unchecked, Some(1), Some(100)));
        if signal == Signal::Profiles {
            drop(check(signal, &bytes));
        } else if let Ok(items) = check(signal, &bytes) {
            let decoded = Tree::decode(signal, &bytes);
            prop_assert!(decoded.is_ok(), "{decoded:?}");
            let decoded = decoded.unwrap();
            prop_assert_eq!(items, decoded.items());
            let seen = rebuild(&Telemetry::from_wire(signal, Bytes::from(bytes)).unwrap());
            let expected = as_viewed(decoded);
            prop_assert!(same(&seen, &expected), "{:#?}\n{:#?}", seen, expected);
        }
    }

    /// The check only refuses what prost refuses too, apart from what its documentation lists.
    #[test]
    fn what_prost_refuses_the_check_refuses(
        entropy in proptest::collection::vec(any::<u8>(), 0..300),
        place in any::<proptest::sample::Index>(),
        value in any::<u8>(),
    ) {
        let tree = Tree::random(&mut Entropy(&entropy));
        let mut bytes = tree.encode();
        if bytes.is_empty() {
            return Ok(());
        }
        let at = place.index(bytes.len());
        bytes[at] = value;
        if let Err(error) = check(tree.signal(), &bytes)
            && Tree::decode(tree.signal(), &bytes).is_ok()
        {
            let allowed = ["occurs twice", "has data twice", "id has", "is not used by OTLP", "nested deeper"];
            prop_assert!(allowed.iter().any(|allowed| error.what().contains(allowed)), "{}", error);
        }
    }
}

fn nested_arrays(levels: usize) -> Bytes {
    let mut value = EncodedValue::new("x");
    for _ in 0..levels {
        value = EncodedValue::array([ValueRef::from(&value)]);
    }
    let mut record = Vec::new();
    put_len(&mut record, 5, value.as_bytes());
    for number in [2, 2, 1] {
        let mut outer = Vec::new();
        put_len(&mut outer, number, &record);
        record = outer;
    }
    record.into()
}

/// The deepest value that passes can be decoded by prost, and one level more is refused with the reason.
#[test]
fn depth_is_limited_below_what_other_decoders_read() {
    let most = MAX_DEPTH as usize / 2;
    let bytes = nested_arrays(most);
    assert_eq!(check(Signal::Logs, &bytes).unwrap(), 1);
    Tree::decode(Signal::Logs, &bytes).unwrap();
    let error = check(Signal::Logs, &nested_arrays(most + 1)).unwrap_err();
    assert!(error.what().contains("nested deeper than 64"), "{error}");
    assert!(check(Signal::Logs, &nested_arrays(10_000)).is_err());
}
