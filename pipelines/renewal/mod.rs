//! What is made of files and made again when they change: certificates, keys, tokens.
//!
//! A component makes something of [`Files`] and adds it to the engine's [`Renewals`], which have it look at them
//! twice a second, off the data path. Nothing is asked of the file system but to be read: contents are compared, not
//! times, inodes or events, so a rename, a write in place and a swapped symbolic link (Kubernetes' `..data`) are the
//! same, and network file systems work. A change counts when two looks in a row see the same contents, so files that
//! are being written are left alone.

mod files;
mod from_files;
mod status;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::Notify;

pub use self::files::{Contents, Files};
pub use self::from_files::FromFiles;
pub use self::status::{CertificateStatus, RenewalStatus};
use crate::runtime::Stop;

/// Something made of files.
pub trait Renew: Send + Sync {
    /// Looks at the files and makes it anew if they changed; keeps what there is if that fails. May block, but returns at
    /// once while another look is blocked.
    fn look(&self);

    /// How it is doing; never blocks.
    fn status(&self) -> RenewalStatus;
}

/// Everything of an engine that is made of files. Cheap to clone; what nobody else holds is forgotten.
#[derive(Clone, Default)]
pub struct Renewals(Arc<Inner>);

#[derive(Default)]
struct Inner {
    all: Mutex<Vec<Weak<dyn Renew>>>,
    /// Told when something is added, so that an engine without files never wakes up.
    added: Notify,
}

/// Between two looks. A change is taken over at the second look that sees it: within a second.
pub const PERIOD: Duration = Duration::from_millis(500);

/// How long one look may keep the others waiting.
const PATIENCE: Duration = Duration::from_secs(1);

// === impl Renewals ===

impl Renewals {
    /// Looks at it from now on, as long as somebody holds it.
    pub fn add<T: Renew + 'static>(&self, renewed: &Arc<T>) {
        let weak: Weak<T> = Arc::downgrade(renewed);
        self.all().push(weak);
        self.0.added.notify_one();
    }

    /// How all of them are doing, by owner, in the order they were added.
    #[must_use]
    pub fn status(&self) -> Vec<RenewalStatus> {
        let mut all: Vec<RenewalStatus> = Vec::new();
        for status in self.living().iter().map(|renewed| renewed.status()) {
            // An owner may have several, and while a reload replaces it there is another of its name.
            match all.iter_mut().find(|known| known.owner == status.owner) {
                Some(known) => known.add(status),
                None => all.push(status),
            }
        }
        all
    }

    /// Looks at all of them until the stop is requested.
    pub async fn watch(self, mut stop: Stop) {
        let look = async {
            loop {
                let all = self.living();
                if all.is_empty() {
                    self.0.added.notified().await;
                    continue;
                }
                tokio::time::sleep(PERIOD).await;
                for renewed in all {
                    // A network disk may take its time, which neither connections nor the other files must wait for.
                    let look = tokio::task::spawn_blocking(move || renewed.look());
                    if let Ok(Err(error)) = tokio::time::timeout(PATIENCE, look).await {
                        tracing::error!(%error, "looking at files failed; they are looked at again");
                    }
                }
            }
        };
        tokio::select! {
            () = look => {}
            () = stop.requested() => {}
        }
    }

    fn living(&self) -> Vec<Arc<dyn Renew>> {
        let mut all = self.all();
        all.retain(|renewed| renewed.strong_count() > 0);
        all.iter().filter_map(Weak::upgrade).collect()
    }

    fn all(&self) -> MutexGuard<'_, Vec<Weak<dyn Renew>>> {
        self.0.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Renewals {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Renewals").field(&self.all().len()).finish()
    }
}
