//! [`Table`]: the keys that are accepted now.

use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;
use std::sync::Arc;

use super::bucket::Bucket;
use super::date::Date;
use super::entry::{Entry, Hash};
use super::presented::Presented;
use crate::Identity;
use crate::component::Denied;
use crate::runtime::Instant;

/// Keys by id. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(super) struct Table(Arc<HashMap<String, Key>>);

#[derive(Debug)]
struct Key {
    hash: Hash,
    expires: Option<Date>,
    disabled: bool,
    bucket: Option<Arc<Bucket>>,
    identity: Identity,
}

// === impl Table ===

impl Table {
    /// The keys of the configuration and of a file's text. A key that was there before with the same rate keeps the
    /// count of its requests.
    ///
    /// # Errors
    /// The first line that is wrong: one lowercase sentence without a final dot.
    pub(super) fn new(list: &[Entry], text: &str, before: &Self, now: Instant) -> Result<Self, String> {
        let mut keys = HashMap::new();
        for entry in list {
            add(&mut keys, entry.clone(), before, now)?;
        }
        for (at, line) in text.lines().enumerate().map(|(at, line)| (at + 1, line.trim())) {
            if !line.is_empty() && !line.starts_with('#') {
                let added = Entry::parse(line).and_then(|entry| add(&mut keys, entry, before, now));
                added.map_err(|wrong| format!("line {at}: {wrong}"))?;
            }
        }
        Ok(Self(Arc::new(keys)))
    }

    /// How many keys there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// How many of them are accepted on a day.
    pub(super) fn usable(&self, today: Date) -> usize {
        self.0.values().filter(|key| !key.disabled && key.expires.is_none_or(|day| today < day)).count()
    }

    /// How many keys of `self` are not in `other`.
    pub(super) fn besides(&self, other: &Self) -> usize {
        self.0.keys().filter(|id| !other.0.contains_key(*id)).count()
    }

    /// Whose key it is. An id that is not known costs what a wrong secret costs, and reads the same; what is wrong with
    /// a key is told to those only who know its secret.
    ///
    /// # Errors
    /// If there is no such key, or it may not be used now.
    pub(super) fn find(&self, presented: &Presented, today: Date, now: Instant) -> Result<&Identity, Denied> {
        let hash = Hash::digest(presented.secret.reveal());
        let key = self.0.get(&presented.id);
        let is_right = hash.is(key.map_or(&Hash::NONE, |key| &key.hash));
        let Some(key) = key.filter(|_| bool::from(is_right)) else {
            return Err(Denied::Refused("the API key is not known".to_owned()));
        };
        if key.disabled {
            return Err(Denied::Refused("the API key is disabled".to_owned()));
        }
        if let Some(day) = key.expires.filter(|day| *day <= today) {
            return Err(Denied::Refused(format!("the API key has expired on {day}")));
        }
        if let Some(bucket) = &key.bucket {
            bucket.take(now).map_err(|after| {
                let reason = format!("the API key sends more than {} requests a minute", bucket.rate());
                Denied::Exhausted { reason, after, limit: Some(bucket.rate()) }
            })?;
        }
        Ok(&key.identity)
    }
}

// === impl Key ===

impl Key {
    fn new(entry: Entry, before: &Table, now: Instant) -> Self {
        let old = before.0.get(&entry.id).and_then(|key| key.bucket.clone());
        let bucket = entry
            .rate
            .map(|rate| old.filter(|old| old.rate() == rate).unwrap_or_else(|| Arc::new(Bucket::new(rate, now))));
        let mut attributes = vec![("subject".into(), entry.id.into())];
        attributes.extend(entry.name.map(|name| ("name".into(), name.into())));
        let identity = Identity { attributes };
        Self { hash: entry.hash, expires: entry.expires, disabled: entry.disabled, bucket, identity }
    }
}

fn add(keys: &mut HashMap<String, Key>, entry: Entry, before: &Table, now: Instant) -> Result<(), String> {
    match keys.entry(entry.id.clone()) {
        Slot::Occupied(slot) => Err(format!("{} is there more than once", slot.key())),
        Slot::Vacant(slot) => {
            slot.insert(Key::new(entry, before, now));
            Ok(())
        }
    }
}
