//! [`Statement`]: what is asked of a database, and [`Row`]: what it answers.

use std::borrow::Cow;
use std::vec::IntoIter;

use serde::Serialize;

use crate::extensions::agents_api::answer::Refusal;

/// A statement in the SQL that both databases understand. Its parameters are `$1`, `$2` and so on, which appear in this
/// order: SQLite numbers them as they appear.
#[derive(Clone, Debug)]
pub(super) struct Statement {
    pub(super) sql: Cow<'static, str>,
    pub(super) values: Vec<Value>,
    /// Whether it must outlive a power cut once it is done, as everything does in PostgreSQL.
    #[cfg_attr(not(feature = "sqlite"), allow(dead_code))]
    pub(super) is_durable: bool,
}

/// A value that goes in or comes out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Null,
    Integer(i64),
    Text(String),
}

/// A row, read from its first column on.
#[derive(Debug)]
pub(super) struct Row(IntoIter<Value>);

// === impl Statement ===

impl Statement {
    pub(super) fn new(sql: impl Into<Cow<'static, str>>, values: impl IntoIterator<Item = Value>) -> Self {
        Self { sql: sql.into(), values: values.into_iter().collect(), is_durable: false }
    }

    /// It must outlive a power cut once it is done.
    pub(super) fn durable(self) -> Self {
        Self { is_durable: true, ..self }
    }
}

// === impl Value ===

impl Value {
    /// A value as JSON, which escapes what texts of PostgreSQL cannot hold.
    pub(super) fn json(value: &impl Serialize) -> Result<Self, Refusal> {
        let json = serde_json::to_string(value);
        json.map(Self::Text).map_err(|error| Refusal::invalid(format!("the body cannot be kept: {error}")))
    }

    /// What is one word in JSON, without the quotes, or nothing.
    pub(super) fn word(value: &impl Serialize) -> Self {
        match serde_json::to_value(value) {
            Ok(serde_json::Value::String(word)) => Self::Text(word),
            _ => Self::Null,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Self {
        Self::Integer(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

// === impl Row ===

impl Row {
    pub(super) fn new(values: Vec<Value>) -> Self {
        Self(values.into_iter())
    }

    /// The next column, if it holds a text.
    pub(super) fn text(&mut self) -> Option<String> {
        match self.0.next() {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// The next column, if it holds a number.
    pub(super) fn integer(&mut self) -> Option<i64> {
        match self.0.next() {
            Some(Value::Integer(number)) => Some(number),
            _ => None,
        }
    }
}
