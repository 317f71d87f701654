//! Rows of sockets in use.

use super::{Group, Metric, Name};

const GROUP: Group = Group::Sockstat;

/// A row for each word of each line, and the list of them in the order of the kernel.
macro_rules! words {
    ($($row:ident = $line:literal $word:literal $unit:literal $tfo:literal; $description:literal)*) => {
        $(
            #[doc = $description]
            pub static $row: Metric = Metric::gauge(GROUP, concat!("node.sockstat.", $tfo), $unit, $description)
                .prometheus(Name::new(concat!("node_sockstat_", $line, "_", $word)))
                .source(concat!("/proc/net/sockstat: ", $line, " ", $word));
        )*

        /// The line and the word of it, and their row.
        pub static WORDS: &[(&str, &str, &Metric)] = &[$(($line, $word, &$row)),*];

        /// Every row of the group.
        pub static ALL: &[&Metric] = &[$(&$row),*];
    };
}

words! {
    USED = "sockets" "used" "{socket}" "sockets_used"; "Sockets in use, of all kinds."
    TCP = "TCP" "inuse" "{socket}" "tcp_inuse"; "TCP sockets in use."
    TCP_ORPHANS = "TCP" "orphan" "{socket}" "tcp_orphan"; "TCP sockets that no process holds any more."
    TCP_TIME_WAIT = "TCP" "tw" "{socket}" "tcp_tw"; "TCP connections in the state time_wait."
    TCP_ALLOCATED = "TCP" "alloc" "{socket}" "tcp_alloc"; "TCP sockets that exist, in any state."
    TCP_PAGES = "TCP" "mem" "{page}" "tcp_mem"; "Memory of the buffers of TCP, in pages."
    TCP_MEMORY = "TCP" "mem_bytes" "By" "tcp_mem_bytes"; "Memory of the buffers of TCP."
    UDP = "UDP" "inuse" "{socket}" "udp_inuse"; "UDP sockets in use."
    UDP_PAGES = "UDP" "mem" "{page}" "udp_mem"; "Memory of the buffers of UDP, in pages."
    UDP_MEMORY = "UDP" "mem_bytes" "By" "udp_mem_bytes"; "Memory of the buffers of UDP."
    UDP_LITE = "UDPLITE" "inuse" "{socket}" "udplite_inuse"; "UDP-Lite sockets in use."
    RAW = "RAW" "inuse" "{socket}" "raw_inuse"; "Raw sockets in use."
    FRAGMENTS = "FRAG" "inuse" "{packet}" "frag_inuse"; "IPv4 packets of which fragments are missing."
    FRAGMENTS_MEMORY = "FRAG" "memory" "By" "frag_memory"; "Memory of fragments of IPv4 packets."
    TCP6 = "TCP6" "inuse" "{socket}" "tcp6_inuse"; "TCP sockets over IPv6 in use."
    UDP6 = "UDP6" "inuse" "{socket}" "udp6_inuse"; "UDP sockets over IPv6 in use."
    UDP6_LITE = "UDPLITE6" "inuse" "{socket}" "udplite6_inuse"; "UDP-Lite sockets over IPv6 in use."
    RAW6 = "RAW6" "inuse" "{socket}" "raw6_inuse"; "Raw sockets over IPv6 in use."
    FRAGMENTS6 = "FRAG6" "inuse" "{packet}" "frag6_inuse"; "IPv6 packets of which fragments are missing."
    FRAGMENTS6_MEMORY = "FRAG6" "memory" "By" "frag6_memory"; "Memory of fragments of IPv6 packets."
}
