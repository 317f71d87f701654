//! What dry runs show.

use pipelines::Signal;

/// Scenario: a dry run asks for a sample. Guarantee: a few valid items of every signal but profiles.
#[test]
fn samples_are_valid() {
    for (signal, items) in [(Signal::Traces, 2), (Signal::Metrics, 3), (Signal::Logs, 2)] {
        assert_eq!(crate::otlp::sample::sample(signal).unwrap().items(), items, "{signal}");
    }
    assert!(crate::otlp::sample::sample(Signal::Profiles).is_none());
}
