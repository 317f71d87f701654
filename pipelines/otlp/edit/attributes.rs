//! Editing attributes with a closure.

use super::Level;
use super::context::ItemCx;
use super::entry::{Entry, Loc};
use super::splice::Node;
use super::value::ValueRef;
use super::walk::{Site, Verdict, Visit, walk};
use crate::Telemetry;
use crate::otlp::field;
use crate::otlp::view::{AnyView, MetricKind};
use crate::otlp::wire::{LEN, Value, fields, put_tag, put_varint};

/// When a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Only if the key is absent.
    Insert,
    /// Only if the key is there; of several with this key the first is changed.
    Update,
    /// Always.
    Upsert,
}

/// The attributes of one message. Each call sees what the calls before it did; new attributes come last.
///
/// Every call says whether it changed anything.
pub struct AttributeEdits<'e> {
    part: &'e [u8],
    scratch: &'e mut Vec<u8>,
    entries: &'e mut Vec<Entry>,
    /// The message that has the attributes, `None` if it is absent.
    holder: Option<Node>,
    number: u32,
    /// Whether `entries` was filled; a closure that asks nothing costs nothing.
    read: bool,
    changed: bool,
}

/// The message with the attributes, and the field number they have in it.
pub(super) struct Holder {
    pub(super) node: Option<Node>,
    pub(super) number: u32,
    /// Whether it is an embedded message of the visited one.
    pub(super) embedded: bool,
}

struct Edit<F>(F);

/// Runs `edit` on the attributes of every message of `level`. A resource or scope that is absent is made when an
/// attribute is inserted. Without a change the same bytes are given back.
pub fn edit_attributes(
    telemetry: &Telemetry,
    level: Level,
    edit: impl FnMut(&ItemCx<'_>, &mut AttributeEdits<'_>),
) -> Telemetry {
    walk(telemetry, level, &mut Edit(edit))
}

/// Runs `edit` on the attributes of the message at `node`.
#[inline]
pub(super) fn edit_one(
    site: &mut Site<'_, '_>,
    cx: &ItemCx<'_>,
    node: &Node,
    edit: impl FnOnce(&ItemCx<'_>, &mut AttributeEdits<'_>),
) {
    let holder = Holder::find(site.part, cx, node);
    site.entries.clear();
    let mut edits = AttributeEdits {
        part: site.part,
        scratch: site.scratch,
        entries: site.entries,
        holder: holder.node,
        number: holder.number,
        read: false,
        changed: false,
    };
    edit(cx, &mut edits);
    if !edits.changed {
        return;
    }
    let mark = holder.node.filter(|_| holder.embedded).map(|node| (site.splicer.enter(&node), node));
    for entry in site.entries.iter() {
        if let Some(origin) = &entry.origin {
            entry.splice(origin, site.part, &mut site.splicer, site.scratch);
        }
    }
    let from = site.scratch.len();
    for entry in site.entries.iter().filter(|entry| entry.origin.is_none() && !entry.deleted) {
        entry.put(site.part, site.scratch, holder.number);
    }
    site.append(&holder, node, from, site.scratch.len());
    if let Some((mark, node)) = mark {
        site.splicer.leave(mark, &node, site.scratch);
    }
}

// === impl Edit ===

impl<F: FnMut(&ItemCx<'_>, &mut AttributeEdits<'_>)> Visit for Edit<F> {
    fn visit(&mut self, site: &mut Site<'_, '_>, cx: &ItemCx<'_>, node: &Node) -> Verdict {
        edit_one(site, cx, node, &mut self.0);
        Verdict::Keep
    }
}

// === impl Holder ===

impl Holder {
    #[inline]
    pub(super) fn find(part: &[u8], cx: &ItemCx<'_>, node: &Node) -> Self {
        let number = match (cx.level, cx.signal) {
            (Level::Resource, _) => field::RESOURCE_ATTRIBUTES,
            (Level::Scope, _) => field::SCOPE_ATTRIBUTES,
            (Level::Metric, _) => field::METRIC_METADATA,
            (Level::SpanEvent, _) => field::EVENT_ATTRIBUTES,
            (_, crate::Signal::Traces) => field::SPAN_ATTRIBUTES,
            (_, crate::Signal::Metrics) => match cx.kind {
                MetricKind::Histogram => field::point_attributes(field::HISTOGRAM),
                MetricKind::ExponentialHistogram => field::point_attributes(field::EXPONENTIAL_HISTOGRAM),
                _ => field::point_attributes(field::GAUGE),
            },
            _ => field::LOG_ATTRIBUTES,
        };
        if !matches!(cx.level, Level::Resource | Level::Scope) {
            return Self { node: Some(*node), number, embedded: false };
        }
        let mut all = fields(&part[node.start..node.end]);
        let mut found = None;
        while let Some(Ok(field)) = all.next() {
            if let Value::Len(content) = field.value
                && field.number == field::CONTEXT
            {
                found = Some(Node::new(&field, content, node.start + all.offset()));
            }
        }
        Self { node: found, number, embedded: true }
    }
}

// === impl Site ===

impl Site<'_, '_> {
    /// Puts the encoded attributes `from..to` of the scratch at the end of the holder, or into a new holder at the
    /// start of the visited `node`.
    #[inline]
    pub(super) fn append(&mut self, holder: &Holder, node: &Node, from: usize, to: usize) {
        if from == to {
            return;
        }
        match holder.node {
            Some(holder) => self.splicer.put(holder.end, holder.end, from, to),
            None => {
                let start = self.scratch.len();
                put_tag(self.scratch, field::CONTEXT, LEN);
                put_varint(self.scratch, (to - from) as u64);
                self.scratch.extend_from_within(from..to);
                self.splicer.put(node.start, node.start, start, self.scratch.len());
            }
        }
    }
}

// === impl AttributeEdits ===

impl AttributeEdits<'_> {
    /// The value of the first attribute with this key.
    pub fn get(&mut self, key: &str) -> Option<AnyView<'_>> {
        let index = self.find(key)?;
        Some(self.view(self.entries.get(index)?))
    }

    /// Whether an attribute has this key.
    pub fn contains(&mut self, key: &str) -> bool {
        self.find(key).is_some()
    }

    /// Keys and values as they are now.
    pub fn iter(&mut self) -> impl Iterator<Item = (&str, AnyView<'_>)> {
        self.read();
        let live = self.entries.iter().filter(|entry| !entry.deleted);
        live.map(|entry| (self.key(entry), self.view(entry)))
    }

    /// Writes the value if the key is absent.
    pub fn insert<'v>(&mut self, key: &str, value: impl Into<ValueRef<'v>>) -> bool {
        self.set(Mode::Insert, key, value)
    }

    /// Changes the value of the first attribute with this key.
    pub fn update<'v>(&mut self, key: &str, value: impl Into<ValueRef<'v>>) -> bool {
        self.set(Mode::Update, key, value)
    }

    /// Changes the value of the first attribute with this key, or adds one.
    pub fn upsert<'v>(&mut self, key: &str, value: impl Into<ValueRef<'v>>) -> bool {
        self.set(Mode::Upsert, key, value)
    }

    /// Writes the value as `mode` says.
    pub fn set<'v>(&mut self, mode: Mode, key: &str, value: impl Into<ValueRef<'v>>) -> bool {
        let index = self.find(key);
        if !mode.applies(index.is_some()) {
            return false;
        }
        let start = self.scratch.len();
        value.into().put(self.scratch);
        self.store(index, key, Loc::scratch(start, self.scratch.len()))
    }

    /// Writes the value of `from` to `to` as `mode` says; does nothing if `from` is absent.
    pub fn copy(&mut self, mode: Mode, from: &str, to: &str) -> bool {
        let Some(source) = self.find(from).and_then(|index| self.entries.get(index).copied()) else { return false };
        let index = self.find(to);
        if !mode.applies(index.is_some()) {
            return false;
        }
        let value = source.value.unwrap_or_else(|| Loc::scratch(0, 0));
        self.store(index, to, value)
    }

    /// Removes every attribute with this key.
    pub fn delete(&mut self, key: &str) -> bool {
        let mut removed = false;
        // Looks at nothing but the keys' bytes: reading values to throw them away is most of what `retain` costs.
        while let Some(index) = self.find(key) {
            self.entries[index].deleted = true;
            removed = true;
        }
        self.changed |= removed;
        removed
    }

    /// Removes the attributes for which `keep` says false.
    pub fn retain(&mut self, mut keep: impl FnMut(&str, AnyView<'_>) -> bool) -> bool {
        self.read();
        let mut removed = false;
        for index in 0..self.entries.len() {
            let entry = self.entries[index];
            if !entry.deleted && !keep(self.key(&entry), self.view(&entry)) {
                self.entries[index].deleted = true;
                removed = true;
            }
        }
        self.changed |= removed;
        removed
    }

    /// Gives the first attribute `from` the key `to`. Other attributes with either key go away, so that `to` is there
    /// once. Does nothing if `from` is absent or the keys are the same.
    pub fn rename(&mut self, from: &str, to: &str) -> bool {
        let Some(index) = self.find(from).filter(|_| from != to) else { return false };
        for other in 0..self.entries.len() {
            let key = self.entries[other].key.of(self.part, self.scratch);
            if other != index && (key == from.as_bytes() || key == to.as_bytes()) {
                self.entries[other].deleted = true;
            }
        }
        let key = self.stash(to);
        let entry = &mut self.entries[index];
        entry.key = key;
        entry.new_key = true;
        self.changed = true;
        true
    }

    fn read(&mut self) {
        if self.read {
            return;
        }
        self.read = true;
        let Some(holder) = self.holder else { return };
        let mut all = fields(&self.part[holder.start..holder.end]);
        while let Some(Ok(field)) = all.next() {
            if let Value::Len(content) = field.value
                && field.number == self.number
            {
                let node = Node::new(&field, content, holder.start + all.offset());
                self.entries.push(Entry::read(self.part, node));
            }
        }
    }

    fn find(&mut self, key: &str) -> Option<usize> {
        self.read();
        let key = key.as_bytes();
        self.entries.iter().position(|entry| !entry.deleted && entry.key.of(self.part, self.scratch) == key)
    }

    fn key(&self, entry: &Entry) -> &str {
        std::str::from_utf8(entry.key.of(self.part, self.scratch)).unwrap_or_default()
    }

    fn view(&self, entry: &Entry) -> AnyView<'_> {
        entry.value.map_or(AnyView::Empty, |value| AnyView::new(value.of(self.part, self.scratch)))
    }

    fn stash(&mut self, key: &str) -> Loc {
        let start = self.scratch.len();
        self.scratch.extend_from_slice(key.as_bytes());
        Loc::scratch(start, self.scratch.len())
    }

    fn store(&mut self, index: Option<usize>, key: &str, value: Loc) -> bool {
        match index.and_then(|index| self.entries.get_mut(index)) {
            Some(entry) => {
                let same =
                    entry.value.is_some_and(|old| old.of(self.part, self.scratch) == value.of(self.part, self.scratch));
                if same {
                    return false;
                }
                entry.value = Some(value);
                entry.new_value = true;
            }
            None => {
                let key = self.stash(key);
                self.entries.push(Entry::inserted(key, value));
            }
        }
        self.changed = true;
        true
    }
}

// === impl Mode ===

impl Mode {
    fn applies(self, present: bool) -> bool {
        match self {
            Self::Insert => !present,
            Self::Update => present,
            Self::Upsert => true,
        }
    }
}
