//! Rows of the kernel's entropy pool.

use super::{Group, Metric, Name};

const GROUP: Group = Group::Entropy;

/// Every row of the group.
pub static ALL: &[&Metric] = &[&AVAILABLE, &POOL_SIZE];

/// What is in the pool.
pub static AVAILABLE: Metric =
    Metric::gauge(GROUP, "node.entropy.available_bits", "bit", "Entropy in the kernel's pool.")
        .prometheus(Name::new("node_entropy_available_bits"))
        .source("/proc/sys/kernel/random/entropy_avail");

/// What fits into the pool.
pub static POOL_SIZE: Metric =
    Metric::gauge(GROUP, "node.entropy.pool_size_bits", "bit", "Entropy that the kernel's pool can hold.")
        .prometheus(Name::new("node_entropy_pool_size_bits"))
        .source("/proc/sys/kernel/random/poolsize");
