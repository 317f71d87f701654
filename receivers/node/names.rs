//! What the kernel lists as names with numbers, found in our lists without a search as long as the order is the same.

/// A list of names with what each stands for, in the order of the kernel.
pub(super) struct Names<T: 'static> {
    names: &'static [(&'static str, T)],
    /// Where the next name is expected.
    next: usize,
}

// === impl Names ===

impl<T: Copy> Names<T> {
    /// Looks names up in this list.
    pub(super) fn new(names: &'static [(&'static str, T)]) -> Self {
        Self { names, next: 0 }
    }

    /// Begins the file anew.
    pub(super) fn rewind(&mut self) {
        self.next = 0;
    }

    /// What a name stands for.
    pub(super) fn find(&mut self, name: &[u8]) -> Option<T> {
        let (before, after) = self.names.split_at(self.next.min(self.names.len()));
        let from = after.iter().position(|(known, _)| known.as_bytes() == name).map(|at| self.next + at);
        let at = from.or_else(|| before.iter().position(|(known, _)| known.as_bytes() == name))?;
        self.next = at + 1;
        Some(self.names[at].1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: names in the expected order, in another one, and unknown ones. Guarantee: all are found, and no others.
    #[test]
    fn names_in_any_order() {
        let mut names = Names::new(&[("a", 1), ("b", 2), ("c", 3)]);
        for (name, number) in [("a", Some(1)), ("c", Some(3)), ("b", Some(2)), ("x", None), ("c", Some(3)), ("", None)]
        {
            assert_eq!(names.find(name.as_bytes()), number, "{name}");
        }
        names.rewind();
        assert_eq!(names.find(b"a"), Some(1));
    }
}
