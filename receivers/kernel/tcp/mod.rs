//! TCP connections by state.
//!
//! The kernel is asked over netlink, which hands out 88 bytes for each socket and no text. Where that is forbidden, and for
//! the network of another root than our own, `/proc/net/tcp` and `tcp6` say the same.

mod diag;
mod table;

use std::io::{self, ErrorKind};
use std::path::Path;

use super::{Roots, Source, System, Unavailable};

/// How many states there are. The kernel numbers them from 1: established, SYN sent, SYN received, FIN wait 1 and 2, time
/// wait, close, close wait, last ACK, listen, closing.
pub(crate) const STATES: usize = 11;

/// Sockets that listen queue connections, not bytes.
const LISTEN: u8 = 10;

/// Counts TCP sockets.
#[derive(Debug)]
pub(crate) struct Sockets {
    v4: Source,
    v6: Source,
    /// What netlink is read through; nothing where the files are read.
    diag: Option<diag::Diag>,
}

/// What is known of all sockets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Sockets in each state, in the order of the kernel's numbers.
    pub(crate) states: [u64; STATES],
    /// Bytes that were not read yet.
    pub(crate) received: u64,
    /// Bytes that were not acknowledged yet.
    pub(crate) to_send: u64,
}

// === impl Sockets ===

impl Sockets {
    pub(crate) fn new(roots: &Roots) -> Self {
        let is_ours = roots.proc == Path::new("/proc");
        Self { v4: roots.net("tcp"), v6: roots.net("tcp6"), diag: is_ours.then(diag::Diag::default) }
    }

    /// Counts the sockets there are now.
    ///
    /// # Errors
    /// If neither netlink nor the files say.
    pub(crate) fn count(&mut self, system: &mut System) -> Result<Counts, Unavailable> {
        match self.diag.as_mut().map(diag::Diag::count) {
            Some(Ok(counts)) => return Ok(counts),
            Some(Err(error)) => {
                tracing::info!(%error, "TCP sockets are counted from files, since netlink does not answer");
                self.diag = None;
            }
            None => {}
        }
        self.read(system)
    }

    fn read(&mut self, system: &mut System) -> Result<Counts, Unavailable> {
        let mut counts = Counts::default();
        for (source, is_optional) in [(&mut self.v4, false), (&mut self.v6, true)] {
            let counted = match system.read(source) {
                // A kernel without IPv6 lacks nothing.
                Err(error) if is_optional && error.kind() == ErrorKind::NotFound => continue,
                counted => counted.and_then(|bytes| table::count(bytes, &mut counts).ok_or_else(damaged)),
            };
            counted.map_err(|error| Unavailable::io(source.path(), &error))?;
        }
        Ok(counts)
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
}

fn damaged() -> io::Error {
    io::Error::new(ErrorKind::InvalidData, "it is not a table of sockets")
}
