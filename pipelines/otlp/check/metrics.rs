//! `opentelemetry.proto.metrics.v1`: metrics and their five kinds of data.

use super::common::attributes;
use super::layers::{self, Names};
use super::points;
use super::reader::{Checked, Reader, Walk, len, up_to, varint};

const NAMES: Names = Names { resources: "resource_metrics", scopes: "scope_metrics", items: "metrics" };

const NAME: u32 = len(1);
const DESCRIPTION: u32 = len(2);
const UNIT: u32 = len(3);
const GAUGE: u32 = len(5);
const SUM: u32 = len(7);
const HISTOGRAM: u32 = len(9);
const EXPONENTIAL_HISTOGRAM: u32 = len(10);
const SUMMARY: u32 = len(11);
const METADATA: u32 = len(12);

/// Numbers 4, 6 and 8 belonged to the removed integer metrics.
const KNOWN: u32 = up_to(12) & !(1 << 4 | 1 << 6 | 1 << 8);

pub(super) fn request<'a>(walk: &mut Walk<'a>, message: &'a [u8]) -> Checked {
    layers::request(walk, message, NAMES, metric)
}

fn metric(walk: &mut Walk<'_>, message: &[u8]) -> Checked {
    let mut reader = Reader::new(message);
    let mut has_data = false;
    while let Some(tag) = reader.tag(walk)? {
        match tag {
            NAME => walk.text(reader.bytes(walk)?, "name")?,
            DESCRIPTION => walk.text(reader.bytes(walk)?, "description")?,
            UNIT => walk.text(reader.bytes(walk)?, "unit")?,
            GAUGE | SUM | HISTOGRAM | EXPONENTIAL_HISTOGRAM | SUMMARY => {
                let value = reader.bytes(walk)?;
                if has_data {
                    return Err(walk.fail(value, "metric has data twice, expected one kind of data"));
                }
                has_data = true;
                data(walk, tag, value).map_err(|error| error.within(data_name(tag)))?;
            }
            METADATA => attributes(walk, &mut reader, tag, "metadata")?,
            _ => reader.other(walk, tag, KNOWN)?,
        }
    }
    Ok(())
}

/// The fields of all kinds of data have the same numbers; a gauge and a summary have only the first.
fn data(walk: &mut Walk<'_>, kind: u32, message: &[u8]) -> Checked {
    const DATA_POINTS: u32 = len(1);
    const AGGREGATION_TEMPORALITY: u32 = varint(2);
    const IS_MONOTONIC: u32 = varint(3);
    let known = match kind {
        GAUGE | SUMMARY => up_to(1),
        SUM => up_to(3),
        _ => up_to(2),
    };
    let mut reader = Reader::new(message);
    while let Some(tag) = reader.tag(walk)? {
        match tag {
            DATA_POINTS => {
                let point = reader.bytes(walk)?;
                walk.items += 1;
                let checked = match kind {
                    GAUGE | SUM => points::number(walk, point),
                    HISTOGRAM => points::histogram(walk, point),
                    EXPONENTIAL_HISTOGRAM => points::exponential_histogram(walk, point),
                    _ => points::summary(walk, point),
                };
                checked.map_err(|error| error.within("data_points"))?;
            }
            AGGREGATION_TEMPORALITY | IS_MONOTONIC => reader.varint(walk)?,
            _ => reader.other(walk, tag, known)?,
        }
    }
    Ok(())
}

fn data_name(tag: u32) -> &'static str {
    match tag {
        GAUGE => "gauge",
        SUM => "sum",
        HISTOGRAM => "histogram",
        EXPONENTIAL_HISTOGRAM => "exponential_histogram",
        _ => "summary",
    }
}
