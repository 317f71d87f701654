//! The bytes of a segment file: a header and entries one after the other, all numbers little-endian.
//!
//! ```text
//! segment   0  magic "tfoqueue"     8  version (1)     12  zero           16  salt      24  crc of 0..24   28  zero
//! entry     0  magic e5 "tfo"       4  mark            8   crc of 12..40  12  crc of the body
//!          16  length of the origin 20  length of the telemetry           24  came in, unix ns
//!          32  items               36  signal, 3 zeros                    40  body: origin, telemetry
//! ```
//!
//! * The *mark* says whether the entry is done. It lies outside of the CRCs, because it is overwritten in place, and is
//!   a whole word, because no single flipped bit may turn a waiting entry into one that is done.
//! * The header has a CRC of its own, so that a restart finds every entry by headers alone and trusts their lengths,
//!   and reads the bodies only when they are needed.
//! * Every CRC starts from the segment's random salt and the entry's place. Telemetry that happens to hold entries (or
//!   is made to) can therefore never be taken for entries when a damaged range is searched for the next one. The salt
//!   is part of the file's name as well, so that a damaged segment header costs nothing.
//! * An entry without a signal is *filler*: it covers a damaged range that was kept aside already.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::Amount;
use crate::Signal;

/// Length of a segment's header.
pub(super) const SEGMENT_HEADER: u64 = 32;
/// Length of an entry's header.
pub(super) const ENTRY_HEADER: u64 = 40;
/// Version of the format that is written; a newer one is left alone.
pub(super) const VERSION: u32 = 1;
/// What an entry starts with.
pub(super) const ENTRY_MAGIC: [u8; 4] = [0xe5, b't', b'f', b'o'];
/// The mark of an entry that is done.
pub(super) const DONE: [u8; 4] = *b"DONE";
/// Where in an entry the mark lies.
pub(super) const MARK: u64 = 4;

/// No queue gets there: a segment each microsecond for thirty years. So numbers can be counted on without overflow.
const MAX_NUMBER: u64 = 1_000_000_000_000_000;
const SEGMENT_MAGIC: [u8; 8] = *b"tfoqueue";
const WAITING: [u8; 4] = *b"WAIT";
const FILLER: u8 = 0;

/// What a segment's file name and header say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct SegmentId {
    /// Segments are read in this order.
    pub(super) number: u64,
    /// Where its CRCs start from.
    pub(super) salt: u64,
}

/// The header of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    /// Whether it is done.
    pub(super) done: bool,
    /// The telemetry's signal; `None` for filler.
    pub(super) signal: Option<Signal>,
    /// How many items the telemetry has.
    pub(super) items: u32,
    /// When it came in, in nanoseconds since 1970.
    pub(super) since: u64,
    /// Length of what is known of the sender.
    pub(super) origin: u32,
    /// Length of the telemetry.
    pub(super) telemetry: u32,
    /// CRC of both.
    pub(super) body_crc: u32,
}

// === impl SegmentId ===

impl SegmentId {
    /// The name of its file: `0000000000000007-5be1c2d09a3f4e11.seg`.
    pub(super) fn file_name(self) -> String {
        format!("{:016}-{:016x}.seg", self.number, self.salt)
    }

    /// Reads a file name.
    pub(super) fn parse(name: &str) -> Option<Self> {
        let (number, salt) = name.strip_suffix(".seg")?.split_once('-')?;
        let id = Self { number: number.parse().ok()?, salt: u64::from_str_radix(salt, 16).ok()? };
        (id.file_name() == name && id.number < MAX_NUMBER).then_some(id)
    }

    /// The header of its file.
    pub(super) fn header(self) -> [u8; SEGMENT_HEADER as usize] {
        let mut bytes = [0; SEGMENT_HEADER as usize];
        bytes[..8].copy_from_slice(&SEGMENT_MAGIC);
        bytes[8..12].copy_from_slice(&VERSION.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.salt.to_le_bytes());
        let crc = crc32c::crc32c(&bytes[..24]);
        bytes[24..28].copy_from_slice(&crc.to_le_bytes());
        bytes
    }

    /// Where CRCs of the entry at `offset` start from.
    pub(super) fn seed(self, offset: u64) -> u32 {
        crc32c::crc32c_append(crc32c::crc32c(&self.salt.to_le_bytes()), &offset.to_le_bytes())
    }
}

/// The version that the header of a segment names; `None` when the header is damaged.
pub(super) fn version(header: &[u8]) -> Option<u32> {
    let whole = header.len() as u64 >= SEGMENT_HEADER && header[..8] == SEGMENT_MAGIC;
    (whole && crc32c::crc32c(&header[..24]) == word(header, 24)).then(|| word(header, 8))
}

// === impl Header ===

impl Header {
    /// Filler that covers `length` bytes, header included.
    pub(super) fn filler(length: u64) -> Option<Self> {
        let telemetry = u32::try_from(length.checked_sub(ENTRY_HEADER)?).ok()?;
        Some(Self { done: true, signal: None, items: 0, since: 0, origin: 0, telemetry, body_crc: 0 })
    }

    /// Length of the entry on disk.
    pub(super) fn length(&self) -> u64 {
        ENTRY_HEADER + u64::from(self.origin) + u64::from(self.telemetry)
    }

    /// What the entry counts for.
    pub(super) fn amount(&self) -> Amount {
        Amount { entries: 1, items: self.items.into(), bytes: self.telemetry.into() }
    }

    /// When it came in.
    pub(super) fn came_in(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_nanos(self.since)
    }

    /// Its bytes.
    pub(super) fn encode(&self, seed: u32) -> [u8; ENTRY_HEADER as usize] {
        let mut bytes = [0; ENTRY_HEADER as usize];
        bytes[..4].copy_from_slice(&ENTRY_MAGIC);
        bytes[4..8].copy_from_slice(if self.done { &DONE } else { &WAITING });
        bytes[12..16].copy_from_slice(&self.body_crc.to_le_bytes());
        bytes[16..20].copy_from_slice(&self.origin.to_le_bytes());
        bytes[20..24].copy_from_slice(&self.telemetry.to_le_bytes());
        bytes[24..32].copy_from_slice(&self.since.to_le_bytes());
        bytes[32..36].copy_from_slice(&self.items.to_le_bytes());
        bytes[36] = self.signal.map_or(FILLER, code);
        let crc = crc32c::crc32c_append(seed, &bytes[12..]);
        bytes[8..12].copy_from_slice(&crc.to_le_bytes());
        bytes
    }

    /// Reads a header; `None` when that is not one.
    pub(super) fn decode(bytes: &[u8], seed: u32) -> Option<Self> {
        let bytes = bytes.get(..ENTRY_HEADER as usize)?;
        if bytes[..4] != ENTRY_MAGIC || crc32c::crc32c_append(seed, &bytes[12..]) != word(bytes, 8) {
            return None;
        }
        let signal = match bytes[36] {
            FILLER => None,
            other => Some(Signal::ALL.into_iter().find(|signal| code(*signal) == other)?),
        };
        Some(Self {
            done: bytes[4..8] == DONE,
            signal,
            items: word(bytes, 32),
            since: u64::from(word(bytes, 24)) | u64::from(word(bytes, 28)) << 32,
            origin: word(bytes, 16),
            telemetry: word(bytes, 20),
            body_crc: word(bytes, 12),
        })
    }
}

/// Nanoseconds since 1970; a clock before that shows zero.
pub(super) fn unix_nanos(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}

fn code(signal: Signal) -> u8 {
    match signal {
        Signal::Traces => 1,
        Signal::Metrics => 2,
        Signal::Logs => 3,
        Signal::Profiles => 4,
    }
}

/// The 32 bits at `at`; zero where there are none.
fn word(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).and_then(|four| four.try_into().ok()).map_or(0, u32::from_le_bytes)
}
