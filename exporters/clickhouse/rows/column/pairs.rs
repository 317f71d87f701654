//! Attributes: maps of texts, or JSON objects.

use pipelines::otlp::view::{AttributeRef, AttributesView};
use pipelines::otlp::wire::{read_varint, varint_len};

use super::{Text, Values};
use crate::clickhouse::rows::compression::Blocks;
use crate::clickhouse::rows::shape::Type;
use crate::values::{self, ESCAPED_NUL, Json};

/// `Map(LowCardinality(String), String)`, the same with plain keys, or `JSON`.
pub(in crate::clickhouse::rows) struct Pairs {
    is_json: bool,
    /// How many keys there are up to the end of each row, 8 bytes little endian. JSON has neither ends nor keys.
    ends: Vec<u8>,
    keys: Text,
    /// The values of the keys, or whole objects.
    values: Text,
    /// The keys of the row before, as numbers: most rows have the same.
    expected: Vec<u32>,
    /// The order of the row before.
    order: Order,
    /// Room for the attributes of a row; nothing is in it between two rows.
    room: Vec<AttributeRef<'static>>,
}

/// In which order the attributes of a row are sorted by their keys; those of most rows in the same.
///
/// As the Collector's exporter sorts them: to ClickHouse maps are lists, and two that differ in their order are two, so
/// that `GROUP BY Attributes` would take one series for several.
#[derive(Default)]
struct Order(Vec<u32>);

/// Version of the serialization of JSON: each object is a string.
const JSON_AS_STRING: u64 = 1;
/// The tag of `string_value` in `AnyValue`.
const STRING_VALUE: u8 = 0x0a;

// === impl Pairs ===

impl Pairs {
    /// Appends the attributes of a row.
    #[inline]
    pub(in crate::clickhouse::rows) fn put(&mut self, attributes: AttributesView<'_>) {
        if self.is_json {
            self.values.put_written(|out| Json::stored(ESCAPED_NUL).object(attributes, out));
            return;
        }
        let mut row = emptied(std::mem::take(&mut self.room));
        row.extend(attributes.encoded());
        self.put_sorted(&row);
        self.room = emptied(row);
        self.ends.extend_from_slice(&(self.keys.len() as u64).to_le_bytes());
    }

    /// Appends the same attributes for several rows.
    pub(in crate::clickhouse::rows) fn put_all(&mut self, attributes: AttributesView<'_>, rows: usize) {
        if rows > 0 {
            let (keys, values, before) = (self.keys.mark(), self.values.mark(), self.keys.len());
            self.put(attributes);
            let length = self.keys.len() - before;
            self.keys.repeat(keys, rows - 1);
            self.values.repeat(values, rows - 1);
            if !self.is_json {
                let ends = (2..=rows).flat_map(|row| ((before + length * row) as u64).to_le_bytes());
                self.ends.extend(ends);
            }
        }
    }

    #[inline]
    fn put_sorted(&mut self, row: &[AttributeRef<'_>]) {
        // The keys of the row before, each in its place, are in order as they were there.
        let is_as_before = self.order.0.len() == row.len()
            && self
                .expected
                .get(..row.len())
                .is_some_and(|expected| self.keys.put_again(self.order.keys(row), expected));
        if !is_as_before {
            self.order.fit(row);
            for (position, key) in self.order.keys(row).enumerate() {
                self.keys.put_expected(key, position, &mut self.expected);
            }
        }
        let order = std::mem::take(&mut self.order);
        for index in &order.0 {
            self.put_value(&row[*index as usize]);
        }
        self.order = order;
    }

    #[inline]
    fn put_value(&mut self, attribute: &AttributeRef<'_>) {
        // A string stands in the request as it does in the block, with its length ahead.
        if let Some([STRING_VALUE, prefixed @ ..]) = attribute.value
            && let mut at = 0
            && let Some(length) = read_varint(prefixed, &mut at)
            && let Some(string) = prefixed.get(at..)
            && string.len() as u64 == length
            && varint_len(length) == at
        {
            self.values.put_prefixed(prefixed, string);
        } else {
            self.values.put_written(|out| values::text(attribute.view(), out));
        }
    }
}

impl Values for Pairs {
    fn new(ty: Type) -> Self {
        Self {
            is_json: ty == Type::Json,
            ends: Vec::new(),
            keys: Text::new(if ty == Type::Map { Type::LowCardinality } else { Type::String }),
            values: Text::new(Type::String),
            expected: Vec::new(),
            order: Order::default(),
            room: Vec::new(),
        }
    }

    fn len(&self) -> usize {
        if self.is_json { self.values.len() } else { self.ends.len() / size_of::<u64>() }
    }

    fn write_prefix(&self, out: &mut Blocks) -> Result<(), String> {
        if self.is_json { out.write(&JSON_AS_STRING.to_le_bytes()) } else { self.keys.write_prefix(out) }
    }

    fn write(&mut self, out: &mut Blocks) -> Result<(), String> {
        out.write(&self.ends)?;
        self.keys.write(out)?;
        self.values.write(out)
    }

    fn clear(&mut self) {
        self.ends.clear();
        self.keys.clear();
        self.values.clear();
        self.expected.clear();
    }
}

// === impl Order ===

impl Order {
    /// The keys of a row in this order.
    #[inline]
    fn keys<'a>(&self, row: &[AttributeRef<'a>]) -> impl Iterator<Item = &'a [u8]> {
        self.0.iter().map(|index| row[*index as usize].key)
    }

    /// Becomes the order of this row, in which equal keys stay as they are.
    fn fit(&mut self, row: &[AttributeRef<'_>]) {
        let place = |index: &u32| (row[*index as usize].key, *index);
        if self.0.len() != row.len() || !self.0.is_sorted_by_key(place) {
            self.0.clear();
            self.0.extend(0..row.len() as u32);
            self.0.sort_unstable_by_key(place);
        }
    }
}

/// The same memory, for attributes of another row.
#[inline]
fn emptied<'a>(mut room: Vec<AttributeRef<'_>>) -> Vec<AttributeRef<'a>> {
    room.clear();
    room.into_iter().map(|_| AttributeRef::default()).collect()
}
