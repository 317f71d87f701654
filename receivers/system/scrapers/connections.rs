//! [`Connections`]: TCP connections by state.

use super::read;
use crate::kernel::text::{lines, words};
use crate::kernel::{Roots, Source, System, Unavailable};
use crate::system::rows;
use crate::system::sheet::Sheet;

/// The states, in the order of their numbers in the kernel, which begin with 1.
const STATES: [&str; 11] = [
    "ESTABLISHED",
    "SYN_SENT",
    "SYN_RECV",
    "FIN_WAIT_1",
    "FIN_WAIT_2",
    "TIME_WAIT",
    "CLOSE",
    "CLOSE_WAIT",
    "LAST_ACK",
    "LISTEN",
    "CLOSING",
];

/// Counts connections.
#[derive(Debug)]
pub(super) struct Connections {
    files: [Source; 2],
}

// === impl Connections ===

impl Connections {
    pub(super) fn new(roots: &Roots) -> Self {
        Self { files: ["net/tcp", "net/tcp6"].map(|path| roots.proc(path)) }
    }

    pub(super) fn collect(&mut self, system: &mut System, out: &mut Sheet) -> Result<(), Unavailable> {
        let [four, six] = &mut self.files;
        let mut counts = [0; STATES.len()];
        count(read(system, four)?, &mut counts);
        // A machine without IPv6 has no such file.
        if let Ok(content) = system.read(six) {
            count(content, &mut counts);
        }
        for (state, count) in STATES.iter().zip(counts) {
            out.count(&rows::NETWORK_CONNECTIONS, count, &["tcp", state]);
        }
        Ok(())
    }
}

fn count(content: &[u8], counts: &mut [u64; STATES.len()]) {
    for line in lines(content).skip(1) {
        let state = words(line).nth(3).and_then(|state| std::str::from_utf8(state).ok());
        let state = state.and_then(|state| usize::from_str_radix(state, 16).ok());
        if let Some(count) = state.and_then(|state| counts.get_mut(state.checked_sub(1)?)) {
            *count += 1;
        }
    }
}
