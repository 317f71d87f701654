//! [`Binary`]: rows in the binary format of COPY.
//!
//! Format: <https://www.postgresql.org/docs/current/sql-copy.html>, "Binary Format". A field is its length in four
//! bytes, -1 for NULL, and its value as the type's receive function reads it; all numbers are big-endian.

use super::fields::{Fields, replace_nul};

/// Rows in the binary format of COPY, without what stands before and after all rows.
#[derive(Debug, Default)]
pub(in crate::postgres) struct Binary {
    pub(in crate::postgres) out: Vec<u8>,
}

/// What stands before all rows: signature, no flags, no extension.
pub(in crate::postgres) const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// What stands after all rows.
pub(in crate::postgres) const TRAILER: &[u8] = &[0xff, 0xff];

/// Microseconds from 1970 to 2000, where PostgreSQL begins to count.
const EPOCH: i64 = 946_684_800_000_000;
/// Type of the elements of an array (`pg_type.oid`).
const INT8: u32 = 20;
/// Type of the elements of an array (`pg_type.oid`).
const FLOAT8: u32 = 701;
/// Version of the binary form of jsonb, which is its text.
const JSONB: u8 = 1;

// === impl Binary ===

impl Binary {
    /// Rows that are written to `buffer`, which is empty.
    pub(in crate::postgres) fn new(buffer: Vec<u8>) -> Self {
        Self { out: buffer }
    }

    fn fixed<const N: usize>(&mut self, value: [u8; N]) {
        self.out.extend_from_slice(&(N as u32).to_be_bytes());
        self.out.extend_from_slice(&value);
    }

    /// A field of a length that is known afterwards.
    fn counted(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        let start = self.out.len() + 4;
        self.out.extend_from_slice(&[0; 4]);
        write(&mut self.out);
        let len = (self.out.len() - start) as u32;
        self.out[start - 4..start].copy_from_slice(&len.to_be_bytes());
    }

    fn array(&mut self, element: u32, values: impl Iterator<Item = [u8; 8]>) {
        self.counted(|out| {
            let start = out.len();
            // Dimensions, no NULLs, type; then length of the one dimension, and 1, where it begins.
            out.extend_from_slice(&[0; 8]);
            out.extend_from_slice(&element.to_be_bytes());
            let mut len = 0_u32;
            for value in values {
                if len == 0 {
                    out[start + 3] = 1;
                    out.extend_from_slice(&[0, 0, 0, 0, 0, 0, 0, 1]);
                }
                out.extend_from_slice(&8_u32.to_be_bytes());
                out.extend_from_slice(&value);
                len += 1;
            }
            if len > 0 {
                out[start + 12..start + 16].copy_from_slice(&len.to_be_bytes());
            }
        });
    }
}

impl Fields for Binary {
    fn row(&mut self, width: usize) {
        self.out.extend_from_slice(&(width as u16).to_be_bytes());
    }

    fn end(&mut self) {}

    fn null(&mut self) {
        self.out.extend_from_slice(&[0xff; 4]);
    }

    fn int2(&mut self, value: i16) {
        self.fixed(value.to_be_bytes());
    }

    fn int4(&mut self, value: i32) {
        self.fixed(value.to_be_bytes());
    }

    fn int8(&mut self, value: i64) {
        self.fixed(value.to_be_bytes());
    }

    fn float8(&mut self, value: f64) {
        self.fixed(value.to_be_bytes());
    }

    fn bool(&mut self, value: bool) {
        self.fixed([u8::from(value)]);
    }

    fn time(&mut self, nanos: i64) {
        self.fixed((nanos.div_euclid(1000) - EPOCH).to_be_bytes());
    }

    fn text(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        self.counted(|out| {
            let start = out.len();
            write(out);
            replace_nul(out, start);
        });
    }

    fn json(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        self.counted(|out| {
            out.push(JSONB);
            write(out);
        });
    }

    fn int8s(&mut self, values: impl Iterator<Item = i64>) {
        self.array(INT8, values.map(i64::to_be_bytes));
    }

    fn float8s(&mut self, values: impl Iterator<Item = f64>) {
        self.array(FLOAT8, values.map(f64::to_be_bytes));
    }

    fn written(&self) -> usize {
        self.out.len()
    }
}
