//! Arrays: where each row's values end, then the values of all rows.

use super::Values;
use crate::clickhouse::rows::compression::Blocks;
use crate::clickhouse::rows::shape::Type;

/// `Array`s of values.
pub(in crate::clickhouse::rows) struct Array<C> {
    /// How many values there are up to the end of each row, 8 bytes little endian.
    ends: Vec<u8>,
    values: C,
}

// === impl Array ===

impl<C: Values> Array<C> {
    /// The values, to which those of the row are appended.
    #[inline]
    pub(in crate::clickhouse::rows) fn values(&mut self) -> &mut C {
        &mut self.values
    }

    /// Ends the row: what was appended since the last one ended is its value.
    #[inline]
    pub(in crate::clickhouse::rows) fn end_row(&mut self) {
        self.ends.extend_from_slice(&(self.values.len() as u64).to_le_bytes());
    }
}

impl<C: Values> Values for Array<C> {
    fn new(ty: Type) -> Self {
        Self { ends: Vec::new(), values: C::new(ty) }
    }

    fn len(&self) -> usize {
        self.ends.len() / size_of::<u64>()
    }

    fn write_prefix(&self, out: &mut Blocks) -> Result<(), String> {
        self.values.write_prefix(out)
    }

    fn write(&mut self, out: &mut Blocks) -> Result<(), String> {
        out.write(&self.ends)?;
        self.values.write(out)
    }

    fn clear(&mut self) {
        self.ends.clear();
        self.values.clear();
    }
}
