//! Rows for COPY, written straight from views over the encoded telemetry.

mod binary;
mod fields;
mod points;
mod records;
mod shown;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use bytes::Bytes;
use pipelines::otlp::view::{ResourceView, ScopeView};
use pipelines::{Signal, Telemetry};

pub(super) use self::binary::{Binary, HEADER, TRAILER};
pub(super) use self::fields::Fields;
pub(super) use self::shown::Shown;
use super::schema::{LOGS, SPANS, Table};
use crate::values::{self, Json};

/// How attributes are written: jsonb cannot hold NUL characters.
pub(super) const JSON: Json = Json::stored("\u{fffd}");

/// The rows of one batch for one table.
#[derive(Debug)]
pub(super) struct Rows<F> {
    pub(super) table: &'static Table,
    pub(super) fields: F,
    /// Where each row ends.
    ends: Vec<usize>,
    /// The days the rows belong to, counted from 1970-01-01.
    days: BTreeSet<i32>,
    day: Option<i32>,
}

/// Rows that can be sent, whole or in part.
#[derive(Debug)]
pub(super) struct Sheet {
    pub(super) table: &'static Table,
    pub(super) days: BTreeSet<i32>,
    body: Bytes,
    ends: Vec<usize>,
}

/// Who sent the rows that follow.
pub(super) struct Group<'a> {
    service_name: &'a str,
    resource_id: i64,
    scope_id: i64,
    /// When the batch is stored, in nanoseconds since 1970.
    now: i64,
}

/// One for each [`MetricKind`](pipelines::otlp::view::MetricKind); log records and spans take the first.
const KINDS: usize = 6;
/// Bytes of a service's name in each row: an index takes no entry beyond 2,704. All of it is in the resource's attributes.
pub(super) const LONGEST_SERVICE: usize = 1024;
const NANOS_PER_DAY: i64 = 86_400_000_000_000;

/// What a batch becomes.
pub(super) struct Written<'a, R> {
    /// By table.
    pub(super) rows: Vec<R>,
    /// By id.
    pub(super) resources: BTreeMap<i64, ResourceView<'a>>,
    /// By id.
    pub(super) scopes: BTreeMap<i64, ScopeView<'a>>,
}

/// Writes the rows of `telemetry`, stored at `now` (nanoseconds since 1970); `fields` makes what those of a table are
/// written to.
pub(super) fn write<F: Fields>(
    telemetry: &Telemetry,
    now: i64,
    fields: impl FnMut(&'static Table) -> F,
) -> Written<'_, Rows<F>> {
    let (mut resources, mut scopes) = (BTreeMap::new(), BTreeMap::new());
    let mut sheets = Sheets { rows: [const { None }; KINDS], fields };
    for resource in telemetry.resources() {
        let (name, resource_id) = (values::service_name(&resource), values::resource_id(&resource));
        resources.insert(resource_id, resource);
        for scope in resource.scopes() {
            let scope_id = values::scope_id(&scope);
            scopes.insert(scope_id, scope);
            let service_name = &name[..name.floor_char_boundary(LONGEST_SERVICE)];
            let group = Group { service_name, resource_id, scope_id, now };
            sheets.scope(telemetry.signal(), &group, &scope);
        }
    }
    Written { rows: sheets.rows.into_iter().flatten().collect(), resources, scopes }
}

/// The rows of all tables while they are written.
struct Sheets<F, M> {
    rows: [Option<Rows<F>>; KINDS],
    fields: M,
}

// === impl Sheets ===

impl<F: Fields, M: FnMut(&'static Table) -> F> Sheets<F, M> {
    fn scope(&mut self, signal: Signal, group: &Group<'_>, scope: &ScopeView<'_>) {
        match signal {
            Signal::Logs => {
                scope.logs().for_each(|log| self.row(0, &LOGS, |row| records::log(row, group, &log)));
            }
            Signal::Traces => {
                scope.spans().for_each(|span| self.row(0, &SPANS, |row| records::span(row, group, &span)));
            }
            Signal::Metrics => {
                for metric in scope.metrics() {
                    let Some(table) = points::table(metric.kind()) else { continue };
                    for point in metric.points() {
                        self.row(metric.kind() as usize, table, |row| {
                            points::point(row, table, group, &metric, &point)
                        });
                    }
                }
            }
            Signal::Profiles => {}
        }
    }

    #[inline(always)]
    fn row(&mut self, kind: usize, table: &'static Table, write: impl FnOnce(&mut F) -> i64) {
        let rows = self.rows[kind].get_or_insert_with(|| Rows::new(table, (self.fields)(table)));
        let time = write(&mut rows.fields);
        rows.ends.push(rows.fields.written());
        let day = time.div_euclid(NANOS_PER_DAY) as i32;
        if rows.day != Some(day) {
            rows.day = Some(day);
            rows.days.insert(day);
        }
    }
}

// === impl Rows ===

impl<F> Rows<F> {
    fn new(table: &'static Table, fields: F) -> Self {
        Self { table, fields, ends: Vec::new(), days: BTreeSet::new(), day: None }
    }
}

impl Rows<Binary> {
    /// Ends the writing.
    pub(super) fn finish(self) -> Sheet {
        Sheet { table: self.table, days: self.days, body: self.fields.out.into(), ends: self.ends }
    }
}

// === impl Sheet ===

impl Sheet {
    /// How many rows there are.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The encoded rows of a range, without what stands before and after them.
    pub(super) fn slice(&self, rows: &Range<usize>) -> Bytes {
        let end = |row: usize| if row == 0 { 0 } else { self.ends[row - 1] };
        self.body.slice(end(rows.start)..end(rows.end))
    }

    /// The memory the rows were written to, for the next batch.
    pub(super) fn into_buffer(self) -> Vec<u8> {
        let mut body = self.body;
        // Nothing is copied of what is empty.
        body.clear();
        body.into()
    }
}
