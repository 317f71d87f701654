//! The table of all faults: a line for each as it ends, and all of them together at the end.
//!
//! Written to stderr itself, because the runner keeps what a passing test prints; and to a file, for whoever comes later.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::support::row::{HEAD, line, say};

/// A fault that is being tried; its line is written in any case.
pub(crate) struct Row {
    fault: String,
    started: Instant,
    written: bool,
}

/// Where the table stands after the run: `faults.txt`, `databases.txt`.
const FILE: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/", env!("CARGO_CRATE_NAME"), ".txt");

static LINES: Mutex<Vec<String>> = Mutex::new(Vec::new());
static UNDER_WAY: AtomicUsize = AtomicUsize::new(0);

/// Scenario: all faults of this run are through. Guarantee: their table is printed as a whole.
// Tests start in the order of their names: this one starts last, and waits for those that still run.
#[test]
fn zz_the_table_of_all_faults() {
    let mut quiet = Instant::now();
    while quiet.elapsed() < Duration::from_millis(500) {
        if UNDER_WAY.load(Ordering::Relaxed) > 0 {
            quiet = Instant::now();
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    let mut lines = LINES.lock().unwrap().clone();
    if lines.is_empty() {
        return;
    }
    lines.sort();
    let table = format!("\n{}\n{}\n\n", line("fault", HEAD), lines.join("\n"));
    say(&table);
    std::fs::write(FILE, table).unwrap();
}

// === impl Row ===

impl Row {
    pub(crate) fn begin(fault: &str) -> Self {
        UNDER_WAY.fetch_add(1, Ordering::Relaxed);
        Self { fault: fault.to_owned(), started: Instant::now(), written: false }
    }

    /// Writes the line: sent, acknowledged, delivered, duplicates, lost, peak of memory.
    pub(crate) fn end(&mut self, figures: [u64; 6], good: bool) {
        let figures = figures.map(|figure| figure.to_string());
        self.write(figures.each_ref().map(String::as_str), good);
    }

    fn write(&mut self, figures: [&str; 6], good: bool) {
        self.written = true;
        let verdict = if good { "" } else { "  FAILED" };
        let line = line(&self.fault, figures) + verdict;
        say(&format!("{line}  ({:.1} s)\n", self.started.elapsed().as_secs_f64()));
        LINES.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(line);
    }
}

impl Drop for Row {
    fn drop(&mut self) {
        if !self.written {
            self.write(["-"; 6], false);
        }
        UNDER_WAY.fetch_sub(1, Ordering::Relaxed);
    }
}
