//! The processor edits resources, and its configuration is checked.

use pipelines::{Context, Signal};

use super::{Config, Resource};
use crate::testing::{Bench, decode, problems, samples, telemetry};

/// Scenario: upsert, copy and delete in one list. Guarantee: every resource has the result, records are untouched.
#[test]
fn edits_resources_only() {
    let yaml = "attributes: [{key: env, value: prod, action: upsert}, {key: copy, from_attribute: env, action: insert}, \
        {key: env, action: delete}]";
    let bench = Bench::new::<Resource>(Signal::Logs, yaml);
    let before = samples::logs(&[]);
    let after = bench.through(telemetry(Signal::Logs, &before), Context::default());
    let mut request: opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest = decode(&after);
    for (resource, old) in request.resource_logs.iter_mut().zip(&before.resource_logs) {
        let attributes = &resource.resource.as_ref().map_or(&[][..], |resource| &resource.attributes);
        let keys: Vec<_> = attributes.iter().map(|attribute| attribute.key.as_str()).collect();
        assert_eq!(keys, ["copy"]);
        assert_eq!(resource.scope_logs, old.scope_logs);
    }
}

/// Scenario: no attributes. Guarantee: refused, as in the Collector.
#[test]
fn attributes_are_required() {
    assert_eq!(problems::<Config>("").len(), 1);
}
