//! [`Keys`]: the key store, which authenticates requests.

use std::sync::Arc;
use std::time::SystemTime;

use http::HeaderValue;

use super::config::Config;
use super::date::Date;
use super::file::FileOf;
use super::presented::Presented;
use super::table::Table;
use crate::Identity;
use crate::component::{Credentials, Denied, ServerAuth};
use crate::renewal::Renewals;
use crate::runtime::now;

/// API keys from a list and a file. The file is read again when it changes; one that is broken changes nothing.
#[derive(Debug)]
pub struct Keys(pub(super) Arc<FileOf<Table>>);

// === impl Keys ===

impl Keys {
    /// The keys of the list; those of the file come with [`Keys::load`]. No I/O. `owner` is whose they are, for the log.
    ///
    /// # Errors
    /// If the list is wrong; `validate` reports the same.
    pub fn new(config: &Config, owner: String, renewals: &Renewals) -> Result<Self, String> {
        let list = config.entries().collect::<Result<Vec<_>, _>>().map_err(|(_, wrong)| wrong)?;
        let table = Table::new(&list, "", &Table::default(), now())?;
        let read = move |text: &str, before: &Table| {
            let table = Table::new(&list, text, before, now())?;
            let changed = format!("({} added, {} removed)", table.besides(before), before.besides(&table));
            let what = match table.len() {
                0 => format!("no key {changed}, so that nobody comes in who needs one"),
                keys => format!("{keys} keys {changed}"),
            };
            Ok((table, what))
        };
        Ok(Self(FileOf::new(owner, config.file.clone(), table, renewals, read)))
    }

    /// Reads the file.
    ///
    /// # Errors
    /// If it cannot be read or is wrong: one lowercase sentence without a final dot.
    pub fn load(&self) -> Result<(), String> {
        self.0.load()
    }
}

impl ServerAuth for Keys {
    fn authenticate(&self, request: &Credentials<'_>) -> Result<Identity, Denied> {
        let presented = Presented::of(request.headers).map_err(|wrong| Denied::Missing(wrong.to_owned()))?;
        let table = self.0.current();
        let found = table.find(&presented, Date::of(SystemTime::now()), now());
        if let Err(denied) = &found {
            tracing::debug!(id = presented.id, client = ?request.client, ?denied, "an API key was refused");
        }
        found.cloned()
    }

    fn challenge(&self) -> HeaderValue {
        HeaderValue::from_static("Basic realm=\"telemetry\", Bearer realm=\"telemetry\"")
    }
}
