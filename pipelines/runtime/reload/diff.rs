//! [`Diff`]: which parts of a running plan go on when another plan takes its place.
//!
//! A node stays when it is the same component with the same configuration in the same place, and so are the extensions
//! it names. Nodes around it may change: it is then wired anew.

use std::collections::{HashMap, HashSet};

use crate::Plan;
use crate::component::{ComponentId, Kind};
use crate::graph::{Declared, PlanNode};

/// What a new plan has in common with an old one.
#[derive(Debug, Default)]
pub(super) struct Diff {
    /// Nodes that stay, from new to old.
    pub(super) nodes: HashMap<usize, usize>,
    /// Nodes that take over from one of the same name in the same place, from new to old.
    pub(super) replaced: HashMap<usize, usize>,
    /// Extensions that stay, from new to old, as places in [`Plan::declared`].
    pub(super) extensions: HashMap<usize, usize>,
    /// Exporters that stay, likewise.
    pub(super) exporters: HashMap<usize, usize>,
    /// Nodes that stay but send to others, by place in the new plan.
    pub(super) rewired: Vec<usize>,
}

/// Where a node stands, which makes it the same node in two plans.
type Place<'a> = (Kind, &'a ComponentId, Option<String>);

// === impl Diff ===

impl Diff {
    pub(super) fn of(old: &Plan, new: &Plan) -> Self {
        let mut diff = Self { extensions: extensions(old, new), ..Self::default() };
        let lost = diff.lost(old, new);
        let before: HashMap<Place<'_>, usize> =
            old.nodes.iter().enumerate().map(|(at, node)| (place(old, node), at)).collect();
        for (at, node) in new.nodes.iter().enumerate() {
            let Some(old_at) = before.get(&place(new, node)).copied() else { continue };
            let was = &old.nodes[old_at];
            if is_same(old.declared(was), new.declared(node), &lost) && stays_in_order(old, was, new, node) {
                diff.nodes.insert(at, old_at);
                if node.kind == Kind::Exporter {
                    diff.exporters.insert(node.declared, was.declared);
                }
            } else {
                diff.replaced.insert(at, old_at);
            }
        }
        diff.rewired = diff
            .nodes
            .iter()
            .filter(|(at, was)| !diff.sends_alike(&old.nodes[**was], &new.nodes[**at]))
            .map(|(at, _)| *at)
            .collect();
        diff
    }

    /// Nodes of the old plan that do not stay.
    pub(super) fn leaving(&self, old: &Plan) -> Vec<usize> {
        let staying: HashSet<usize> = self.nodes.values().copied().collect();
        (0..old.nodes.len()).filter(|at| !staying.contains(at)).collect()
    }

    /// Extensions of either plan that do not stay as they are: whoever names one cannot stay either.
    fn lost<'a>(&self, old: &'a Plan, new: &'a Plan) -> HashSet<String> {
        let of = |plan: &'a Plan, staying: HashSet<usize>| {
            let lost = plan.extensions.iter().filter(move |at| !staying.contains(at));
            lost.map(|at| plan.declared[*at].id.to_string()).collect::<Vec<_>>()
        };
        let old = of(old, self.extensions.values().copied().collect());
        old.into_iter().chain(of(new, self.extensions.keys().copied().collect())).collect()
    }

    fn sends_alike(&self, was: &PlanNode, is: &PlanNode) -> bool {
        let same = |is: &Vec<usize>, was: &Vec<usize>| {
            is.len() == was.len() && is.iter().zip(was).all(|(is, was)| self.nodes.get(is) == Some(was))
        };
        let sent = |(signal, listeners): &(_, Vec<usize>)| {
            was.outputs.iter().any(|(carried, before)| carried == signal && same(listeners, before))
        };
        is.outputs.len() == was.outputs.len() && is.outputs.iter().all(sent)
    }
}

/// Extensions that stay: the same, and so are those they name.
fn extensions(old: &Plan, new: &Plan) -> HashMap<usize, usize> {
    let find = |declared: &Declared| old.extensions.iter().copied().find(|at| old.declared[*at].id == declared.id);
    let mut staying: HashMap<usize, usize> =
        new.extensions.iter().filter_map(|at| Some((*at, find(&new.declared[*at])?))).collect();
    let mut lost = HashSet::new();
    loop {
        let before = staying.len();
        staying.retain(|at, was| {
            let stays = is_same(&old.declared[*was], &new.declared[*at], &lost);
            if !stays {
                lost.insert(new.declared[*at].id.to_string());
            }
            stays
        });
        if staying.len() == before {
            return staying;
        }
    }
}

fn is_same(was: &Declared, is: &Declared, lost: &HashSet<String>) -> bool {
    was.id == is.id && was.digest == is.digest && !is.references.iter().any(|(named, _)| lost.contains(&named.id))
}

fn place<'a>(plan: &'a Plan, node: &PlanNode) -> Place<'a> {
    (node.kind, &plan.declared(node).id, plan.place(node))
}

/// Whether a processor can stay although the steps around it change.
///
/// It can when those before it are the same, or those after it. Otherwise a step may have moved across it, and a batch
/// on its way, or held by it, would see that step twice or not at all: a secret would pass unredacted.
fn stays_in_order(old: &Plan, was: &PlanNode, new: &Plan, is: &PlanNode) -> bool {
    let (Some((before, after)), Some((before_now, after_now))) = (around(old, was), around(new, is)) else {
        return true;
    };
    before == before_now || after == after_now
}

/// The steps before and after a processor.
fn around<'a>(plan: &'a Plan, node: &PlanNode) -> Option<(Vec<&'a ComponentId>, Vec<&'a ComponentId>)> {
    let steps = &plan.pipelines[node.pipeline?].processors;
    let at = steps.iter().position(|step| *step == node.declared)?;
    let ids = |steps: &[usize]| steps.iter().map(|step| &plan.declared[*step].id).collect();
    Some((ids(&steps[..at]), ids(&steps[at + 1..])))
}
