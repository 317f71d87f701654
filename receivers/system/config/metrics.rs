//! [`Metrics`]: which metrics of a scraper are made, and with which attributes.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::system::rows::{self, Kind, Row};

/// What a scraper can make.
pub trait Scraper: Send + Sync + 'static {
    /// Its key.
    const NAME: &'static str;
    /// Its metrics.
    fn rows() -> &'static [&'static Row];
    /// Their names.
    fn names() -> &'static [&'static str];
}

/// The body of `metrics`: by the name of the metric.
#[derive(Clone)]
pub struct Metrics<S>(pub BTreeMap<&'static str, Toggle>, PhantomData<S>);

/// What can be said of one metric.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Toggle {
    /// Whether the metric is made. Default: as the Collector does.
    pub enabled: Option<bool>,
    /// The attributes its points carry; points that differ in others only become one. Default: as the Collector does.
    pub attributes: Option<Vec<String>>,
    /// What becomes of values of points that become one: `sum`, `avg`, `min` or `max`. Default `avg` for gauges, else
    /// `sum`.
    pub aggregation_strategy: Option<Strategy>,
}

/// What becomes of values of points that become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Strategy {
    /// They are added.
    Sum,
    /// Their mean is taken.
    Avg,
    /// The smallest is taken.
    Min,
    /// The largest is taken.
    Max,
}

/// A metric that is wanted.
#[derive(Clone, Debug)]
pub(in crate::system) struct Choice {
    /// Which.
    pub(in crate::system) row: &'static Row,
    /// Which of the row's attributes points carry.
    pub(in crate::system) keeps: Vec<bool>,
    /// What becomes of values of points that become one.
    pub(in crate::system) strategy: Strategy,
}

// === impl Metrics ===

impl<S: Scraper> Metrics<S> {
    /// The metrics that are wanted.
    pub(in crate::system) fn choices(&self) -> Vec<Choice> {
        let default = Toggle::default();
        let mut choices = Vec::new();
        for row in S::rows() {
            let toggle = self.0.get(row.name).unwrap_or(&default);
            if !toggle.enabled.unwrap_or(row.enabled) {
                continue;
            }
            let kept = |name: &str| match &toggle.attributes {
                Some(attributes) => attributes.iter().any(|attribute| attribute == name),
                None => row.kept.contains(&name),
            };
            let keeps = row.attributes.iter().map(|name| kept(name)).collect();
            let usual = if row.kind == Kind::Gauge { Strategy::Avg } else { Strategy::Sum };
            choices.push(Choice { row, keeps, strategy: toggle.aggregation_strategy.unwrap_or(usual) });
        }
        choices
    }
}

impl<S> Default for Metrics<S> {
    fn default() -> Self {
        Self(BTreeMap::new(), PhantomData)
    }
}

impl<S> fmt::Debug for Metrics<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<'de, S: Scraper> Deserialize<'de> for Metrics<S> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Named<S>(PhantomData<S>);

        impl<'de, S: Scraper> Visitor<'de> for Named<S> {
            type Value = Metrics<S>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map from names of metrics to their settings")
            }

            fn visit_unit<E>(self) -> Result<Metrics<S>, E> {
                Ok(Metrics::default())
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Metrics<S>, A::Error> {
                let mut metrics = Metrics::default();
                while let Some(name) = map.next_key::<String>()? {
                    let Some(row) = S::rows().iter().find(|row| row.name == name) else {
                        return Err(de::Error::unknown_field(&name, S::names()));
                    };
                    let toggle = map.next_value::<Option<Toggle>>()?.unwrap_or_default();
                    toggle.check(row)?;
                    metrics.0.insert(row.name, toggle);
                }
                Ok(metrics)
            }
        }

        deserializer.deserialize_map(Named(PhantomData))
    }
}

impl<S: Scraper> JsonSchema for Metrics<S> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("MetricsOf{}", S::NAME).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let toggle = generator.subschema_for::<Toggle>();
        let properties: serde_json::Map<_, _> =
            S::names().iter().map(|name| ((*name).to_owned(), toggle.clone().to_value())).collect();
        json_schema!({ "type": "object", "properties": properties, "additionalProperties": false })
    }
}

// === impl Toggle ===

impl Toggle {
    fn check<E: de::Error>(&self, row: &Row) -> Result<(), E> {
        for attribute in self.attributes.iter().flatten() {
            if !row.attributes.contains(&attribute.as_str()) {
                let known = match row.attributes {
                    [] => "it has none".to_owned(),
                    some => format!("expected some of `{}`", some.join("`, `")),
                };
                return Err(E::custom(format!("metric {} has no attribute `{attribute}`, {known}", row.name)));
            }
        }
        Ok(())
    }
}

/// Makes the type that stands for a scraper.
macro_rules! scrapers {
    ($($of:ident, $name:literal, $rows:ident;)*) => {$(
        #[doc = concat!("The scraper `", $name, "`.")]
        #[derive(Clone, Copy, Debug)]
        pub struct $of;

        impl Scraper for $of {
            const NAME: &'static str = $name;

            fn rows() -> &'static [&'static Row] {
                rows::$rows
            }

            fn names() -> &'static [&'static str] {
                static NAMES: std::sync::LazyLock<Vec<&'static str>> =
                    std::sync::LazyLock::new(|| rows::$rows.iter().map(|row| row.name).collect());
                &NAMES
            }
        }
    )*};
}

scrapers! {
    OfCpu, "cpu", CPU;
    OfDisk, "disk", DISK;
    OfFilesystem, "filesystem", FILESYSTEM;
    OfLoad, "load", LOAD;
    OfMemory, "memory", MEMORY;
    OfNetwork, "network", NETWORK;
    OfPaging, "paging", PAGING;
    OfProcesses, "processes", PROCESSES;
    OfProcess, "process", PROCESS;
    OfSystem, "system", SYSTEM;
}
