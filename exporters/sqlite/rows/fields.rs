//! [`Fields`]: where rows go, one field after the other.

use super::table::Table;
use crate::values::hex;

/// Takes rows: `begin`, a call for every column of the table in its order, `end`.
pub(in crate::sqlite) trait Fields {
    /// Why a row cannot be taken, and with it none after it.
    type Error;

    /// A row of this table follows.
    fn begin(&mut self, table: Table);

    /// `NULL`.
    fn null(&mut self);

    /// An integer.
    fn int(&mut self, value: i64);

    /// A floating-point number.
    fn double(&mut self, value: f64);

    /// A text in UTF-8.
    fn text(&mut self, text: &[u8]);

    /// The row is complete.
    ///
    /// # Errors
    /// When neither this row nor one after it can be taken.
    fn end(&mut self) -> Result<(), Self::Error>;

    /// Memory to write texts in.
    fn scratch(&mut self) -> &mut Vec<u8>;

    /// A text that is `NULL` when empty.
    fn name(&mut self, text: &str) {
        if text.is_empty() { self.null() } else { self.text(text.as_bytes()) }
    }

    /// The id of a trace or span in hexadecimal digits, `NULL` when empty.
    fn id(&mut self, id: &[u8]) {
        if id.is_empty() { self.null() } else { self.written(|out| hex(id, out)) }
    }

    /// A text that has to be made.
    fn written(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        let mut text = std::mem::take(self.scratch());
        text.clear();
        write(&mut text);
        self.text(&text);
        *self.scratch() = text;
    }

    /// A number beyond 2^63 is taken as 2^63 - 1.
    fn count(&mut self, count: u64) {
        self.int(i64::try_from(count).unwrap_or(i64::MAX));
    }

    /// A number that may be absent.
    fn optional(&mut self, value: Option<f64>) {
        match value {
            Some(value) => self.double(value),
            None => self.null(),
        }
    }
}
