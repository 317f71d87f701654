//! Edits that are the same for every message: keys and values are encoded once, and one look at the keys of a message
//! does all of them.

use super::Level;
use super::attributes::{AttributeEdits, Holder, Mode, edit_one};
use super::context::ItemCx;
use super::entry::{Entry, Loc};
use super::splice::Node;
use super::value::{EncodedAttribute, ValueRef};
use super::walk::{Site, Verdict, Visit, walk};
use crate::Telemetry;
use crate::otlp::field;
use crate::otlp::view::AttributeRef;
use crate::otlp::wire::{LEN, Value, fields, len_field_len, put_len, put_tag, put_varint};

/// One edit of attributes.
#[derive(Clone, Debug)]
pub enum AttributeEdit {
    /// Writes a value; see [`AttributeEdits::set`].
    Set(Mode, EncodedAttribute),
    /// Gives an attribute another key; see [`AttributeEdits::rename`].
    Rename {
        /// The key now.
        from: String,
        /// The key afterwards.
        to: String,
    },
    /// Copies the value of the first attribute `from` to `to` as `mode` says, then removes every attribute `from`; see
    /// [`AttributeEdits::copy`] and [`AttributeEdits::delete`].
    Move {
        /// When it is copied.
        mode: Mode,
        /// The key now.
        from: String,
        /// The key afterwards.
        to: String,
    },
    /// Removes every attribute with this key.
    Delete(String),
}

/// A list of edits, prepared to be done to every message of many requests, one after the other.
#[derive(Clone, Debug)]
pub struct ConstantEdits {
    edits: Vec<AttributeEdit>,
    keys: Vec<Key>,
    /// Bit n is set if a key has n bytes, the last bit for all longer ones: most keys are passed over by it.
    lengths: u64,
    /// The bits of the edits that set something.
    sets: u64,
    /// The bits of the edits that move something.
    moves: u64,
    /// Whether one of them only changes what is there.
    updates: bool,
    /// Whether no key is in two edits, so that their order does not matter.
    independent: bool,
}

#[derive(Clone, Debug)]
struct Key {
    key: String,
    /// The bit of its edit, by its place in the list.
    edit: u64,
    role: Role,
}

#[derive(Clone, Copy, Debug)]
enum Role {
    Set(Mode, usize),
    Delete,
    RenameFrom(usize),
    MoveFrom(usize),
    /// What another attribute is renamed or moved to.
    Target,
}

struct Apply<'c> {
    edits: &'c ConstantEdits,
    /// The field number of the attributes that `blocks` has in the scratch of this part.
    number: u32,
    /// Where each attribute to be set lies in the scratch, as a field.
    blocks: Vec<(usize, usize)>,
    /// Where in the part the value of each attribute lies that is moved, by the place of its edit in the list.
    moved: Vec<(usize, usize)>,
}

/// Adds to every message of `level` those of the attributes whose keys it does not have.
#[must_use]
pub fn insert_attributes(telemetry: &Telemetry, level: Level, attributes: &[EncodedAttribute]) -> Telemetry {
    let set = |attribute: &EncodedAttribute| AttributeEdit::Set(Mode::Insert, attribute.clone());
    ConstantEdits::new(attributes.iter().map(set)).apply(telemetry, level)
}

/// Gives every message of `level` all of the attributes, in place of the first one with the same key.
#[must_use]
pub fn upsert_attributes(telemetry: &Telemetry, level: Level, attributes: &[EncodedAttribute]) -> Telemetry {
    let set = |attribute: &EncodedAttribute| AttributeEdit::Set(Mode::Upsert, attribute.clone());
    ConstantEdits::new(attributes.iter().map(set)).apply(telemetry, level)
}

/// Renames an attribute in every message of `level`; see [`AttributeEdits::rename`].
#[must_use]
pub fn rename_attribute(telemetry: &Telemetry, level: Level, from: &str, to: &str) -> Telemetry {
    let rename = AttributeEdit::Rename { from: from.into(), to: to.into() };
    ConstantEdits::new([rename]).apply(telemetry, level)
}

// === impl ConstantEdits ===

impl ConstantEdits {
    /// Prepares a list of edits.
    #[must_use]
    pub fn new(edits: impl IntoIterator<Item = AttributeEdit>) -> Self {
        let edits: Vec<_> = edits
            .into_iter()
            .filter(|edit| !matches!(edit, AttributeEdit::Rename { from, to } if from == to))
            .collect();
        let mut keys: Vec<Key> = Vec::with_capacity(edits.len());
        for (index, edit) in edits.iter().enumerate() {
            let mut add = |key: &str, role| keys.push(Key { key: key.into(), edit: 1 << (index & 63), role });
            match edit {
                AttributeEdit::Set(mode, attribute) => add(attribute.key(), Role::Set(*mode, index)),
                AttributeEdit::Delete(key) => add(key, Role::Delete),
                AttributeEdit::Rename { from, to } => {
                    add(from, Role::RenameFrom(index));
                    add(to, Role::Target);
                }
                AttributeEdit::Move { from, to, .. } => {
                    add(from, Role::MoveFrom(index));
                    add(to, Role::Target);
                }
            }
        }
        let twice = |(index, key): (usize, &Key)| keys[..index].iter().any(|other| other.key == key.key);
        let independent = edits.len() <= 64 && !keys.iter().enumerate().any(twice);
        let lengths = keys.iter().fold(0, |all, key| all | length_bit(key.key.len()));
        let bits = |is: fn(&Role) -> bool| keys.iter().filter(|key| is(&key.role)).fold(0, |all, key| all | key.edit);
        let sets = bits(|role| matches!(role, Role::Set(..)));
        let moves = bits(|role| matches!(role, Role::MoveFrom(_)));
        let updates = keys.iter().any(|key| matches!(key.role, Role::Set(Mode::Update, _)));
        Self { edits, keys, lengths, sets, moves, updates, independent }
    }

    /// Does the edits to the attributes of every message of `level`, as [`edit_attributes`](super::edit_attributes)
    /// would with the same calls.
    #[must_use]
    pub fn apply(&self, telemetry: &Telemetry, level: Level) -> Telemetry {
        if self.edits.is_empty() {
            return telemetry.clone();
        }
        let blocks = Vec::with_capacity(self.edits.len());
        let moved = if self.moves == 0 { Vec::new() } else { vec![(0, 0); self.edits.len()] };
        walk(telemetry, level, &mut Apply { edits: self, number: 0, blocks, moved })
    }

    #[inline(always)]
    fn find(&self, key: &[u8]) -> Option<&Key> {
        if self.lengths & length_bit(key.len()) == 0 {
            return None;
        }
        self.keys.iter().find(|own| own.key.len() == key.len() && own.key.as_bytes() == key)
    }

    /// The same edits one by one.
    fn each(&self, edits: &mut AttributeEdits<'_>) {
        for edit in &self.edits {
            match edit {
                AttributeEdit::Set(mode, new) => edits.set(*mode, new.key(), ValueRef::Encoded(new.value())),
                AttributeEdit::Rename { from, to } => edits.rename(from, to),
                AttributeEdit::Move { mode, from, to } => edits.copy(*mode, from, to) | edits.delete(from),
                AttributeEdit::Delete(key) => edits.delete(key),
            };
        }
    }
}

// === impl Apply ===

impl Visit for Apply<'_> {
    fn part(&mut self) {
        self.number = 0;
    }

    fn visit(&mut self, site: &mut Site<'_, '_>, cx: &ItemCx<'_>, node: &Node) -> Verdict {
        let before = site.splicer.here();
        if !self.edits.independent || !self.all_at_once(site, cx, node) {
            site.splicer.rewind(before);
            edit_one(site, cx, node, |_, edits| self.edits.each(edits));
        }
        Verdict::Keep
    }
}

impl Apply<'_> {
    /// Does all edits in one look at the keys; says whether that was possible.
    fn all_at_once(&mut self, site: &mut Site<'_, '_>, cx: &ItemCx<'_>, node: &Node) -> bool {
        let holder = Holder::find(site.part, cx, node);
        self.prepare(site.scratch, holder.number);
        let place = holder.node.unwrap_or_default();
        let mark = holder.node.filter(|_| holder.embedded).map(|node| site.splicer.enter(&node));
        let (mut seen, mut taken) = (0_u64, 0_u64);
        let part = site.part;
        let mut all = fields(&part[place.start..place.end]);
        while let Some(Ok(field)) = all.next() {
            let Value::Len(content) = field.value else { continue };
            if field.number != holder.number {
                continue;
            }
            let Some(key) = self.edits.find(AttributeRef::new(content).key) else { continue };
            let attribute = Node::new(&field, content, place.start + all.offset());
            let first = seen & key.edit == 0;
            match key.role {
                Role::Target => taken |= key.edit,
                Role::Delete => site.splicer.cut(attribute.raw, attribute.end),
                Role::MoveFrom(index) => {
                    seen |= key.edit;
                    if first && let Some(moved) = self.moved.get_mut(index) {
                        *moved = Entry::read(part, attribute).value.map_or((0, 0), |value| (value.start, value.end));
                    }
                    site.splicer.cut(attribute.raw, attribute.end);
                }
                Role::RenameFrom(_) if !first => return false,
                Role::RenameFrom(index) => {
                    seen |= key.edit;
                    if let AttributeEdit::Rename { to, .. } = &self.edits.edits[index] {
                        rename(site, &attribute, to.as_bytes());
                    }
                }
                Role::Set(mode, index) => {
                    seen |= key.edit;
                    if first && mode != Mode::Insert {
                        self.replace(site, &attribute, index);
                    }
                }
            }
        }
        if taken & seen != 0 {
            // A key that something is renamed or moved to is there already.
            return false;
        }
        self.append(site, &holder, node, seen);
        if let Some(mark) = mark {
            site.splicer.leave(mark, &place, site.scratch);
        }
        true
    }

    /// Encodes the attributes to be set into the scratch of this part, one after the other.
    #[inline]
    fn prepare(&mut self, scratch: &mut Vec<u8>, number: u32) {
        if self.number == number {
            return;
        }
        self.number = number;
        self.blocks.clear();
        for edit in &self.edits.edits {
            let from = scratch.len();
            if let AttributeEdit::Set(_, attribute) = edit {
                put_len(scratch, number, attribute.encoded());
            }
            self.blocks.push((from, scratch.len()));
        }
    }

    /// Puts in what is to be set and was not seen, and what was seen and is to be moved.
    #[inline]
    fn append(&self, site: &mut Site<'_, '_>, holder: &Holder, node: &Node, seen: u64) {
        let (Some(&(start, _)), Some(&(_, end))) = (self.blocks.first(), self.blocks.last()) else { return };
        if seen & (self.edits.sets | self.edits.moves) == 0 && !self.edits.updates {
            site.append(holder, node, start, end);
            return;
        }
        let from = site.scratch.len();
        for (index, &(start, end)) in self.blocks.iter().enumerate() {
            let seen = seen >> index & 1 == 1;
            match &self.edits.edits[index] {
                AttributeEdit::Set(Mode::Insert | Mode::Upsert, _) if !seen => {
                    site.scratch.extend_from_within(start..end);
                }
                AttributeEdit::Move { mode: Mode::Insert | Mode::Upsert, to, .. } if seen => {
                    let value = self.moved.get(index).and_then(|&(start, end)| site.part.get(start..end));
                    put_attribute_fields(site.scratch, holder.number, to.as_bytes(), value.unwrap_or_default());
                }
                _ => {}
            }
        }
        site.append(holder, node, from, site.scratch.len());
    }

    /// Gives the attribute the value of the edit at `index`.
    fn replace(&self, site: &mut Site<'_, '_>, attribute: &Node, index: usize) {
        let AttributeEdit::Set(_, new) = &self.edits.edits[index] else { return };
        let mut entry = Entry::read(site.part, *attribute);
        if entry.value.is_some_and(|value| value.of(site.part, site.scratch) == new.value()) {
            return;
        }
        let end = self.blocks[index].1;
        entry.value = Some(Loc::scratch(end - new.value().len(), end));
        entry.new_value = true;
        entry.splice(attribute, site.part, &mut site.splicer, site.scratch);
    }
}

#[inline(always)]
fn length_bit(len: usize) -> u64 {
    1 << len.min(63)
}

/// Appends a whole attribute as field `number`.
fn put_attribute_fields(out: &mut Vec<u8>, number: u32, key: &[u8], value: &[u8]) {
    put_tag(out, number, LEN);
    put_varint(out, (len_field_len(field::KEY, key.len()) + len_field_len(field::VALUE, value.len())) as u64);
    put_len(out, field::KEY, key);
    put_len(out, field::VALUE, value);
}

/// Gives the attribute the key `to`.
fn rename(site: &mut Site<'_, '_>, attribute: &Node, to: &[u8]) {
    let start = site.scratch.len();
    if let Some(key_end) = key_end(site.part, attribute) {
        // Length and key lie side by side: one splice replaces both.
        put_varint(site.scratch, (len_field_len(field::KEY, to.len()) + (attribute.end - key_end)) as u64);
        put_len(site.scratch, field::KEY, to);
        site.splicer.put(attribute.len, key_end, start, site.scratch.len());
        return;
    }
    site.scratch.extend_from_slice(to);
    let mut entry = Entry::read(site.part, *attribute);
    entry.key = Loc::scratch(start, site.scratch.len());
    entry.new_key = true;
    entry.splice(attribute, site.part, &mut site.splicer, site.scratch);
}

/// Where the key ends in an attribute that begins with its key and has no other one.
fn key_end(part: &[u8], attribute: &Node) -> Option<usize> {
    let mut all = fields(&part[attribute.start..attribute.end]);
    let key = all.next()?.ok()?;
    let end = attribute.start + all.offset();
    let own = key.number == field::KEY && all.map_while(Result::ok).all(|field| field.number != field::KEY);
    own.then_some(end)
}
