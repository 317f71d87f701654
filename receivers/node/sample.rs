//! What a scrape might look like, for dry runs and docs.

use pipelines::Telemetry;

use super::record::Recorder;
use crate::catalogue::{Label, Naming, cpu};

/// A few points of a machine that booted an hour ago.
pub(super) fn sample(naming: Naming) -> Telemetry {
    /// 2023-11-14T22:13:20Z, in nanoseconds since the Unix epoch.
    const NOW: u64 = 1_700_000_000_000_000_000;
    const HOUR: u64 = 3_600_000_000_000;
    let mut recorder = Recorder::new(naming, NOW - HOUR, NOW - HOUR);
    recorder.begin(NOW);
    for (mode, seconds) in [("user", 412.25), ("system", 96.5), ("idle", 3088.75)] {
        recorder.counter(&cpu::SECONDS, seconds, &[(Label::Cpu, "0"), (Label::Mode, mode)]);
    }
    recorder.gauge(&cpu::USAGE, 14.2, &[]);
    recorder.finish()
}
