//! What users write under `memory_limiter`.

use pipelines::component::Problems;
use pipelines::config::Duration;
use schemars::JsonSchema;
use serde::Deserialize;

/// How much memory telemetry may take.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Required by the Collector, where memory is measured so often. Here bytes are accounted when they come in, so
    /// any value above zero does the same.
    pub check_interval: Duration,
    /// Memory in MiB. One of `limit_mib` and `limit_percentage` is required; `limit_mib` wins over the other.
    pub limit_mib: u32,
    /// How much of `limit_mib` to leave free, in MiB. Default a fifth of it.
    pub spike_limit_mib: u32,
    /// Memory in percent of what the process may use: the limit of its cgroup, or else the memory of the machine.
    pub limit_percentage: u32,
    /// How much to leave free, in percent of the same. Default a fifth of `limit_percentage`.
    pub spike_limit_percentage: u32,
    /// Accepted for the Collector's files; there is no garbage collector to run.
    pub min_gc_interval_when_soft_limited: Option<Duration>,
    /// Accepted for the Collector's files; there is no garbage collector to run.
    pub min_gc_interval_when_hard_limited: Option<Duration>,
    /// Accepted for the Collector's files; there is no garbage collector to run.
    pub max_gc_interval_when_soft_limited: Option<Duration>,
    /// Accepted for the Collector's files; there is no garbage collector to run.
    pub max_gc_interval_when_hard_limited: Option<Duration>,
    /// Accepted for old files; the Collector removed its ballast as well.
    pub ballast_size_mib: Option<u32>,
}

/// How many bytes telemetry may take: the limit less what is left free.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Limit {
    Bytes(u64),
    /// Of the memory the process may use.
    Percent(u32),
}

// === impl Config ===

impl Config {
    pub(super) fn limit(&self) -> Limit {
        if self.limit_mib > 0 {
            let spike = if self.spike_limit_mib > 0 { self.spike_limit_mib } else { self.limit_mib / 5 };
            return Limit::Bytes(u64::from(self.limit_mib.saturating_sub(spike)) << 20);
        }
        let limit = self.limit_percentage;
        let spike = if self.spike_limit_percentage > 0 { self.spike_limit_percentage } else { limit / 5 };
        Limit::Percent(limit.saturating_sub(spike))
    }

    fn gc_intervals(&self) -> [(&'static str, bool); 4] {
        [
            ("min_gc_interval_when_soft_limited", self.min_gc_interval_when_soft_limited.is_some()),
            ("min_gc_interval_when_hard_limited", self.min_gc_interval_when_hard_limited.is_some()),
            ("max_gc_interval_when_soft_limited", self.max_gc_interval_when_soft_limited.is_some()),
            ("max_gc_interval_when_hard_limited", self.max_gc_interval_when_hard_limited.is_some()),
        ]
    }
}

impl pipelines::component::Config for Config {
    fn validate(&self, problems: &mut Problems) {
        if self.check_interval.is_zero() {
            problems
                .error("check_interval", "'check_interval' must be greater than zero")
                .help("add check_interval: 1s");
        }
        if self.limit_mib == 0 && self.limit_percentage == 0 {
            problems
                .error("", "'limit_mib' or 'limit_percentage' must be greater than zero")
                .help("add limit_percentage: 80");
        }
        if self.limit_percentage > 100 || self.spike_limit_percentage > 100 {
            let key = if self.limit_percentage > 100 { "limit_percentage" } else { "spike_limit_percentage" };
            let keys = "'limit_percentage' and 'spike_limit_percentage'";
            problems.error(key, format!("{keys} must be greater than zero and less than or equal to hundred"));
        }
        if self.limit_mib > 0 && self.spike_limit_mib >= self.limit_mib {
            problems.error("spike_limit_mib", "'spike_limit_mib' must be smaller than 'limit_mib'");
        }
        if self.limit_percentage > 0 && self.spike_limit_percentage >= self.limit_percentage {
            problems
                .error("spike_limit_percentage", "'spike_limit_percentage' must be smaller than 'limit_percentage'");
        }
        for (key, _) in self.gc_intervals().into_iter().filter(|(_, set)| *set) {
            problems.warning(key, "it has no effect, since there is no garbage collector").help("remove it");
        }
        if self.ballast_size_mib.is_some() {
            problems.warning("ballast_size_mib", "it has no effect, since there is no ballast").help("remove it");
        }
    }
}
