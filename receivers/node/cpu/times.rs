//! [`Times`]: what processors did, of `/proc/stat`.

use super::super::encode::Number;
use super::super::record::Recorder;
use crate::catalogue::{Label, cpu};
use crate::kernel::stat::{self, FIELDS};
use crate::kernel::text::lines;
use crate::kernel::{System, Unavailable};

/// The first fields of a line, in their order.
const MODES: [&str; 8] = ["user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal"];
const IDLE: usize = 3;
const IOWAIT: usize = 4;
const GUESTS: [(usize, &str); 2] = [(8, "user"), (9, "nice")];

/// What the kernel counts too little after it counted too much is not believed, up to three seconds (as node_exporter
/// does): idle and iowait may step back a little. More means that the processor began anew.
const STEP_BACK: f64 = 3.0;

/// Collects the time processors spent in each mode, and how busy that made them.
#[derive(Debug)]
pub(super) struct Times {
    per_core: bool,
    ticks_per_second: f64,
    /// What each line said: that of the machine first.
    lines: Vec<Line>,
}

#[derive(Debug)]
struct Line {
    /// The processor's number, empty for the machine.
    cpu: String,
    ticks: [u64; FIELDS],
}

/// A line as it is now, and how busy its processors were since the scrape before.
struct Read<'s> {
    cpu: &'s str,
    ticks: [u64; FIELDS],
    /// In percent, once there was a scrape before.
    usage: Option<f64>,
}

// === impl Times ===

impl Times {
    pub(super) fn new(per_core: bool) -> Self {
        let ticks_per_second = rustix::param::clock_ticks_per_second() as f64;
        Self { per_core, ticks_per_second, lines: Vec::new() }
    }

    pub(super) fn collect(&mut self, system: &mut System, out: &mut Recorder) -> Result<(), Unavailable> {
        let path = system.stat_path().to_owned();
        let stat = system.stat().map_err(|error| Unavailable::io(&path, &error))?;
        let mut at = 0;
        for line in lines(stat) {
            // They are the first lines.
            let Some(line) = line.strip_prefix(b"cpu") else { break };
            let Some((cpu, ticks)) = stat::processor(line) else {
                let text = format!("line {} is not the number of a processor and its times", at + 1);
                return Err(Unavailable::new(&path, text));
            };
            let read = self.read(at, cpu, ticks);
            self.record(&read, out);
            at += 1;
            if !self.per_core {
                break;
            }
        }
        self.lines.truncate(at);
        if at == 0 {
            return Err(Unavailable::new(&path, "it has no line of a processor"));
        }
        if self.per_core {
            out.gauge(&cpu::LOGICAL, at as u64 - 1, &[]);
        }
        Ok(())
    }

    /// Compares a line with what it said before.
    fn read<'s>(&mut self, at: usize, cpu: &'s str, ticks: [u64; FIELDS]) -> Read<'s> {
        let expected = self.lines.get(at).is_some_and(|line| line.cpu == cpu);
        let place = if expected { Some(at) } else { self.lines.iter().position(|line| line.cpu == cpu) };
        let Some(place) = place else {
            self.lines.insert(at, Line { cpu: cpu.to_owned(), ticks });
            return Read { cpu, ticks, usage: None };
        };
        self.lines.swap(at, place);
        let line = &mut self.lines[at];
        let before = line.ticks;
        line.ticks = onwards(before, ticks, (STEP_BACK * self.ticks_per_second) as u64);
        Read { cpu, ticks: line.ticks, usage: usage(&before, &line.ticks) }
    }

    fn record(&self, read: &Read<'_>, out: &mut Recorder) {
        let Read { cpu, ticks, usage } = *read;
        let seconds = |at: usize| Number::Double(ticks[at] as f64 / self.ticks_per_second);
        let is_machine = cpu.is_empty();
        if is_machine && let Some(usage) = usage {
            out.gauge(&cpu::USAGE, usage, &[]);
        }
        if is_machine && !self.per_core {
            MODES.iter().enumerate().for_each(|(at, mode)| {
                out.counter(&cpu::SECONDS, seconds(at), &[(Label::Mode, mode)]);
            });
            GUESTS.iter().for_each(|(at, mode)| {
                out.counter(&cpu::GUEST_SECONDS, seconds(*at), &[(Label::Mode, mode)]);
            });
        }
        if !is_machine {
            MODES.iter().enumerate().for_each(|(at, mode)| {
                out.counter(&cpu::SECONDS, seconds(at), &[(Label::Cpu, cpu), (Label::Mode, mode)]);
            });
            GUESTS.iter().for_each(|(at, mode)| {
                out.counter(&cpu::GUEST_SECONDS, seconds(*at), &[(Label::Cpu, cpu), (Label::Mode, mode)]);
            });
            if let Some(usage) = usage {
                out.gauge(&cpu::CORE_USAGE, usage, &[(Label::Cpu, cpu)]);
            }
        }
    }
}

/// The new times, where small steps back are undone.
fn onwards(before: [u64; FIELDS], mut now: [u64; FIELDS], step_back: u64) -> [u64; FIELDS] {
    let fell = |(before, now): (&u64, &u64)| before.saturating_sub(*now);
    let is_new = before.iter().zip(&now).map(fell).any(|step| step >= step_back);
    if !is_new {
        now.iter_mut().zip(before).for_each(|(now, before)| *now = before.max(*now));
    }
    now
}

/// Busy time in percent of all time between two reads.
fn usage(before: &[u64; FIELDS], now: &[u64; FIELDS]) -> Option<f64> {
    let mut all = 0;
    for (before, now) in before.iter().zip(now).take(MODES.len()) {
        all += now.checked_sub(*before)?;
    }
    let idle = (now[IDLE] - before[IDLE]) + (now[IOWAIT] - before[IOWAIT]);
    (all > 0).then(|| (all - idle) as f64 * 100.0 / all as f64)
}
