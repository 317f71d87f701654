//! What the kernel says, and how it is read: one file for each file of the kernel that more than one receiver reads.
//!
//! Nothing here knows of metrics. Parsers borrow from what was read and allocate nothing, since most of them run once for
//! each line of each scrape.

pub(crate) mod diskstats;
pub(crate) mod meminfo;
pub(crate) mod mountinfo;
pub(crate) mod net_dev;
pub(crate) mod stat;
pub(crate) mod statfs;
mod system;
pub(crate) mod tcp;
pub(crate) mod text;
mod unavailable;

pub(crate) use self::system::{Roots, Source, System};
pub(crate) use self::unavailable::{Damage, Unavailable};
