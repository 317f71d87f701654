//! What the disk below the queues can do, without which their figures say little.

use crate::Error;
use std::io::Write;
use std::time::Instant;

/// Bytes that are written, and after how many of them comes a sync: about what 64 requests in flight bring.
const ALL: usize = 512 << 20;
const SYNCED: usize = 4 << 20;

/// MB per second that a file takes with a sync after every piece.
pub(super) fn speed() -> Result<f64, Error> {
    let mut file = tempfile::tempfile()?;
    let piece: Vec<u8> = (0..SYNCED).map(|byte| ((byte * 2_654_435_761) >> 16) as u8).collect();
    let started = Instant::now();
    for _ in 0..ALL / SYNCED {
        file.write_all(&piece)?;
        file.sync_data()?;
    }
    Ok(ALL as f64 / 1e6 / started.elapsed().as_secs_f64())
}
