//! `service.telemetry`: what is read, and what is said about the rest. Graphs are tested in `tests/engine`.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::sync::Arc;

use super::digest::Digest;
use super::telemetry::{Detail, Encoding, Level, Settings, read};
use crate::component::{About, BuildContext, Component, Config, Failure, Processor, ProcessorFactory, Stability};
use crate::config::{Diagnostics, Sources, parse};

/// The settings, and code and message of every diagnostic.
fn settings(yaml: &str) -> (Settings, Vec<String>) {
    let (mut sources, mut diagnostics) = (Sources::default(), Diagnostics::default());
    let source = sources.add("test.yaml", yaml);
    let node = parse(&sources, source, &mut diagnostics).expect("it is YAML");
    let settings = read(&node, &mut diagnostics);
    (settings, diagnostics.iter().map(|one| format!("{} {}", one.code.id, one.message)).collect())
}

/// Guarantee: level and encoding are read; what is on by default says nothing.
#[test]
fn settings_are_read() {
    let (settings, said) = settings(
        "logs: { level: WARN, encoding: json, output_paths: [stderr], disable_caller: true }
metrics: { level: none }",
    );
    assert_eq!((settings.level, settings.encoding), (Level::Warn, Encoding::Json));
    assert_eq!(said, Vec::<String>::new());
}

/// Scenario: settings of the Collector that have no effect here. Guarantee: each is named once, none is an error.
#[test]
fn what_has_no_effect_is_said() {
    let (settings, said) = settings(
        "logs: { output_paths: [/var/log/x], sampling: { initial: 1 } }
metrics: { level: detailed, views: [{}, {}] }
resource: { detectors: {} }
traces: { level: none }",
    );
    assert!(settings.metrics.is_default && settings.resource.is_empty());
    for part in ["logs.output_paths", "logs.sampling", "metrics.views", "resource.detectors", "telemetry.traces"] {
        assert_eq!(said.iter().filter(|one| one.contains(part)).count(), 1, "{part}: {said:#?}");
    }
    assert_eq!(said.len(), 5, "{said:#?}");
}

/// Guarantee: readers and the resource are read in every form that is in use.
#[test]
fn metrics_and_resource_are_read() {
    let (settings, said) = settings(
        "metrics:
  level: Detailed
  readers:
  - pull: { exporter: { prometheus: { host: '::1', port: 9999, without_units: false } } }
  - periodic:
      interval: 5000
      exporter: { otlp: { protocol: http/protobuf, endpoint: 'http://x:4318', headers: { a: b } } }
  - periodic: { exporter: { otlp: { protocol: grpc, endpoint: 'x:4317', insecure: true, headers_list: 'a=b' } } }
resource: { service.name: gateway, service.version: null, attributes: [{ name: zone, value: a }] }",
    );
    assert_eq!(said, Vec::<String>::new());
    let metrics = settings.metrics;
    assert_eq!((metrics.level, metrics.is_default, metrics.pull.len()), (Detail::Detailed, false, 1));
    assert_eq!((metrics.pull[0].endpoint.as_str(), metrics.pull[0].without_units), ("[::1]:9999", false));
    let (name, http) = &metrics.push[0].exporter;
    assert_eq!((*name, metrics.push[0].interval.as_secs()), ("otlp_http", 5));
    assert_eq!((&http["metrics_endpoint"], &http["headers"]["a"]), (&"http://x:4318/v1/metrics".into(), &"b".into()));
    let (name, grpc) = &metrics.push[1].exporter;
    assert_eq!((*name, &grpc["endpoint"], &grpc["tls"]["insecure"]), ("otlp", &"x:4317".into(), &true.into()));
    assert_eq!(grpc["headers"]["a"], "b");
    let named = |name: &str| settings.resource.iter().find(|(key, _)| key == name).unwrap().1.clone();
    assert_eq!((named("service.name"), named("service.version")), (Some("gateway".into()), None));
    assert_eq!(named("zone"), Some("a".into()));
}

/// Guarantee: the old `address` works and is called old.
#[test]
fn the_old_address_is_a_reader() {
    let (settings, said) = settings("metrics: { address: ':8889' }");
    assert_eq!((settings.metrics.pull[0].endpoint.as_str(), settings.metrics.is_default), ("0.0.0.0:8889", false));
    assert!(said.len() == 1 && said[0].contains("old form"), "{said:?}");
}

/// Scenario: misspelled keys and levels. Guarantee: one error each, with what is allowed.
#[test]
fn mistakes_are_errors() {
    for (yaml, part) in [
        ("log: {}", "unknown key `log`"),
        ("metrics: { levels: none }", "levels"),
        ("metrics: { level: all }", "none, basic, normal, detailed"),
        ("metrics: { readers: [] }", "readers is empty"),
        ("metrics: { views: [] }", "level is detailed"),
        ("metrics: { address: here }", "expected host:port"),
        ("metrics: { readers: [{}] }", "neither `pull` nor `periodic`"),
        ("metrics: { readers: [{ pull: }] }", "neither `pull` nor `periodic`"),
        ("metrics: { readers: [{ periodic: { exporter: { console: {} } } }] }", "not built"),
        ("metrics: { readers: [{ periodic: { exporter: { otlp: { protocol: grpc } } } }] }", "no endpoint"),
        ("metrics: { readers: [{ periodic: { exporter: { otlp: { endpoint: x, protocol: y } } } }] }", "`y`"),
        ("resource: { a: { b: c } }", "expected text"),
        ("logs: { level: loud }", "loud"),
        ("logs: { levels: info }", "levels"),
    ] {
        let (_, said) = settings(yaml);
        assert!(said.len() == 1 && said[0].contains(part), "{yaml}: {said:#?}");
    }
}

/// Scenario: one setting written in other places and another one changed. Guarantee: the digest is that of what it says.
#[test]
fn digests_compare_what_is_said() {
    struct Step;
    impl ProcessorFactory for Step {
        const ABOUT: About = About {
            name: "step",
            aliases: &[],
            signals: &[],
            stability: Stability::Alpha,
            summary: "for tests",
            example: "",
        };
        type Config = Nothing;
        fn build(_: &Arc<Nothing>, _: &BuildContext) -> Result<Box<dyn Processor>, Failure> {
            Err("it is never built".into())
        }
    }
    #[derive(serde::Deserialize, schemars::JsonSchema)]
    struct Nothing {}
    impl Config for Nothing {}
    let component = Component::processor::<Step>();
    let digest = |yaml: &str| {
        let (mut sources, mut diagnostics) = (Sources::default(), Diagnostics::default());
        let source = sources.add("test.yaml", yaml);
        let node = parse(&sources, source, &mut diagnostics).expect("it is YAML");
        Digest::of(&component, &node)
    };
    let plain = digest("a: 1\nb: [x, y]");
    assert_eq!(plain, digest("{ a: 1, # says the same\n  b: [ x, y ] }"));
    for other in ["a: 1\nb: [x, z]", "a: 2\nb: [x, y]", "a: 1\nb: [[x], y]", "a: 1\nb: [x]\nc: y", "a: '1'\nb: [x, y]"]
    {
        assert_ne!(plain, digest(other), "{other}");
    }
}
