//! Rows of TCP connections.

use super::{Group, Label, Metric, Name};

const GROUP: Group = Group::Tcp;
/// node_exporter has the bytes in the metric of the states.
const STATES: &str = "node_tcp_connection_states";

/// Every row of the group.
pub static ALL: &[&Metric] = &[&CONNECTIONS, &RECEIVED, &TO_SEND];

/// Connections by state.
pub static CONNECTIONS: Metric = Metric::gauge(
    GROUP,
    "node.tcp.connection_states",
    "{connection}",
    "TCP sockets over IPv4 and IPv6 in each state, those that listen included.",
)
.labels(&[Label::ConnectionState])
.semconv(Name::new("system.network.connection.count").with(&[("network.transport", "tcp")]).sum())
.prometheus(Name::new(STATES))
.source("sock_diag, or /proc/net/tcp and tcp6");

/// What programs have not read yet.
pub static RECEIVED: Metric =
    Metric::gauge(GROUP, "node.tcp.rx_queued_bytes", "By", "What arrived and was not read yet, of all connections.")
        .prometheus(Name::new(STATES).with(&[("state", "rx_queued_bytes")]).scaled(1.0, "{connection}"))
        .source("sock_diag, or /proc/net/tcp and tcp6");

/// What peers have not acknowledged yet.
pub static TO_SEND: Metric = Metric::gauge(
    GROUP,
    "node.tcp.tx_queued_bytes",
    "By",
    "What was written and not acknowledged by the peer yet, of all connections; node_exporter adds the room for new \
     connections of sockets that listen.",
)
.prometheus(Name::new(STATES).with(&[("state", "tx_queued_bytes")]).scaled(1.0, "{connection}"))
.source("sock_diag, or /proc/net/tcp and tcp6");
