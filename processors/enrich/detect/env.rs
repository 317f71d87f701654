//! `OTEL_RESOURCE_ATTRIBUTES`: `key=value,key=value`, percent-encoded.

use percent_encoding::percent_decode_str;
use pipelines::otlp::edit::EncodedValue;

use super::Facts;

/// Reads the variable, or `OTEL_RESOURCE` as older agents set it. An absent one holds no facts.
pub(in super::super) fn detect(read: impl Fn(&str) -> Option<String>) -> Result<Facts, String> {
    let set = |name| read(name).filter(|text| !text.trim().is_empty());
    let Some(text) = set("OTEL_RESOURCE_ATTRIBUTES").or_else(|| set("OTEL_RESOURCE")) else { return Ok(Facts::new()) };
    text.split(',').map(str::trim).filter(|pair| !pair.is_empty()).map(pair).collect()
}

fn pair(pair: &str) -> Result<(String, EncodedValue), String> {
    let wrong = || format!("`{pair}` in OTEL_RESOURCE_ATTRIBUTES is not key=value");
    let (key, value) = pair.split_once('=').ok_or_else(wrong)?;
    let decode = |text: &str| percent_decode_str(text.trim()).decode_utf8().map(String::from).map_err(|_| wrong());
    let (key, value) = (decode(key)?, decode(value)?);
    if key.is_empty() { Err(wrong()) } else { Ok((key, EncodedValue::new(&value))) }
}
