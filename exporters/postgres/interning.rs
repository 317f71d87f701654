//! [`Interning`]: resources and scopes are stored once; their ids follow from what they say, so nobody has to be asked.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use pipelines::otlp::view::{ResourceView, ScopeView};
use tokio_postgres::Client;
use tokio_postgres::types::{ToSql, Type};

use super::copy::JSON;
use super::error::{Error, Kind};
use super::schema::{RESOURCES, SCOPES, Schema};
use crate::values;

/// Stores resources and scopes, and knows which are stored.
#[derive(Debug)]
pub(super) struct Interning {
    resources: Table,
    scopes: Table,
}

#[derive(Debug)]
struct Table {
    insert: String,
    stored: Mutex<HashSet<i64>>,
}

/// Columns of rows that are inserted together.
#[derive(Default)]
struct Columns<'a> {
    ids: Vec<i64>,
    names: Vec<Option<Cow<'a, str>>>,
    versions: Vec<Option<Cow<'a, str>>>,
    attributes: Vec<String>,
    dropped: Vec<i32>,
    urls: Vec<Option<Cow<'a, str>>>,
}

/// Ids that are remembered; beyond it all are forgotten, and sent once more.
const REMEMBERED: usize = 100_000;

// === impl Interning ===

impl Interning {
    /// Knows of nothing that is stored.
    pub(super) fn new(schema: &Schema) -> Self {
        let insert = |table, columns| {
            format!(
                "INSERT INTO {table} ({columns}, attributes, dropped_attributes_count, schema_url) \
                 SELECT {columns}, attributes::jsonb, dropped_attributes_count, schema_url FROM unnest("
            )
        };
        let resources = insert(schema.qualified(&RESOURCES), "id, service_name")
            + "$1::bigint[], $2::text[], $3::text[], $4::int[], $5::text[]) \
               AS r (id, service_name, attributes, dropped_attributes_count, schema_url) ON CONFLICT DO NOTHING";
        let scopes = insert(schema.qualified(&SCOPES), "id, name, version")
            + "$1::bigint[], $2::text[], $3::text[], $4::text[], $5::int[], $6::text[]) \
               AS s (id, name, version, attributes, dropped_attributes_count, schema_url) ON CONFLICT DO NOTHING";
        Self { resources: Table::new(resources), scopes: Table::new(scopes) }
    }

    /// Stores what is not known to be stored. That has a transaction of its own, so that batches do not wait for each
    /// other's resources; one that no batch refers to in the end does no harm. Returns why some could not be stored.
    ///
    /// # Errors
    /// What the server says, if it is not about single resources or scopes.
    pub(super) async fn store(
        &self,
        client: &Client,
        resources: &BTreeMap<i64, ResourceView<'_>>,
        scopes: &BTreeMap<i64, ScopeView<'_>>,
    ) -> Result<Option<Error>, Error> {
        let resource = |columns: &mut Columns<'_>, view: &ResourceView<'_>| {
            columns.names.push(clean(values::service_name(view).into_owned().into()));
            let mut attributes = Vec::new();
            JSON.object(view.attributes(), &mut attributes);
            columns.push(attributes, view.dropped_attributes_count(), view.schema_url().to_owned());
        };
        let scope = |columns: &mut Columns<'_>, view: &ScopeView<'_>| {
            columns.names.push(clean(view.name().to_owned().into()));
            columns.versions.push(clean(view.version().to_owned().into()));
            let mut attributes = Vec::new();
            JSON.object(view.attributes(), &mut attributes);
            columns.push(attributes, view.dropped_attributes_count(), view.schema_url().to_owned());
        };
        let refused = self.resources.store(client, resources, resource).await?;
        Ok(refused.or(self.scopes.store(client, scopes, scope).await?))
    }

    /// Forgets what is stored, e.g. as the tables may be new.
    pub(super) fn forget(&self) {
        self.resources.stored().clear();
        self.scopes.stored().clear();
    }
}

// === impl Table ===

impl Table {
    fn new(insert: String) -> Self {
        Self { insert, stored: Mutex::default() }
    }

    async fn store<V>(
        &self,
        client: &Client,
        views: &BTreeMap<i64, V>,
        push: impl Fn(&mut Columns<'_>, &V),
    ) -> Result<Option<Error>, Error> {
        let missing: Vec<_> = {
            let stored = self.stored();
            views.iter().filter(|(id, _)| !stored.contains(id)).collect()
        };
        if missing.is_empty() {
            return Ok(None);
        }
        let (mut refused, mut at_once) = (None, missing.len());
        let mut rest = &missing[..];
        while !rest.is_empty() {
            let (now, later) = rest.split_at(at_once.min(rest.len()));
            let mut columns = Columns::default();
            for (id, view) in now {
                columns.ids.push(**id);
                push(&mut columns, view);
            }
            match client.execute_typed(&self.insert, &columns.parameters()).await.map_err(Error::from) {
                Ok(_) => self.remember(&columns.ids),
                // One of them is to blame: from here on each is sent by itself.
                Err(error) if error.kind == Kind::Row && at_once > 1 => {
                    at_once = 1;
                    continue;
                }
                Err(error) if error.kind == Kind::Row => refused = refused.or(Some(error)),
                Err(error) => return Err(error),
            }
            rest = later;
        }
        Ok(refused)
    }

    fn remember(&self, ids: &[i64]) {
        let mut stored = self.stored();
        if stored.len() + ids.len() > REMEMBERED {
            stored.clear();
        }
        stored.extend(ids);
    }

    fn stored(&self) -> MutexGuard<'_, HashSet<i64>> {
        self.stored.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

// === impl Columns ===

impl<'a> Columns<'a> {
    fn push(&mut self, attributes: Vec<u8>, dropped: u32, url: String) {
        // JSON is UTF-8.
        self.attributes.push(String::from_utf8(attributes).unwrap_or_default());
        self.dropped.push(i32::try_from(dropped).unwrap_or(i32::MAX));
        self.urls.push(clean(url.into()));
    }

    fn parameters(&self) -> Vec<(&(dyn ToSql + Sync), Type)> {
        let mut parameters: Vec<(&(dyn ToSql + Sync), Type)> =
            vec![(&self.ids, Type::INT8_ARRAY), (&self.names, Type::TEXT_ARRAY)];
        if !self.versions.is_empty() {
            parameters.push((&self.versions, Type::TEXT_ARRAY));
        }
        parameters.push((&self.attributes, Type::TEXT_ARRAY));
        parameters.push((&self.dropped, Type::INT4_ARRAY));
        parameters.push((&self.urls, Type::TEXT_ARRAY));
        parameters
    }
}

/// Text as it can be stored: NUL characters replaced, nothing for none.
fn clean(text: Cow<'_, str>) -> Option<Cow<'_, str>> {
    match text {
        text if text.is_empty() => None,
        text if text.contains('\0') => Some(text.replace('\0', "\u{fffd}").into()),
        text => Some(text),
    }
}
