//! What a client of this receiver might send, for dry runs and docs.

use pipelines::otlp::json::from_json;
use pipelines::otlp::schema::Message;
use pipelines::{Signal, Telemetry};

/// Two or three items of the signal; none of profiles, whose format is still being developed.
pub(super) fn sample(signal: Signal) -> Option<Telemetry> {
    let json: &[u8] = match signal {
        Signal::Traces => include_bytes!("sample/traces.json"),
        Signal::Metrics => include_bytes!("sample/metrics.json"),
        Signal::Logs => include_bytes!("sample/logs.json"),
        Signal::Profiles => return None,
    };
    let encoded = from_json(Message::request(signal), json).ok()?;
    Telemetry::from_wire(signal, encoded.into()).ok()
}
