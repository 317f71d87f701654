//! The components a program was built with.

use super::about::Kind;
use super::build::Component;

/// The lists of components, in the order they were given.
#[derive(Clone, Debug, Default)]
pub struct Registry(Vec<&'static [Component]>);

/// A component found by name.
#[derive(Clone, Copy, Debug)]
pub struct Found {
    /// The component.
    pub component: &'static Component,
    /// Whether it was found by an old name.
    pub by_alias: bool,
}

// === impl Registry ===

impl Registry {
    /// An empty registry.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The registry with one more list; of two components with the same kind and name the first wins.
    #[must_use]
    pub fn with(mut self, components: &'static [Component]) -> Self {
        self.0.push(components);
        self
    }

    /// Every component.
    pub fn iter(&self) -> impl Iterator<Item = &'static Component> {
        self.0.iter().copied().flatten()
    }

    /// Every component of a kind.
    pub fn of(&self, kind: Kind) -> impl Iterator<Item = &'static Component> {
        self.iter().filter(move |component| component.kind == kind)
    }

    /// The component of this kind with this name or alias.
    #[must_use]
    pub fn find(&self, kind: Kind, name: &str) -> Option<Found> {
        let named = self.of(kind).find(|component| component.about.name == name);
        let found = named.or_else(|| self.of(kind).find(|component| component.about.aliases.contains(&name)))?;
        Some(Found { component: found, by_alias: named.is_none() })
    }
}
