//! Addresses of this host's interfaces, without loopback, from /proc and /sys.

use std::fs;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::path::Path;

/// `ARPHRD_LOOPBACK` of the kernel's if_arp.h.
const LOOPBACK: &str = "772";

/// IPv4 addresses, then IPv6 ones, each once.
pub(super) fn addresses(root: &Path) -> Vec<String> {
    let trie = fs::read_to_string(root.join("proc/net/fib_trie")).unwrap_or_default();
    let six = fs::read_to_string(root.join("proc/net/if_inet6")).unwrap_or_default();
    let mut found: Vec<String> = Vec::new();
    let mut last = None;
    for line in trie.lines().map(str::trim) {
        // A local address is a leaf with `/32 host LOCAL` below it.
        if let Some(address) = line.strip_prefix("|-- ") {
            last = address.parse::<Ipv4Addr>().ok();
        } else if line == "/32 host LOCAL" {
            found.extend(last.filter(|address| !address.is_loopback()).map(|address| address.to_string()));
        }
    }
    let hex = six.lines().filter_map(|line| line.split_whitespace().next());
    let addresses = hex.filter_map(|hex| u128::from_str_radix(hex, 16).ok()).map(Ipv6Addr::from);
    found.extend(addresses.filter(|address| !address.is_loopback()).map(|address| address.to_string()));
    let mut seen = std::collections::HashSet::new();
    found.retain(|address| seen.insert(address.clone()));
    found
}

/// Hardware addresses in the form of the semantic conventions, `AC-DE-48-23-45-67`, sorted.
pub(super) fn hardware(root: &Path) -> Vec<String> {
    let interfaces = fs::read_dir(root.join("sys/class/net")).into_iter().flatten().flatten();
    let read = |path: &Path, file: &str| fs::read_to_string(path.join(file)).map(|text| text.trim().to_owned()).ok();
    let mut found: Vec<String> = interfaces
        .map(|interface| interface.path())
        .filter(|path| read(path, "type").as_deref() != Some(LOOPBACK))
        .filter_map(|path| read(&path, "address"))
        .filter(|address| address.chars().any(|c| c != '0' && c != ':'))
        .map(|address| address.replace(':', "-").to_uppercase())
        .collect();
    found.sort();
    found.dedup();
    found
}
