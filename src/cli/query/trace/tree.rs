//! Who called whom: a tree out of ids, whatever the ids are.
//!
//! Parents may be missing (another process sends them elsewhere, or later), may be named by each other in a circle, and an
//! id may stand twice. Every span is shown exactly once, and the walk needs no stack of the machine, so a chain of a
//! hundred thousand spans is a chain.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// Levels that are drawn; what lies deeper is drawn there.
const DEEP: usize = 24;

/// Why a span stands at the left although it names a parent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    /// It does not, or it stands below its parent.
    None,
    /// The parent is not there.
    Orphan,
    /// It is its own ancestor; the earliest one of the circle is made the root.
    Loop,
}

/// A span's place in the tree.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Line {
    /// Which span.
    pub(crate) span: usize,
    /// Levels below a root.
    pub(crate) depth: usize,
    /// Why it stands there.
    pub(crate) mark: Mark,
    /// What is drawn before its name.
    pub(crate) rails: String,
    /// What is drawn before what is told of it below its name.
    pub(crate) below: String,
}

/// Orders spans, given as id and parent's id in the order of their start, from the root down.
pub(crate) fn tree(spans: &[(Option<&str>, Option<&str>)]) -> Vec<Line> {
    let mut by_id: HashMap<&str, usize> = HashMap::new();
    for (at, (id, _)) in spans.iter().enumerate() {
        // Of spans with one id the first one has the children.
        if let Some(id) = id
            && let Entry::Vacant(vacant) = by_id.entry(id)
        {
            vacant.insert(at);
        }
    }
    let parent = |at: usize| spans[at].1.and_then(|parent| by_id.get(parent)).copied();
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); spans.len()];
    (0..spans.len()).for_each(|at| children[parent(at).unwrap_or(at)].push(at));
    let mut walk = Walk { children, seen: vec![false; spans.len()], lines: Vec::with_capacity(spans.len()) };
    for at in (0..spans.len()).filter(|at| parent(*at).is_none()) {
        walk.from(at, if spans[at].1.is_some() { Mark::Orphan } else { Mark::None });
    }
    // What no root leads to hangs on a circle: the first one seen of it, but an ancestor of those who only hang on it.
    for at in 0..spans.len() {
        if !walk.seen[at] {
            let mut on_circle = at;
            let mut passed = vec![at];
            while let Some(up) = parent(on_circle) {
                on_circle = up;
                // Every circle is closed after as many steps as there are spans.
                if passed.len() > spans.len() {
                    break;
                }
                passed.push(up);
            }
            // After that many steps the walk is on the circle itself; its earliest span is the root.
            let mut first = on_circle;
            let mut next = parent(on_circle);
            while let Some(up) = next.filter(|up| *up != on_circle) {
                first = first.min(up);
                next = parent(up);
            }
            walk.from(first, Mark::Loop);
        }
    }
    walk.lines
}

/// A walk from roots down.
struct Walk {
    children: Vec<Vec<usize>>,
    seen: Vec<bool>,
    lines: Vec<Line>,
}

// === impl Walk ===

impl Walk {
    fn from(&mut self, root: usize, mark: Mark) {
        // Whether something follows at each level above.
        let mut follows: Vec<bool> = Vec::new();
        let mut waiting = vec![(root, 0, false)];
        self.seen[root] = true;
        while let Some((at, depth, more)) = waiting.pop() {
            let children: Vec<usize> = self.children[at].iter().copied().filter(|child| !self.seen[*child]).collect();
            children.iter().for_each(|child| self.seen[*child] = true);
            let drawn = depth.min(DEEP);
            follows.truncate(drawn.saturating_sub(1));
            let above: String = follows.iter().map(|more| if *more { "\u{2502}  " } else { "   " }).collect();
            let (corner, beside) = match (depth, more) {
                (0, _) => ("", ""),
                (_, true) => ("\u{251c}\u{2500} ", "\u{2502}  "),
                (_, false) => ("\u{2514}\u{2500} ", "   "),
            };
            let stem = if children.is_empty() || depth >= DEEP { "   " } else { "\u{2502}  " };
            let mark = if depth == 0 { mark } else { Mark::None };
            let (rails, below) = (format!("{above}{corner}"), format!("{above}{beside}{stem}"));
            self.lines.push(Line { span: at, depth, mark, rails, below });
            if depth > 0 {
                follows.push(more);
            }
            let last = children.last().copied();
            waiting.extend(children.iter().rev().map(|child| (*child, depth + 1, Some(*child) != last)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(spans: &[(&'static str, &'static str)]) -> Vec<(usize, usize, Mark)> {
        fn id(text: &'static str) -> Option<&'static str> {
            Some(text).filter(|text| !text.is_empty())
        }
        let spans: Vec<_> = spans.iter().map(|(span, parent)| (id(span), id(parent))).collect();
        tree(&spans).iter().map(|line| (line.span, line.depth, line.mark)).collect()
    }

    /// Scenario: two roots, an orphan, spans without id, an id that stands twice. Guarantee: each span once, children
    /// below the first of that id, in the order of their start.
    #[test]
    fn every_span_has_one_place() {
        use Mark::{None, Orphan};
        let spans = [("a", ""), ("b", "a"), ("", "a"), ("c", "b"), ("d", "gone"), ("e", ""), ("b", "a"), ("f", "b")];
        let expected = [
            (0, 0, None),
            (1, 1, None),
            (3, 2, None),
            (7, 2, None),
            (2, 1, None),
            (6, 1, None),
            (4, 0, Orphan),
            (5, 0, None),
        ];
        assert_eq!(shape(&spans), expected);
    }

    /// Scenario: a span that is its own parent, a circle of three with something hanging on it that began before it.
    /// Guarantee: each span once; the earliest of the circle is the root.
    #[test]
    fn circles_are_cut() {
        use Mark::{Loop, None};
        assert_eq!(shape(&[("a", "a")]), [(0, 0, Loop)]);
        let spans = [("x", "c"), ("b", "a"), ("c", "b"), ("a", "c")];
        assert_eq!(shape(&spans), [(1, 0, Loop), (2, 1, None), (0, 2, None), (3, 2, None)]);
    }

    /// Scenario: a chain far deeper than a stack. Guarantee: all of it is there, and lines stay short.
    #[test]
    fn depth_costs_no_stack() {
        let ids: Vec<String> = (0..100_000).map(|at| format!("{at:x}")).collect();
        let parent = |at: usize| at.checked_sub(1).map(|at| ids[at].as_str());
        let spans: Vec<_> = ids.iter().enumerate().map(|(at, id)| (Some(id.as_str()), parent(at))).collect();
        let lines = tree(&spans);
        assert_eq!((lines.len(), lines[99_999].depth), (100_000, 99_999));
        assert!(lines.iter().all(|line| line.rails.chars().count() <= 3 * DEEP));
    }

    /// Scenario: a root with two children, the first of which has one. Guarantee: the drawing.
    #[test]
    fn rails_lead_to_the_parent() {
        let spans = [("a", ""), ("b", "a"), ("c", "b"), ("d", "a")].map(|(id, up)| (Some(id), Some(up)));
        let drawn: Vec<String> = tree(&spans).iter().map(|line| format!("{}{}", line.rails, line.span)).collect();
        let expected = ["0", "\u{251c}\u{2500} 1", "\u{2502}  \u{2514}\u{2500} 2", "\u{2514}\u{2500} 3"];
        assert_eq!(drawn, expected);
    }
}
