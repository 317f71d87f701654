//! The group `tcp`: connections by state.

use super::group::Group;
use super::record::Recorder;
use crate::catalogue::{Label, tcp};
use crate::kernel::tcp::{STATES, Sockets};
use crate::kernel::{Roots, System, Unavailable};

/// The states in the order of the kernel, as node_exporter names them.
const NAMES: [&str; STATES] = [
    "established",
    "syn_sent",
    "syn_recv",
    "fin_wait1",
    "fin_wait2",
    "time_wait",
    "close",
    "close_wait",
    "last_ack",
    "listen",
    "closing",
];

/// Collects TCP connections by state.
pub(super) struct Tcp {
    sockets: Sockets,
}

// === impl Tcp ===

impl Tcp {
    pub(super) fn new(roots: &Roots) -> Self {
        Self { sockets: Sockets::new(roots) }
    }
}

impl Group for Tcp {
    fn name(&self) -> &'static str {
        "tcp"
    }

    fn collect(&mut self, system: &mut System, out: &mut Recorder) -> Result<(), Unavailable> {
        let counts = self.sockets.count(system)?;
        for (state, count) in NAMES.into_iter().zip(counts.states) {
            out.gauge(&tcp::CONNECTIONS, count, &[(Label::ConnectionState, state)]);
        }
        out.gauge(&tcp::RECEIVED, counts.received, &[]);
        out.gauge(&tcp::TO_SEND, counts.to_send, &[]);
        Ok(())
    }
}
