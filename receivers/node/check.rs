//! Probing: what of the configured groups can be collected here.

use std::sync::Arc;

use pipelines::component::{Check, CheckContext, Finding};

use super::config::Config;
use super::lane::{Lane, courses};
use crate::scrape::Scrape as _;

/// Collects every group once and says what is missing.
pub(super) async fn check(config: Arc<Config>, cx: CheckContext) -> Vec<Finding> {
    let timeout = cx.timeout;
    let probing = tokio::task::spawn_blocking(move || {
        let mut findings = Vec::new();
        for course in courses(&config) {
            let mut lane = Lane::new(cx.id.clone(), &config, &course);
            let points = lane.scrape().items();
            let groups = course.keys.join(", ");
            findings.push(Finding::new(Check::Passed, format!("{points} points of {groups} can be collected")));
            let missing = |(group, why)| Finding::new(Check::Warned, format!("not everything of {group}: {why}"));
            findings.extend(lane.missing().map(missing));
        }
        findings
    });
    match tokio::time::timeout(timeout, probing).await {
        Ok(Ok(findings)) => findings,
        Ok(Err(error)) => vec![Finding::new(Check::Failed, format!("collecting failed: {error}"))],
        Err(_) => vec![Finding::new(Check::Failed, format!("collecting took longer than {timeout:?}"))],
    }
}
