//! Memory and swap, from `/proc/meminfo`.

use super::group::Group;
use super::names::Names;
use super::record::Recorder;
use crate::catalogue::{Metric, Naming, memory};
use crate::kernel::meminfo::{self, Entry};
use crate::kernel::{Roots, Source, System, Unavailable};
use pipelines::otlp::build::MetricMeta;

/// Collects memory and swap.
pub(super) struct Memory {
    naming: Naming,
    source: Source,
    rows: Names<&'static Metric>,
}

/// The lines that others follow from.
#[derive(Debug, Default)]
struct Sizes {
    total: Option<u64>,
    free: Option<u64>,
    available: Option<u64>,
    buffers: Option<u64>,
    cached: Option<u64>,
    swap_total: Option<u64>,
    swap_free: Option<u64>,
    huge_total: Option<u64>,
    huge_free: Option<u64>,
}

// === impl Memory ===

impl Memory {
    pub(super) fn new(naming: Naming, roots: &Roots) -> Self {
        Self { naming, source: roots.proc("meminfo"), rows: Names::new(memory::LINES) }
    }
}

impl Group for Memory {
    fn name(&self) -> &'static str {
        "memory"
    }

    fn collect(&mut self, system: &mut System, out: &mut Recorder) -> Result<(), Unavailable> {
        let Self { naming, source, rows } = self;
        let bytes = match system.read(source) {
            Ok(bytes) => bytes,
            Err(error) => return Err(Unavailable::io(source.path(), &error)),
        };
        let (entries, is_cut) = meminfo::entries(bytes);
        let mut sizes = Sizes::default();
        rows.rewind();
        for Entry { name, value, is_bytes } in entries {
            match rows.find(name) {
                Some(row) if (row.unit == "By") == is_bytes => {
                    sizes.note(row, value);
                    out.gauge(row, value, &[]);
                }
                Some(_) => {}
                None => unknown(*naming, name, value, is_bytes, out),
            }
        }
        sizes.record(out);
        match sizes.total {
            _ if is_cut => Err(Unavailable::new(source.path(), "it ends in the middle of a line")),
            None => Err(Unavailable::new(source.path(), "it does not say how much memory there is")),
            Some(_) => Ok(()),
        }
    }
}

// === impl Sizes ===

impl Sizes {
    fn note(&mut self, row: &'static Metric, value: u64) {
        let place = match row {
            _ if std::ptr::eq(row, &memory::TOTAL) => &mut self.total,
            _ if std::ptr::eq(row, &memory::FREE) => &mut self.free,
            _ if std::ptr::eq(row, &memory::AVAILABLE) => &mut self.available,
            _ if std::ptr::eq(row, &memory::BUFFERS) => &mut self.buffers,
            _ if std::ptr::eq(row, &memory::CACHED) => &mut self.cached,
            _ if std::ptr::eq(row, &memory::SWAP_TOTAL) => &mut self.swap_total,
            _ if std::ptr::eq(row, &memory::SWAP_FREE) => &mut self.swap_free,
            _ if std::ptr::eq(row, &memory::HUGE_PAGES_TOTAL) => &mut self.huge_total,
            _ if std::ptr::eq(row, &memory::HUGE_PAGES_FREE) => &mut self.huge_free,
            _ => return,
        };
        *place = Some(value);
    }

    /// Records what follows from the lines. What would be negative makes no sense, and is left out.
    fn record(&self, out: &mut Recorder) {
        let rest = |total: Option<u64>, part: Option<u64>| total?.checked_sub(part?);
        let caches = || self.free?.checked_add(self.buffers?)?.checked_add(self.cached?);
        if let Some(used) = rest(self.total, caches()) {
            out.gauge(&memory::USED, used, &[]);
        }
        if let (Some(taken), Some(total @ 1..)) = (rest(self.total, self.available), self.total) {
            out.gauge(&memory::USAGE, taken as f64 * 100.0 / total as f64, &[]);
        }
        if let Some(used) = rest(self.swap_total, self.swap_free) {
            out.gauge(&memory::SWAP, used, &[]);
        }
        if let Some(used) = rest(self.huge_total, self.huge_free) {
            out.gauge(&memory::HUGE_PAGES_USED, used, &[]);
        }
    }
}

/// Records a line of a kernel that is newer than the catalogue, as the vocabulary names such lines.
fn unknown(naming: Naming, line: &[u8], value: u64, is_bytes: bool, out: &mut Recorder) {
    let Ok(line) = std::str::from_utf8(line) else { return };
    if !line.starts_with(|first: char| first.is_ascii_alphabetic()) {
        return;
    }
    let Ok(value) = i64::try_from(value) else { return };
    let mut name = String::from(if naming == Naming::Prometheus { "node_memory_" } else { "node.memory." });
    let mut before = '_';
    for letter in line.chars().filter(|letter| *letter != ')') {
        if naming != Naming::Prometheus && letter.is_ascii_uppercase() && before.is_ascii_lowercase() {
            name.push('_');
        }
        before = letter;
        name.push(match letter {
            _ if !letter.is_ascii_alphanumeric() => '_',
            _ if naming == Naming::Prometheus => letter,
            _ => letter.to_ascii_lowercase(),
        });
    }
    if naming == Naming::Prometheus && is_bytes {
        name.push_str("_bytes");
    }
    let description = format!("/proc/meminfo: {line}");
    let meta = MetricMeta { name: &name, description: &description, unit: if is_bytes { "By" } else { "1" } };
    let (builder, times) = out.foreign();
    builder.gauge(meta, |points| points.int(times, value, |_| {}));
}
