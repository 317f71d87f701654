//! This machine, from files and `uname`.

use std::fs;
use std::path::Path;

use pipelines::otlp::edit::{EncodedValue, ValueRef};

use super::super::config::{SYSTEM, SystemConfig, wanted};
use super::{Facts, network};

/// Looks up what is wanted; what this machine does not say is left out.
pub(in super::super) fn detect(config: &SystemConfig, root: &Path) -> Result<Facts, String> {
    let uname = rustix::system::uname();
    let host = uname.nodename().to_string_lossy().into_owned();
    let wanted = SYSTEM.into_iter().filter(|name| wanted(&config.resource_attributes, name));
    let facts = wanted.filter_map(|name| {
        let value = match name {
            "host.name" => text(host_name(config, &host, root)),
            "os.type" => text(Some(std::env::consts::OS.to_owned())),
            "host.id" => text(host_id(root)),
            "host.arch" => text(Some(arch(std::env::consts::ARCH).to_owned())),
            "host.ip" => list(network::addresses(root)),
            "host.mac" => list(network::hardware(root)),
            "os.name" => text(release(root, "NAME")),
            "os.version" => text(release(root, "VERSION_ID")),
            "os.description" => text(Some(description(&uname, root))),
            "host.cpu.cache.l2.size" => cpu(root, name)?.parse::<i64>().ok().map(EncodedValue::new),
            _ => text(cpu(root, name)),
        };
        Some((name.to_owned(), value?))
    });
    let facts: Facts = facts.collect();
    if host.is_empty() { Err("the host has no name".to_owned()) } else { Ok(facts) }
}

fn text(value: Option<String>) -> Option<EncodedValue> {
    value.filter(|value| !value.is_empty()).map(|value| EncodedValue::new(&value))
}

fn list(values: Vec<String>) -> Option<EncodedValue> {
    (!values.is_empty()).then(|| EncodedValue::array(values.iter().map(ValueRef::from)))
}

fn host_name(config: &SystemConfig, host: &str, root: &Path) -> Option<String> {
    let default = ["dns".to_owned(), "os".to_owned()];
    let sources = if config.hostname_sources.is_empty() { &default[..] } else { &config.hostname_sources };
    sources.iter().find_map(|source| if source == "os" { Some(host.to_owned()) } else { full_name(host, root) })
}

/// The name with a domain that /etc/hosts gives this host.
fn full_name(host: &str, root: &Path) -> Option<String> {
    let hosts = fs::read_to_string(root.join("etc/hosts")).ok()?;
    let names = |line: &str| {
        let line = line.split('#').next().unwrap_or_default();
        line.split_whitespace().skip(1).map(str::to_owned).collect::<Vec<_>>()
    };
    let own = hosts.lines().map(names).find(|names| names.iter().any(|name| name == host))?;
    own.into_iter().find(|name| name.strip_prefix(host).is_some_and(|rest| rest.starts_with('.')))
}

/// What systemd or D-Bus call this machine. Images leave the file empty, or write `uninitialized` into it.
pub(super) fn host_id(root: &Path) -> Option<String> {
    let files = ["etc/machine-id", "var/lib/dbus/machine-id"];
    let read = |file: &&str| Some(fs::read_to_string(root.join(file)).ok()?.trim().to_owned());
    files.iter().filter_map(read).find(|id| !id.is_empty() && id != "uninitialized")
}

/// The names of `host.arch` in the semantic conventions.
fn arch(rust: &str) -> &str {
    match rust {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "arm" => "arm32",
        "powerpc" => "ppc32",
        "powerpc64" => "ppc64",
        other => other,
    }
}

fn description(uname: &rustix::system::Uname, root: &Path) -> String {
    let parts = [uname.sysname(), uname.nodename(), uname.release(), uname.version(), uname.machine()];
    let kernel = parts.map(|part| part.to_string_lossy().into_owned()).join(" ");
    match release(root, "PRETTY_NAME") {
        Some(pretty) => format!("{pretty} ({kernel})"),
        None => kernel,
    }
}

/// What os-release(5) says of the distribution.
fn release(root: &Path, field: &str) -> Option<String> {
    let files = ["etc/os-release", "usr/lib/os-release"];
    let release = files.iter().find_map(|file| fs::read_to_string(root.join(file)).ok())?;
    let mut fields = release.lines().filter_map(|line| line.split_once('='));
    let (_, value) = fields.find(|(key, _)| key.trim() == field)?;
    Some(value.trim().trim_matches(['"', '\'']).to_owned())
}

/// A field of the first processor in /proc/cpuinfo.
fn cpu(root: &Path, name: &str) -> Option<String> {
    let field = match name {
        "host.cpu.vendor.id" => "vendor_id",
        "host.cpu.family" => "cpu family",
        "host.cpu.model.id" => "model",
        "host.cpu.model.name" => "model name",
        "host.cpu.stepping" => "stepping",
        _ => "cache size",
    };
    let info = fs::read_to_string(root.join("proc/cpuinfo")).ok()?;
    let value = info.lines().filter_map(|line| line.split_once(':')).find(|(key, _)| key.trim() == field)?.1;
    Some(value.trim().trim_end_matches(" KB").to_owned())
}
