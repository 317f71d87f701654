//! [`Lane`]: scrapers that are run together, and become one batch.

use std::sync::Arc;

use pipelines::Telemetry;
use pipelines::component::ComponentId;

use super::config::Config;
use super::scrapers::{Course, Part};
use super::sheet::Sheet;
use crate::kernel::{Roots, System, Unavailable};
use crate::scrape::{Scrape, tell, wall_clock};

/// Scrapers that are run together.
pub(super) struct Lane {
    id: ComponentId,
    members: Vec<Member>,
    system: System,
    sheet: Sheet,
}

struct Member {
    part: Box<dyn Part>,
    /// What was missing the last time; nothing means nothing was.
    missing: Option<Unavailable>,
}

// === impl Lane ===

impl Lane {
    /// Makes the scrapers of a course; there may be none.
    pub(super) fn new(id: ComponentId, config: &Arc<Config>, course: Course) -> Self {
        let roots = Roots::below(&config.root());
        let mut system = System::new(roots.clone());
        // Without the time of the boot, nothing earlier than now is certain.
        let boot = system.boot().unwrap_or_else(wall_clock);
        let (parts, sheet) = course.parts(config, &roots, boot);
        let members = parts.into_iter().map(|part| Member { part, missing: None }).collect();
        Self { id, members, system, sheet }
    }
}

impl Scrape for Lane {
    fn skip(&mut self, scrapes: u64) {
        if scrapes > 0 {
            tracing::warn!(id = %self.id, scrapes, "scrapes were left out: the one before took too long");
        }
    }

    fn scrape(&mut self) -> Telemetry {
        let Self { id, members, system, sheet } = self;
        system.begin();
        sheet.begin(wall_clock());
        for Member { part, missing } in members {
            let collected = part.collect(system, sheet);
            tell(id, part.name(), missing, collected);
        }
        sheet.finish()
    }
    fn names(&self) -> Vec<&'static str> {
        self.members.iter().map(|member| member.part.name()).collect()
    }

    fn missing(&self) -> Vec<(&'static str, &Unavailable)> {
        self.members.iter().filter_map(|member| Some((member.part.name(), member.missing.as_ref()?))).collect()
    }
}
