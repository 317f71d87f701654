//! Rows of the ARP table.

use super::{Group, Label, Metric, Name};

/// Every row of the group.
pub static ALL: &[&Metric] = &[&ENTRIES];

/// Neighbours by interface.
pub static ENTRIES: Metric =
    Metric::gauge(Group::Arp, "node.arp.entries", "{entry}", "Entries of the ARP table, by interface.")
        .labels(&[Label::Interface])
        .prometheus(Name::new("node_arp_entries"))
        .source("/proc/net/arp");
