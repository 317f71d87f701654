//! Rows of network interfaces.

use super::{Group, Label, Metric, Name};

const GROUP: Group = Group::Network;
const INTERFACE: &[Label] = &[Label::Interface];

/// Every row of the group.
pub static ALL: &[&Metric] = &[
    &RECEIVE_BYTES,
    &RECEIVE_PACKETS,
    &RECEIVE_ERRORS,
    &RECEIVE_DROPPED,
    &RECEIVE_FIFO,
    &RECEIVE_FRAME,
    &RECEIVE_COMPRESSED,
    &RECEIVE_MULTICAST,
    &RECEIVE_UNHANDLED,
    &TRANSMIT_BYTES,
    &TRANSMIT_PACKETS,
    &TRANSMIT_ERRORS,
    &TRANSMIT_DROPPED,
    &TRANSMIT_FIFO,
    &TRANSMIT_COLLISIONS,
    &TRANSMIT_CARRIER,
    &TRANSMIT_COMPRESSED,
    &UP,
    &MTU,
    &SPEED,
    &CARRIER,
    &CARRIER_CHANGES,
    &CARRIER_UP_CHANGES,
    &CARRIER_DOWN_CHANGES,
    &DORMANT,
    &FLAGS,
    &QUEUE_LENGTH,
    &INDEX,
    &LINK,
    &LINK_MODE,
    &ADDRESS_TYPE,
    &NAME_TYPE,
    &DEVICE_ID,
    &DEVICE_GROUP,
    &PROTOCOL_TYPE,
    &INFO,
];

/// Bytes received.
pub static RECEIVE_BYTES: Metric = Metric::counter(GROUP, "node.network.bytes_recv", "By", "Bytes received.")
    .labels(INTERFACE)
    .semconv(Name::new("system.network.io").with(&[("network.io.direction", "receive")]))
    .prometheus(Name::new("node_network_receive_bytes_total"))
    .aliases(&["node.network.receive_bytes_total"])
    .source("/proc/net/dev: receive bytes");

/// Packets received.
pub static RECEIVE_PACKETS: Metric =
    Metric::counter(GROUP, "node.network.packets_recv", "{packet}", "Packets received.")
        .labels(INTERFACE)
        .semconv(Name::new("system.network.packet.count").with(&[("network.io.direction", "receive")]))
        .prometheus(Name::new("node_network_receive_packets_total"))
        .aliases(&["node.network.receive_packets_total"])
        .source("/proc/net/dev: receive packets");

/// Packets that could not be received because of an error.
pub static RECEIVE_ERRORS: Metric = Metric::counter(
    GROUP,
    "node.network.receive.errors",
    "{error}",
    "Packets that could not be received because of an error.",
)
.labels(INTERFACE)
.semconv(Name::new("system.network.errors").with(&[("network.io.direction", "receive")]))
.prometheus(Name::new("node_network_receive_errs_total"))
.aliases(&["node.network.receive_errs_total"])
.source("/proc/net/dev: receive errs");

/// Packets that were dropped after they came.
pub static RECEIVE_DROPPED: Metric =
    Metric::counter(GROUP, "node.network.receive.dropped", "{packet}", "Packets that were dropped after they came.")
        .labels(INTERFACE)
        .semconv(Name::new("system.network.packet.dropped").with(&[("network.io.direction", "receive")]))
        .prometheus(Name::new("node_network_receive_drop_total"))
        .aliases(&["node.network.receive_drop_total"])
        .source("/proc/net/dev: receive drop");

/// Times the queue of received packets ran over.
pub static RECEIVE_FIFO: Metric =
    Metric::counter(GROUP, "node.network.receive.fifo", "{error}", "Times the queue of received packets ran over.")
        .labels(INTERFACE)
        .prometheus(Name::new("node_network_receive_fifo_total"))
        .source("/proc/net/dev: receive fifo");

/// Frames received with a wrong length, checksum or alignment.
pub static RECEIVE_FRAME: Metric = Metric::counter(
    GROUP,
    "node.network.receive.frame",
    "{error}",
    "Frames received with a wrong length, checksum or alignment.",
)
.labels(INTERFACE)
.prometheus(Name::new("node_network_receive_frame_total"))
.source("/proc/net/dev: receive frame");

/// Compressed packets received.
pub static RECEIVE_COMPRESSED: Metric =
    Metric::counter(GROUP, "node.network.receive.compressed", "{packet}", "Compressed packets received.")
        .labels(INTERFACE)
        .prometheus(Name::new("node_network_receive_compressed_total"))
        .source("/proc/net/dev: receive compressed");

/// Multicast packets received.
pub static RECEIVE_MULTICAST: Metric =
    Metric::counter(GROUP, "node.network.receive.multicast", "{packet}", "Multicast packets received.")
        .labels(INTERFACE)
        .prometheus(Name::new("node_network_receive_multicast_total"))
        .source("/proc/net/dev: receive multicast");

/// Packets without a handler.
pub static RECEIVE_UNHANDLED: Metric = Metric::counter(
    GROUP,
    "node.network.receive.unhandled",
    "{packet}",
    "Packets received that nothing on the machine was there to handle.",
)
.labels(INTERFACE)
.prometheus(Name::new("node_network_receive_nohandler_total"))
.source("/sys/class/net/INTERFACE/statistics/rx_nohandler");

/// Bytes sent.
pub static TRANSMIT_BYTES: Metric = Metric::counter(GROUP, "node.network.bytes_sent", "By", "Bytes sent.")
    .labels(INTERFACE)
    .semconv(Name::new("system.network.io").with(&[("network.io.direction", "transmit")]))
    .prometheus(Name::new("node_network_transmit_bytes_total"))
    .aliases(&["node.network.transmit_bytes_total"])
    .source("/proc/net/dev: transmit bytes");

/// Packets sent.
pub static TRANSMIT_PACKETS: Metric = Metric::counter(GROUP, "node.network.packets_sent", "{packet}", "Packets sent.")
    .labels(INTERFACE)
    .semconv(Name::new("system.network.packet.count").with(&[("network.io.direction", "transmit")]))
    .prometheus(Name::new("node_network_transmit_packets_total"))
    .aliases(&["node.network.transmit_packets_total"])
    .source("/proc/net/dev: transmit packets");

/// Packets that could not be sent because of an error.
pub static TRANSMIT_ERRORS: Metric = Metric::counter(
    GROUP,
    "node.network.transmit.errors",
    "{error}",
    "Packets that could not be sent because of an error.",
)
.labels(INTERFACE)
.semconv(Name::new("system.network.errors").with(&[("network.io.direction", "transmit")]))
.prometheus(Name::new("node_network_transmit_errs_total"))
.aliases(&["node.network.transmit_errs_total"])
.source("/proc/net/dev: transmit errs");

/// Packets that were dropped before they went.
pub static TRANSMIT_DROPPED: Metric =
    Metric::counter(GROUP, "node.network.transmit.dropped", "{packet}", "Packets that were dropped before they went.")
        .labels(INTERFACE)
        .semconv(Name::new("system.network.packet.dropped").with(&[("network.io.direction", "transmit")]))
        .prometheus(Name::new("node_network_transmit_drop_total"))
        .aliases(&["node.network.transmit_drop_total"])
        .source("/proc/net/dev: transmit drop");

/// Times the queue of packets to send ran dry.
pub static TRANSMIT_FIFO: Metric =
    Metric::counter(GROUP, "node.network.transmit.fifo", "{error}", "Times the queue of packets to send ran dry.")
        .labels(INTERFACE)
        .prometheus(Name::new("node_network_transmit_fifo_total"))
        .source("/proc/net/dev: transmit fifo");

/// Collisions seen while packets were sent.
pub static TRANSMIT_COLLISIONS: Metric = Metric::counter(
    GROUP,
    "node.network.transmit.collisions",
    "{collision}",
    "Collisions seen while packets were sent.",
)
.labels(INTERFACE)
.prometheus(Name::new("node_network_transmit_colls_total"))
.source("/proc/net/dev: transmit colls");

/// Packets that could not be sent because the carrier was lost, and the like.
pub static TRANSMIT_CARRIER: Metric = Metric::counter(
    GROUP,
    "node.network.transmit.carrier",
    "{error}",
    "Packets that could not be sent because the carrier was lost, and the like.",
)
.labels(INTERFACE)
.prometheus(Name::new("node_network_transmit_carrier_total"))
.source("/proc/net/dev: transmit carrier");

/// Compressed packets sent.
pub static TRANSMIT_COMPRESSED: Metric =
    Metric::counter(GROUP, "node.network.transmit.compressed", "{packet}", "Compressed packets sent.")
        .labels(INTERFACE)
        .prometheus(Name::new("node_network_transmit_compressed_total"))
        .source("/proc/net/dev: transmit compressed");

/// Whether the interface is up: 1 or 0, 0 also where it does not say, as loopback.
pub static UP: Metric = Metric::gauge(
    GROUP,
    "node.network.up",
    "1",
    "Whether the interface is up: 1 or 0, 0 also where it does not say, as loopback.",
)
.labels(INTERFACE)
.prometheus(Name::new("node_network_up"))
.source("/sys/class/net/INTERFACE/operstate");

/// Size of the largest packet.
pub static MTU: Metric = Metric::gauge(GROUP, "node.network.mtu", "By", "Size of the largest packet.")
    .labels(INTERFACE)
    .prometheus(Name::new("node_network_mtu_bytes"))
    .source("/sys/class/net/INTERFACE/mtu");

/// Speed; left out where the interface has none.
pub static SPEED: Metric =
    Metric::gauge(GROUP, "node.network.speed", "By/s", "Speed; left out where the interface has none.")
        .labels(INTERFACE)
        .prometheus(Name::new("node_network_speed_bytes"))
        .source("/sys/class/net/INTERFACE/speed");

/// Whether there is a carrier: 1 or 0; left out where the interface is switched off.
pub static CARRIER: Metric = Metric::gauge(
    GROUP,
    "node.network.carrier",
    "1",
    "Whether there is a carrier: 1 or 0; left out where the interface is switched off.",
)
.labels(INTERFACE)
.prometheus(Name::new("node_network_carrier"))
.source("/sys/class/net/INTERFACE/carrier");

/// Times the carrier came or went.
pub static CARRIER_CHANGES: Metric =
    Metric::counter(GROUP, "node.network.carrier_changes", "{event}", "Times the carrier came or went.")
        .labels(INTERFACE)
        .prometheus(Name::new("node_network_carrier_changes_total"))
        .source("/sys/class/net/INTERFACE/carrier_changes");

/// Times the carrier came.
pub static CARRIER_UP_CHANGES: Metric =
    Metric::counter(GROUP, "node.network.carrier_up_changes", "{event}", "Times the carrier came.")
        .labels(INTERFACE)
        .prometheus(Name::new("node_network_carrier_up_changes_total"))
        .source("/sys/class/net/INTERFACE/carrier_up_count");

/// Times the carrier went.
pub static CARRIER_DOWN_CHANGES: Metric =
    Metric::counter(GROUP, "node.network.carrier_down_changes", "{event}", "Times the carrier went.")
        .labels(INTERFACE)
        .prometheus(Name::new("node_network_carrier_down_changes_total"))
        .source("/sys/class/net/INTERFACE/carrier_down_count");

/// Whether the interface waits for an event, such as a login: 1 or 0.
pub static DORMANT: Metric = Metric::gauge(
    GROUP,
    "node.network.dormant",
    "1",
    "Whether the interface waits for an event, such as a login: 1 or 0.",
)
.labels(INTERFACE)
.prometheus(Name::new("node_network_dormant"))
.source("/sys/class/net/INTERFACE/dormant");

/// Flags of the interface as a number.
pub static FLAGS: Metric = Metric::gauge(GROUP, "node.network.flags", "1", "Flags of the interface as a number.")
    .labels(INTERFACE)
    .prometheus(Name::new("node_network_flags"))
    .source("/sys/class/net/INTERFACE/flags");

/// Packets that may wait to be sent.
pub static QUEUE_LENGTH: Metric =
    Metric::gauge(GROUP, "node.network.transmit_queue_length", "{packet}", "Packets that may wait to be sent.")
        .labels(INTERFACE)
        .prometheus(Name::new("node_network_transmit_queue_length"))
        .source("/sys/class/net/INTERFACE/tx_queue_len");

/// Number of the interface.
pub static INDEX: Metric = Metric::gauge(GROUP, "node.network.iface_id", "1", "Number of the interface.")
    .labels(INTERFACE)
    .prometheus(Name::new("node_network_iface_id"))
    .source("/sys/class/net/INTERFACE/ifindex");

/// Number of the interface this one lies on, its own if on none.
pub static LINK: Metric = Metric::gauge(
    GROUP,
    "node.network.iface_link",
    "1",
    "Number of the interface this one lies on, its own if on none.",
)
.labels(INTERFACE)
.prometheus(Name::new("node_network_iface_link"))
.source("/sys/class/net/INTERFACE/iflink");

/// Link policy as a number.
pub static LINK_MODE: Metric = Metric::gauge(GROUP, "node.network.iface_link_mode", "1", "Link policy as a number.")
    .labels(INTERFACE)
    .prometheus(Name::new("node_network_iface_link_mode"))
    .source("/sys/class/net/INTERFACE/link_mode");

/// How the address was given, as a number.
pub static ADDRESS_TYPE: Metric =
    Metric::gauge(GROUP, "node.network.address_assign_type", "1", "How the address was given, as a number.")
        .labels(INTERFACE)
        .prometheus(Name::new("node_network_address_assign_type"))
        .source("/sys/class/net/INTERFACE/addr_assign_type");

/// How the name was given, as a number.
pub static NAME_TYPE: Metric =
    Metric::gauge(GROUP, "node.network.name_assign_type", "1", "How the name was given, as a number.")
        .labels(INTERFACE)
        .prometheus(Name::new("node_network_name_assign_type"))
        .source("/sys/class/net/INTERFACE/name_assign_type");

/// Which of the devices that share an address.
pub static DEVICE_ID: Metric =
    Metric::gauge(GROUP, "node.network.device_id", "1", "Which of the devices that share an address.")
        .labels(INTERFACE)
        .prometheus(Name::new("node_network_device_id"))
        .source("/sys/class/net/INTERFACE/dev_id");

/// Group the interface was put into.
pub static DEVICE_GROUP: Metric =
    Metric::gauge(GROUP, "node.network.net_dev_group", "1", "Group the interface was put into.")
        .labels(INTERFACE)
        .prometheus(Name::new("node_network_net_dev_group"))
        .source("/sys/class/net/INTERFACE/netdev_group");

/// Kind of link as a number.
pub static PROTOCOL_TYPE: Metric = Metric::gauge(GROUP, "node.network.protocol_type", "1", "Kind of link as a number.")
    .labels(INTERFACE)
    .prometheus(Name::new("node_network_protocol_type"))
    .source("/sys/class/net/INTERFACE/type");

/// What an interface is.
pub static INFO: Metric =
    Metric::gauge(GROUP, "node.network.info", "1", "Always 1; its attributes say what the interface is.")
        .labels(&[
            Label::Interface,
            Label::Property("address"),
            Label::Property("broadcast"),
            Label::Property("duplex"),
            Label::Property("operstate"),
            Label::Property("ifalias"),
        ])
        .prometheus(Name::new("node_network_info"))
        .source("/sys/class/net/INTERFACE");
