//! What the host is and which system it runs.

use std::path::Path;

use super::facts::Facts;
use super::read;

/// Seconds since the system started.
pub(in super::super) fn uptime(root: &Path) -> Option<f64> {
    read(root, "proc/uptime")?.split_whitespace().next()?.parse().ok()
}

/// The names of `host.arch` in the semantic conventions.
pub(in super::super) fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "arm" => "arm32",
        other => other,
    }
}

pub(super) fn look(root: &Path, facts: &mut Facts) {
    let uname = rustix::system::uname();
    facts.text("hostname", Some(uname.nodename().to_string_lossy()));
    facts.text("os", Some(std::env::consts::OS));
    facts.text("kernelVersion", Some(uname.release().to_string_lossy()));
    facts.text("architecture", Some(architecture()));
    let release = read(root, "etc/os-release").or_else(|| read(root, "usr/lib/os-release")).unwrap_or_default();
    let said = |key: &str| {
        let value = release.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='))?;
        Some(value.trim().trim_matches(['"', '\'']).to_owned())
    };
    facts.text("platform", said("ID"));
    facts.text("platformFamily", said("ID_LIKE").and_then(|like| Some(like.split_whitespace().next()?.to_owned())));
    facts.text("osVersion", said("VERSION_ID"));
    let whole = |seconds: f64| seconds as u64;
    facts.set("uptime", uptime(root).map(whole));
    let stat = read(root, "proc/stat").unwrap_or_default();
    facts.set("bootTime", stat.lines().find_map(|line| line.strip_prefix("btime ")?.trim().parse::<u64>().ok()));
    facts.text("timezone", timezone(root));
    let id = ["etc/machine-id", "var/lib/dbus/machine-id"].iter().find_map(|file| read(root, file));
    facts.text("hostId", id.map(|id| id.trim().to_owned()).filter(|id| id != "uninitialized"));
}

/// Such as `Europe/Berlin`.
fn timezone(root: &Path) -> Option<String> {
    let link = std::fs::read_link(root.join("etc/localtime")).ok();
    let linked = link.and_then(|link| Some(link.to_str()?.split_once("zoneinfo/")?.1.to_owned()));
    linked.or_else(|| Some(read(root, "etc/timezone")?.trim().to_owned()))
}
