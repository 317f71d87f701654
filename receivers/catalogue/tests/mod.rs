//! What holds for every row, and the page that is made of them.

mod page;

use std::collections::HashMap;

use super::{ALL, Group, Kind, Metric, Naming};

const NAMINGS: [Naming; 3] = [Naming::Tfo, Naming::Semconv, Naming::Prometheus];

fn rows() -> impl Iterator<Item = &'static Metric> {
    ALL.iter().copied().flatten().copied()
}

/// Scenario: every row. Guarantee: what documentation shows is there, and names look like names of their vocabulary.
#[test]
fn rows_are_whole() {
    for metric in rows() {
        let name = metric.tfo.name;
        assert!(name.starts_with("node."), "{name}");
        assert!(metric.description.ends_with('.') && !metric.description.contains('\n'), "{name}");
        assert!(!metric.unit.is_empty() && !metric.source.is_empty(), "{name}");
        assert!(metric.prometheus.is_none_or(|name| !name.name.contains('.')), "{name}");
        assert!(metric.tfo.scale.to_bits() == 1f64.to_bits(), "{name}");
    }
}

/// Scenario: rows that share a name of a vocabulary. Guarantee: they are one metric there (kind, unit and type of number
/// agree), and an attribute or constant tells their points apart.
#[test]
fn shared_names_are_one_metric() {
    for naming in NAMINGS {
        let mut seen: HashMap<&str, Vec<&Metric>> = HashMap::new();
        for metric in rows() {
            let name = metric.name(naming);
            let is_integer = |metric: &Metric| metric.integer && metric.name(naming).scale.to_bits() == 1f64.to_bits();
            for other in seen.get(name.name).into_iter().flatten() {
                let place = format!("{naming:?}: {} of {} and {}", name.name, metric.tfo.name, other.tfo.name);
                assert_eq!(metric.kind(naming), other.kind(naming), "{place}");
                assert_eq!(metric.unit(naming), other.unit(naming), "{place}");
                assert_eq!(is_integer(metric), is_integer(other), "{place}");
                let differs = name.constant != other.name(naming).constant || metric.labels != other.labels;
                assert!(differs, "{place}: the same points twice");
            }
            seen.entry(name.name).or_default().push(metric);
        }
    }
}

/// Scenario: counters of node_exporter. Guarantee: their names end as Prometheus asks; `_total` on nothing else.
#[test]
fn counters_end_in_total() {
    // Counters that node_exporter named before the rule, or takes from the kernel as they are.
    let exceptions = ["node_vmstat_", "node_netstat_", "node_nf_conntrack_stat_"];
    for metric in rows() {
        let Some(name) = metric.prometheus.map(|name| name.name) else { continue };
        if exceptions.iter().any(|prefix| name.starts_with(prefix)) {
            continue;
        }
        assert_eq!(name.ends_with("_total"), metric.kind == Kind::Counter, "{name}");
    }
}

/// Scenario: the numbers of metrics that TelemetryFlow's guide promises for each group. Guarantee: there are as many.
#[test]
fn the_guide_is_kept() {
    use Group::{Cpu, Disk, Filesystem, Load, Memory, Network, Scrape};
    let promised = [(Cpu, 15), (Memory, 20), (Disk, 12), (Filesystem, 8), (Network, 18), (Load, 3)];
    let count = |of: &dyn Fn(Group) -> bool| rows().filter(|metric| of(metric.group)).count();
    for (group, least) in promised {
        let found = count(&|other| other == group);
        assert!(found >= least, "{}: {found} of {least}", group.name());
    }
    let others = count(&|group| group != Scrape && promised.iter().all(|(named, _)| *named != group));
    assert!(others >= 24, "{others} of 24 others");
}
