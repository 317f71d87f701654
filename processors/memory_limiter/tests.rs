//! The limit is what the Collector's settings mean, and it reaches the engine's budget.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use pipelines::Signal;
use pipelines::component::{BuildContext, ComponentId, Config as _, Problems, ProcessorFactory};
use pipelines::runtime::Budget;

use super::config::Limit;
use super::{Config, MemoryLimiter};

fn config(yaml: &str) -> Config {
    crate::testing::config(yaml)
}

fn messages(config: &Config) -> Vec<String> {
    let mut problems = Problems::default();
    config.validate(&mut problems);
    problems.into_vec().into_iter().map(|problem| problem.message).collect()
}

/// Scenario: nothing is set. Guarantee: the Collector's two complaints come together.
#[test]
fn an_empty_body_is_refused() {
    let expected =
        ["'check_interval' must be greater than zero", "'limit_mib' or 'limit_percentage' must be greater than zero"];
    assert_eq!(messages(&config("{}")), expected);
}

/// Scenario: the Helm chart's settings. Guarantee: accepted without a word.
#[test]
fn the_charts_settings_are_accepted() {
    let config = config("check_interval: 5s\nlimit_percentage: 80\nspike_limit_percentage: 25");
    assert!(messages(&config).is_empty());
    assert_eq!(config.limit(), Limit::Percent(55));
}

/// Scenario: values that contradict each other, and old keys. Guarantee: each is named.
#[test]
fn contradictions_and_old_keys_are_named() {
    let spike = config("check_interval: 1s\nlimit_mib: 100\nspike_limit_mib: 100");
    assert_eq!(messages(&spike), ["'spike_limit_mib' must be smaller than 'limit_mib'"]);
    let percent = config("check_interval: 1s\nlimit_percentage: 101");
    assert_eq!(messages(&percent).len(), 1);
    let old =
        config("check_interval: 1s\nlimit_mib: 100\nballast_size_mib: 50\nmin_gc_interval_when_soft_limited: 10s");
    let mut problems = Problems::default();
    old.validate(&mut problems);
    let problems = problems.into_vec();
    assert_eq!(problems.len(), 2);
    assert!(problems.iter().all(|problem| problem.warning));
}

/// Scenario: the engine starts. Guarantee: its budget is the limit less a fifth.
#[tokio::test]
async fn the_budget_is_lowered_at_start() {
    let budget = Budget::default();
    let cx = BuildContext {
        signal: Some(Signal::Logs),
        budget: budget.clone(),
        ..BuildContext::new(ComponentId::of("memory_limiter"))
    };
    let limiter = MemoryLimiter::build(&Arc::new(config("check_interval: 1s\nlimit_mib: 100")), &cx).unwrap();
    assert_eq!(budget.limit(), Budget::DEFAULT);
    limiter.start().await.unwrap();
    assert_eq!(budget.limit(), 80 << 20);
}
