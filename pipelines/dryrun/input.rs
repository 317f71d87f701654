//! Recorded telemetry from files: OTLP JSON lines, OTLP protobuf, or length-prefixed protobuf.

use bytes::Bytes;

use crate::otlp::json;
use crate::otlp::schema::Message;
use crate::{Signal, Telemetry};

/// A file that holds no telemetry.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    /// A line is not an OTLP JSON export request.
    #[error("line {line} is not an OTLP JSON request: {reason}")]
    Json {
        /// Line number, from 1.
        line: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// The bytes are none of the known forms.
    #[error("it is neither OTLP JSON lines nor an OTLP protobuf export request of any signal")]
    Unknown,
}

/// Reads everything in `content`, in order. Of protobuf, which does not name its signal, the first of traces, metrics
/// and logs that the bytes fit and that yields items is taken, unless `signal` is given.
///
/// # Errors
/// See [`InputError`].
pub fn read_input(content: &[u8], signal: Option<Signal>) -> Result<Vec<Telemetry>, InputError> {
    if content.trim_ascii_start().first() == Some(&b'{') {
        return lines(content);
    }
    if let Some(one) = protobuf(content, signal) {
        return Ok(vec![one]);
    }
    let frames = frames(content).ok_or(InputError::Unknown)?;
    frames.into_iter().map(|frame| protobuf(frame, signal).ok_or(InputError::Unknown)).collect()
}

fn lines(content: &[u8]) -> Result<Vec<Telemetry>, InputError> {
    let mut read = Vec::new();
    for (at, line) in content.split(|byte| *byte == b'\n').enumerate() {
        let line = line.trim_ascii();
        if line.is_empty() {
            continue;
        }
        let failed = |reason: String| InputError::Json { line: at + 1, reason };
        let signal = signal_of(line).ok_or_else(|| {
            failed(
                "expected an object with resourceLogs, resourceSpans, resourceMetrics or resourceProfiles".to_owned(),
            )
        })?;
        let wire = json::from_json(Message::request(signal), line).map_err(|error| failed(error.to_string()))?;
        read.push(Telemetry::from_wire(signal, wire.into()).map_err(|error| failed(error.to_string()))?);
    }
    Ok(read)
}

/// The signal of an OTLP JSON request, from its only top-level key.
fn signal_of(line: &[u8]) -> Option<Signal> {
    let request: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(line).ok()?;
    let names = [
        ("resourceSpans", Signal::Traces),
        ("resourceMetrics", Signal::Metrics),
        ("resourceLogs", Signal::Logs),
        ("resourceProfiles", Signal::Profiles),
    ];
    names.into_iter().find(|(name, _)| request.contains_key(*name)).map(|(_, signal)| signal)
}

fn protobuf(content: &[u8], signal: Option<Signal>) -> Option<Telemetry> {
    let all = [Signal::Traces, Signal::Metrics, Signal::Logs];
    let candidates = signal.as_ref().map_or(&all[..], std::slice::from_ref);
    let read = |signal| Telemetry::from_wire(signal, Bytes::copy_from_slice(content)).ok();
    candidates.iter().copied().filter_map(read).find(|telemetry| telemetry.items() > 0)
}

/// Messages behind four-byte big-endian lengths, as the file exporter writes them with `format: proto`.
fn frames(mut content: &[u8]) -> Option<Vec<&[u8]>> {
    let mut frames = Vec::new();
    while !content.is_empty() {
        let (length, rest) = content.split_first_chunk()?;
        let (frame, rest) = rest.split_at_checked(u32::from_be_bytes(*length) as usize)?;
        frames.push(frame);
        content = rest;
    }
    Some(frames)
}
