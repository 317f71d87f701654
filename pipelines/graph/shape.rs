//! What sections must look like.

use crate::config::{Diagnostic, Diagnostics, Key, Node, code, missing_blank};

/// The entries of a section, none when it is empty.
pub(super) fn map<'a>(node: &'a Node, at: &str, diagnostics: &mut Diagnostics) -> &'a [(Key, Node)] {
    let entries = node.as_map();
    if entries.is_none() && !node.is_null() {
        let error = Diagnostic::error(&code::SHAPE, format!("{at} is {}, expected a map", node.kind())).at(node.span);
        diagnostics.push(match node.as_str().and_then(missing_blank) {
            Some(help) => error.help(help),
            None => error,
        });
    }
    entries.unwrap_or_default()
}
