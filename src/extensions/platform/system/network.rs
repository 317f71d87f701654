//! Interfaces and connections.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::path::Path;

use serde_json::Value;

use super::counters::Rates;
use super::facts::Facts;
use super::{number, read};

/// Counters of all interfaces but loopback together.
pub(super) type Totals = Counters;

/// Counters of interfaces, in the order of [`NAMES`].
type Counters = [u64; 10];

/// The columns of /proc/net/dev that are told.
const NAMES: [(&str, usize); 10] = [
    ("BytesRecv", 0),
    ("PacketsRecv", 1),
    ("ErrorsIn", 2),
    ("DropsIn", 3),
    ("FifoIn", 4),
    ("BytesSent", 8),
    ("PacketsSent", 9),
    ("ErrorsOut", 10),
    ("DropsOut", 11),
    ("FifoOut", 12),
];
const RECEIVED: usize = 0;
const SENT: usize = 5;
/// `ARPHRD_LOOPBACK` of the kernel's if_arp.h.
const LOOPBACK: u64 = 772;
/// `IFF_UP` of the kernel's if.h.
const UP: u64 = 1;
/// Most interfaces that are told of one by one.
const MOST: usize = 64;
/// With more connections than this they are not counted by state: each is a line of text that the kernel writes.
const MANY: u64 = 10_000;
/// States of connections as the kernel numbers them, from 1.
const STATES: [&str; 11] = [
    "Established",
    "SynSent",
    "SynRecv",
    "FinWait1",
    "FinWait2",
    "TimeWait",
    "Close",
    "CloseWait",
    "LastAck",
    "Listen",
    "Closing",
];

/// The hardware address of the interface that has `address`.
pub(in super::super) fn hardware_address(root: &Path, address: Option<&str>) -> Option<String> {
    let address = address?;
    let places = addresses(root);
    let (name, _) = places.iter().find(|(_, known)| known == address)?;
    mac(root, name)
}

pub(super) fn look(root: &Path, rates: &Rates<'_, Totals>, facts: &mut Facts) -> Option<Totals> {
    connections(root, facts);
    let interfaces = interfaces(&read(root, "proc/net/dev")?);
    let is_loopback =
        |name: &str| number(root, &format!("sys/class/net/{name}/type")) == Some(LOOPBACK) || name == "lo";
    let mut totals = Counters::default();
    if interfaces.iter().all(|(name, _)| is_loopback(name)) {
        return None;
    }
    for (_, counters) in interfaces.iter().filter(|(name, _)| !is_loopback(name)) {
        totals.iter_mut().zip(counters).for_each(|(total, counter)| *total = total.saturating_add(*counter));
    }
    for ((name, _), total) in NAMES.iter().zip(totals) {
        facts.set(&format!("network{name}"), Some(total));
    }
    facts.set("networkBytesSentRate", rates.per_second(totals[SENT], |before| before[SENT]));
    facts.set("networkBytesRecvRate", rates.per_second(totals[RECEIVED], |before| before[RECEIVED]));
    let places = addresses(root);
    let shown = interfaces.iter().take(MOST);
    let shown: Vec<Value> =
        shown.map(|(name, counters)| interface(root, name, counters, is_loopback(name), &places)).collect();
    facts.set("networkInterfaces", (!shown.is_empty()).then_some(shown));
    Some(totals)
}

fn interfaces(dev: &str) -> Vec<(String, Counters)> {
    let line = |line: &str| {
        let (name, columns) = line.rsplit_once(':')?;
        let columns: Vec<u64> = columns.split_whitespace().map_while(|column| column.parse().ok()).collect();
        let mut counters = Counters::default();
        for (counter, (_, at)) in counters.iter_mut().zip(NAMES) {
            *counter = *columns.get(at)?;
        }
        Some((name.trim().to_owned(), counters))
    };
    dev.lines().filter_map(line).collect()
}

fn interface(root: &Path, name: &str, counters: &Counters, is_loopback: bool, places: &[(String, String)]) -> Value {
    let file = |file: &str| format!("sys/class/net/{name}/{file}");
    let mut one = Facts::default();
    one.text("name", Some(name));
    one.text("macAddress", mac(root, name));
    let own: Vec<&str> = places.iter().filter(|(of, _)| of == name).map(|(_, address)| address.as_str()).collect();
    one.set("ipAddresses", (!own.is_empty()).then_some(own));
    one.set("mtu", number(root, &file("mtu")));
    // Virtual ones have none: the file cannot be read, or says -1.
    one.set("speed", number(root, &file("speed")));
    let flags = read(root, &file("flags"));
    let flags = flags.and_then(|flags| u64::from_str_radix(flags.trim().strip_prefix("0x")?, 16).ok());
    one.set("isUp", flags.map(|flags| flags & UP != 0));
    one.set("isLoopback", Some(is_loopback));
    for ((name, _), counter) in NAMES.iter().zip(counters) {
        let (first, rest) = name.split_at(1);
        one.set(&format!("{}{rest}", first.to_lowercase()), Some(*counter));
    }
    Value::Object(one.into_map())
}

fn mac(root: &Path, name: &str) -> Option<String> {
    let address = read(root, &format!("sys/class/net/{name}/address"))?.trim().to_owned();
    address.chars().any(|c| c != '0' && c != ':').then_some(address)
}

/// Interfaces and their addresses. The kernel's files name the interface of an IPv4 address only by the network it is in.
fn addresses(root: &Path) -> Vec<(String, String)> {
    let (trie, routes) = (read(root, "proc/net/fib_trie").unwrap_or_default(), read(root, "proc/net/route"));
    let routes = routes.unwrap_or_default();
    // Interface, destination and mask, in hexadecimal and the byte order of the machine.
    let networks: Vec<(&str, u32, u32)> = routes
        .lines()
        .filter_map(|line| {
            let fields: Vec<&str> = line.split_whitespace().collect();
            let hex = |at: usize| Some(u32::from_be(u32::from_str_radix(fields.get(at)?, 16).ok()?));
            (hex(7)? != 0).then_some((*fields.first()?, hex(1)?, hex(7)?))
        })
        .collect();
    let (mut last, mut found) = (None, Vec::new());
    for line in trie.lines().map(str::trim) {
        if let Some(address) = line.strip_prefix("|-- ") {
            last = address.parse::<Ipv4Addr>().ok();
        } else if let Some(address) = last.filter(|_| line == "/32 host LOCAL") {
            let bits = u32::from(address);
            let fits = networks.iter().filter(|(_, destination, mask)| bits & mask == *destination);
            let name =
                if address.is_loopback() { Some("lo") } else { fits.max_by_key(|(.., mask)| *mask).map(|it| it.0) };
            found.extend(name.map(|name| (name.to_owned(), address.to_string())));
        }
    }
    let six = read(root, "proc/net/if_inet6").unwrap_or_default();
    found.extend(six.lines().filter_map(|line| {
        let mut fields = line.split_whitespace();
        let address = Ipv6Addr::from(u128::from_str_radix(fields.next()?, 16).ok()?);
        Some((fields.nth(4)?.to_owned(), address.to_string()))
    }));
    found.sort();
    found.dedup();
    found
}

fn connections(root: &Path, facts: &mut Facts) {
    let snmp = read(root, "proc/net/snmp").unwrap_or_default();
    let mut tcp = snmp.lines().filter_map(|line| line.strip_prefix("Tcp:")).map(str::split_whitespace);
    if let (Some(mut names), Some(mut values)) = (tcp.next(), tcp.next()) {
        let retransmitted = names.position(|name| name == "RetransSegs").and_then(|at| values.nth(at));
        facts.set("tcpRetransmits", retransmitted.and_then(|value| value.parse::<u64>().ok()));
    }
    let sockets = [read(root, "proc/net/sockstat"), read(root, "proc/net/sockstat6")];
    let counted: u64 = sockets.iter().flatten().flat_map(|text| text.lines()).map(in_use).sum();
    let (true, Some(four)) = (counted <= MANY, read(root, "proc/net/tcp")) else { return };
    // Its first line names the columns.
    if !four.starts_with("  sl") {
        return;
    }
    let six = read(root, "proc/net/tcp6").unwrap_or_default();
    let mut states = [0_u64; STATES.len()];
    for line in four.lines().skip(1).chain(six.lines().skip(1)) {
        let state = line.split_whitespace().nth(3).and_then(|hex| usize::from_str_radix(hex, 16).ok());
        // A request to connect is a state of its own in the kernel, and half open to everybody else.
        let state = state.map(|state| if state == 12 { 3 } else { state });
        if let Some(count) = state.and_then(|state| states.get_mut(state.checked_sub(1)?)) {
            *count += 1;
        }
    }
    for (name, count) in STATES.iter().zip(states).filter(|(name, _)| **name != "Close") {
        facts.set(&format!("tcpConnections{name}"), Some(count));
    }
}

/// Sockets of TCP in one line of sockstat: `TCP: inuse 5 orphan 0 tw 2 ...`.
fn in_use(line: &str) -> u64 {
    if !line.starts_with("TCP") {
        return 0;
    }
    let fields: Vec<&str> = line.split_whitespace().collect();
    let pairs = fields[1..].chunks_exact(2).filter(|pair| matches!(pair[0], "inuse" | "tw" | "orphan"));
    pairs.filter_map(|pair| pair[1].parse::<u64>().ok()).sum()
}
