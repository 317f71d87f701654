//! What a component says about itself.

use crate::Signal;

/// The description every component gives of itself; help, schema, docs and tables come from it.
#[derive(Clone, Copy, Debug)]
pub struct About {
    /// The component type: lower snake case, equal to its folder, its YAML key and its metric label.
    pub name: &'static str,
    /// Other names that are accepted with a warning which names [`About::name`].
    pub aliases: &'static [&'static str],
    /// The signals it can carry. For a connector: the signals it joins, each to itself.
    pub signals: &'static [Signal],
    /// How settled its configuration and behaviour are.
    pub stability: Stability,
    /// One sentence for lists, without a final dot.
    pub summary: &'static str,
    /// A YAML body that works as it stands, for docs and tests; empty when defaults do.
    pub example: &'static str,
}

/// Where in a configuration file a component is declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Under `receivers`.
    Receiver,
    /// Under `processors`.
    Processor,
    /// Under `exporters`.
    Exporter,
    /// Under `connectors`.
    Connector,
    /// Under `extensions`.
    Extension,
}

/// How settled a component is, in the words of the OpenTelemetry Collector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stability {
    /// Works; keys may still change.
    Alpha,
    /// Keys change only with a warning first.
    Beta,
    /// Keys do not change.
    Stable,
}

// === impl Kind ===

impl Kind {
    /// Every kind, in the order of the top-level keys.
    pub const ALL: [Self; 5] = [Self::Receiver, Self::Processor, Self::Exporter, Self::Connector, Self::Extension];

    /// The kind in the singular: `receiver`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Receiver => "receiver",
            Self::Processor => "processor",
            Self::Exporter => "exporter",
            Self::Connector => "connector",
            Self::Extension => "extension",
        }
    }

    /// The top-level key of a configuration file: `receivers`.
    #[must_use]
    pub const fn section(self) -> &'static str {
        match self {
            Self::Receiver => "receivers",
            Self::Processor => "processors",
            Self::Exporter => "exporters",
            Self::Connector => "connectors",
            Self::Extension => "extensions",
        }
    }
}

// === impl Stability ===

impl Stability {
    /// The word used in tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Alpha => "alpha",
            Self::Beta => "beta",
            Self::Stable => "stable",
        }
    }
}
