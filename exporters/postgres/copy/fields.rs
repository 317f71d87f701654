//! [`Fields`]: what rows are written with, so that the same code makes the binary rows of COPY and those people read.

/// Takes the fields of rows one after the other.
pub(in crate::postgres) trait Fields {
    /// Starts a row of so many fields.
    fn row(&mut self, width: usize);
    /// Ends a row.
    fn end(&mut self);
    /// NULL.
    fn null(&mut self);
    /// `smallint`.
    fn int2(&mut self, value: i16);
    /// `int`.
    fn int4(&mut self, value: i32);
    /// `bigint`.
    fn int8(&mut self, value: i64);
    /// `double precision`.
    fn float8(&mut self, value: f64);
    /// `boolean`.
    fn bool(&mut self, value: bool);
    /// `timestamptz`, of nanoseconds since 1970.
    fn time(&mut self, nanos: i64);
    /// `text` that `write` appends, without NUL bytes.
    fn text(&mut self, write: impl FnOnce(&mut Vec<u8>));
    /// `jsonb` whose text `write` appends.
    fn json(&mut self, write: impl FnOnce(&mut Vec<u8>));
    /// `bigint[]`.
    fn int8s(&mut self, values: impl Iterator<Item = i64>);
    /// `double precision[]`.
    fn float8s(&mut self, values: impl Iterator<Item = f64>);

    /// Bytes written so far.
    fn written(&self) -> usize;

    /// `text`, NULL if there is nothing in it.
    fn name(&mut self, text: &str) {
        if text.is_empty() { self.null() } else { self.text(|out| out.extend_from_slice(text.as_bytes())) }
    }

    /// The id of a trace or span in hexadecimal digits, NULL if there is none.
    fn id(&mut self, id: &[u8]) {
        if id.is_empty() { self.null() } else { self.text(|out| crate::values::hex(id, out)) }
    }

    /// `double precision` or NULL.
    fn optional(&mut self, value: Option<f64>) {
        match value {
            Some(value) => self.float8(value),
            None => self.null(),
        }
    }

    /// `int` of a count; one beyond its range is as large as can be said.
    fn count4(&mut self, count: u32) {
        self.int4(i32::try_from(count).unwrap_or(i32::MAX));
    }

    /// `bigint` of a count; one beyond its range is as large as can be said.
    fn count8(&mut self, count: u64) {
        self.int8(i64::try_from(count).unwrap_or(i64::MAX));
    }
}

/// Replaces NUL bytes after `start`, which PostgreSQL cannot store, by U+FFFD.
pub(super) fn replace_nul(out: &mut Vec<u8>, start: usize) {
    if !out[start..].contains(&0) {
        return;
    }
    let text = out.split_off(start);
    for byte in text {
        match byte {
            0 => out.extend_from_slice("\u{fffd}".as_bytes()),
            byte => out.push(byte),
        }
    }
}
