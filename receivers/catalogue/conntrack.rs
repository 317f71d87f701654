//! Rows of connection tracking.

use super::{Group, Metric, Name};

const GROUP: Group = Group::Conntrack;

/// A row for each column, and the list of them.
macro_rules! columns {
    ($($row:ident = $column:literal; $description:literal)*) => {
        $(
            #[doc = $description]
            pub static $row: Metric =
                Metric::counter(GROUP, concat!("node.conntrack.", $column), "{packet}", $description)
                    .prometheus(Name::new(concat!("node_nf_conntrack_stat_", $column)))
                    .source(concat!("/proc/net/stat/nf_conntrack: ", $column));
        )*

        /// Columns of `/proc/net/stat/nf_conntrack` and their rows.
        pub static COLUMNS: &[(&str, &Metric)] = &[$(($column, &$row)),*];

        /// Every row of the group.
        pub static ALL: &[&Metric] = &[&ENTRIES, &LIMIT, $(&$row),*];
    };
}

/// Connections that are tracked.
pub static ENTRIES: Metric =
    Metric::gauge(GROUP, "node.conntrack.entries", "{connection}", "Connections that are tracked.")
        .prometheus(Name::new("node_nf_conntrack_entries"))
        .source("/proc/sys/net/netfilter/nf_conntrack_count");

/// The size of the table.
pub static LIMIT: Metric =
    Metric::gauge(GROUP, "node.conntrack.entries_limit", "{connection}", "Connections that can be tracked.")
        .prometheus(Name::new("node_nf_conntrack_entries_limit"))
        .source("/proc/sys/net/netfilter/nf_conntrack_max");

columns! {
    FOUND = "found"; "Packets whose connection was found in the table."
    INVALID = "invalid"; "Packets that cannot be tracked."
    IGNORED = "ignore"; "Packets that belong to a connection already; newer kernels do not count them."
    INSERTED = "insert"; "Connections that were put into the table; newer kernels do not count them."
    INSERT_FAILED = "insert_failed"; "Connections that could not be put into the table, since they were in it."
    DROPPED = "drop"; "Packets that were dropped because the table was full, or by a protocol's tracking."
    EARLY_DROPPED = "early_drop"; "Connections that were removed early to make room for new ones."
    SEARCH_RESTARTED = "search_restart"; "Searches that began anew because the table was resized."
}
