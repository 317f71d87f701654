//! Going down to the messages of one level, with the splicer in step.

use bytes::Bytes;

use super::context::ItemCx;
use super::entry::Entry;
use super::space::Space;
use super::splice::{Node, Splicer};
use super::{Level, space};
use crate::otlp::field;
use crate::otlp::view::MetricKind;
use crate::otlp::wire::{Value, fields};
use crate::{Rope, Signal, Telemetry};

/// What to do with a visited message.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Keep,
    Remove,
}

/// What happens to each message of the level. `node` is its place in `part`.
pub(super) trait Visit {
    fn visit(&mut self, site: &mut Site<'_, '_>, cx: &ItemCx<'_>, node: &Node) -> Verdict;

    /// A new part begins, with an empty scratch.
    fn part(&mut self) {}

    /// How many items went away so far.
    fn removed(&self) -> usize {
        0
    }
}

/// Where a visitor works.
pub(super) struct Site<'s, 'a> {
    pub(super) part: &'a [u8],
    pub(super) splicer: Splicer<'s>,
    pub(super) scratch: &'s mut Vec<u8>,
    pub(super) entries: &'s mut Vec<Entry>,
}

/// One step down.
#[derive(Clone, Copy)]
enum Step {
    Field(u32),
    /// The data of a metric, whatever its kind.
    Data,
}

struct Walk<'w, V> {
    steps: &'static [Step],
    /// Whether a message that lost all its children goes too.
    prune: bool,
    visitor: &'w mut V,
}

/// Visits every message of `level`.
pub(super) fn walk(telemetry: &Telemetry, level: Level, visitor: &mut impl Visit) -> Telemetry {
    let Some(steps) = steps(telemetry.signal(), level) else { return telemetry.clone() };
    let mut walk = Walk { steps, prune: level != Level::SpanEvent, visitor };
    let rope = space::with_space(|space| {
        let mut changed: Option<Rope> = None;
        for (index, part) in telemetry.parts().enumerate() {
            let new = walk.part(telemetry.signal(), level, part, space);
            if new.is_some() && changed.is_none() {
                changed = Some(telemetry.parts().take(index).cloned().collect());
            }
            if let Some(rope) = &mut changed {
                rope.push(new.unwrap_or_else(|| part.clone()));
            }
        }
        changed
    });
    match rope {
        Some(rope) => {
            Telemetry::from_rope(telemetry.signal(), telemetry.items().saturating_sub(walk.visitor.removed()), rope)
        }
        None => telemetry.clone(),
    }
}

fn steps(signal: Signal, level: Level) -> Option<&'static [Step]> {
    const RESOURCE: Step = Step::Field(field::RESOURCES);
    const CHILD: Step = Step::Field(field::CHILDREN);
    const POINTS: &[Step] = &[RESOURCE, CHILD, CHILD, Step::Data, Step::Field(field::DATA_POINTS)];
    const ITEMS: &[Step] = &[RESOURCE, CHILD, CHILD];
    match (level, signal) {
        (_, Signal::Profiles) => None,
        (Level::Resource, _) => Some(&[RESOURCE]),
        (Level::Scope, _) => Some(&[RESOURCE, CHILD]),
        (Level::Record | Level::DataPoint, Signal::Metrics) => Some(POINTS),
        (Level::Metric, Signal::Metrics) | (Level::Record, _) => Some(ITEMS),
        (Level::SpanEvent, Signal::Traces) => Some(&[RESOURCE, CHILD, CHILD, Step::Field(field::SPAN_EVENTS)]),
        _ => None,
    }
}

// === impl Walk ===

impl<V: Visit> Walk<'_, V> {
    fn part(&mut self, signal: Signal, level: Level, part: &[u8], space: &mut Space) -> Option<Bytes> {
        space.scratch.clear();
        self.visitor.part();
        let Space { splices, scratch, entries } = space;
        let splicer = Splicer::new(splices);
        let mut site = Site { part, splicer, scratch, entries };
        let mut cx = ItemCx::new(signal, level);
        self.descend(&mut site, &mut cx, &Node::whole(part), 0);
        let Site { splicer, scratch, .. } = site;
        splicer.finish(part, scratch)
    }

    /// Visits the messages under `node`; says whether it had children and lost all of them.
    fn descend<'a>(&mut self, site: &mut Site<'_, 'a>, cx: &mut ItemCx<'a>, node: &Node, depth: usize) -> bool {
        let Some(step) = self.steps.get(depth) else { return false };
        let last = depth + 1 == self.steps.len();
        let part: &'a [u8] = site.part;
        let mut all = fields(&part[node.start..node.end]);
        let (mut kept, mut removed) = (0_usize, 0_usize);
        while let Some(Ok(field)) = all.next() {
            let Value::Len(content) = field.value else { continue };
            if !step.takes(field.number) {
                continue;
            }
            let child = Node::new(&field, content, node.start + all.offset());
            cx.set(depth, field.number, content, kept + removed);
            let mark = site.splicer.enter(&child);
            let gone = if last {
                self.visitor.visit(site, cx, &child) == Verdict::Remove
            } else {
                self.descend(site, cx, &child, depth + 1) && self.prune
            };
            if gone {
                removed += 1;
                site.splicer.drop_since(mark, &child);
            } else {
                kept += 1;
                site.splicer.leave(mark, &child, site.scratch);
            }
        }
        removed > 0 && kept == 0
    }
}

// === impl Step ===

impl Step {
    #[inline(always)]
    fn takes(self, number: u32) -> bool {
        match self {
            Self::Field(own) => own == number,
            Self::Data => field::is_metric_data(number),
        }
    }
}

// === impl ItemCx ===

impl<'a> ItemCx<'a> {
    #[inline(always)]
    fn set(&mut self, depth: usize, number: u32, content: &'a [u8], index: usize) {
        match depth {
            0 => self.resource = content,
            1 => self.scope = content,
            2 => self.child = content,
            3 if self.signal == Signal::Metrics => self.kind = MetricKind::of(number),
            _ => {
                self.leaf = content;
                self.event_index = index;
            }
        }
    }
}
