//! What went through an interface, of `/proc/net/dev`.

use super::super::record::Recorder;
use crate::catalogue::{Label, Metric, network};
use crate::kernel::net_dev::FIELDS;

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

/// Records the counters of an interface.
pub(super) fn record(interface: &str, values: &[u64; FIELDS], out: &mut Recorder) {
    for (metric, value) in ROWS.iter().zip(values) {
        out.counter(metric, *value, &[(Label::Interface, interface)]);
    }
}
