//! From pipelines to nodes and edges.

use std::collections::HashMap;

use super::plan::{Declared, Pipeline, PlanNode};
use crate::Signal;
use crate::component::Kind;

/// A cycle, as the connectors on it (indices into the declared components).
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Cycle(pub(super) Vec<usize>);

/// Makes the graph of the pipelines: receivers first, each node before those it sends to.
pub(super) fn connect(declared: &[Declared], pipelines: &[Pipeline]) -> Result<Vec<PlanNode>, Cycle> {
    let mut draft = Draft { declared, nodes: Vec::new(), index: HashMap::new() };
    for (at, pipeline) in pipelines.iter().enumerate() {
        draft.add(at, pipeline);
    }
    for (at, pipeline) in pipelines.iter().enumerate() {
        draft.link(at, pipeline);
    }
    draft.sorted()
}

/// What makes a node one and the same: the kind, what is declared, the signal, the pipeline.
type Key = (Kind, usize, Option<Signal>, Option<usize>);

struct Draft<'a> {
    declared: &'a [Declared],
    nodes: Vec<PlanNode>,
    index: HashMap<Key, usize>,
}

// === impl Draft ===

impl Draft<'_> {
    fn add(&mut self, at: usize, pipeline: &Pipeline) {
        let ends = pipeline.receivers.iter().chain(&pipeline.exporters);
        let keys: Vec<Key> = ends.map(|end| self.end(*end, pipeline.id.signal)).chain(steps(at, pipeline)).collect();
        for key in keys {
            let (kind, declared, signal, of) = key;
            self.index.entry(key).or_insert_with(|| {
                self.nodes.push(PlanNode { kind, declared, signal, pipeline: of, outputs: Vec::new() });
                self.nodes.len() - 1
            });
        }
    }

    /// The node of a receiver, exporter or connector.
    fn end(&self, declared: usize, signal: Signal) -> Key {
        match self.declared[declared].component.kind {
            Kind::Receiver => (Kind::Receiver, declared, None, None),
            kind => (kind, declared, Some(signal), None),
        }
    }

    fn link(&mut self, at: usize, pipeline: &Pipeline) {
        let signal = pipeline.id.signal;
        let node = |key: &Key| self.index[key];
        let sources: Vec<usize> = pipeline.receivers.iter().map(|end| node(&self.end(*end, signal))).collect();
        let targets: Vec<usize> = pipeline.exporters.iter().map(|end| node(&self.end(*end, signal))).collect();
        let mut stages = vec![sources];
        stages.extend(steps(at, pipeline).map(|key| vec![node(&key)]));
        stages.push(targets);
        for pair in stages.windows(2) {
            for from in &pair[0] {
                let outputs = &mut self.nodes[*from].outputs;
                match outputs.iter_mut().find(|(carried, _)| *carried == signal) {
                    Some((_, listeners)) => listeners.extend(&pair[1]),
                    None => outputs.push((signal, pair[1].clone())),
                }
            }
        }
    }

    /// Sorts the nodes so that receivers come first and each node before those it sends to.
    fn sorted(self) -> Result<Vec<PlanNode>, Cycle> {
        let mut order = Vec::with_capacity(self.nodes.len());
        let mut state = vec![Visit::New; self.nodes.len()];
        let roots = (0..self.nodes.len()).rev();
        let (receivers, others): (Vec<_>, Vec<_>) = roots.partition(|at| self.nodes[*at].kind == Kind::Receiver);
        for root in others.into_iter().chain(receivers) {
            self.visit(root, &mut state, &mut order, &mut Vec::new())?;
        }
        order.reverse();
        let mut moved = vec![0; order.len()];
        order.iter().enumerate().for_each(|(new, old)| moved[*old] = new);
        let mut nodes: Vec<PlanNode> = order.iter().map(|old| self.nodes[*old].clone()).collect();
        let listeners = nodes.iter_mut().flat_map(|node| &mut node.outputs).flat_map(|(_, listeners)| listeners);
        listeners.for_each(|listener| *listener = moved[*listener]);
        Ok(nodes)
    }

    fn visit(
        &self,
        at: usize,
        state: &mut [Visit],
        order: &mut Vec<usize>,
        path: &mut Vec<usize>,
    ) -> Result<(), Cycle> {
        match state[at] {
            Visit::Done => return Ok(()),
            Visit::Open => {
                let from = path.iter().position(|node| *node == at).unwrap_or(0);
                let on_cycle = path[from..].iter().map(|node| &self.nodes[*node]);
                let connectors = on_cycle.filter(|node| node.kind == Kind::Connector).map(|node| node.declared);
                return Err(Cycle(connectors.collect()));
            }
            Visit::New => state[at] = Visit::Open,
        }
        path.push(at);
        for (_, listeners) in self.nodes[at].outputs.iter().rev() {
            for listener in listeners.iter().rev() {
                self.visit(*listener, state, order, path)?;
            }
        }
        path.pop();
        state[at] = Visit::Done;
        order.push(at);
        Ok(())
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Visit {
    New,
    Open,
    Done,
}

fn steps(at: usize, pipeline: &Pipeline) -> impl Iterator<Item = Key> {
    let signal = pipeline.id.signal;
    pipeline.processors.iter().map(move |processor| (Kind::Processor, *processor, Some(signal), Some(at)))
}
