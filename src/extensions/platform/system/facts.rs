//! [`Facts`]: what is known, by name.

use serde_json::{Map, Value};

/// What is known, by name.
#[derive(Debug, Default)]
pub(super) struct Facts(Map<String, Value>);

// === impl Facts ===

impl Facts {
    /// Notes a fact if it is known.
    pub(super) fn set(&mut self, name: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.0.insert(name.to_owned(), value.into());
        }
    }

    /// Notes a text if it is known and says something.
    pub(super) fn text(&mut self, name: &str, text: Option<impl Into<String>>) {
        self.set(name, text.map(Into::into).filter(|text: &String| !text.trim().is_empty()));
    }

    /// Notes how many percent of `whole` a part is.
    pub(super) fn share(&mut self, name: &str, part: Option<u64>, whole: Option<u64>) {
        let share = part.zip(whole.filter(|whole| *whole > 0)).map(|(part, whole)| 100.0 * part as f64 / whole as f64);
        self.set(name, share.map(rounded));
    }

    pub(super) fn into_map(self) -> Map<String, Value> {
        self.0
    }
}

/// To two digits, which is more than anybody looks at.
pub(super) fn rounded(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}
