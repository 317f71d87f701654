//! [`Writer`]: the one thread that writes to a file. SQLite blocks, and has one writer at a time anyway.
//!
//! All exporters of the process that name the same file share it: during a reload two of them do.

use std::io;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::sync::{Semaphore, oneshot};

use super::settings::Settings;
use super::store::Store;

/// A thread with a store. It ends, and closes the file, when nobody has it any more.
#[derive(Debug)]
pub(super) struct Writer {
    jobs: SyncSender<Job>,
    /// Who waits stands in line here and not in the channel, where work stays that nobody waits for any more.
    turn: Semaphore,
    thread: JoinHandle<()>,
}

/// The thread has ended, or is still busy with what nobody waits for.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unable {
    #[error("writing was interrupted")]
    Interrupted,
    #[error("earlier batches are still being written")]
    Busy,
}

/// Something to do with the store.
type Job = Box<dyn FnOnce(&mut Store) + Send>;

/// Jobs that wait for the thread; more than one do only after attempts that took too long.
const JOBS: usize = 4;
/// Time without any job after which the thread looks for telemetry that is too old.
const IDLE: Duration = Duration::from_secs(60);

static WRITERS: Mutex<Vec<(PathBuf, Weak<Writer>)>> = Mutex::new(Vec::new());

/// The writer of a file, which writes as these settings say from the first job on.
///
/// # Errors
/// When the system has no thread for it.
pub(super) fn writer(settings: &Arc<Settings>) -> io::Result<Arc<Writer>> {
    let mut writers = WRITERS.lock().unwrap_or_else(PoisonError::into_inner);
    writers.retain(|(_, writer)| writer.upgrade().is_some_and(|writer| !writer.thread.is_finished()));
    let there = writers.iter().find(|(path, _)| *path == settings.path).and_then(|(_, writer)| writer.upgrade());
    if let Some(writer) = there {
        return Ok(writer);
    }
    let (jobs, waiting) = sync_channel(JOBS);
    let store = Store::new(settings.clone());
    let thread = thread::Builder::new().name("sqlite".into()).spawn(move || work(store, &waiting))?;
    let writer = Arc::new(Writer { jobs, turn: Semaphore::new(1), thread });
    writers.push((settings.path.clone(), Arc::downgrade(&writer)));
    Ok(writer)
}

// === impl Writer ===

impl Writer {
    /// Has the thread do something. It is done even if nobody waits for it any more.
    ///
    /// # Errors
    /// When the thread cannot do it.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Store) -> T + Send + 'static,
    ) -> Result<T, Unable> {
        let _turn = self.turn.acquire().await.map_err(|_| Unable::Interrupted)?;
        let (done, result) = oneshot::channel();
        let job = Box::new(move |store: &mut Store| {
            let _ = done.send(work(store));
        });
        self.jobs.try_send(job).map_err(|_| Unable::Busy)?;
        result.await.map_err(|_| Unable::Interrupted)
    }

    /// Whether it can do nothing any more.
    pub(super) fn is_finished(&self) -> bool {
        self.thread.is_finished()
    }

    /// Waits until the file is closed, if nobody else writes to it.
    pub(super) async fn close(writer: Arc<Self>) {
        if let Some(Self { jobs, thread, .. }) = Arc::into_inner(writer) {
            drop(jobs);
            let _ = tokio::task::spawn_blocking(|| thread.join()).await;
        }
    }
}

fn work(mut store: Store, jobs: &Receiver<Job>) {
    loop {
        match jobs.recv_timeout(IDLE) {
            Ok(job) => job(&mut store),
            Err(RecvTimeoutError::Timeout) => store.maintain(),
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}
