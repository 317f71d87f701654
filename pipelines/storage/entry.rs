//! [`Entry`]: a batch as the queue holds it, and its way to bytes and back.

use std::ops::Range;
use std::time::SystemTime;

use bytes::Bytes;

use super::format::{ENTRY_HEADER, Header, SegmentId, unix_nanos};
use super::{Amount, origin};
use crate::batch::Ack;
use crate::{Batch, Context, Telemetry};

/// What an entry costs in memory beside its bytes: the structures that hold it. Measured at about 300 bytes.
pub(super) const OVERHEAD: u64 = 512;

/// A place in the queue: entries are in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Position {
    /// Number of the segment.
    pub(super) segment: u64,
    /// Where in its file.
    pub(super) offset: u64,
}

/// A batch without those who wait for it.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) telemetry: Telemetry,
    pub(super) context: Context,
    pub(super) since: SystemTime,
}

/// A batch on its way to disk.
pub(super) struct Incoming {
    pub(super) entry: Entry,
    pub(super) origin: Vec<u8>,
    pub(super) ack: Ack,
    lengths: (u32, u32),
    items: u32,
}

// === impl Position ===

impl Position {
    /// Every place in a segment.
    pub(super) fn all_of(segment: u64) -> Range<Self> {
        Self { segment, offset: 0 }..Self { segment: segment + 1, offset: 0 }
    }
}

// === impl Entry ===

impl Entry {
    /// The entry of a header and the body that belongs to it; `None` if the body is damaged.
    pub(super) fn decode(header: &Header, id: SegmentId, offset: u64, body: Bytes) -> Option<Self> {
        if crc32c::crc32c_append(id.seed(offset), &body) != header.body_crc {
            return None;
        }
        let origin = header.origin as usize;
        let context = origin::decode(body.get(..origin)?);
        let telemetry = Telemetry::from_rope(header.signal?, header.items as usize, body.slice(origin..).into());
        Some(Self { telemetry, context, since: header.came_in() })
    }

    /// What it counts for.
    pub(super) fn amount(&self) -> Amount {
        Amount { entries: 1, items: self.telemetry.items() as u64, bytes: self.telemetry.len() as u64 }
    }

    /// What it costs to hold it.
    pub(super) fn memory(&self) -> u64 {
        self.telemetry.len() as u64 + OVERHEAD
    }

    /// The batch again, with whoever waits for it.
    pub(super) fn into_batch(self, ack: Ack) -> Batch {
        Batch::from_parts(self.telemetry, self.context, ack)
    }
}

// === impl Incoming ===

impl Incoming {
    /// Prepares a batch; gives it back if it is larger than an entry can be (4 GiB).
    pub(super) fn new(batch: Batch, since: SystemTime) -> Result<Self, Batch> {
        let origin = origin::encode(batch.context());
        let lengths = (u32::try_from(origin.len()), u32::try_from(batch.bytes()), u32::try_from(batch.items()));
        let (Ok(origin_length), Ok(telemetry_length), Ok(items)) = lengths else { return Err(batch) };
        let (telemetry, context, ack) = batch.into_parts();
        let lengths = (origin_length, telemetry_length);
        Ok(Self { entry: Entry { telemetry, context, since }, origin, ack, lengths, items })
    }

    /// Length on disk.
    pub(super) fn length(&self) -> u64 {
        ENTRY_HEADER + u64::from(self.lengths.0) + u64::from(self.lengths.1)
    }

    /// The header it gets at `offset`.
    pub(super) fn header(&self, id: SegmentId, offset: u64) -> [u8; ENTRY_HEADER as usize] {
        let seed = id.seed(offset);
        let origin = crc32c::crc32c_append(seed, &self.origin);
        let header = Header {
            done: false,
            signal: Some(self.entry.telemetry.signal()),
            items: self.items,
            since: unix_nanos(self.entry.since),
            origin: self.lengths.0,
            telemetry: self.lengths.1,
            body_crc: self.entry.telemetry.parts().fold(origin, |crc, part| crc32c::crc32c_append(crc, part)),
        };
        header.encode(seed)
    }
}
