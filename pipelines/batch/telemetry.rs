//! Telemetry of one signal in its wire form.

use bytes::Bytes;

use super::rope::{Parts, Rope};
use crate::Signal;
use crate::otlp::check::{Invalid, check};
use crate::otlp::count::count;

/// An immutable, cheaply cloned set of telemetry of one signal, as encoded `Export*ServiceRequest` bytes.
///
/// Every part of its rope is a whole request by itself. Protobuf merges concatenated messages and the only field of a
/// request is the repeated list of resources, so appending parts merges them and the parts one after the other are a
/// valid request too. (Profiles have a dictionary beside the list: their requests are never appended, see
/// [`append`](Self::append).)
///
/// The bytes are checked when they come in ([`from_wire`](Self::from_wire)), so views over them cannot fail.
#[derive(Clone, Debug)]
pub struct Telemetry {
    signal: Signal,
    items: usize,
    rope: Rope,
}

// === impl Telemetry ===

impl Telemetry {
    /// No telemetry at all.
    #[must_use]
    pub fn empty(signal: Signal) -> Self {
        Self { signal, items: 0, rope: Rope::default() }
    }

    /// Takes an encoded request from outside: the one checking walk.
    ///
    /// # Errors
    /// [`Invalid`] if the bytes are not a request of this signal; it names the place and the fault.
    pub fn from_wire(signal: Signal, request: Bytes) -> Result<Self, Invalid> {
        let items = check(signal, &request)?;
        Ok(Self { signal, items, rope: request.into() })
    }

    /// Takes an encoded request that this program wrote or checked before (a builder's output, a disk queue's
    /// record), and only counts its items. Wrong bytes are not unsafe: what cannot be read is treated as absent.
    #[must_use]
    pub fn from_trusted(signal: Signal, request: Bytes) -> Self {
        Self { signal, items: count(signal, &request), rope: request.into() }
    }

    /// Parts whose items were counted already.
    pub(crate) fn from_rope(signal: Signal, items: usize, rope: Rope) -> Self {
        Self { signal, items, rope }
    }

    /// The kind of telemetry.
    #[must_use]
    pub fn signal(&self) -> Signal {
        self.signal
    }

    /// How many log records, spans, data points or profiles there are.
    #[must_use]
    pub fn items(&self) -> usize {
        self.items
    }

    /// Length on the wire, in bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rope.len()
    }

    /// Whether there is not a byte of telemetry. A request can have bytes and still no items.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rope.is_empty()
    }

    /// The encoded requests that make it up, in order.
    pub fn parts(&self) -> Parts<'_> {
        self.rope.parts()
    }

    /// The parts, to be written one after the other.
    #[must_use]
    pub fn rope(&self) -> &Rope {
        &self.rope
    }

    /// The same telemetry as one encoded request; copies only if there are several parts.
    #[must_use]
    pub fn to_bytes(&self) -> Bytes {
        self.rope.to_bytes()
    }

    /// Whether the two may become one request: the same signal, and not profiles, whose dictionaries would clash.
    #[must_use]
    pub fn can_append(&self, other: &Self) -> bool {
        self.signal == other.signal && (self.signal != Signal::Profiles || self.is_empty() || other.is_empty())
    }

    /// Appends `other`'s parts without copying them.
    ///
    /// # Errors
    /// Gives `other` back when the two cannot be one request, see [`can_append`](Self::can_append).
    pub fn append(&mut self, other: Self) -> Result<(), Self> {
        if !self.can_append(&other) {
            return Err(other);
        }
        self.items += other.items;
        self.rope.append(other.rope);
        Ok(())
    }

    /// Joins what can be joined: one telemetry for each run of neighbours that can be one request, in order.
    #[must_use]
    pub fn join(all: Vec<Self>) -> Vec<Self> {
        let mut joined: Vec<Self> = Vec::with_capacity(1);
        for next in all {
            match joined.last_mut() {
                Some(last) => {
                    if let Err(next) = last.append(next) {
                        joined.push(next);
                    }
                }
                None => joined.push(next),
            }
        }
        joined
    }
}
