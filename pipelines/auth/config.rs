//! What users write about API keys.

use std::path::PathBuf;
use std::time::SystemTime;

use schemars::JsonSchema;
use serde::Deserialize;

use super::date::Date;
use super::entry::Entry;
use super::inspect::{inspect, many};
use super::table::Table;
use crate::component::{self, Check, Finding, Problems};
use crate::runtime::now;

/// API keys that are accepted; `tfo keys new` makes one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// File with one key per line: `tfk_ID:sha256:HEX`, then maybe `:name=NAME`, `:rate=REQUESTS_PER_MINUTE`,
    /// `:expires=YYYY-MM-DD`, `:disabled`; `#` starts a line of comment. Read again when it changes.
    pub file: Option<PathBuf>,
    /// Keys written here, in the form of the file's lines. Beside a file, both count.
    pub list: Vec<String>,
}

// === impl Config ===

impl component::Config for Config {
    fn validate(&self, problems: &mut Problems) {
        if self.file.is_none() && self.list.is_empty() {
            problems
                .error("", "no API key is configured")
                .help("set `file` to a file with a line per key, or `list`; `tfo keys new` makes keys");
        }
        for (at, wrong) in self.entries().filter_map(Result::err) {
            problems.error(format!("list.{at}"), wrong).help("`tfo keys new` makes a key and its line");
        }
        let entries: Vec<Entry> = self.entries().filter_map(Result::ok).collect();
        if let Err(wrong) = Table::new(&entries, "", &Table::default(), now()) {
            problems.error("list", wrong).help("remove one of the two");
        }
    }
}

impl Config {
    /// Whether the file can be used, and what is in it.
    pub async fn check(&self) -> Vec<Finding> {
        match &self.file {
            Some(path) => inspect("the key file", path, |text| self.count(text)).await,
            None => vec![self.count("").unwrap_or_else(|wrong| Finding::new(Check::Failed, wrong))],
        }
    }

    /// The keys of the list; one that is wrong with its place.
    pub(super) fn entries(&self) -> impl Iterator<Item = Result<Entry, (usize, String)>> {
        self.list.iter().enumerate().map(|(at, line)| Entry::parse(line.trim()).map_err(|wrong| (at, wrong)))
    }

    fn count(&self, text: &str) -> Result<Finding, String> {
        let list: Vec<Entry> = self.entries().filter_map(Result::ok).collect();
        let table = Table::new(&list, text, &Table::default(), now())?;
        let usable = table.usable(Date::of(SystemTime::now()));
        let place = self.file.as_deref().map_or_else(String::new, |path| format!(" from {}", path.display()));
        let keys = many(table.len(), "API key");
        Ok(match (table.len(), usable) {
            (_, 0) => Finding::new(
                Check::Warned,
                format!("{keys}{place}, none of which is accepted: every request that needs one is refused"),
            ),
            (all, usable) if all == usable => Finding::new(Check::Passed, format!("{keys}{place}")),
            (all, usable) => {
                let text = format!("{keys}{place}, {} of which are disabled or expired", all - usable);
                Finding::new(Check::Passed, text)
            }
        })
    }
}
