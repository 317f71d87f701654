//! The compiled form of a condition and its evaluation.

use std::borrow::Cow;

use super::ast::{Comparison, MathOp};
use super::call::Call;
use super::error::EvalError;
use super::field::Field;
use super::read::{read, read_text};
use super::record::Record;
use super::value::Val;

/// What is true or false.
#[derive(Debug)]
pub(super) enum Bool {
    Const(bool),
    Not(Box<Self>),
    And(Box<[Self]>),
    Or(Box<[Self]>),
    Compare(Comparison, Node, Node),
    Call(Call),
}

/// What has a value.
#[derive(Debug)]
pub(super) enum Node {
    Nil,
    Bool(bool),
    Int(i64),
    Double(f64),
    Str(Box<str>),
    Bytes(Box<[u8]>),
    List(Box<[Self]>),
    /// A field and the keys behind it.
    Path(Field, Box<[Key]>),
    /// A call and the keys behind it.
    Call(Box<Call>, Box<[Key]>),
    Math(MathOp, Box<Self>, Box<Self>),
}

/// What stands in brackets.
#[derive(Debug)]
pub(super) enum Key {
    Name(Box<str>),
    Index(i64),
    Computed(Node),
}

type Result<T> = std::result::Result<T, EvalError>;

// === impl Bool ===

impl Bool {
    pub(super) fn evaluate(&self, record: &Record<'_>) -> Result<bool> {
        match self {
            Self::Const(value) => Ok(*value),
            Self::Not(inner) => Ok(!inner.evaluate(record)?),
            Self::And(all) => {
                for part in all {
                    if !part.evaluate(record)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Self::Or(all) => {
                for part in all {
                    if part.evaluate(record)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            // Most conditions hold a field of text against a constant, which needs no values in between.
            Self::Compare(
                op @ (Comparison::Equal | Comparison::NotEqual),
                Node::Path(field, keys),
                Node::Str(other),
            ) if keys.is_empty()
                && let Some(text) = read_text(*field, record) =>
            {
                Ok((text == &**other) == (*op == Comparison::Equal))
            }
            Self::Compare(op, left, right) => Ok(left.value(record)?.compare(*op, &right.value(record)?)),
            Self::Call(call) => match call.value(record)? {
                Val::Bool(value) => Ok(value),
                _ => Err(EvalError("the function gave no bool")),
            },
        }
    }
}

// === impl Node ===

impl Node {
    #[inline]
    pub(super) fn value<'e>(&'e self, record: &Record<'e>) -> Result<Val<'e>> {
        Ok(match self {
            Self::Nil => Val::Nil,
            Self::Bool(value) => Val::Bool(*value),
            Self::Int(value) => Val::Int(*value),
            Self::Double(value) => Val::Double(*value),
            Self::Str(text) => Val::str(text),
            Self::Bytes(bytes) => Val::Bytes(Cow::Borrowed(bytes)),
            Self::List(all) => Val::List(all.iter().map(|node| node.value(record)).collect::<Result<_>>()?),
            Self::Path(Field::SpanTraceState, keys) if !keys.is_empty() => trace_state(keys, record)?,
            Self::Path(field, keys) => walk(read(*field, record), keys, record)?,
            Self::Call(call, keys) => walk(call.value(record)?, keys, record)?,
            Self::Math(op, left, right) => math(*op, &left.value(record)?, &right.value(record)?)?,
        })
    }
}

/// Goes down into maps and lists. A key that is missing gives nil, a value that has no keys is an error: a body that is
/// absent must not look like a map in which something is absent.
fn walk<'e>(mut value: Val<'e>, keys: &'e [Key], record: &Record<'e>) -> Result<Val<'e>> {
    for key in keys {
        value = match key {
            Key::Name(name) => by_name(&value, name)?,
            Key::Index(index) => by_index(&value, *index)?,
            Key::Computed(node) => match node.value(record)? {
                Val::Str(name) => by_name(&value, &name)?,
                Val::Int(index) => by_index(&value, index)?,
                _ => return Err(EvalError("a key is neither a string nor an int")),
            },
        };
        if matches!(value, Val::Nil) {
            break;
        }
    }
    Ok(value)
}

fn by_name<'e>(value: &Val<'e>, name: &str) -> Result<Val<'e>> {
    match value {
        Val::Map(map) => Ok(map.get(name).map_or(Val::Nil, Val::from)),
        _ => Err(EvalError("a value that is no map is indexed by a string")),
    }
}

fn by_index<'e>(value: &Val<'e>, index: i64) -> Result<Val<'e>> {
    let outside = EvalError("an index is outside of its list");
    let at = usize::try_from(index).map_err(|_| outside)?;
    match value {
        Val::Array(array) => array.get(at).map(Val::from).ok_or(outside),
        Val::List(all) => all.get(at).cloned().ok_or(outside),
        _ => Err(EvalError("a value that is no list is indexed by an int")),
    }
}

/// One member of `key1=value1,key2=value2`.
fn trace_state<'e>(keys: &'e [Key], record: &Record<'e>) -> Result<Val<'e>> {
    let name = match &keys[0] {
        Key::Name(name) => Cow::Borrowed(&**name),
        Key::Computed(node) => match node.value(record)? {
            Val::Str(name) => name,
            _ => return Err(EvalError("the key of a trace state is not a string")),
        },
        Key::Index(_) => return Err(EvalError("the key of a trace state is not a string")),
    };
    let state = record.span.map_or("", |span| span.trace_state());
    let found = state.split(',').filter_map(|member| member.trim().split_once('=')).find(|(key, _)| *key == name);
    // The Collector gives an empty string for a key that is absent.
    Ok(Val::str(found.map_or("", |(_, value)| value)))
}

fn math<'e>(op: MathOp, left: &Val<'e>, right: &Val<'e>) -> Result<Val<'e>> {
    let whole = |a: i64, b: i64| match op {
        MathOp::Add => Ok(a.wrapping_add(b)),
        MathOp::Subtract => Ok(a.wrapping_sub(b)),
        MathOp::Multiply => Ok(a.wrapping_mul(b)),
        MathOp::Divide if b == 0 => Err(EvalError("division by zero")),
        MathOp::Divide => Ok(a.wrapping_div(b)),
    };
    let sum = matches!(op, MathOp::Add | MathOp::Subtract);
    match (left, right) {
        (Val::Int(a), Val::Int(b)) => whole(*a, *b).map(Val::Int),
        (Val::Double(a), Val::Double(b)) => match op {
            MathOp::Add => Ok(Val::Double(a + b)),
            MathOp::Subtract => Ok(Val::Double(a - b)),
            MathOp::Multiply => Ok(Val::Double(a * b)),
            MathOp::Divide if *b == 0.0 => Err(EvalError("division by zero")),
            MathOp::Divide => Ok(Val::Double(a / b)),
        },
        (Val::Time(a), Val::Time(b)) if op == MathOp::Subtract => Ok(Val::Duration(a.wrapping_sub(*b))),
        (Val::Time(a), Val::Duration(b)) if sum => whole(*a, *b).map(Val::Time),
        (Val::Duration(a), Val::Time(b)) if op == MathOp::Add => whole(*a, *b).map(Val::Time),
        (Val::Duration(a), Val::Duration(b)) if sum => whole(*a, *b).map(Val::Duration),
        _ => Err(EvalError("arithmetic needs two ints, two floats, or times and durations")),
    }
}
