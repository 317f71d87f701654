//! Different strings, numbered as they are first met.

use std::hash::{BuildHasher as _, RandomState};

use pipelines::otlp::wire::put_varint;

/// Different strings, numbered as they are first met, in the bytes in which a block has them.
#[derive(Default)]
pub(super) struct Dictionary {
    /// The strings, each with its length ahead.
    bytes: Vec<u8>,
    /// Where each string begins and ends.
    ranges: Vec<(u32, u32)>,
    /// Open addressing by hash: part of the hash, and the number plus one, 0 for a free slot.
    slots: Vec<(u32, u32)>,
    /// Seeded, since keys come from outside.
    hasher: RandomState,
}

/// Slots of a dictionary with few strings; a power of two.
const FEW_SLOTS: usize = 64;

// === impl Dictionary ===

impl Dictionary {
    /// The number of a string; `guess` is tried first.
    #[inline]
    pub(super) fn number(&mut self, string: &[u8], guess: u32) -> u32 {
        if self.has(guess, string) { guess } else { self.find(string) }
    }

    /// Whether this string has this number.
    #[inline]
    pub(super) fn has(&self, number: u32, string: &[u8]) -> bool {
        self.string(number) == Some(string)
    }

    /// How many strings there are.
    pub(super) fn len(&self) -> usize {
        self.ranges.len()
    }

    /// The strings, in the order of their numbers, each with its length ahead.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.ranges.clear();
        self.slots.clear();
    }

    #[inline]
    fn string(&self, number: u32) -> Option<&[u8]> {
        let (start, end) = *self.ranges.get(number as usize)?;
        self.bytes.get(start as usize..end as usize)
    }

    fn find(&mut self, string: &[u8]) -> u32 {
        // At most half of the slots are taken.
        if self.slots.len() < (self.ranges.len() + 1) * 2 {
            self.grow();
        }
        let hash = self.hasher.hash_one(string) as u32;
        let mask = self.slots.len() - 1;
        let mut at = hash as usize & mask;
        loop {
            match self.slots[at] {
                (_, 0) => break,
                (other, number) if other == hash && self.string(number - 1) == Some(string) => return number - 1,
                _ => at = (at + 1) & mask,
            }
        }
        let number = self.ranges.len() as u32;
        put_varint(&mut self.bytes, string.len() as u64);
        let start = self.bytes.len() as u32;
        self.bytes.extend_from_slice(string);
        self.ranges.push((start, self.bytes.len() as u32));
        self.slots[at] = (hash, number + 1);
        number
    }

    fn grow(&mut self) {
        let size = (self.slots.len() * 2).max(FEW_SLOTS);
        let old = std::mem::replace(&mut self.slots, vec![(0, 0); size]);
        for slot in old.into_iter().filter(|slot| slot.1 > 0) {
            let mut at = slot.0 as usize & (size - 1);
            while self.slots[at].1 > 0 {
                at = (at + 1) & (size - 1);
            }
            self.slots[at] = slot;
        }
    }
}
