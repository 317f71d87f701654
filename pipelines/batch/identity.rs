//! [`Identity`]: who a request was authenticated as.

/// Who a request was authenticated as: what `auth.*` in configurations refers to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// Names and values, e.g. `subject`, `username`; never a secret.
    pub attributes: Vec<(Box<str>, Box<str>)>,
}

// === impl Identity ===

impl Identity {
    /// The value of an attribute.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| **known == *name).map(|(_, value)| &**value)
    }
}
