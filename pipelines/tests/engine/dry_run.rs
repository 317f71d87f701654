//! Dry runs of whole plans: what they count, find and leave alone.

use pipelines::dryrun::{Report, from_every_receiver, run};

use super::components::{attempts, delivered};
use super::{logs, plan};

async fn dry_run(name: &str, bears: usize, records: usize) -> Report {
    let plan = plan(&format!(
        "receivers: {{ source/{name}: }}
processors: {{ fragile: {{ bears: {bears} }} }}
exporters: {{ sink/{name}: }}
service: {{ pipelines: {{ logs: {{ receivers: [source/{name}], processors: [fragile], exporters: [sink/{name}] }} }} }}"
    ));
    let plan = plan.unwrap();
    run(&plan, &from_every_receiver(&plan, &logs(records))).await.unwrap()
}

/// Scenario: records pass through a processor that holds them back. Guarantee: each is followed alone to the exporter,
/// which encodes all of them and sends none.
#[tokio::test(start_paused = true)]
async fn records_are_followed_and_not_sent() {
    let report = dry_run("dry", 1, 3).await;
    assert_eq!((report.lost(), report.dropped(), report.records.len()), (0, 0, 3));
    assert!(report.records.iter().all(|record| record.reached.len() == 1 && record.steps.is_empty()));
    let counts: Vec<_> = report.nodes.iter().map(|node| (node.kind, node.received, node.sent, node.changed)).collect();
    assert_eq!(counts, [("receiver", 3, 3, 0), ("processor", 3, 3, 0), ("exporter", 3, 3, 0)]);
    let exporter = &report.exporters[0];
    assert_eq!((exporter.items, exporter.format.as_str(), exporter.error.as_deref()), (3, "wire", None));
    assert!(exporter.bytes > 0 && delivered("sink/dry").is_empty() && attempts("sink/dry") == 0);
}

/// Scenario: a processor panics over every record. Guarantee: they are reported as lost, and the dry run ends.
#[tokio::test(start_paused = true)]
async fn what_a_panic_costs_is_lost() {
    let report = dry_run("torn", 0, 2).await;
    assert_eq!((report.lost(), report.exporters.len()), (2, 0));
    assert!(report.records.iter().all(|record| record.lost.is_some() && record.reached.is_empty()));
}
