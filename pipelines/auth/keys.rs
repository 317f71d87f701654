//! [`Keys`]: the key store, which authenticates requests.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use arc_swap::ArcSwap;
use http::HeaderValue;

use super::config::Config;
use super::date::Date;
use super::entry::Entry;
use super::file::Watched;
use super::presented::Presented;
use super::table::Table;
use crate::Identity;
use crate::component::{Credentials, Denied, ServerAuth};
use crate::runtime::{Stop, Tasks, now};

/// API keys from a list and a file. The file is read again when it changes; one that is broken changes nothing.
#[derive(Debug)]
pub struct Keys {
    list: Vec<Entry>,
    file: Option<PathBuf>,
    table: ArcSwap<Table>,
}

// === impl Keys ===

impl Keys {
    /// The keys of the list; those of the file come with [`Keys::start`]. No I/O.
    ///
    /// # Errors
    /// If the list is wrong; `validate` reports the same.
    pub fn new(config: &Config) -> Result<Self, String> {
        let list = config.entries().collect::<Result<Vec<_>, _>>().map_err(|(_, wrong)| wrong)?;
        let table = Table::new(&list, "", &Table::default(), now())?;
        Ok(Self { list, file: config.file.clone(), table: ArcSwap::from_pointee(table) })
    }

    /// Reads the file and watches it until the stop.
    ///
    /// # Errors
    /// If it cannot be read or is wrong: one lowercase sentence without a final dot.
    pub async fn start(self: &Arc<Self>, tasks: &Tasks, stop: Stop) -> Result<(), String> {
        let Some(path) = &self.file else { return Ok(()) };
        let (watched, text) = Watched::open(path).await?;
        self.replace(&text).map_err(|wrong| format!("{}: {wrong}", path.display()))?;
        tracing::info!(file = %path.display(), keys = self.len(), "the key file was read");
        let (keys, path) = (self.clone(), path.clone());
        watched.follow(tasks, stop, move |text| keys.reread(&path, text));
        Ok(())
    }

    /// How many keys there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.table.load().len()
    }

    /// Whether there is no key, so that nobody comes in.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn reread(&self, path: &Path, text: Result<String, String>) {
        let file = path.display();
        let before = self.table.load_full();
        match text.and_then(|text| self.replace(&text)) {
            Ok(()) => {
                let table = self.table.load();
                let (added, removed) = (table.besides(&before), before.besides(&table));
                tracing::info!(%file, keys = table.len(), added, removed, "the key file changed and was read again");
                if table.len() == 0 {
                    tracing::warn!(%file, "the key file holds no key any more: every request is refused");
                }
            }
            Err(wrong) => {
                tracing::error!(%file, keys = before.len(), "the key file cannot be used, the keys stay as they were: {wrong}");
            }
        }
    }

    fn replace(&self, text: &str) -> Result<(), String> {
        let table = Table::new(&self.list, text, &self.table.load(), now())?;
        self.table.store(Arc::new(table));
        Ok(())
    }
}

impl ServerAuth for Keys {
    fn authenticate(&self, request: &Credentials<'_>) -> Result<Identity, Denied> {
        let presented = Presented::of(request.headers).map_err(|wrong| Denied::Missing(wrong.to_owned()))?;
        let table = self.table.load();
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
