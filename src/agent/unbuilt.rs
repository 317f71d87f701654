//! Collectors that are parsed and checked, and whose receivers are not built yet: one error for each that is enabled.

use pipelines::config::{Diagnostic, Diagnostics, Value, code};

use super::tree::Origin;

/// The switches of such collectors, with what they collect, and the switch of which each is a part.
const SWITCHES: [(&str, &str, Option<&str>); 7] = [
    ("collectors.kubernetes.enabled", "Kubernetes", None),
    ("collectors.ebpf.enabled", "eBPF", None),
    ("collectors.ebpf.cilium.enabled", "Cilium", Some("collectors.ebpf.enabled")),
    ("integrations.ebpf.enabled", "eBPF", None),
    ("integrations.ebpf.cilium.enabled", "Cilium", Some("integrations.ebpf.enabled")),
    ("collectors.logs.enabled", "log files", None),
    ("collectors.process.enabled", "single processes", None),
];

/// Reports those that are enabled.
pub(super) fn refuse(origin: Origin<'_>, diagnostics: &mut Diagnostics) {
    let is_on = |path: &str| origin.find(path).is_some_and(|node| node.value == Value::Bool(true));
    for (path, what, whole) in SWITCHES {
        if !is_on(path) || !whole.is_none_or(is_on) {
            continue;
        }
        let message = format!("`{path}` is true, but the receiver for {what} is not built yet");
        let error = Diagnostic::error(&code::UNKNOWN_COMPONENT, message).at(origin.span(path)).about(path);
        diagnostics.push(error.help(format!("switch it off: `--set {path}=false`, or `enabled: false` in the file")));
    }
}
