//! Batches as OTLP JSON.

use pipelines::Telemetry;
use pipelines::component::ExportError;
use pipelines::otlp::{json, schema};

/// Appends the whole batch as one `Export*ServiceRequest` in JSON, without a line break.
///
/// # Errors
/// A rejection when the bytes of the batch are not the message they should be.
pub(crate) fn append_json(telemetry: &Telemetry, out: &mut Vec<u8>) -> Result<(), ExportError> {
    let parts: Vec<&[u8]> = telemetry.parts().map(|part| &part[..]).collect();
    json::append_json(schema::Message::request(telemetry.signal()), &parts, out)
        .map_err(|error| ExportError::reject(format!("the batch cannot be written as JSON: {error}")))
}
