//! `service.telemetry`: what is read, and what is said about the rest. Graphs are tested in `tests/engine`.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::sync::Arc;

use super::digest::Digest;
use super::telemetry::{Encoding, Level, Settings, read};
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
metrics: { readers: [] }
resource: { service.name: gateway }
traces: { level: none }",
    );
    assert_eq!(settings, Settings::default());
    for part in ["logs.output_paths", "logs.sampling", "metrics.readers", "telemetry.resource", "telemetry.traces"] {
        assert_eq!(said.iter().filter(|one| one.contains(part)).count(), 1, "{part}: {said:#?}");
    }
    assert_eq!(said.len(), 5, "{said:#?}");
}

/// Scenario: misspelled keys and levels. Guarantee: one error each, with what is allowed.
#[test]
fn mistakes_are_errors() {
    for (yaml, part) in [
        ("log: {}", "unknown key `log`"),
        ("metrics: { levels: none }", "unknown key `levels`"),
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
