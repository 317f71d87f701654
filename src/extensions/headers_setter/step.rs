//! [`Step`]: one thing that is done to the headers of a request.

use http::header::Entry;
use http::{HeaderMap, HeaderName, HeaderValue};
use pipelines::Context;
use pipelines::component::ExportError;
use pipelines::config::Secret;

use super::config::{Action, Header};

/// One thing that is done to the headers of a request.
pub(super) struct Step {
    action: Action,
    name: HeaderName,
    source: Source,
}

/// Where the value comes from.
enum Source {
    /// The configuration.
    Fixed(Option<HeaderValue>),
    /// A header of the request that brought the data, by its name in lower case.
    Metadata(String, Option<HeaderValue>),
    /// An attribute of who sent it.
    Attribute(String, Option<HeaderValue>),
}

// === impl Step ===

impl Step {
    /// Prepares what is written; `None` for what validation refuses.
    pub(super) fn new(header: &Header) -> Option<Self> {
        let name = HeaderName::try_from(header.key.as_str()).ok()?;
        let fallback = header.default_value.as_ref().and_then(fixed);
        let source = match (&header.from_context, &header.from_attribute) {
            (Some(key), _) => Source::Metadata(key.to_ascii_lowercase(), fallback),
            (_, Some(name)) => Source::Attribute(name.clone(), fallback),
            (None, None) => Source::Fixed(header.value.as_ref().and_then(fixed)),
        };
        Some(Self { action: header.action, name, source })
    }

    /// Does it to the headers of a request with data sent as `context` says. What finds no value does nothing.
    ///
    /// # Errors
    /// A rejection if it cannot be told which value is meant.
    pub(super) fn apply(&self, context: &Context, headers: &mut HeaderMap) -> Result<(), ExportError> {
        if self.action == Action::Delete {
            headers.remove(&self.name);
            return Ok(());
        }
        let Some(value) = self.source.value(context)? else { return Ok(()) };
        match (headers.entry(&self.name), self.action) {
            (Entry::Occupied(mut entry), Action::Update | Action::Upsert) => {
                entry.insert(value);
            }
            (Entry::Vacant(entry), Action::Insert | Action::Upsert) => {
                entry.insert(value);
            }
            _ => {}
        }
        Ok(())
    }
}

// === impl Source ===

impl Source {
    fn value(&self, context: &Context) -> Result<Option<HeaderValue>, ExportError> {
        let (found, fallback) = match self {
            Self::Fixed(value) => return Ok(value.clone()),
            Self::Metadata(key, fallback) => {
                let mut values = context.metadata(key);
                let first = values.next();
                // Whoever added the second, a client or a proxy, may have meant another tenant: none is a guess.
                if values.next().is_some() {
                    return Err(ExportError::reject(format!(
                        "the request that brought it has several `{key}` headers"
                    )));
                }
                (first, fallback)
            }
            Self::Attribute(name, fallback) => (context.auth(name), fallback),
        };
        let Some(text) = found else { return Ok(fallback.clone()) };
        let value = sensitive(text).ok_or_else(|| {
            ExportError::reject("a value of who sent it has a control character, which no header can hold")
        });
        value.map(Some)
    }
}

fn fixed(secret: &Secret) -> Option<HeaderValue> {
    sensitive(secret.reveal())
}

/// A value that stays out of HTTP/2 compression tables and of debug output.
fn sensitive(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::try_from(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}
