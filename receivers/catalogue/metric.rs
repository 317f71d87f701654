//! [`Metric`]: a row of the catalogue.

use super::{Group, Label, Naming};

/// What a metric is, in every vocabulary.
#[derive(Debug)]
pub struct Metric {
    /// What it is collected with.
    pub group: Group,
    /// Its name in TelemetryFlow's vocabulary: the guide's where the guide names it, else upstream's.
    pub tfo: Name,
    /// Its name in OpenTelemetry's semantic conventions. Without one it keeps its own name there.
    pub semconv: Option<Name>,
    /// Its name in node_exporter. Without one it keeps its own name there.
    pub prometheus: Option<Name>,
    /// Other names it has in upstream's documentation.
    pub aliases: &'static [&'static str],
    /// One sentence.
    pub description: &'static str,
    /// UCUM, such as `By`, `s`, `%` or `{process}`.
    pub unit: &'static str,
    /// How its values behave.
    pub kind: Kind,
    /// Whether the kernel gives whole numbers.
    pub integer: bool,
    /// What tells its points apart.
    pub labels: &'static [Label],
    /// Where it comes from, e.g. `/proc/stat: cpuN`.
    pub source: &'static str,
}

/// What a metric is called in one vocabulary.
#[derive(Clone, Copy, Debug)]
pub struct Name {
    /// The name.
    pub name: &'static str,
    /// Attributes that every point of it carries there, e.g. `disk.io.direction` = `read`.
    pub constant: &'static [(&'static str, &'static str)],
    /// What its values are multiplied by there, e.g. 0.01 where percent become a ratio.
    pub scale: f64,
    /// Its unit there, if it is another one.
    pub unit: Option<&'static str>,
    /// How its values behave there, if otherwise: what node_exporter calls a gauge is often a sum elsewhere.
    pub kind: Option<Kind>,
}

/// How the values of a metric behave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Only grows, until it starts again.
    Counter,
    /// Goes up and down, and sums mean something.
    UpDownCounter,
    /// Goes up and down.
    Gauge,
}

// === impl Metric ===

impl Metric {
    /// A counter of whole numbers.
    #[must_use]
    pub const fn counter(group: Group, name: &'static str, unit: &'static str, description: &'static str) -> Self {
        Self::new(group, Kind::Counter, name, unit, description)
    }

    /// A sum of whole numbers that also shrinks.
    #[must_use]
    pub const fn sum(group: Group, name: &'static str, unit: &'static str, description: &'static str) -> Self {
        Self::new(group, Kind::UpDownCounter, name, unit, description)
    }

    /// A gauge of whole numbers.
    #[must_use]
    pub const fn gauge(group: Group, name: &'static str, unit: &'static str, description: &'static str) -> Self {
        Self::new(group, Kind::Gauge, name, unit, description)
    }

    /// Values with a fraction.
    #[must_use]
    pub const fn fraction(mut self) -> Self {
        self.integer = false;
        self
    }

    /// What tells its points apart.
    #[must_use]
    pub const fn labels(mut self, labels: &'static [Label]) -> Self {
        self.labels = labels;
        self
    }

    /// With attributes on every point, in its own vocabulary.
    #[must_use]
    pub const fn with(mut self, constant: &'static [(&'static str, &'static str)]) -> Self {
        self.tfo.constant = constant;
        self
    }

    /// Its name in the semantic conventions.
    #[must_use]
    pub const fn semconv(mut self, name: Name) -> Self {
        self.semconv = Some(name);
        self
    }

    /// Its name in node_exporter.
    #[must_use]
    pub const fn prometheus(mut self, name: Name) -> Self {
        self.prometheus = Some(name);
        self
    }

    /// Other names upstream has for it.
    #[must_use]
    pub const fn aliases(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }

    /// Where it comes from.
    #[must_use]
    pub const fn source(mut self, source: &'static str) -> Self {
        self.source = source;
        self
    }

    /// What it is called in a vocabulary.
    #[must_use]
    pub fn name(&self, naming: Naming) -> &Name {
        match naming {
            Naming::Tfo => &self.tfo,
            Naming::Semconv => self.semconv.as_ref().unwrap_or(&self.tfo),
            Naming::Prometheus => self.prometheus.as_ref().unwrap_or(&self.tfo),
        }
    }

    /// Its unit in a vocabulary.
    #[must_use]
    pub fn unit(&self, naming: Naming) -> &'static str {
        self.name(naming).unit.unwrap_or(self.unit)
    }

    /// How its values behave in a vocabulary.
    #[must_use]
    pub fn kind(&self, naming: Naming) -> Kind {
        self.name(naming).kind.unwrap_or(self.kind)
    }

    const fn new(group: Group, kind: Kind, name: &'static str, unit: &'static str, description: &'static str) -> Self {
        Self {
            group,
            tfo: Name::new(name),
            semconv: None,
            prometheus: None,
            aliases: &[],
            description,
            unit,
            kind,
            integer: true,
            labels: &[],
            source: "",
        }
    }
}

// === impl Name ===

impl Name {
    /// A name that changes nothing else.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self { name, constant: &[], scale: 1.0, unit: None, kind: None }
    }

    /// With attributes on every point.
    #[must_use]
    pub const fn with(mut self, constant: &'static [(&'static str, &'static str)]) -> Self {
        self.constant = constant;
        self
    }

    /// As a sum that also shrinks, where the metric is a gauge otherwise.
    #[must_use]
    pub const fn sum(mut self) -> Self {
        self.kind = Some(Kind::UpDownCounter);
        self
    }

    /// In another unit, with what values are multiplied by to be in it.
    #[must_use]
    pub const fn scaled(mut self, scale: f64, unit: &'static str) -> Self {
        self.scale = scale;
        self.unit = Some(unit);
        self
    }
}
