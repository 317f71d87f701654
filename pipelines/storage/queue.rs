//! [`DiskQueue`]: what the engine sees of a queue on disk.

use std::sync::Arc;
use std::thread;
use std::time::SystemTime;

use super::aside::Aside;
use super::directory::Directory;
use super::entry::{Entry, Incoming, Position};
use super::error::{OpenError, cannot};
use super::lock::Lock;
use super::medium::{Disk, Medium};
use super::options::{Capacity, Options};
use super::recover::Recovery;
use super::shared::Shared;
use super::state::{Handed, State};
use super::writer::Writer;
use super::{EntryId, Groups, Usage, marker, reader};
use crate::batch::Ack;
use crate::outcome::{Outcome, Refusal, RefusalKind};
use crate::runtime::now;
use crate::{Batch, Telemetry};

/// A queue of batches in a directory of its own, shared by those who fill and those who empty it.
pub struct DiskQueue {
    shared: Arc<Shared>,
}

/// An entry that was handed out. Dropping it gives it back.
#[must_use = "an entry that is dropped is handed out again"]
pub struct Stored {
    /// The telemetry, who sent it, and the ack of a sender that waits for the delivery.
    pub batch: Batch,
    /// When it came in.
    pub since: SystemTime,
    position: Position,
    salt: u64,
    shared: Option<Arc<Shared>>,
}

// === impl DiskQueue ===

impl DiskQueue {
    /// Opens the queue `name` below the options' directory and recovers what an earlier process left. Blocks.
    ///
    /// # Errors
    /// If there is no such directory, the system refuses it, or somebody else has it.
    pub fn open(name: &str, options: &Options, capacity: Capacity) -> Result<Arc<Self>, OpenError> {
        Self::open_on(name, options, capacity, Box::new(Disk))
    }

    /// Takes a batch, or refuses it at once. Its ack is resolved when it is on disk, or travels with the entry if its
    /// sender waits for the delivery.
    pub fn offer(&self, batch: Batch) {
        match Incoming::new(batch, SystemTime::now()) {
            Ok(incoming) => {
                let (now, wall) = (now(), incoming.entry.since);
                self.shared.with(|state| state.admit(incoming, now, wall));
            }
            Err(batch) => batch.resolve(Refusal::new(RefusalKind::Permanent, "a batch of more than 4 GiB").into()),
        }
    }

    /// The next entry that nobody else has, oldest first; `None` when the queue is closed and empty, or stopped.
    pub async fn next(&self) -> Option<Stored> {
        loop {
            let ready = self.shared.ready().notified();
            tokio::pin!(ready);
            // Registered before the look, so that an entry or a close in between is not missed.
            ready.as_mut().enable();
            let (handed, drained) = self.shared.with(|state| {
                let handed = state.take(SystemTime::now());
                (handed, state.is_drained())
            });
            if let Some(Handed { position, salt, entry, ack }) = handed {
                let since = entry.since;
                let shared = Some(self.shared.clone());
                return Some(Stored { batch: entry.into_batch(ack), since, position, salt, shared });
            }
            if drained {
                return None;
            }
            ready.await;
        }
    }

    /// Takes no more batches; what is there is still handed out.
    pub fn close(&self) {
        self.shared.with(|state| state.closed = true);
    }

    /// Takes no more batches and hands out nothing more: what is left stays on disk.
    pub fn stop(&self) {
        self.shared.with(|state| {
            state.closed = true;
            state.stop();
        });
    }

    /// Waits until everything is written and the directory is free for others. That is after [`DiskQueue::stop`], or
    /// after [`DiskQueue::close`] once the queue is empty, and when no entry is handed out any more.
    pub async fn ended(&self) {
        loop {
            let ended = self.shared.ended().notified();
            tokio::pin!(ended);
            ended.as_mut().enable();
            if self.shared.with(|state| state.ended) {
                return;
            }
            ended.await;
        }
    }

    /// Which entries an earlier process delivered together.
    #[must_use]
    pub fn groups(&self) -> Groups {
        Groups::open(self.shared.directory.path())
    }

    /// What the queue holds and has counted.
    #[must_use]
    pub fn usage(&self) -> Usage {
        self.shared.with(|state| state.usage())
    }

    /// The same on a disk that may be made to fail.
    pub(super) fn open_on(
        name: &str,
        options: &Options,
        capacity: Capacity,
        medium: Box<dyn Medium>,
    ) -> Result<Arc<Self>, OpenError> {
        let directory = Directory::make(name, options)?;
        let lock = Lock::take(directory.path(), options.lock_timeout)?;
        let mut aside = Aside::open(directory.path(), options.max_bytes);
        let found = Recovery::new(name, &directory, &mut aside, options.max_bytes).run()?;
        let state = State::new(name, options, capacity, found.segments, found.bytes, found.counted);
        let path = directory.path().to_owned();
        let shared = Arc::new(Shared::new(name, options, directory, medium, aside, state));
        let queue = Arc::new(Self { shared: shared.clone() });
        let writer = Writer::new(shared.clone(), found.next, lock);
        spawn("queue-writer", move || writer.run()).map_err(cannot("start a thread for", &path))?;
        let marking = shared.clone();
        spawn("queue-marker", move || marker::run(&marking)).map_err(cannot("start a thread for", &path))?;
        spawn("queue-reader", move || reader::run(&shared)).map_err(cannot("start a thread for", &path))?;
        Ok(queue)
    }
}

impl Drop for DiskQueue {
    fn drop(&mut self) {
        self.stop();
    }
}

// === impl Stored ===

impl Stored {
    /// The name of the entry.
    #[must_use]
    pub fn id(&self) -> EntryId {
        let Position { segment, offset } = self.position;
        EntryId { segment, offset, salt: self.salt }
    }

    /// The entry is delivered, or never will be: it is marked on disk, and whoever waits hears the outcome.
    pub fn done(mut self, outcome: Outcome) {
        if let Some(shared) = self.shared.take() {
            let (_, _, ack) = self.take_batch().into_parts();
            shared.with(|state| state.done(self.position));
            ack.resolve(outcome);
        }
    }

    fn take_batch(&mut self) -> Batch {
        let nothing = Telemetry::empty(self.batch.signal());
        std::mem::replace(&mut self.batch, Batch::from_parts(nothing, crate::Context::default(), Ack::none()))
    }
}

impl Drop for Stored {
    fn drop(&mut self) {
        if let Some(shared) = self.shared.take() {
            let (telemetry, context, ack) = self.take_batch().into_parts();
            let entry = Entry { telemetry, context, since: self.since };
            let handed = Handed { position: self.position, salt: self.salt, entry, ack };
            shared.with(|state| state.give_back(handed));
        }
    }
}

fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> std::io::Result<()> {
    thread::Builder::new().name(name.to_owned()).spawn(run).map(drop)
}
