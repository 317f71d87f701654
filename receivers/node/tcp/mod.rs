//! TCP connections by state.
//!
//! The kernel is asked over netlink, which hands out 88 bytes for each socket and no text. Where that is forbidden, and for
//! the network of another root than our own, `/proc/net/tcp` and `tcp6` say the same.

mod diag;
mod table;

use std::io::{self, ErrorKind};
use std::path::Path;

use super::group::Group;
use super::record::Recorder;
use crate::catalogue::{Label, tcp};
use crate::kernel::{Roots, Source, System, Unavailable};

/// Collects TCP connections by state.
pub(super) struct Tcp {
    v4: Source,
    v6: Source,
    /// What netlink is read through; nothing where the files are read.
    diag: Option<diag::Diag>,
}

/// States as the kernel numbers them from 1, and as node_exporter names them.
const STATES: [&str; 11] = [
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

/// Sockets that listen queue connections, not bytes.
const LISTEN: u8 = 10;

/// What is known of all sockets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Counts {
    /// Sockets in each state.
    states: [u64; STATES.len()],
    /// Bytes that were not read yet.
    received: u64,
    /// Bytes that were not acknowledged yet.
    to_send: u64,
}

// === impl Tcp ===

impl Tcp {
    pub(super) fn new(roots: &Roots) -> Self {
        let is_ours = roots.proc == Path::new("/proc");
        Self { v4: roots.net("tcp"), v6: roots.net("tcp6"), diag: is_ours.then(diag::Diag::default) }
    }
}

impl Group for Tcp {
    fn name(&self) -> &'static str {
        "tcp"
    }

    fn collect(&mut self, system: &mut System, out: &mut Recorder) -> Result<(), Unavailable> {
        let Self { v4, v6, diag } = self;
        let asked = diag.as_mut().map(diag::Diag::count);
        if let Some(Err(error)) = &asked {
            tracing::info!(%error, "TCP sockets are counted from files, since netlink does not answer");
            *diag = None;
        }
        let counts = match asked {
            Some(Ok(counts)) => counts,
            _ => read(v4, v6, system)?,
        };
        counts.record(out);
        Ok(())
    }
}

// === impl Counts ===

impl Counts {
    /// Counts a socket; one in a state we do not know is none.
    fn add(&mut self, state: u8, received: u32, to_send: u32) {
        let Some(count) = usize::from(state).checked_sub(1).and_then(|at| self.states.get_mut(at)) else { return };
        *count += 1;
        if state != LISTEN {
            self.received += u64::from(received);
            self.to_send += u64::from(to_send);
        }
    }

    fn record(&self, out: &mut Recorder) {
        for (state, count) in STATES.into_iter().zip(self.states) {
            out.gauge(&tcp::CONNECTIONS, count, &[(Label::ConnectionState, state)]);
        }
        out.gauge(&tcp::RECEIVED, self.received, &[]);
        out.gauge(&tcp::TO_SEND, self.to_send, &[]);
    }
}

fn read(v4: &mut Source, v6: &mut Source, system: &mut System) -> Result<Counts, Unavailable> {
    let mut counts = Counts::default();
    for (source, is_optional) in [(v4, false), (v6, true)] {
        let counted = match system.read(source) {
            // A kernel without IPv6 lacks nothing.
            Err(error) if is_optional && error.kind() == ErrorKind::NotFound => continue,
            counted => counted.and_then(|bytes| table::count(bytes, &mut counts).ok_or_else(damaged)),
        };
        counted.map_err(|error| Unavailable::io(source.path(), &error))?;
    }
    Ok(counts)
}

fn damaged() -> io::Error {
    io::Error::new(ErrorKind::InvalidData, "it is not a table of sockets")
}
