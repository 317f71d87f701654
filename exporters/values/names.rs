//! Names of the numbers that OTLP has for kinds and states, and of the service.

use std::borrow::Cow;

use pipelines::otlp::view::{AnyView, ResourceView};

use super::text;

/// The kind of a span, as the Collector spells it.
pub(crate) fn kind_name(kind: i32) -> &'static str {
    match kind {
        1 => "Internal",
        2 => "Server",
        3 => "Client",
        4 => "Producer",
        5 => "Consumer",
        _ => "Unspecified",
    }
}

/// The status of a span, as the Collector spells it.
pub(crate) fn status_name(code: i32) -> &'static str {
    match code {
        1 => "Ok",
        2 => "Error",
        _ => "Unset",
    }
}

/// The text of the resource attribute `service.name`; empty if it has none.
pub(crate) fn service_name<'a>(resource: &ResourceView<'a>) -> Cow<'a, str> {
    match resource.attributes().get("service.name") {
        Some(AnyView::Str(name)) => Cow::Borrowed(name),
        Some(other) => {
            let mut name = Vec::new();
            text(other, &mut name);
            Cow::Owned(String::from_utf8(name).unwrap_or_default())
        }
        None => Cow::Borrowed(""),
    }
}
