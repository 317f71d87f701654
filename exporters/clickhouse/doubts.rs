//! [`Doubts`]: inserts of which nobody knows what became of them.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The inserts that were begun and had no answer that says whether their rows are written.
#[derive(Debug, Default)]
pub(super) struct Doubts(Mutex<VecDeque<Doubt>>);

#[derive(Debug)]
struct Doubt {
    token: String,
    /// How often its rows were compared with the table, without an end.
    comparisons: u32,
}

/// Most tokens that are kept: what is given up while it is in doubt never comes again. As many as the tables keep.
const MOST: usize = 10_000;
/// How often rows are compared: where a table is so large that it takes longer than an attempt, it always will.
const COMPARISONS: u32 = 5;

// === impl Doubts ===

impl Doubts {
    /// An insert begins, and is in doubt until it is [settled](Self::settle), also when nobody waits for it any more.
    /// Returns whether an earlier attempt left it in doubt.
    pub(super) fn begin(&self, token: &str) -> bool {
        let mut doubts = self.held();
        let is_known = doubts.iter().any(|doubt| doubt.token == token);
        if !is_known {
            if doubts.len() == MOST {
                doubts.pop_front();
            }
            doubts.push_back(Doubt { token: token.to_owned(), comparisons: 0 });
        }
        is_known
    }

    fn held(&self) -> MutexGuard<'_, VecDeque<Doubt>> {
        // Every change of it is one call, so it is whole whatever happened.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Its rows are about to be compared, which may be given up in between; false when that was tried often enough.
    pub(super) fn may_compare(&self, token: &str) -> bool {
        let mut doubts = self.held();
        let doubt = doubts.iter_mut().find(|doubt| doubt.token == token);
        doubt.is_none_or(|doubt| {
            doubt.comparisons += 1;
            doubt.comparisons <= COMPARISONS
        })
    }

    /// They were not compared after all: the server did not begin.
    pub(super) fn not_compared(&self, token: &str) {
        if let Some(doubt) = self.held().iter_mut().find(|doubt| doubt.token == token) {
            doubt.comparisons = doubt.comparisons.saturating_sub(1);
        }
    }

    /// What became of the insert is known.
    pub(super) fn settle(&self, token: &str) {
        let mut doubts = self.held();
        if let Some(at) = doubts.iter().position(|doubt| doubt.token == token) {
            doubts.remove(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: one insert that is answered, one that nobody waits for, and more than can be kept. Guarantee: only what was
    /// not settled is in doubt, and the oldest of them are forgotten.
    #[test]
    fn only_what_is_not_settled() {
        let doubts = Doubts::default();
        assert!(!doubts.begin("a"));
        assert!(!doubts.begin("b"));
        doubts.settle("a");
        assert!(!doubts.begin("a"));
        assert!(doubts.begin("b"));
        for other in 0..MOST {
            doubts.begin(&other.to_string());
        }
        assert!(!doubts.begin("b"));
        assert_eq!(doubts.held().len(), MOST);
    }

    /// Scenario: rows that are compared again and again, sometimes by a server that does not begin. Guarantee: that ends,
    /// only what was begun counts, and another insert starts anew.
    #[test]
    fn comparisons_end() {
        let doubts = Doubts::default();
        doubts.begin("a");
        assert!((0..COMPARISONS).all(|_| doubts.may_compare("a")));
        assert!(!doubts.may_compare("a"));
        doubts.not_compared("a");
        doubts.not_compared("a");
        assert!(doubts.may_compare("a"));
        assert!(!doubts.may_compare("a"));
        doubts.settle("a");
        doubts.begin("a");
        assert!(doubts.may_compare("a"));
    }
}
