//! [`BatchId`]: how a destination recognises a batch that it was sent before.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::ops::Range;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest, Sha256};

/// The name of a set of records that is delivered as one: the same for every attempt, and behind a queue on disk also
/// after a restart. No other set has it. Displayed as 32 hexadecimal digits.
///
/// A database that has stored it need not store the records again (ClickHouse's `insert_deduplication_token`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BatchId(u128);

// === impl BatchId ===

impl BatchId {
    /// An id that was not there before.
    #[must_use]
    pub fn fresh() -> Self {
        static PROCESS: OnceLock<u128> = OnceLock::new();
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let process = *PROCESS.get_or_init(|| {
            let random = RandomState::new();
            u128::from(random.hash_one(0)) << 64 | u128::from(random.hash_one(1))
        });
        Self::of(&[process, NEXT.fetch_add(1, Ordering::Relaxed).into()])
    }

    /// The id that is made of these numbers, in this order.
    #[must_use]
    pub fn of(numbers: &[u128]) -> Self {
        let mut hash = Sha256::new();
        numbers.iter().for_each(|number| hash.update(number.to_le_bytes()));
        let digest = hash.finalize();
        Self(digest.iter().take(16).fold(0, |id, byte| id << 8 | u128::from(*byte)))
    }

    /// The id of some of the set's items, numbered from 0. However the set is cut, today or after a restart with other
    /// bounds, an id stands for the same records, or a destination that has it would pass over those it lacks.
    #[must_use]
    pub fn share(self, items: Range<u64>) -> Self {
        Self::of(&[self.0, items.start.into(), items.end.into()])
    }

    /// As a number.
    #[must_use]
    pub const fn as_u128(self) -> u128 {
        self.0
    }
}

impl fmt::Display for BatchId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}
