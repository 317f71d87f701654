//! Lines of the table of faults. Written to stderr itself, because the runner keeps what a passing test prints.

use std::io::Write as _;

/// What every line says of a fault.
pub(crate) const HEAD: [&str; 6] = ["sent", "acknowledged", "delivered", "duplicates", "lost", "peak RSS MiB"];

/// A line of the table.
pub(crate) fn line(fault: &str, figures: [&str; 6]) -> String {
    let mut line = format!("{fault:44}");
    for (figure, head) in figures.iter().zip(HEAD) {
        line += &format!(" | {figure:>width$}", width = head.len().max(9));
    }
    line
}

/// Prints a fault that is tried outside of the table, below a head of its own. Nothing that was acknowledged may be lost.
pub(crate) fn print(fault: &str, [sent, acknowledged, delivered]: [u64; 3], peak_kib: u64) {
    let (duplicates, lost) = (delivered.saturating_sub(acknowledged), acknowledged.saturating_sub(delivered));
    let figures = [sent, acknowledged, delivered, duplicates, lost, peak_kib >> 10].map(|figure| figure.to_string());
    let figures = figures.each_ref().map(String::as_str);
    say(&format!("\n{}\n{}\n", line("fault", HEAD), line(fault, figures)));
    assert_eq!(lost, 0, "{fault}");
}

/// Says it to who runs the tests.
pub(crate) fn say(text: &str) {
    // Nothing can be done about a terminal that is gone.
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}
