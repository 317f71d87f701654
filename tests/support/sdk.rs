//! The real SDKs of tests/clients, which send a fixed set of everything and print what they sent.

use std::path::PathBuf;
use std::process::{Command, Output};

use super::{Tfo, checkout, skip};

/// The sender with the SDK for Python.
pub(crate) fn python() -> Option<Command> {
    let mut command = Command::new(interpreter()?);
    command.arg(checkout("tests/clients/python/send.py"));
    Some(command)
}

/// The sender with the SDK for JavaScript.
pub(crate) fn node() -> Option<Command> {
    interpreter()?;
    let modules =
        std::env::var_os("TFO_NODE_MODULES").map_or_else(|| checkout("target/node/node_modules"), PathBuf::from);
    if !modules.is_dir() {
        skip("the JavaScript SDK", "its packages are not installed: run `make setup`");
        return None;
    }
    let mut command = Command::new("node");
    command.arg(checkout("tests/clients/node/send.mjs")).env("TFO_NODE_MODULES", modules);
    Some(command)
}

/// The sender with the SDK for Java; Java compiles its one file by itself, and fastest without much optimizing.
pub(crate) fn java() -> Option<Command> {
    interpreter()?;
    let libraries = std::env::var_os("TFO_JAVA_LIBRARIES").map_or_else(|| checkout("target/java/lib"), PathBuf::from);
    if !libraries.is_dir() {
        skip("the Java SDK", "its packages are not installed: run `make setup`");
        return None;
    }
    let mut command = Command::new("java");
    command.args(["-XX:TieredStopAtLevel=1", "-cp"]).arg(libraries.join("*"));
    command.arg(checkout("tests/clients/java/Send.java"));
    Some(command)
}

/// The sender with the SDK for Go.
pub(crate) fn go() -> Option<Command> {
    interpreter()?;
    let program = std::env::var_os("TFO_GO_CLIENT").map_or_else(|| checkout("target/go/send"), PathBuf::from);
    if !program.is_file() {
        skip("the Go SDK", "its program is not built: run `make setup`");
        return None;
    }
    Some(Command::new(program))
}

/// The Python that has the SDK, which also compares.
pub(crate) fn interpreter() -> Option<PathBuf> {
    let python = std::env::var_os("TFO_TEST_PYTHON").map_or_else(|| checkout("target/venv/bin/python"), PathBuf::from);
    if !python.is_file() {
        skip("the OpenTelemetry SDKs", "the Python packages are not installed: run `make setup`");
        return None;
    }
    Some(python)
}

/// Sends; returns what was sent, one export request in OTLP/JSON a line.
pub(crate) fn send(tfo: &Tfo, sender: &mut Command, protocol: &str, compression: &str) -> Vec<u8> {
    let address = tfo.address(if protocol == "grpc" { "grpc" } else { "http" });
    sender.args(["--protocol", protocol, "--compression", compression, "--endpoint", &format!("http://{address}")]);
    let sent = sender.output().expect("the sender runs");
    assert_ended_well(&sent, "the sender");
    sent.stdout
}

pub(crate) fn assert_ended_well(output: &Output, what: &str) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{what} failed: {}\n{}", text(&output.stderr), text(&output.stdout));
}
