//! [`Traffic`]: what went through an interface, of `/proc/net/dev`.

use super::super::record::Recorder;
use super::super::text::{number, words};
use crate::catalogue::{Label, Metric, network};

const FIELDS: usize = 16;

/// The fields in their order.
static ROWS: [&Metric; FIELDS] = [
    &network::RECEIVE_BYTES,
    &network::RECEIVE_PACKETS,
    &network::RECEIVE_ERRORS,
    &network::RECEIVE_DROPPED,
    &network::RECEIVE_FIFO,
    &network::RECEIVE_FRAME,
    &network::RECEIVE_COMPRESSED,
    &network::RECEIVE_MULTICAST,
    &network::TRANSMIT_BYTES,
    &network::TRANSMIT_PACKETS,
    &network::TRANSMIT_ERRORS,
    &network::TRANSMIT_DROPPED,
    &network::TRANSMIT_FIFO,
    &network::TRANSMIT_COLLISIONS,
    &network::TRANSMIT_CARRIER,
    &network::TRANSMIT_COMPRESSED,
];

/// The counters of an interface.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Traffic([u64; FIELDS]);

// === impl Traffic ===

impl Traffic {
    pub(super) fn record(&self, interface: &str, out: &mut Recorder) {
        for (metric, value) in ROWS.iter().zip(self.0) {
            out.counter(metric, value, &[(Label::Interface, interface)]);
        }
    }
}

/// The name of an interface and its counters.
pub(super) fn parse(line: &[u8]) -> Option<(&str, Traffic)> {
    // The kernel allows no colon in a name; large numbers may follow it without a blank.
    let colon = line.iter().position(|byte| *byte == b':')?;
    let name = std::str::from_utf8(line[..colon].trim_ascii()).ok().filter(|name| !name.is_empty())?;
    let mut traffic = Traffic::default();
    let mut words = words(&line[colon + 1..]);
    for value in &mut traffic.0 {
        *value = number(words.next()?)?;
    }
    Some((name, traffic))
}
