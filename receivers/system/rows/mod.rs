//! The Collector's metrics of a machine, as its 0.161 names them: rows that code, configuration and tests read.

mod devices;
mod machine;
mod process;

pub(super) use self::devices::*;
pub(super) use self::machine::*;
pub(super) use self::process::*;

/// A metric.
#[derive(Debug)]
pub struct Row {
    /// Its name.
    pub name: &'static str,
    /// One sentence.
    pub description: &'static str,
    /// UCUM, or what the Collector writes there.
    pub unit: &'static str,
    /// How its values behave.
    pub kind: Kind,
    /// Whether values are whole numbers.
    pub integer: bool,
    /// What tells its points apart, in the order in which values are handed in.
    pub attributes: &'static [&'static str],
    /// The attributes that points carry unless the configuration says otherwise.
    pub kept: &'static [&'static str],
    /// Whether it is there unless the configuration says otherwise.
    pub enabled: bool,
}

/// How the values of a metric behave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Only grows, until it starts again.
    Counter,
    /// A sum that goes up and down.
    Sum,
    /// Goes up and down; sums mean nothing.
    Gauge,
}

// === impl Row ===

impl Row {
    pub(super) const fn counter(name: &'static str, unit: &'static str, description: &'static str) -> Self {
        Self::new(Kind::Counter, name, unit, description)
    }

    pub(super) const fn sum(name: &'static str, unit: &'static str, description: &'static str) -> Self {
        Self::new(Kind::Sum, name, unit, description)
    }

    pub(super) const fn gauge(name: &'static str, unit: &'static str, description: &'static str) -> Self {
        Self::new(Kind::Gauge, name, unit, description)
    }

    /// Values with a fraction.
    pub(super) const fn fraction(mut self) -> Self {
        self.integer = false;
        self
    }

    /// What tells its points apart.
    pub(super) const fn by(mut self, attributes: &'static [&'static str]) -> Self {
        self.attributes = attributes;
        self.kept = attributes;
        self
    }

    /// The attributes that are kept unless asked for otherwise.
    pub(super) const fn keeping(mut self, kept: &'static [&'static str]) -> Self {
        self.kept = kept;
        self
    }

    /// There only when asked for.
    pub(super) const fn optional(mut self) -> Self {
        self.enabled = false;
        self
    }

    const fn new(kind: Kind, name: &'static str, unit: &'static str, description: &'static str) -> Self {
        Self { name, description, unit, kind, integer: true, attributes: &[], kept: &[], enabled: true }
    }
}
