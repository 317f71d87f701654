//! Numbers and times: little endian, one after the other.

use super::Values;
use super::repeat::repeat;
use crate::clickhouse::rows::compression::Blocks;
use crate::clickhouse::rows::shape::Type;

/// Numbers of one width, `N` bytes.
pub(in crate::clickhouse::rows) struct Number<const N: usize> {
    bytes: Vec<u8>,
}

/// Points in time: `DateTime64(9)` or, where tables have that, `DateTime`.
pub(in crate::clickhouse::rows) struct Time {
    bytes: Vec<u8>,
    in_seconds: bool,
}

const NANOS_PER_SECOND: u64 = 1_000_000_000;

// === impl Number ===

impl<const N: usize> Number<N> {
    /// Appends a value, given as its `to_le_bytes`.
    #[inline]
    pub(in crate::clickhouse::rows) fn put(&mut self, value: [u8; N]) {
        self.bytes.extend_from_slice(&value);
    }

    /// Appends the same value for several rows.
    pub(in crate::clickhouse::rows) fn put_all(&mut self, value: [u8; N], rows: usize) {
        if rows > 0 {
            let start = self.bytes.len();
            self.put(value);
            repeat(&mut self.bytes, start, rows - 1);
        }
    }
}

impl<const N: usize> Values for Number<N> {
    fn new(_: Type) -> Self {
        Self { bytes: Vec::new() }
    }

    fn len(&self) -> usize {
        self.bytes.len() / N
    }

    fn write_prefix(&self, _: &mut Blocks) -> Result<(), String> {
        Ok(())
    }

    fn write(&mut self, out: &mut Blocks) -> Result<(), String> {
        out.write(&self.bytes)
    }

    fn clear(&mut self) {
        self.bytes.clear();
    }
}

// === impl Time ===

impl Time {
    /// Appends nanoseconds since the Unix epoch. As in the Collector, their bits are taken as a signed number, so that
    /// times after the year 2262 become times before 1970; in seconds the column cannot hold those, and has its end.
    #[inline]
    pub(in crate::clickhouse::rows) fn put(&mut self, nanos: u64) {
        if self.in_seconds {
            let seconds = u32::try_from(nanos / NANOS_PER_SECOND).unwrap_or(u32::MAX);
            self.bytes.extend_from_slice(&seconds.to_le_bytes());
        } else {
            self.bytes.extend_from_slice(&nanos.to_le_bytes());
        }
    }
}

impl Values for Time {
    fn new(ty: Type) -> Self {
        Self { bytes: Vec::new(), in_seconds: ty == Type::DateTime }
    }

    fn len(&self) -> usize {
        self.bytes.len() / if self.in_seconds { size_of::<u32>() } else { size_of::<u64>() }
    }

    fn write_prefix(&self, _: &mut Blocks) -> Result<(), String> {
        Ok(())
    }

    fn write(&mut self, out: &mut Blocks) -> Result<(), String> {
        out.write(&self.bytes)
    }

    fn clear(&mut self) {
        self.bytes.clear();
    }
}
