//! [`Switched`]: a group's key, which is a boolean or a map.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

use pipelines::config::Duration;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// What can be switched on and off and has an interval of its own.
pub trait Switch: Default {
    /// Whether it is collected.
    fn is_enabled(&self) -> bool;
    /// Switches it.
    fn enable(&mut self, is_enabled: bool);
    /// Its own interval, if it has one.
    fn interval(&self) -> Option<Duration>;
}

/// The body of a group's key: `true`, `false` or a map.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Switched<T>(pub T);

/// A group without keys of its own.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Plain {
    /// Whether the group is collected. Default true.
    pub enabled: bool,
    /// Time between two scrapes of the group. Default `collection_interval`.
    pub interval: Option<Duration>,
}

// === impl Plain ===

impl Default for Plain {
    fn default() -> Self {
        Self { enabled: true, interval: None }
    }
}

/// Implements [`Switch`] for settings with the fields `enabled` and `interval`.
macro_rules! switch {
    ($($settings:ty),*) => {$(
        impl crate::node::config::Switch for $settings {
            fn is_enabled(&self) -> bool {
                self.enabled
            }

            fn enable(&mut self, is_enabled: bool) {
                self.enabled = is_enabled;
            }

            fn interval(&self) -> Option<pipelines::config::Duration> {
                self.interval
            }
        }
    )*};
}
pub(in crate::node) use switch;

switch!(Plain);

// === impl Switched ===

impl<T> Deref for Switched<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<'de, T: Switch + Deserialize<'de>> Deserialize<'de> for Switched<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either<T>(PhantomData<T>);

        impl<'de, T: Switch + Deserialize<'de>> Visitor<'de> for Either<T> {
            type Value = T;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("true, false or a map")
            }

            fn visit_bool<E>(self, is_enabled: bool) -> Result<T, E> {
                let mut settings = T::default();
                settings.enable(is_enabled);
                Ok(settings)
            }

            fn visit_unit<E>(self) -> Result<T, E> {
                Ok(T::default())
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map))
            }
        }

        deserializer.deserialize_any(Either(PhantomData)).map(Self)
    }
}

impl<T: JsonSchema> JsonSchema for Switched<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("Switched{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [{ "type": "boolean" }, generator.subschema_for::<T>()] })
    }
}
