//! The requests that are offered: distinct, deterministic, encoded once before the clock starts.
//!
//! One item in ten is marked for a filter: log records by `severity_text` DEBUG, spans and data points by the attribute
//! `bench.drop` = true. Every item carries `http.method`, which the `edit` scenario renames.

mod logs;
mod metrics;
mod random;
mod traces;

use crate::Error;
use crate::args::{Compression, Encoding, Signal};
use bytes::Bytes;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue, any_value::Value};
use opentelemetry_proto::tonic::resource::v1::Resource;
use prost::Message;
use random::Random;
use std::io::Write;

/// How many different requests are sent in turn, so that no cache sees one payload only.
const DISTINCT: usize = 64;

/// One item in this many is marked for the filter.
pub(crate) const MARK_EVERY: usize = 10;

/// What the requests contain.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    pub(crate) signal: Signal,
    /// Log records, spans or data points per request.
    pub(crate) items: usize,
    /// Aimed bytes per log record; spans and data points have their natural size.
    pub(crate) record_size: usize,
    pub(crate) encoding: Encoding,
    pub(crate) compression: Compression,
}

/// The encoded and compressed bodies of the requests.
pub(crate) fn requests(shape: Shape) -> Result<Vec<Bytes>, Error> {
    (0..DISTINCT).map(|seed| request(shape, seed as u64)).collect()
}

/// One encoded and compressed body.
fn request(shape: Shape, seed: u64) -> Result<Bytes, Error> {
    let mut random = Random::new(seed);
    let plain = match shape.signal {
        Signal::Logs => encode(
            &ExportLogsServiceRequest { resource_logs: vec![logs::resource_logs(shape, &mut random)] },
            shape.encoding,
        ),
        Signal::Traces => encode(
            &ExportTraceServiceRequest { resource_spans: vec![traces::resource_spans(shape, &mut random)] },
            shape.encoding,
        ),
        Signal::Metrics => encode(
            &ExportMetricsServiceRequest { resource_metrics: vec![metrics::resource_metrics(shape, &mut random)] },
            shape.encoding,
        ),
    }?;
    compress(plain, shape.compression)
}

fn encode(message: &(impl Message + serde::Serialize), encoding: Encoding) -> Result<Vec<u8>, Error> {
    Ok(match encoding {
        Encoding::Protobuf => message.encode_to_vec(),
        Encoding::Json => serde_json::to_vec(message)?,
    })
}

fn compress(plain: Vec<u8>, compression: Compression) -> Result<Bytes, Error> {
    Ok(Bytes::from(match compression {
        Compression::None => plain,
        Compression::Gzip => {
            let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            gzip.write_all(&plain)?;
            gzip.finish()?
        }
        Compression::Zstd => zstd::bulk::compress(&plain, 1)?,
    }))
}

/// The resource of every request: a service in a pod.
fn resource(random: &mut Random) -> Resource {
    Resource {
        attributes: vec![
            text("service.name", "checkout"),
            text("service.version", "1.42.0"),
            text("deployment.environment.name", "production"),
            text("host.name", &format!("node-{:02}", random.below(16))),
            text("k8s.pod.name", &format!("checkout-{:010x}", random.next())),
        ],
        ..Resource::default()
    }
}

fn scope() -> InstrumentationScope {
    InstrumentationScope { name: "tfo-bench".into(), version: "1.0.0".into(), ..InstrumentationScope::default() }
}

fn attribute(key: &str, value: Value) -> KeyValue {
    KeyValue { key: key.into(), value: Some(AnyValue { value: Some(value) }), ..KeyValue::default() }
}

fn text(key: &str, value: &str) -> KeyValue {
    attribute(key, Value::StringValue(value.into()))
}

/// The mark the filter of the `edit` scenario looks for on spans and data points.
fn drop_mark(index: usize) -> Option<KeyValue> {
    index.is_multiple_of(MARK_EVERY).then(|| attribute("bench.drop", Value::BoolValue(true)))
}

#[cfg(test)]
mod tests;
