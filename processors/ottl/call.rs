//! The functions of conditions.

use std::borrow::Cow;
use std::time::{SystemTime, UNIX_EPOCH};

use regex::Regex;

use super::error::EvalError;
use super::node::Node;
use super::record::Record;
use super::text::{BytesAs, text};
use super::value::Val;

/// A call with its compiled arguments.
#[derive(Debug)]
pub(super) enum Call {
    IsMatch(Node, Regex),
    Is(Kind, Node),
    ToBool(Node),
    ToInt(Node),
    ToDouble(Node),
    ToText(Node),
    Len(Node),
    HasPrefix(Node, Node),
    HasSuffix(Node, Node),
    Concat(Box<[Node]>, Box<str>),
    Lower(Node),
    Upper(Node),
    Substring(Node, Node, Node),
    IsRootSpan,
    ContainsValue(Node, Node),
    /// `TraceID(0x..)` and `SpanID(0x..)`.
    Id(Box<[u8]>),
    HasAttrKeyOnDatapoint(Box<str>),
    HasAttrOnDatapoint(Box<str>, Box<str>),
    Now,
    /// Nanoseconds.
    Duration(i64),
}

/// What an `Is..` function asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Str,
    Int,
    Double,
    Bool,
    Map,
    List,
}

type Result<T> = std::result::Result<T, EvalError>;

// === impl Call ===

impl Call {
    pub(super) fn value<'e>(&'e self, record: &Record<'e>) -> Result<Val<'e>> {
        Ok(match self {
            Self::IsMatch(target, pattern) => {
                let target = target.value(record)?;
                Val::Bool(text(&target, BytesAs::Hex).is_some_and(|text| pattern.is_match(&text)))
            }
            Self::Is(kind, target) => Val::Bool(kind.is(&target.value(record)?)),
            Self::ToBool(target) => to_bool(&target.value(record)?)?,
            Self::ToInt(target) => to_int(&target.value(record)?),
            Self::ToDouble(target) => to_double(&target.value(record)?),
            Self::ToText(target) => text(&target.value(record)?, BytesAs::Hex).map_or(Val::Nil, Val::Str),
            Self::Len(target) => len(&target.value(record)?)?,
            Self::HasPrefix(target, prefix) => {
                let (target, prefix) = (string(target, record)?, string(prefix, record)?);
                Val::Bool(target.starts_with(prefix.as_ref()))
            }
            Self::HasSuffix(target, suffix) => {
                let (target, suffix) = (string(target, record)?, string(suffix, record)?);
                Val::Bool(target.ends_with(suffix.as_ref()))
            }
            Self::Concat(parts, delimiter) => concat(parts, delimiter, record)?,
            Self::Lower(target) => Val::Str(string(target, record)?.to_lowercase().into()),
            Self::Upper(target) => Val::Str(string(target, record)?.to_uppercase().into()),
            Self::Substring(target, start, length) => {
                let target = string(target, record)?;
                Val::Str(substring(target, int(start, record)?, int(length, record)?)?)
            }
            Self::IsRootSpan => {
                Val::Bool(record.span.is_some_and(|span| span.parent_span_id().iter().all(|byte| *byte == 0)))
            }
            Self::ContainsValue(list, item) => {
                let (list, item) = (list.value(record)?, item.value(record)?);
                if !matches!(list, Val::Array(_) | Val::List(_)) {
                    return Err(EvalError("ContainsValue needs a list"));
                }
                Val::Bool(list.items().any(|value| value.equals(&item)))
            }
            Self::Id(bytes) => Val::Bytes(Cow::Borrowed(bytes)),
            Self::HasAttrKeyOnDatapoint(key) => Val::Bool(points(record).any(|point| point.attributes().contains(key))),
            Self::HasAttrOnDatapoint(key, value) => {
                let same = |found: pipelines::otlp::view::AnyView<'_>| found.as_str() == Some(value);
                Val::Bool(points(record).any(|point| point.attributes().get(key).is_some_and(same)))
            }
            Self::Now => {
                let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                Val::Time(i64::try_from(since.as_nanos()).unwrap_or(i64::MAX))
            }
            Self::Duration(nanos) => Val::Duration(*nanos),
        })
    }
}

// === impl Kind ===

impl Kind {
    fn is(self, value: &Val<'_>) -> bool {
        match self {
            Self::Str => matches!(value, Val::Str(_)),
            Self::Int => matches!(value, Val::Int(_)),
            Self::Double => matches!(value, Val::Double(_)),
            Self::Bool => matches!(value, Val::Bool(_)),
            Self::Map => matches!(value, Val::Map(_)),
            Self::List => matches!(value, Val::Array(_) | Val::List(_)),
        }
    }
}

fn points<'a>(record: &Record<'a>) -> impl Iterator<Item = pipelines::otlp::view::DataPointView<'a>> {
    record.metric.into_iter().flat_map(|metric| metric.points())
}

fn string<'e>(node: &'e Node, record: &Record<'e>) -> Result<Cow<'e, str>> {
    match node.value(record)? {
        Val::Str(text) => Ok(text),
        _ => Err(EvalError("a function needs a string and got another kind of value")),
    }
}

fn int<'e>(node: &'e Node, record: &Record<'e>) -> Result<i64> {
    match node.value(record)? {
        Val::Int(value) => Ok(value),
        _ => Err(EvalError("a function needs an int and got another kind of value")),
    }
}

fn to_bool<'e>(value: &Val<'e>) -> Result<Val<'e>> {
    let parsed = match value {
        Val::Nil => return Ok(Val::Nil),
        Val::Bool(value) => Some(*value),
        Val::Int(value) => Some(*value != 0),
        Val::Double(value) => Some(*value != 0.0),
        Val::Str(text) => match text.as_ref() {
            "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
            "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
            _ => None,
        },
        _ => None,
    };
    parsed.map(Val::Bool).ok_or(EvalError("a value cannot be converted to a bool"))
}

fn to_int<'e>(value: &Val<'e>) -> Val<'e> {
    let parsed = match value {
        Val::Int(value) => Some(*value),
        Val::Double(value) => Some(*value as i64),
        Val::Bool(value) => Some(i64::from(*value)),
        Val::Str(text) => text.parse().ok(),
        Val::Duration(value) => Some(*value),
        _ => None,
    };
    parsed.map_or(Val::Nil, Val::Int)
}

fn to_double<'e>(value: &Val<'e>) -> Val<'e> {
    let parsed = match value {
        Val::Int(value) => Some(*value as f64),
        Val::Double(value) => Some(*value),
        Val::Bool(value) => Some(f64::from(u8::from(*value))),
        Val::Str(text) => text.parse().ok(),
        _ => None,
    };
    parsed.map_or(Val::Nil, Val::Double)
}

/// Bytes of a string, members of a map or a list.
fn len<'e>(value: &Val<'e>) -> Result<Val<'e>> {
    let len = match value {
        Val::Str(text) => text.len(),
        Val::Bytes(bytes) => bytes.len(),
        Val::Map(map) => map.len(),
        Val::Array(array) => array.len(),
        Val::List(all) => all.len(),
        _ => return Err(EvalError("Len needs a string, a map or a list")),
    };
    Ok(Val::Int(len as i64))
}

fn concat<'e>(parts: &'e [Node], delimiter: &str, record: &Record<'e>) -> Result<Val<'e>> {
    let mut joined = String::new();
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            joined.push_str(delimiter);
        }
        joined.push_str(&text(&part.value(record)?, BytesAs::Hex).unwrap_or(Cow::Borrowed("<nil>")));
    }
    Ok(Val::Str(joined.into()))
}

/// `length` bytes from byte `start` on.
fn substring(text: Cow<'_, str>, start: i64, length: i64) -> Result<Cow<'_, str>> {
    let outside = EvalError("Substring reaches outside of the string");
    if length <= 0 {
        return Err(outside);
    }
    let start = usize::try_from(start).map_err(|_| outside)?;
    let end = usize::try_from(length).ok().and_then(|length| start.checked_add(length)).ok_or(outside)?;
    if end > text.len() {
        return Err(outside);
    }
    let cut = EvalError("Substring cuts a character");
    match text {
        Cow::Borrowed(text) => text.get(start..end).map(Cow::Borrowed).ok_or(cut),
        Cow::Owned(text) => text.get(start..end).map(|part| Cow::Owned(part.to_owned())).ok_or(cut),
    }
}
