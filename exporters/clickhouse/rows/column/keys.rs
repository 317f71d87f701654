//! The paths of attributes: what tables whose attributes are JSON have in `*AttributesKeys`, to be indexed.

use pipelines::otlp::view::{AnyView, AttributesView};

use super::{Text, Values};
use crate::clickhouse::rows::compression::Blocks;
use crate::clickhouse::rows::shape::Type;

/// Arrays of paths.
pub(in crate::clickhouse::rows) struct Keys {
    /// How many paths there are up to the end of each row, 8 bytes little endian.
    ends: Vec<u8>,
    paths: Text,
    walk: Walk,
}

/// The paths of one set of attributes.
#[derive(Default)]
struct Walk {
    path: Vec<u8>,
    bytes: Vec<u8>,
    ranges: Vec<(usize, usize)>,
}

// === impl Keys ===

impl Keys {
    /// Appends the same row several times: every path to a value that is no map, with dots between keys, sorted, each
    /// once.
    pub(in crate::clickhouse::rows) fn put_all(&mut self, attributes: AttributesView<'_>, rows: usize) {
        if rows == 0 {
            return;
        }
        let (mark, before) = (self.paths.mark(), self.paths.len());
        let Walk { bytes, ranges, .. } = self.walk.over(attributes);
        let path = |range: &(usize, usize)| &bytes[range.0..range.1];
        ranges.sort_unstable_by(|one, other| path(one).cmp(path(other)));
        ranges.dedup_by(|one, other| path(one) == path(other));
        ranges.iter().for_each(|range| self.paths.put(path(range)));
        let length = self.paths.len() - before;
        self.paths.repeat(mark, rows - 1);
        self.ends.extend((1..=rows).flat_map(|row| ((before + length * row) as u64).to_le_bytes()));
    }
}

impl Values for Keys {
    fn new(ty: Type) -> Self {
        Self { ends: Vec::new(), paths: Text::new(ty), walk: Walk::default() }
    }

    fn len(&self) -> usize {
        self.ends.len() / size_of::<u64>()
    }

    fn write_prefix(&self, out: &mut Blocks) -> Result<(), String> {
        self.paths.write_prefix(out)
    }

    fn write(&mut self, out: &mut Blocks) -> Result<(), String> {
        out.write(&self.ends)?;
        self.paths.write(out)
    }

    fn clear(&mut self) {
        self.ends.clear();
        self.paths.clear();
    }
}

// === impl Walk ===

impl Walk {
    fn over(&mut self, attributes: AttributesView<'_>) -> &mut Self {
        self.bytes.clear();
        self.ranges.clear();
        self.below(attributes);
        self
    }

    fn below(&mut self, attributes: AttributesView<'_>) {
        for (key, value) in attributes {
            let above = self.path.len();
            if above > 0 {
                self.path.push(b'.');
            }
            self.path.extend_from_slice(key.as_bytes());
            if let AnyView::Map(map) = value {
                self.below(map);
            } else {
                let start = self.bytes.len();
                self.bytes.extend_from_slice(&self.path);
                self.ranges.push((start, self.bytes.len()));
            }
            self.path.truncate(above);
        }
    }
}
