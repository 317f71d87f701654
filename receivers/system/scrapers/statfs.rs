//! [`Asker`]: asks filesystems how full they are, some of which never answer.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TryRecvError, sync_channel};
use std::time::Duration;

use rustix::fs::StatVfs;
use rustix::io::Errno;

/// Time a filesystem has to answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// Asks on a thread of its own. A filesystem that does not answer keeps that thread; it is asked again when it did.
#[derive(Debug, Default)]
pub(super) struct Asker {
    worker: Option<Worker>,
    stuck: Vec<(PathBuf, Receiver<Answer>)>,
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum Silence {
    /// The system says so.
    Failed(Errno),
    /// The filesystem does not answer.
    Stuck,
}

type Answer = Result<StatVfs, Errno>;

#[derive(Debug)]
struct Worker {
    questions: SyncSender<PathBuf>,
    answers: Receiver<Answer>,
}

// === impl Asker ===

impl Asker {
    /// How full the filesystem at `path` is.
    ///
    /// # Errors
    /// If it cannot be told, or not within two seconds.
    pub(super) fn ask(&mut self, path: &Path) -> Result<StatVfs, Silence> {
        if let Some(at) = self.stuck.iter().position(|(stuck, _)| stuck == path) {
            match self.stuck[at].1.try_recv() {
                Err(TryRecvError::Empty) => return Err(Silence::Stuck),
                Ok(_) | Err(TryRecvError::Disconnected) => drop(self.stuck.swap_remove(at)),
            }
        }
        let worker = self.worker.take().unwrap_or_else(Worker::start);
        if worker.questions.send(path.to_owned()).is_err() {
            return Err(Silence::Stuck);
        }
        match worker.answers.recv_timeout(PATIENCE) {
            Ok(answer) => {
                self.worker = Some(worker);
                answer.map_err(Silence::Failed)
            }
            Err(RecvTimeoutError::Timeout) => {
                self.stuck.push((path.to_owned(), worker.answers));
                Err(Silence::Stuck)
            }
            Err(RecvTimeoutError::Disconnected) => Err(Silence::Stuck),
        }
    }
}

// === impl Worker ===

impl Worker {
    fn start() -> Self {
        let (questions, to_answer) = sync_channel::<PathBuf>(1);
        let (answer, answers) = sync_channel(1);
        std::thread::spawn(move || {
            while let Ok(path) = to_answer.recv() {
                if answer.send(rustix::fs::statvfs(&path)).is_err() {
                    return;
                }
            }
        });
        Self { questions, answers }
    }
}
