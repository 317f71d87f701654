//! Rows about files in Prometheus' text format. What the files say has the names that they give.

use super::{Group, Label, Metric, Name};

const GROUP: Group = Group::Textfile;

/// Every row of the group.
pub static ALL: &[&Metric] = &[&SCRAPE_ERROR, &MODIFIED];

/// Whether a file was refused.
pub static SCRAPE_ERROR: Metric = Metric::gauge(
    GROUP,
    "node.textfile.scrape_error",
    "1",
    "Whether a directory could not be read or a file was refused: 1 or 0.",
)
.prometheus(Name::new("node_textfile_scrape_error"))
.source("the files of the key `directories`");

/// How old a file is.
pub static MODIFIED: Metric = Metric::gauge(
    GROUP,
    "node.textfile.mtime",
    "s",
    "When the file was written, in seconds since the Unix epoch; a file that was refused has none.",
)
.labels(&[Label::File])
.prometheus(Name::new("node_textfile_mtime_seconds"))
.source("the files of the key `directories`");
