//! The group `stat`.

use super::group::Group;
use super::record::Recorder;
use crate::catalogue::{Label, Metric, stat};
use crate::kernel::text::{lines, number, words};
use crate::kernel::{System, Unavailable};

/// The kinds of soft interrupts in the order of the kernel, as node_exporter calls them.
const VECTORS: [&str; 10] =
    ["hi", "timer", "net_tx", "net_rx", "block", "block_iopoll", "tasklet", "sched", "hrtimer", "rcu"];

/// Counters and gauges that have a line each, whose first number they are.
const LINES: [(&[u8], &Metric); 5] = [
    (b"intr", &stat::INTERRUPTS),
    (b"ctxt", &stat::CONTEXT_SWITCHES),
    (b"processes", &stat::FORKS),
    (b"procs_running", &stat::RUNNING),
    (b"procs_blocked", &stat::BLOCKED),
];

/// Collects interrupts, context switches and forks.
#[derive(Debug)]
pub(super) struct Stat;

// === impl Stat ===

impl Group for Stat {
    fn name(&self) -> &'static str {
        "stat"
    }

    fn collect(&mut self, system: &mut System, out: &mut Recorder) -> Result<(), Unavailable> {
        let path = system.stat_path().to_owned();
        let content = system.stat().map_err(|error| Unavailable::io(&path, &error))?;
        let mut found = 0;
        for line in lines(content).filter(|line| !line.starts_with(b"cpu")) {
            let mut words = words(line);
            let Some(key) = words.next() else { continue };
            if key == b"softirq" {
                // The first number is the sum of the others.
                for (vector, count) in VECTORS.iter().zip(words.skip(1).map_while(number)) {
                    out.counter(&stat::SOFTIRQS, count, &[(Label::Vector, vector)]);
                }
                continue;
            }
            let Some((_, metric)) = LINES.iter().find(|(word, _)| *word == key) else { continue };
            let Some(count) = words.next().and_then(number) else {
                let text = format!("no number follows `{}`", String::from_utf8_lossy(key));
                return Err(Unavailable::new(path, text));
            };
            found += 1;
            out.any(metric, count, &[]);
        }
        let lacking = || Unavailable::new(path, format!("it has {found} of the {} lines expected", LINES.len()));
        (found == LINES.len()).then_some(()).ok_or_else(lacking)
    }
}
