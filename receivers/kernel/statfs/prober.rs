//! [`Prober`]: asks filesystems, and goes on when one of them does not answer.
//!
//! A question to a filesystem whose server is gone does not return and cannot be taken back. So a thread of its own asks,
//! one filesystem after the other. If it does not come back in time, it is left to wait there and another one goes on with
//! the rest. A filesystem is not asked again while a thread waits for it; how many wait is bounded.

use std::io;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use super::{Answer, Ask};
use crate::kernel::Unavailable;

/// Most threads that wait for an answer. Each costs a little memory; a machine with more dead mounts has other worries.
pub(super) const MAX_HUNG: usize = 16;

/// What part of the time the second and later ones of a scrape get: they mostly hang on the same server.
const LATER: u32 = 10;

/// Asks filesystems, each within a time.
#[derive(Debug)]
pub(crate) struct Prober {
    limit: Duration,
    ask: Ask,
    /// The thread that asks. None before the first scrape, and after one got lost.
    desk: Option<Arc<Desk>>,
    hung: Vec<Hung>,
    /// What came of the last scrape, in the order of the paths.
    answers: Vec<Answer>,
    /// Which paths are still to be asked.
    rest: Vec<usize>,
}

/// A filesystem that does not answer, and the thread that waits for it.
#[derive(Debug)]
struct Hung {
    path: Arc<Path>,
    desk: Arc<Desk>,
}

/// Where questions are handed to a thread, and its answers taken.
#[derive(Debug, Default)]
struct Desk {
    work: Mutex<Work>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Work {
    /// What is asked, by its place among the answers.
    questions: Vec<(usize, Arc<Path>)>,
    answers: Vec<(usize, Answer)>,
    /// How many questions were answered.
    done: usize,
    /// Whether the thread shall end.
    is_over: bool,
}

// === impl Prober ===

impl Prober {
    pub(crate) fn new(limit: Duration, ask: Ask) -> Self {
        Self { limit, ask, desk: None, hung: Vec::new(), answers: Vec::new(), rest: Vec::new() }
    }

    /// Asks the filesystems at these paths; an answer for each, in their order.
    ///
    /// # Errors
    /// If the system has no thread to spare.
    pub(crate) fn ask(&mut self, paths: &[Arc<Path>]) -> Result<&[Answer], Unavailable> {
        self.hung.retain(|hung| !hung.desk.lock().is_done());
        self.answers.clear();
        self.answers.resize(paths.len(), Answer::NotAsked);
        self.rest.clear();
        for (at, path) in paths.iter().enumerate() {
            if self.hung.iter().any(|hung| hung.path == *path) {
                self.answers[at] = Answer::Hung;
            } else {
                self.rest.push(at);
            }
        }
        let mut limit = self.limit;
        while !self.rest.is_empty() && self.hung.len() < MAX_HUNG {
            let desk = match &self.desk {
                Some(desk) => desk.clone(),
                None => {
                    let opened = Desk::open(self.ask).map_err(|error| {
                        Unavailable::new(&*paths[self.rest[0]], format!("no thread can be started to ask it: {error}"))
                    })?;
                    self.desk.insert(opened).clone()
                }
            };
            let hung = desk.hand_in(self.rest.iter().map(|at| (*at, paths[*at].clone())), limit, &mut self.answers);
            let Some(hung) = hung else { break };
            self.desk = None;
            let at = self.rest[hung];
            self.answers[at] = Answer::Hung;
            self.hung.push(Hung { path: paths[at].clone(), desk });
            self.rest.drain(..=hung);
            limit = self.limit / LATER;
        }
        Ok(&self.answers)
    }
}

impl Drop for Prober {
    fn drop(&mut self) {
        if let Some(desk) = &self.desk {
            desk.lock().is_over = true;
            desk.changed.notify_all();
        }
    }
}

// === impl Desk ===

impl Desk {
    /// A desk with its thread.
    fn open(ask: Ask) -> io::Result<Arc<Self>> {
        let desk = Arc::new(Self::default());
        let own = desk.clone();
        thread::Builder::new().name("tfo-statvfs".to_owned()).spawn(move || own.sit(ask))?;
        Ok(desk)
    }

    /// Hands questions to the thread and waits for its answers. If one of them takes more than `limit`, up to twice that,
    /// its place among the questions, and the thread is not to be used again.
    fn hand_in(
        &self,
        questions: impl Iterator<Item = (usize, Arc<Path>)>,
        limit: Duration,
        answers: &mut [Answer],
    ) -> Option<usize> {
        let mut work = self.lock();
        work.questions.clear();
        work.questions.extend(questions);
        work.done = 0;
        self.changed.notify_all();
        let hung = loop {
            let before = work.done;
            let waited = self.changed.wait_timeout_while(work, limit, |work| !work.is_done());
            work = waited.unwrap_or_else(PoisonError::into_inner).0;
            if work.is_done() {
                break None;
            }
            if work.done == before {
                // The thread comes back to a desk where only the question is left that it was asked.
                work.questions.truncate(before + 1);
                work.is_over = true;
                break Some(before);
            }
        };
        work.answers.drain(..).for_each(|(at, answer)| answers[at] = answer);
        hung
    }

    /// What the thread does.
    fn sit(&self, ask: Ask) {
        let mut work = self.lock();
        loop {
            let Some((at, path)) = work.questions.get(work.done).cloned() else {
                if work.is_over {
                    return;
                }
                work = self.changed.wait(work).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            drop(work);
            let answer = ask(&path).map_or_else(Answer::Failed, Answer::Usage);
            work = self.lock();
            work.answers.push((at, answer));
            work.done += 1;
            if work.is_done() {
                self.changed.notify_all();
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Work> {
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

// === impl Work ===

impl Work {
    fn is_done(&self) -> bool {
        self.done == self.questions.len()
    }
}
