//! [`Devices`]: devices that come up in every scrape, mostly in the same order.

/// What is known of each device, by its name. A device is found at once where they come in the order of the scrape before.
#[derive(Debug)]
pub(super) struct Devices<T> {
    entries: Vec<(String, T)>,
    /// How many were seen in this scrape. They come first.
    seen: usize,
}

// === impl Devices ===

impl<T> Devices<T> {
    /// Begins a scrape.
    pub(super) fn begin(&mut self) {
        self.seen = 0;
    }

    /// What is known of a device, which is made if there is nothing yet.
    pub(super) fn see(&mut self, name: &str, make: impl FnOnce(&str) -> T) -> &mut T {
        let is = |entry: &(String, T)| entry.0 == name;
        let at = self.seen;
        let place = match self.entries.get(at) {
            Some(entry) if is(entry) => Some(at),
            _ => self.entries.iter().position(is),
        };
        let at = match place {
            Some(place) if place < at => return &mut self.entries[place].1,
            Some(place) => {
                self.entries.swap(at, place);
                at
            }
            None => {
                self.entries.insert(at, (name.to_owned(), make(name)));
                at
            }
        };
        self.seen += 1;
        &mut self.entries[at].1
    }

    /// The devices of this scrape; the others are forgotten.
    pub(super) fn seen(&mut self) -> impl Iterator<Item = (&str, &mut T)> {
        self.entries.truncate(self.seen);
        self.entries.iter_mut().map(|(name, known)| (name.as_str(), known))
    }
}

impl<T> Default for Devices<T> {
    fn default() -> Self {
        Self { entries: Vec::new(), seen: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: devices come, go, change places and come twice. Guarantee: each keeps what is its own, and what is gone
    /// begins anew.
    #[test]
    fn each_keeps_its_own() {
        let mut known: Devices<u32> = Devices::default();
        let mut scrape = |names: &[&str]| {
            known.begin();
            names.iter().for_each(|name| *known.see(name, |_| 0) += 1);
            known.seen().map(|(name, count)| format!("{name}{count}")).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(scrape(&["a", "b", "c"]), "a1 b1 c1");
        assert_eq!(scrape(&["b", "c"]), "b2 c2");
        assert_eq!(scrape(&["c", "a", "b"]), "c3 a1 b3");
        assert_eq!(scrape(&["b", "c", "b"]), "b5 c4");
    }
}
