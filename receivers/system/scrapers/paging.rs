//! The scraper `paging`.

use super::{Part, read, senseless};
use crate::kernel::text::{lines, named_number, number, text, words};
use crate::kernel::{Roots, Source, System, Unavailable};
use crate::system::rows;
use crate::system::sheet::Sheet;

/// Measures swap and page faults.
#[derive(Debug)]
pub(super) struct Paging {
    swaps: Source,
    vmstat: Source,
}

// === impl Paging ===

impl Paging {
    pub(super) fn new(roots: &Roots) -> Self {
        Self { swaps: roots.proc("swaps"), vmstat: roots.proc("vmstat") }
    }

    fn usage(&mut self, system: &mut System, out: &mut Sheet) -> Result<(), Unavailable> {
        for line in lines(read(system, &mut self.swaps)?).skip(1) {
            let mut fields = words(line);
            let device = text(fields.next().unwrap_or_default());
            let mut sizes = fields.skip(1).map(number);
            let (Some(Some(total)), Some(Some(used))) = (sizes.next(), sizes.next()) else {
                return Err(senseless(&self.swaps, "a device and its size in each line"));
            };
            for (state, kibibytes) in [("used", used), ("free", total.saturating_sub(used))] {
                out.count(&rows::PAGING_USAGE, kibibytes.saturating_mul(1024), &[&device, state]);
                if total > 0 {
                    out.put(&rows::PAGING_UTILIZATION, kibibytes as f64 / total as f64, &[&device, state]);
                }
            }
        }
        Ok(())
    }

    fn events(&mut self, system: &mut System, out: &mut Sheet) -> Result<(), Unavailable> {
        let (mut all, mut major) = (None, None);
        for (key, value) in lines(read(system, &mut self.vmstat)?).filter_map(named_number) {
            match key {
                b"pswpin" => out.count(&rows::PAGING_OPERATIONS, value, &["page_in", "major"]),
                b"pswpout" => out.count(&rows::PAGING_OPERATIONS, value, &["page_out", "major"]),
                b"pgpgin" => out.count(&rows::PAGING_OPERATIONS, value, &["page_in", "minor"]),
                b"pgpgout" => out.count(&rows::PAGING_OPERATIONS, value, &["page_out", "minor"]),
                b"pgfault" => all = Some(value),
                b"pgmajfault" => major = Some(value),
                _ => {}
            }
        }
        let (Some(all), Some(major)) = (all, major) else { return Err(senseless(&self.vmstat, "page faults")) };
        out.count(&rows::PAGING_FAULTS, major, &["major"]);
        out.count(&rows::PAGING_FAULTS, all.saturating_sub(major), &["minor"]);
        Ok(())
    }
}

impl Part for Paging {
    fn name(&self) -> &'static str {
        "paging"
    }

    fn collect(&mut self, system: &mut System, out: &mut Sheet) -> Result<(), Unavailable> {
        let usage = self.usage(system, out);
        self.events(system, out).and(usage)
    }
}
