//! Edits on bytes against the same edits on decoded trees.

use bytes::Bytes;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use proptest::prelude::*;
use prost::Message as _;

use super::arbitrary::Entropy;
use super::tree::Tree;
use super::unknown::{unknown_fields, with_unknown_fields};
use crate::otlp::edit::{
    AttributeEdit, AttributeEdits, ConstantEdits, EncodedAttribute, Level, Mode, ValueRef, edit_attributes,
    insert_attributes, rename_attribute, retain, upsert_attributes,
};
use crate::{Rope, Signal, Telemetry};

const LEVELS: [Level; 6] =
    [Level::Resource, Level::Scope, Level::Metric, Level::Record, Level::SpanEvent, Level::DataPoint];

#[derive(Clone, Debug)]
enum Op {
    Set(Mode, &'static str, AnyValue),
    Copy(Mode, &'static str, &'static str),
    Rename(&'static str, &'static str),
    Delete(&'static str),
}

fn mode(entropy: &mut Entropy<'_>) -> Mode {
    [Mode::Insert, Mode::Update, Mode::Upsert][entropy.below(3)]
}

fn ops(entropy: &mut Entropy<'_>) -> Vec<Op> {
    let count = 1 + entropy.below(4);
    let one = |_| match entropy.below(4) {
        0 => Op::Set(mode(entropy), entropy.key(), entropy.any(2)),
        1 => Op::Copy(mode(entropy), entropy.key(), entropy.key()),
        2 => Op::Rename(entropy.key(), entropy.key()),
        _ => Op::Delete(entropy.key()),
    };
    (0..count).map(one).collect()
}

fn on_bytes(ops: &[Op], edits: &mut AttributeEdits<'_>) {
    for op in ops {
        match op {
            Op::Set(mode, key, value) => {
                edits.set(*mode, key, ValueRef::Encoded(&value.encode_to_vec()));
            }
            Op::Copy(mode, from, to) => {
                edits.copy(*mode, from, to);
            }
            Op::Rename(from, to) => {
                edits.rename(from, to);
            }
            Op::Delete(key) => {
                edits.delete(key);
            }
        }
    }
}

fn set(list: &mut Vec<KeyValue>, mode: Mode, key: &str, value: &AnyValue) {
    let found = list.iter().position(|attribute| attribute.key == key);
    match (mode, found) {
        (Mode::Insert, Some(_)) | (Mode::Update, None) => {}
        (_, Some(index)) => list[index].value = Some(value.clone()),
        (_, None) => {
            list.push(KeyValue { key: key.into(), value: Some(value.clone()), ..Default::default() });
        }
    }
}

fn on_tree(ops: &[Op], list: &mut Vec<KeyValue>) {
    for op in ops {
        match op {
            Op::Set(mode, key, value) => set(list, *mode, key, value),
            Op::Copy(mode, from, to) => {
                if let Some(source) = list.iter().find(|attribute| attribute.key == *from) {
                    let value = source.value.clone().unwrap_or_default();
                    set(list, *mode, to, &value);
                }
            }
            Op::Rename(from, to) => {
                if from != to
                    && let Some(index) = list.iter().position(|attribute| attribute.key == *from)
                {
                    let mut at = 0;
                    list.retain(|attribute| {
                        let stays = at == index || (attribute.key != *from && attribute.key != *to);
                        at += 1;
                        stays
                    });
                    list.iter_mut().filter(|attribute| attribute.key == *from).for_each(|own| own.key = (*to).into());
                }
            }
            Op::Delete(key) => list.retain(|attribute| attribute.key != *key),
        }
    }
}

/// An attribute without a value field and one with an empty value mean the same.
fn normal(mut tree: Tree) -> Tree {
    for level in LEVELS {
        tree.attributes(level, &mut |list| {
            for attribute in list {
                if attribute.value == Some(AnyValue::default()) {
                    attribute.value = None;
                }
            }
        });
    }
    tree
}

fn telemetry(tree: &Tree) -> Telemetry {
    Telemetry::from_wire(tree.signal(), Bytes::from(tree.encode())).unwrap()
}

fn decoded(telemetry: &Telemetry) -> Tree {
    Tree::decode(telemetry.signal(), &telemetry.to_bytes()).unwrap()
}

fn same_bytes(a: &Telemetry, b: &Telemetry) -> bool {
    a.parts().map(|part| (part.as_ptr(), part.len())).eq(b.parts().map(|part| (part.as_ptr(), part.len())))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    /// Any sequence of edits on any level gives what decoding, editing and encoding gives; no change, no copy.
    #[test]
    fn attribute_edits_equal_those_on_trees(entropy in proptest::collection::vec(any::<u8>(), 0..1200)) {
        let mut entropy = Entropy(&entropy);
        let level = LEVELS[entropy.below(LEVELS.len())];
        let ops = ops(&mut entropy);
        let tree = Tree::random(&mut entropy);
        let before = telemetry(&tree);
        let after = edit_attributes(&before, level, |_, edits| on_bytes(&ops, edits));
        let mut expected = tree.clone();
        expected.attributes(level, &mut |list| on_tree(&ops, list));
        prop_assert_eq!(normal(decoded(&after)), normal(expected.clone()));
        prop_assert_eq!(after.items(), before.items());
        Telemetry::from_wire(tree.signal(), after.to_bytes()).unwrap();
        if decoded(&after) == tree && expected == tree && ops.len() == 1 {
            prop_assert!(same_bytes(&before, &after));
        }
    }

    /// The constant edits do what the general ones do.
    #[test]
    fn constant_edits_equal_those_on_trees(entropy in proptest::collection::vec(any::<u8>(), 0..1200)) {
        let mut entropy = Entropy(&entropy);
        let level = LEVELS[entropy.below(LEVELS.len())];
        let pairs: Vec<_> = (0..1 + entropy.below(3)).map(|_| (entropy.key(), entropy.any(1))).collect();
        let (from, to) = (entropy.key(), entropy.key());
        let kind = entropy.below(3);
        let tree = Tree::random(&mut entropy);
        let before = telemetry(&tree);
        let encoded: Vec<_> = pairs
            .iter()
            .map(|(key, value)| EncodedAttribute::new(*key, ValueRef::Encoded(&value.encode_to_vec())))
            .collect();
        let mode = if kind == 0 { Mode::Insert } else { Mode::Upsert };
        let ops: Vec<_> = match kind {
            2 => vec![Op::Rename(from, to)],
            _ => pairs.iter().map(|(key, value)| Op::Set(mode, key, value.clone())).collect(),
        };
        let after = match kind {
            0 => insert_attributes(&before, level, &encoded),
            1 => upsert_attributes(&before, level, &encoded),
            _ => rename_attribute(&before, level, from, to),
        };
        let mut expected = tree;
        expected.attributes(level, &mut |list| on_tree(&ops, list));
        prop_assert_eq!(normal(decoded(&after)), normal(expected));
    }

    /// A list of constant edits does what the same calls do one by one.
    #[test]
    fn lists_of_constant_edits_equal_those_on_trees(entropy in proptest::collection::vec(any::<u8>(), 0..1200)) {
        let mut entropy = Entropy(&entropy);
        let level = LEVELS[entropy.below(LEVELS.len())];
        let ops = ops(&mut entropy);
        let tree = Tree::random(&mut entropy);
        let before = telemetry(&tree);
        let edit = |op: &Op| match op {
            Op::Set(mode, key, value) => {
                AttributeEdit::Set(*mode, EncodedAttribute::new(*key, ValueRef::Encoded(&value.encode_to_vec())))
            }
            Op::Rename(from, to) => AttributeEdit::Rename { from: (*from).into(), to: (*to).into() },
            Op::Copy(mode, from, to) => AttributeEdit::Move { mode: *mode, from: (*from).into(), to: (*to).into() },
            Op::Delete(key) => AttributeEdit::Delete((*key).into()),
        };
        let after = ConstantEdits::new(ops.iter().map(edit)).apply(&before, level);
        let moved = |op: &Op| match op {
            Op::Copy(_, from, _) => vec![op.clone(), Op::Delete(from)],
            op => vec![op.clone()],
        };
        let ops: Vec<_> = ops.iter().flat_map(moved).collect();
        let mut expected = tree;
        expected.attributes(level, &mut |list| on_tree(&ops, list));
        prop_assert_eq!(normal(decoded(&after)), normal(expected));
        Telemetry::from_wire(after.signal(), after.to_bytes()).unwrap();
    }

    /// What a predicate does not want goes, with the parents it empties, and the count of items is right.
    #[test]
    fn retain_equals_filtering_trees(
        entropy in proptest::collection::vec(any::<u8>(), 0..1200),
        choices in proptest::collection::vec(any::<bool>(), 1..20),
    ) {
        let mut entropy = Entropy(&entropy);
        let level = LEVELS[entropy.below(LEVELS.len())];
        let tree = Tree::random(&mut entropy);
        let before = telemetry(&tree);
        let mut answers = choices.iter().copied().cycle();
        let (after, removed) = retain(&before, level, |_| answers.next().unwrap());
        let mut answers = choices.iter().copied().cycle();
        let mut expected = tree;
        expected.retain(level, &mut || answers.next().unwrap());
        prop_assert_eq!(decoded(&after), expected.clone());
        prop_assert_eq!(after.items(), expected.items());
        prop_assert_eq!(removed, before.items() - after.items());
        if choices.iter().all(|keep| *keep) {
            prop_assert!(same_bytes(&before, &after));
        }
    }

    /// Fields of a newer schema survive edits of attributes on every level.
    #[test]
    fn unknown_fields_survive(entropy in proptest::collection::vec(any::<u8>(), 0..800)) {
        let mut entropy = Entropy(&entropy);
        let level = LEVELS[entropy.below(LEVELS.len())];
        let value = entropy.any(1);
        let tree = Tree::random(&mut entropy);
        let bytes = with_unknown_fields(tree.signal(), &tree.encode());
        let before = Telemetry::from_wire(tree.signal(), Bytes::from(bytes)).unwrap();
        let op = [Op::Set(Mode::Upsert, "service.name", value)];
        let after = edit_attributes(&before, level, |_, edits| on_bytes(&op, edits));
        let mut expected = tree;
        expected.attributes(level, &mut |list| on_tree(&op, list));
        prop_assert_eq!(normal(decoded(&after)), normal(expected));
        prop_assert_eq!(unknown_fields(&before.to_bytes()), unknown_fields(&after.to_bytes()));
    }
}

/// Of several parts only the changed one is written anew.
#[test]
fn an_untouched_part_is_not_copied() {
    let part = |entropy: &[u8]| Bytes::from(Tree::Logs(Entropy(entropy).logs()).encode());
    let full = part(&[1; 200]);
    let unknown_only = Bytes::from_static(&[0xf8, 0x06, 0x01]);
    let rope: Rope = [unknown_only.clone(), full.clone()].into_iter().collect();
    let items = Telemetry::from_trusted(Signal::Logs, full).items();
    let before = Telemetry::from_rope(Signal::Logs, items, rope);
    let after = insert_attributes(&before, Level::Resource, &[EncodedAttribute::new("new", "value")]);
    assert_eq!(after.parts().next().unwrap().as_ptr(), unknown_only.as_ptr());
    assert!(after.len() > before.len());
    assert_eq!(after.resources().next().unwrap().attributes().get("new").unwrap().as_str(), Some("value"));
}
