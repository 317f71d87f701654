//! A destination of our own: OTLP over gRPC and HTTP on one port, that does what it is told to and remembers every record.

mod answer;
mod serve;

use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use tokio::net::{TcpListener, TcpSocket};
use tokio::task::JoinHandle;

use crate::records::Arrived;

/// What is done with a request.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Act {
    /// Takes it and says so.
    Take,
    /// The same, after a while.
    TakeLate(Duration),
    /// The same, as fast as this many records a second, all connections together.
    TakePaced(u64),
    /// Refuses it so that it may come again: an HTTP status, its counterpart in gRPC, and how many seconds to wait.
    Refuse(u16, i32, Option<u32>),
    /// Says that it is of no use: 400 or INVALID_ARGUMENT.
    Reject,
    /// Takes all records but every so many'th, which it rejects.
    TakePart(u64),
    /// Reads it and never answers.
    Hang,
    /// Resets the request half way.
    Reset,
    /// Breaks the connection half way, and with it all that goes over it.
    Cut,
    /// Takes it and breaks the connection instead of saying so.
    TakeAndCut,
}

/// What the records have met.
#[derive(Default)]
pub(crate) struct Seen {
    /// How often each arrived.
    pub(crate) taken: HashMap<u64, u32>,
    /// Those for which the sink said that they are of no use.
    pub(crate) rejected: HashSet<u64>,
    /// Records whose content is not what was sent.
    pub(crate) altered: u64,
    /// Requests that could not be read.
    pub(crate) unreadable: u64,
    /// Connections that were broken instead of answering, with the answers to others that were on their way.
    pub(crate) cuts: u64,
}

pub(crate) struct Sink {
    pub(crate) address: SocketAddr,
    shared: Arc<Shared>,
    /// The accept loop while it is up.
    accepting: Option<JoinHandle<()>>,
    /// Holds the port while it is down.
    reserved: Option<TcpSocket>,
}

type Plan = Box<dyn Fn(u64) -> Act + Send>;

struct Shared {
    seen: Mutex<Seen>,
    plan: Mutex<Plan>,
    /// Requests so far; the plan is asked with it.
    number: Mutex<u64>,
    /// When a paced sink has time for the next request.
    free: Mutex<Instant>,
}

// === impl Sink ===

impl Sink {
    /// A sink that takes everything.
    pub(crate) async fn start() -> Self {
        let shared = Shared {
            seen: Mutex::default(),
            plan: Mutex::new(Box::new(|_| Act::Take)),
            number: Mutex::default(),
            free: Mutex::new(Instant::now()),
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, shared) = (listener.local_addr().unwrap(), Arc::new(shared));
        let accepting = Some(tokio::spawn(serve::accept(listener, shared.clone())));
        Self { address, shared, accepting, reserved: None }
    }

    /// Does the same with every request from now on.
    pub(crate) fn always(&self, act: Act) {
        self.plan(move |_| act);
    }

    /// Decides by the number of the request, counted from the start.
    pub(crate) fn plan(&self, plan: impl Fn(u64) -> Act + Send + 'static) {
        *self.shared.plan.lock().unwrap() = Box::new(plan);
    }

    /// Breaks all connections and listens no more.
    pub(crate) async fn down(&mut self) {
        if let Some(accepting) = self.accepting.take() {
            accepting.abort();
            let _ = accepting.await;
            let socket = TcpSocket::new_v4().unwrap();
            socket.set_reuseaddr(true).unwrap();
            // A process that another test is just starting has the listener until it becomes another program.
            while let Err(error) = socket.bind(self.address) {
                assert_eq!(error.kind(), std::io::ErrorKind::AddrInUse);
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            self.reserved = Some(socket);
        }
    }

    /// Listens again.
    pub(crate) fn up(&mut self) {
        if let Some(socket) = self.reserved.take() {
            let listener = socket.listen(1024).unwrap();
            self.accepting = Some(tokio::spawn(serve::accept(listener, self.shared.clone())));
        }
    }

    /// Forgets what it has seen.
    pub(crate) fn forget(&self) {
        *self.seen() = Seen::default();
    }

    pub(crate) fn seen(&self) -> MutexGuard<'_, Seen> {
        self.shared.seen.lock().unwrap()
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        if let Some(accepting) = &self.accepting {
            accepting.abort();
        }
    }
}

// === impl Shared ===

impl Shared {
    fn act(&self) -> Act {
        let mut number = self.number.lock().unwrap();
        *number += 1;
        (self.plan.lock().unwrap())(*number)
    }

    /// Remembers records; returns how many of them are rejected.
    fn take(&self, records: Vec<Arrived>, reject: impl Fn(u64) -> bool) -> u64 {
        let mut seen = self.seen.lock().unwrap();
        let mut rejected = 0;
        for record in records {
            seen.altered += u64::from(!record.intact);
            if reject(record.number) {
                rejected += 1;
                seen.rejected.insert(record.number);
            } else {
                *seen.taken.entry(record.number).or_default() += 1;
            }
        }
        rejected
    }

    /// When a sink of this pace is done with so many records more.
    fn paced(&self, records: usize, rate: u64) -> Instant {
        let mut free = self.free.lock().unwrap();
        *free = (*free).max(Instant::now()) + Duration::from_secs_f64(records as f64 / rate as f64);
        *free
    }
}
