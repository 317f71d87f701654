//! Rows of `otel_logs`.

use pipelines::Telemetry;
use pipelines::otlp::view::{AnyView, LogView, ResourceView, ScopeView};

use super::Insert;
use super::block::{Rows, TableColumns, columns, context_bytes};
use super::column::{Keys, Number, Pairs, Text, Time};
use crate::values::{log_nanos, service_name, text};

/// Log records on their way into an insert.
pub(super) type LogRows = Rows<LogColumns>;

columns! {
    /// The columns of `otel_logs`.
    LogColumns {
        timestamp: Time = "Timestamp",
        trace_id: Text = "TraceId",
        span_id: Text = "SpanId",
        trace_flags: Number<1> = "TraceFlags",
        severity_text: Text = "SeverityText",
        severity_number: Number<1> = "SeverityNumber",
        service_name: Text = "ServiceName",
        body: Text = "Body",
        resource_schema_url: Text = "ResourceSchemaUrl",
        resource_attributes: Pairs = "ResourceAttributes",
        scope_schema_url: Text = "ScopeSchemaUrl",
        scope_name: Text = "ScopeName",
        scope_version: Text = "ScopeVersion",
        scope_attributes: Pairs = "ScopeAttributes",
        attributes: Pairs = "LogAttributes",
        resource_keys: Keys = "ResourceAttributesKeys",
        scope_keys: Keys = "ScopeAttributesKeys",
        keys: Keys = "LogAttributesKeys",
        event_name: Text = "EventName",
    }
}

/// Encodes log records.
pub(super) fn encode(telemetry: &Telemetry, rows: &mut LogRows) -> Result<Option<Insert>, String> {
    for resource in telemetry.resources() {
        for scope in resource.scopes() {
            let context = context_bytes(&resource, &scope);
            for log in scope.logs() {
                rows.row(context + log.encoded().len()).put(&log);
                if rows.is_full() {
                    rows.end_scope(&scope);
                    rows.end_resource(&resource);
                    rows.end_block()?;
                }
            }
            rows.end_scope(&scope);
        }
        rows.end_resource(&resource);
    }
    rows.finish()
}

// === impl LogColumns ===

impl LogColumns {
    #[inline]
    fn put(&mut self, log: &LogView<'_>) {
        self.timestamp.put(log_nanos(log).cast_unsigned());
        self.trace_id.put_id(log.trace_id());
        self.span_id.put_id(log.span_id());
        self.trace_flags.put([log.flags() as u8]);
        self.severity_text.put(log.severity_text().as_bytes());
        self.severity_number.put([log.severity_number() as u8]);
        match log.body() {
            AnyView::Str(body) => self.body.put(body.as_bytes()),
            body => self.body.put_written(|out| text(body, out)),
        }
        self.attributes.put(log.attributes());
        if self.keys.is_sent() {
            self.keys.put_all(log.attributes(), 1);
        }
        self.event_name.put(log.event_name().as_bytes());
    }
}

impl TableColumns for LogColumns {
    fn put_resource(&mut self, resource: &ResourceView<'_>, rows: usize) {
        self.service_name.put_all(service_name(resource).as_bytes(), rows);
        self.resource_schema_url.put_all(resource.schema_url().as_bytes(), rows);
        self.resource_attributes.put_all(resource.attributes(), rows);
        if self.resource_keys.is_sent() {
            self.resource_keys.put_all(resource.attributes(), rows);
        }
    }

    fn put_scope(&mut self, scope: &ScopeView<'_>, rows: usize) {
        self.scope_schema_url.put_all(scope.schema_url().as_bytes(), rows);
        self.scope_name.put_all(scope.name().as_bytes(), rows);
        self.scope_version.put_all(scope.version().as_bytes(), rows);
        self.scope_attributes.put_all(scope.attributes(), rows);
        if self.scope_keys.is_sent() {
            self.scope_keys.put_all(scope.attributes(), rows);
        }
    }
}
