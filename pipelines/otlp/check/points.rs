//! `opentelemetry.proto.metrics.v1`: the four kinds of data points and exemplars.

use super::common::attributes;
use super::reader::{Checked, Reader, Walk, fixed64, len, up_to, varint};

/// Checks a `NumberDataPoint`.
pub(super) fn number(walk: &mut Walk<'_>, message: &[u8]) -> Checked {
    const START_TIME_UNIX_NANO: u32 = fixed64(2);
    const TIME_UNIX_NANO: u32 = fixed64(3);
    const AS_DOUBLE: u32 = fixed64(4);
    const EXEMPLARS: u32 = len(5);
    const AS_INT: u32 = fixed64(6);
    const ATTRIBUTES: u32 = len(7);
    const FLAGS: u32 = varint(8);
    let mut reader = Reader::new(message);
    while let Some(tag) = reader.tag(walk)? {
        match tag {
            ATTRIBUTES => attributes(walk, &mut reader, tag, "attributes")?,
            START_TIME_UNIX_NANO | TIME_UNIX_NANO | AS_DOUBLE | AS_INT => reader.fixed::<8>(walk)?,
            FLAGS => reader.varint(walk)?,
            EXEMPLARS => exemplar(walk, reader.bytes(walk)?).map_err(|error| error.within("exemplars"))?,
            _ => reader.other(walk, tag, up_to(8) & !(1 << 1))?,
        }
    }
    Ok(())
}

/// Checks a `HistogramDataPoint`.
pub(super) fn histogram(walk: &mut Walk<'_>, message: &[u8]) -> Checked {
    const START_TIME_UNIX_NANO: u32 = fixed64(2);
    const TIME_UNIX_NANO: u32 = fixed64(3);
    const COUNT: u32 = fixed64(4);
    const SUM: u32 = fixed64(5);
    const BUCKET_COUNTS: u32 = len(6);
    const BUCKET_COUNT: u32 = fixed64(6);
    const EXPLICIT_BOUNDS: u32 = len(7);
    const EXPLICIT_BOUND: u32 = fixed64(7);
    const EXEMPLARS: u32 = len(8);
    const ATTRIBUTES: u32 = len(9);
    const FLAGS: u32 = varint(10);
    const MIN: u32 = fixed64(11);
    const MAX: u32 = fixed64(12);
    let mut reader = Reader::new(message);
    while let Some(tag) = reader.tag(walk)? {
        match tag {
            ATTRIBUTES => attributes(walk, &mut reader, tag, "attributes")?,
            START_TIME_UNIX_NANO | TIME_UNIX_NANO | COUNT | SUM | BUCKET_COUNT | EXPLICIT_BOUND | MIN | MAX => {
                reader.fixed::<8>(walk)?;
            }
            BUCKET_COUNTS => walk.packed64(reader.bytes(walk)?, "bucket_counts")?,
            EXPLICIT_BOUNDS => walk.packed64(reader.bytes(walk)?, "explicit_bounds")?,
            FLAGS => reader.varint(walk)?,
            EXEMPLARS => exemplar(walk, reader.bytes(walk)?).map_err(|error| error.within("exemplars"))?,
            _ => reader.other(walk, tag, up_to(12) & !(1 << 1))?,
        }
    }
    Ok(())
}

/// Checks an `ExponentialHistogramDataPoint`.
pub(super) fn exponential_histogram(walk: &mut Walk<'_>, message: &[u8]) -> Checked {
    const ATTRIBUTES: u32 = len(1);
    const START_TIME_UNIX_NANO: u32 = fixed64(2);
    const TIME_UNIX_NANO: u32 = fixed64(3);
    const COUNT: u32 = fixed64(4);
    const SUM: u32 = fixed64(5);
    const SCALE: u32 = varint(6);
    const ZERO_COUNT: u32 = fixed64(7);
    const POSITIVE: u32 = len(8);
    const NEGATIVE: u32 = len(9);
    const FLAGS: u32 = varint(10);
    const EXEMPLARS: u32 = len(11);
    const MIN: u32 = fixed64(12);
    const MAX: u32 = fixed64(13);
    const ZERO_THRESHOLD: u32 = fixed64(14);
    let mut reader = Reader::new(message);
    let mut seen = 0;
    while let Some(tag) = reader.tag(walk)? {
        match tag {
            ATTRIBUTES => attributes(walk, &mut reader, tag, "attributes")?,
            START_TIME_UNIX_NANO | TIME_UNIX_NANO | COUNT | SUM | ZERO_COUNT | MIN | MAX | ZERO_THRESHOLD => {
                reader.fixed::<8>(walk)?;
            }
            SCALE | FLAGS => reader.varint(walk)?,
            POSITIVE | NEGATIVE => {
                let name = if tag == POSITIVE { "positive" } else { "negative" };
                let value = reader.bytes(walk)?;
                walk.once(&mut seen, tag, value, name)?;
                buckets(walk, value).map_err(|error| error.within(name))?;
            }
            EXEMPLARS => exemplar(walk, reader.bytes(walk)?).map_err(|error| error.within("exemplars"))?,
            _ => reader.other(walk, tag, up_to(14))?,
        }
    }
    Ok(())
}

/// Checks a `SummaryDataPoint`.
pub(super) fn summary(walk: &mut Walk<'_>, message: &[u8]) -> Checked {
    const START_TIME_UNIX_NANO: u32 = fixed64(2);
    const TIME_UNIX_NANO: u32 = fixed64(3);
    const COUNT: u32 = fixed64(4);
    const SUM: u32 = fixed64(5);
    const QUANTILE_VALUES: u32 = len(6);
    const ATTRIBUTES: u32 = len(7);
    const FLAGS: u32 = varint(8);
    let mut reader = Reader::new(message);
    while let Some(tag) = reader.tag(walk)? {
        match tag {
            ATTRIBUTES => attributes(walk, &mut reader, tag, "attributes")?,
            START_TIME_UNIX_NANO | TIME_UNIX_NANO | COUNT | SUM => reader.fixed::<8>(walk)?,
            QUANTILE_VALUES => {
                quantile(walk, reader.bytes(walk)?).map_err(|error| error.within("quantile_values"))?;
            }
            FLAGS => reader.varint(walk)?,
            _ => reader.other(walk, tag, up_to(8) & !(1 << 1))?,
        }
    }
    Ok(())
}

fn quantile(walk: &mut Walk<'_>, message: &[u8]) -> Checked {
    const QUANTILE: u32 = fixed64(1);
    const VALUE: u32 = fixed64(2);
    let mut reader = Reader::new(message);
    while let Some(tag) = reader.tag(walk)? {
        match tag {
            QUANTILE | VALUE => reader.fixed::<8>(walk)?,
            _ => reader.other(walk, tag, up_to(2))?,
        }
    }
    Ok(())
}

fn buckets(walk: &mut Walk<'_>, message: &[u8]) -> Checked {
    const OFFSET: u32 = varint(1);
    const BUCKET_COUNTS: u32 = len(2);
    const BUCKET_COUNT: u32 = varint(2);
    let mut reader = Reader::new(message);
    while let Some(tag) = reader.tag(walk)? {
        match tag {
            OFFSET | BUCKET_COUNT => reader.varint(walk)?,
            BUCKET_COUNTS => walk.packed_varints(reader.bytes(walk)?, "bucket_counts")?,
            _ => reader.other(walk, tag, up_to(2))?,
        }
    }
    Ok(())
}

fn exemplar(walk: &mut Walk<'_>, message: &[u8]) -> Checked {
    const TIME_UNIX_NANO: u32 = fixed64(2);
    const AS_DOUBLE: u32 = fixed64(3);
    const SPAN_ID: u32 = len(4);
    const TRACE_ID: u32 = len(5);
    const AS_INT: u32 = fixed64(6);
    const FILTERED_ATTRIBUTES: u32 = len(7);
    let mut reader = Reader::new(message);
    while let Some(tag) = reader.tag(walk)? {
        match tag {
            FILTERED_ATTRIBUTES => attributes(walk, &mut reader, tag, "filtered_attributes")?,
            TIME_UNIX_NANO | AS_DOUBLE | AS_INT => reader.fixed::<8>(walk)?,
            SPAN_ID => walk.id(reader.bytes(walk)?, 8, "span_id")?,
            TRACE_ID => walk.id(reader.bytes(walk)?, 16, "trace_id")?,
            _ => reader.other(walk, tag, up_to(7) & !(1 << 1))?,
        }
    }
    Ok(())
}
