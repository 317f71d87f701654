//! What people and machines read: diagnostics, tables, graphs. The only place that prints.

pub(crate) mod component;
pub(crate) mod diagnostics;
pub(crate) mod dry_run;
pub(crate) mod graph;

use std::io::{self, IsTerminal as _, Write as _};

use serde_json::Value;

/// Prints data to stdout. A reader that went away (`tfo ... | head`) is no error.
pub(crate) fn out(text: &str) {
    let _ = stream(text);
}

/// The same for what goes on for long: says when the reader went away, so that the work can stop.
pub(crate) fn stream(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush())
}

/// Prints talk to stderr.
pub(crate) fn err(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// Prints one JSON document to stdout.
pub(crate) fn json(value: &Value) {
    out(&format!("{value:#}\n"));
}

/// Whether talk to stderr may be coloured.
pub(crate) fn colour() -> bool {
    io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none()
}
