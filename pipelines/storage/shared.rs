//! [`Shared`]: the state behind its lock, and who is woken when it changes.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use tokio::sync::Notify;

use super::aside::Aside;
use super::directory::Directory;
use super::medium::Medium;
use super::options::{Options, Sync};
use super::state::State;

/// What the handles and the threads of a queue have in common.
pub(super) struct Shared {
    pub(super) name: String,
    pub(super) options: Options,
    pub(super) directory: Directory,
    pub(super) medium: Box<dyn Medium>,
    aside: Mutex<Aside>,
    state: Mutex<State>,
    marker: Condvar,
    writer: Condvar,
    reader: Condvar,
    ready: Notify,
    ended: Notify,
}

// === impl Shared ===

impl Shared {
    pub(super) fn new(
        name: &str,
        options: &Options,
        directory: Directory,
        medium: Box<dyn Medium>,
        aside: Aside,
        state: State,
    ) -> Self {
        Self {
            name: name.to_owned(),
            options: options.clone(),
            directory,
            medium,
            aside: Mutex::new(aside),
            state: Mutex::new(state),
            marker: Condvar::new(),
            writer: Condvar::new(),
            reader: Condvar::new(),
            ready: Notify::new(),
            ended: Notify::new(),
        }
    }

    /// Changes the state; then answers senders and wakes whoever has something to do.
    pub(super) fn with<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.lock();
        let result = change(&mut state);
        if state.has_line() {
            state.move_line();
        }
        let told = state.take_told();
        let wake_marker = state.marker_sleeps && (state.ended || state.has_marks());
        let wake_writer = state.writer_sleeps && state.has_work();
        let wake_reader = state.reader_sleeps && (state.stopped || state.ended || state.wants().is_some());
        let (ready, drained, ended) = (state.has_ready(), state.is_drained(), state.ended);
        drop(state);
        // Outside of the lock: an answer may run code of others.
        told.into_iter().for_each(|(ack, outcome)| ack.resolve(outcome));
        if wake_marker {
            self.marker.notify_one();
        }
        if wake_writer {
            self.writer.notify_one();
        }
        if wake_reader {
            self.reader.notify_one();
        }
        if drained {
            self.ready.notify_waiters();
        } else if ready {
            self.ready.notify_one();
        }
        if ended {
            self.ended.notify_waiters();
        }
        result
    }

    /// Waits until the writer has something to do, at most for `limit`.
    pub(super) fn wait_for_work(&self, limit: Duration) {
        let mut state = self.lock();
        if !state.has_work() {
            state.writer_sleeps = true;
            state = self.writer.wait_timeout(state, limit).unwrap_or_else(PoisonError::into_inner).0;
            state.writer_sleeps = false;
        }
    }

    /// Waits until something is to be marked or the queue has ended, at most for `limit`.
    pub(super) fn wait_for_marks(&self, limit: Option<Duration>) {
        let mut state = self.lock();
        while !state.ended && !state.has_marks() {
            state.marker_sleeps = true;
            let (woken, late) = match limit {
                Some(limit) => {
                    let (woken, late) = self.marker.wait_timeout(state, limit).unwrap_or_else(PoisonError::into_inner);
                    (woken, late.timed_out())
                }
                None => (self.marker.wait(state).unwrap_or_else(PoisonError::into_inner), false),
            };
            state = woken;
            state.marker_sleeps = false;
            if late {
                return;
            }
        }
    }

    /// Waits until the reader has something to do.
    pub(super) fn wait_for_reader(&self) {
        let mut state = self.lock();
        while !state.stopped && !state.ended && state.wants().is_none() {
            state.reader_sleeps = true;
            state = self.reader.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.reader_sleeps = false;
        }
    }

    /// Told when something can be handed out, or never will be.
    pub(super) fn ready(&self) -> &Notify {
        &self.ready
    }

    /// Told when the writer is gone.
    pub(super) fn ended(&self) -> &Notify {
        &self.ended
    }

    /// Keeps a damaged range aside, as far as there is room.
    pub(super) fn keep_aside(&self, file: &File, name: &str, range: Range<u64>) -> io::Result<()> {
        let mut aside = self.aside.lock().unwrap_or_else(PoisonError::into_inner);
        let before = aside.bytes();
        // Reserved first, so that nothing else takes the room meanwhile.
        let room = self.with(|state| state.reserve(range.end - range.start));
        let copied = aside.copy(file, name, range, room);
        let after = aside.bytes();
        self.with(|state| state.kept_aside(room, before, after));
        copied
    }

    /// The queue is over because one of its threads is: nothing is taken and nothing handed out any more.
    pub(super) fn end(&self) {
        let rest = self.with(|state| {
            state.closed = true;
            state.ended = true;
            state.stop();
            state.take_work().0
        });
        if thread::panicking() {
            tracing::error!(queue = %self.name, "the queue stops: one of its threads panicked");
        }
        // Dropping their acks tells senders to try again.
        drop(rest);
    }

    /// Whether files and their names are made to outlive a power cut.
    pub(super) fn is_durable(&self) -> bool {
        self.options.sync != Sync::Never
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
