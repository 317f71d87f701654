//! From wire views to rows: what stands in which column of which table. Where a row goes is for [`Fields`].

mod fields;
mod points;
mod records;
mod table;

use std::collections::BTreeMap;

use pipelines::otlp::view::{ResourceView, ScopeView};
use pipelines::{Signal, Telemetry};

pub(super) use self::fields::Fields;
pub(super) use self::table::Table;
use crate::values::{ESCAPED_NUL, Json, resource_id, scope_id, service_name};

/// SQLite keeps NUL characters.
const JSON: Json = Json::stored(ESCAPED_NUL);

/// What the rows of a batch refer to, by id.
#[derive(Debug, Default)]
pub(super) struct Origins<'a> {
    pub(super) resources: BTreeMap<i64, ResourceView<'a>>,
    pub(super) scopes: BTreeMap<i64, ScopeView<'a>>,
}

/// What all items of a scope have in common.
struct Group<'a> {
    service_name: &'a str,
    resource_id: i64,
    scope_id: i64,
    /// When the batch is stored, in nanoseconds.
    now: i64,
}

/// Writes a row for every item of the batch, in order; returns what they refer to.
///
/// # Errors
/// The first of `rows`.
pub(super) fn items<'a, F: Fields>(telemetry: &'a Telemetry, now: i64, rows: &mut F) -> Result<Origins<'a>, F::Error> {
    let mut origins = Origins::default();
    for resource in telemetry.resources() {
        let service_name = service_name(&resource);
        let resource_id = resource_id(&resource);
        origins.resources.insert(resource_id, resource);
        for scope in resource.scopes() {
            let scope_id = scope_id(&scope);
            origins.scopes.insert(scope_id, scope);
            let group = Group { service_name: &service_name, resource_id, scope_id, now };
            match telemetry.signal() {
                Signal::Logs => scope.logs().try_for_each(|log| records::log(rows, &group, &log))?,
                Signal::Traces => scope.spans().try_for_each(|span| records::span(rows, &group, &span))?,
                Signal::Metrics => {
                    for metric in scope.metrics() {
                        metric.points().try_for_each(|point| points::point(rows, &group, &metric, &point))?;
                    }
                }
                Signal::Profiles => {}
            }
        }
    }
    Ok(origins)
}

/// The row of a resource, whose newest row is `last_row`.
///
/// # Errors
/// That of `rows`.
pub(super) fn resource<F: Fields>(
    rows: &mut F,
    id: i64,
    resource: &ResourceView<'_>,
    (now, last_row): (i64, i64),
) -> Result<(), F::Error> {
    rows.begin(Table::Resources);
    rows.int(id);
    rows.name(&service_name(resource));
    rows.written(|out| JSON.object(resource.attributes(), out));
    rows.int(resource.dropped_attributes_count().into());
    rows.name(resource.schema_url());
    rows.int(now);
    rows.int(last_row);
    rows.end()
}

/// The row of a scope, whose newest row is `last_row`.
///
/// # Errors
/// That of `rows`.
pub(super) fn scope<F: Fields>(rows: &mut F, id: i64, scope: &ScopeView<'_>, last_row: i64) -> Result<(), F::Error> {
    rows.begin(Table::Scopes);
    rows.int(id);
    rows.name(scope.name());
    rows.name(scope.version());
    rows.written(|out| JSON.object(scope.attributes(), out));
    rows.int(scope.dropped_attributes_count().into());
    rows.name(scope.schema_url());
    rows.int(last_row);
    rows.end()
}
