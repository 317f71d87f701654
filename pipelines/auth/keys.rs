//! [`Keys`]: the key store, which authenticates requests.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use http::HeaderValue;

use super::config::Config;
use super::date::Date;
use super::inspect::many;
use super::presented::Presented;
use super::table::Table;
use crate::Identity;
use crate::component::{Credentials, Denied, ServerAuth};
use crate::renewal::{FromFiles, Renewals};
use crate::runtime::now;

/// API keys from a list and a file. The file is read again when it changes; one that is broken changes nothing.
#[derive(Debug)]
pub struct Keys(pub(super) Arc<FromFiles<Table>>);

// === impl Keys ===

impl Keys {
    /// The keys of a configuration; nothing is read yet. `owner` is whose they are, for the log.
    ///
    /// # Errors
    /// If the list is wrong; `validate` reports the same.
    pub fn new(config: &Config, owner: String, renewals: &Renewals) -> Result<Self, String> {
        let list = config.entries().collect::<Result<Vec<_>, _>>().map_err(|(_, wrong)| wrong)?;
        let before = Mutex::new(Table::new(&list, "", &Table::default(), now())?);
        let (file, whose) = (config.file.clone(), owner.clone());
        let keys = Arc::new(FromFiles::new(owner, config.file.clone(), move |contents| {
            let text = file.as_deref().map_or(Ok(""), |path| contents.text("keys.file", path))?;
            let mut before = before.lock().unwrap_or_else(PoisonError::into_inner);
            let place = |wrong| file.as_ref().map_or_else(String::new, |path| format!("{}: {wrong}", path.display()));
            let table = Table::new(&list, text, &before, now()).map_err(place)?;
            let (added, removed) = (table.besides(&before), before.besides(&table));
            match table.len() {
                0 => tracing::warn!("{whose}: there is no API key, so that nobody comes in who needs one"),
                keys => tracing::info!("{whose}: {} ({added} added, {removed} removed)", many(keys, "API key")),
            }
            *before = table.clone();
            Ok(table)
        }));
        if config.file.is_some() {
            renewals.add(&keys);
        }
        Ok(Self(keys))
    }

    /// Reads the file.
    ///
    /// # Errors
    /// If it cannot be read or is wrong: one lowercase sentence without a final dot.
    pub fn load(&self) -> Result<(), String> {
        self.0.current().map(drop)
    }
}

impl ServerAuth for Keys {
    fn authenticate(&self, request: &Credentials<'_>) -> Result<Identity, Denied> {
        let presented = Presented::of(request.headers).map_err(|wrong| Denied::Missing(wrong.to_owned()))?;
        let table = self.0.current().map_err(|_| Denied::Exhausted {
            reason: "the API keys cannot be read; try again".to_owned(),
            after: Duration::from_secs(1),
            limit: None,
        })?;
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
