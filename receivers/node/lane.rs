//! [`Lane`]: groups that are collected together, and become one batch.
//!
//! Lanes know nothing of each other, so that a source which does not answer holds up its own lane only.

use std::sync::Arc;
use std::time::Duration;

use pipelines::Telemetry;
use pipelines::component::ComponentId;
use pipelines::runtime::now;

use super::config::Config;
use super::group::Group;
use super::groups;
use super::record::Recorder;
use crate::catalogue::{Label, scrape};
use crate::kernel::{System, Unavailable};
use crate::scrape::{Scrape, tell, wall_clock};

/// Which groups share a lane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Course {
    /// Keys of groups.
    pub(super) keys: Vec<&'static str>,
    /// Time between two scrapes.
    pub(super) interval: Duration,
}

/// Groups that are collected together.
pub(super) struct Lane {
    id: ComponentId,
    members: Vec<Member>,
    system: System,
    recorder: Recorder,
    /// Scrapes that were left out.
    skipped: u64,
}

struct Member {
    group: Box<dyn Group>,
    /// What was missing the last time; nothing yet means nothing was.
    missing: Option<Unavailable>,
}

/// The lanes of a configuration: one for each interval, and one for each group that must be apart.
pub(super) fn courses(config: &Config) -> Vec<Course> {
    let mut courses: Vec<(bool, Course)> = Vec::new();
    for group in groups::every(config).into_iter().filter(|group| group.is_enabled) {
        let interval = group.interval.unwrap_or(config.collection_interval).get();
        let shared = courses.iter_mut().find(|(is_apart, course)| !is_apart && course.interval == interval);
        match shared {
            Some((_, course)) if !group.is_apart => course.keys.push(group.key),
            _ => courses.push((group.is_apart, Course { keys: vec![group.key], interval })),
        }
    }
    courses.into_iter().map(|(_, course)| course).collect()
}

// === impl Lane ===

impl Lane {
    /// Makes the groups of a course.
    pub(super) fn new(id: ComponentId, config: &Arc<Config>, course: &Course) -> Self {
        let roots = config.roots();
        let groups = groups::every(config).into_iter().filter(|group| course.keys.contains(&group.key));
        let members = groups.map(|group| Member { group: (group.make)(config, &roots), missing: None }).collect();
        let mut system = System::new(roots);
        let begun = wall_clock();
        // Without the time of the boot, nothing earlier than now is certain.
        let recorder = Recorder::new(config.naming, system.boot().unwrap_or(begun), begun);
        Self { id, members, system, recorder, skipped: 0 }
    }
}

impl Scrape for Lane {
    fn skip(&mut self, scrapes: u64) {
        self.skipped += scrapes;
    }

    fn scrape(&mut self) -> Telemetry {
        let Self { id, members, system, recorder, skipped } = self;
        system.begin();
        recorder.begin(wall_clock());
        for Member { group, missing } in members {
            let name = group.name();
            let since = now();
            let collected = group.collect(system, recorder);
            let labels = &[(Label::Collector, name)];
            recorder.gauge(&scrape::DURATION, since.elapsed().as_secs_f64(), labels);
            recorder.gauge(&scrape::SUCCESS, u64::from(collected.is_ok()), labels);
            recorder.own_counter(&scrape::SKIPPED, *skipped, labels);
            tell(id, name, missing, collected);
        }
        recorder.finish()
    }
    fn names(&self) -> Vec<&'static str> {
        self.members.iter().map(|member| member.group.name()).collect()
    }

    fn missing(&self) -> Vec<(&'static str, &Unavailable)> {
        self.members.iter().filter_map(|member| Some((member.group.name(), member.missing.as_ref()?))).collect()
    }
}
