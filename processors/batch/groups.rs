//! [`Groups`]: what is held back, one group for each combination of metadata values.

use std::collections::HashMap;
use std::time::Duration;

use pipelines::batch::{Batch, Grouping, Limits};
use pipelines::runtime::{Instant, Sizer};
use pipelines::{Context, Refusal, RefusalKind, RequestContext};

use super::Config;

/// What is held back, one group for each combination of metadata values. Empty groups are forgotten.
pub(super) struct Groups {
    limits: Limits,
    timeout: Duration,
    /// In lower case.
    keys: Vec<String>,
    most: usize,
    groups: HashMap<Metadata, Group>,
}

/// The values of the metadata keys, as the batches of a group carry them on.
type Metadata = Vec<(Box<str>, Box<str>)>;

struct Group {
    context: Context,
    held: Grouping,
}

// === impl Groups ===

impl Groups {
    pub(super) fn new(config: &Config) -> Self {
        Self {
            limits: config.limits(),
            timeout: config.timeout.get(),
            keys: config.metadata_keys.iter().map(|key| key.to_ascii_lowercase()).collect(),
            most: usize::try_from(config.metadata_cardinality_limit).unwrap_or(usize::MAX),
            groups: HashMap::new(),
        }
    }

    /// Takes a batch in and returns what is to be sent now.
    ///
    /// # Errors
    /// The batch itself, to be refused, if it needs one group too many.
    pub(super) fn push(&mut self, batch: Batch, now: Instant) -> Result<Vec<Batch>, Box<(Batch, Refusal)>> {
        let metadata = self.metadata(batch.context());
        let known = self.groups.contains_key(&metadata);
        if !known && self.most > 0 && !self.keys.is_empty() && self.groups.len() >= self.most {
            let refusal = Refusal::new(RefusalKind::Exhausted, self.too_many()).after(self.timeout);
            return Err(Box::new((batch, refusal)));
        }
        let group = self.groups.entry(metadata).or_insert_with_key(Group::new);
        let (telemetry, _, ack) = batch.into_parts();
        let batch = Batch::from_parts(telemetry, group.context.clone(), ack);
        let ready = group.held.push(batch, &self.limits, now);
        if !ready.is_empty() {
            self.forget_empty();
        }
        Ok(ready)
    }

    /// What has waited long enough.
    pub(super) fn take_due(&mut self, now: Instant) -> Vec<Batch> {
        let (timeout, limits) = (self.timeout, self.limits);
        self.take(|held| if held.due(timeout).is_some_and(|due| due <= now) { held.take(&limits) } else { Vec::new() })
    }

    /// Everything.
    pub(super) fn take_all(&mut self) -> Vec<Batch> {
        let limits = self.limits;
        self.take(|held| held.take(&limits))
    }

    /// When the oldest batch will have waited long enough.
    pub(super) fn due(&self) -> Option<Instant> {
        self.groups.values().filter_map(|group| group.held.due(self.timeout)).min()
    }

    /// How many items are held.
    pub(super) fn items(&self) -> u64 {
        self.groups.values().map(|group| group.held.size(Sizer::Items)).sum()
    }

    fn take(&mut self, take: impl FnMut(&mut Grouping) -> Vec<Batch>) -> Vec<Batch> {
        let ready = self.groups.values_mut().map(|group| &mut group.held).flat_map(take).collect();
        self.forget_empty();
        ready
    }

    fn forget_empty(&mut self) {
        self.groups.retain(|_, group| group.held.size(Sizer::Requests) > 0);
    }

    fn metadata(&self, context: &Context) -> Metadata {
        let values = |key| context.metadata(key).map(move |value| (key.into(), value.into()));
        self.keys.iter().flat_map(|key| values(key.as_str())).collect()
    }

    fn too_many(&self) -> String {
        let keys = self.keys.join(", ");
        format!("batch holds {} combinations of {keys}, its metadata_cardinality_limit", self.most)
    }
}

// === impl Group ===

impl Group {
    /// Batches of several clients belong to none of them, so only the metadata they share stays.
    fn new(metadata: &Metadata) -> Self {
        let context = if metadata.is_empty() {
            Context::default()
        } else {
            Context::new(RequestContext { metadata: metadata.clone(), ..RequestContext::default() })
        };
        Self { context, held: Grouping::default() }
    }
}
