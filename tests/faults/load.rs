//! Clients that send at once over both protocols, never send a record twice, and remember what became of each.

use std::net::SocketAddr;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::client::{Connection, Outcome, Protocol};
use crate::records::{Request, Signal};

/// How long a client rests after a refusal or when nobody is there.
const REST: Duration = Duration::from_millis(5);

/// Where the engine listens, over gRPC and HTTP; `None` while it is down.
pub(crate) type Place = Option<(SocketAddr, SocketAddr)>;

/// What to send.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Load {
    /// Clients, every other one over HTTP; each has one request in flight.
    pub(crate) clients: u64,
    /// What they send, in turn.
    pub(crate) signals: &'static [Signal],
    /// Records per request.
    pub(crate) records: u64,
    /// Bytes of text per record.
    pub(crate) size: usize,
    /// Records a second, all clients together; without it each sends as soon as it has its answer.
    pub(crate) rate: Option<u64>,
    /// Ends after so many requests.
    pub(crate) requests: u64,
}

/// A load under way.
pub(crate) struct Sending {
    shared: Arc<Shared>,
    clients: JoinSet<()>,
}

/// What became of the records, request by request.
#[derive(Clone, Default)]
pub(crate) struct Tally {
    pub(crate) sent: u64,
    /// And when the client knew.
    pub(crate) acknowledged: Vec<(Range<u64>, SystemTime)>,
    /// Records in acknowledged requests that were reported as rejected.
    pub(crate) rejected: u64,
    /// To be sent again, as the clients were told.
    pub(crate) refused: Vec<(Range<u64>, String)>,
    /// Never to be sent again, as the clients were told.
    pub(crate) permanent: Vec<(Range<u64>, String)>,
    /// Nobody knows: the connection broke.
    pub(crate) unanswered: Vec<(Range<u64>, String)>,
}

struct Shared {
    load: Load,
    first: u64,
    started: Instant,
    /// Requests begun.
    requests: AtomicU64,
    stopped: AtomicBool,
    tally: Mutex<Tally>,
}

// === impl Load ===

impl Load {
    /// Requests of ten records of all signals from six clients, until it is stopped.
    pub(crate) const MIXED: Self =
        Self { clients: 6, signals: &Signal::ALL, records: 10, size: 200, rate: None, requests: u64::MAX };

    /// Starts the clients; records are numbered from `first`.
    pub(crate) fn start(self, to: &watch::Receiver<Place>, first: u64) -> Sending {
        let shared = Arc::new(Shared {
            load: self,
            first,
            started: Instant::now(),
            requests: AtomicU64::new(0),
            stopped: AtomicBool::new(false),
            tally: Mutex::default(),
        });
        let mut clients = JoinSet::new();
        for client in 0..self.clients {
            let protocol = if client % 2 == 0 { Protocol::Grpc } else { Protocol::Http };
            clients.spawn(run(shared.clone(), protocol, to.clone()));
        }
        Sending { shared, clients }
    }
}

// === impl Sending ===

impl Sending {
    /// Requests that were acknowledged by now, and that were refused to come again.
    pub(crate) fn counts(&self) -> (usize, usize) {
        let tally = self.shared.tally.lock().unwrap();
        (tally.acknowledged.len(), tally.refused.len())
    }

    /// Lets every client have its answer and send no more.
    pub(crate) async fn stop(self) -> Tally {
        self.shared.stopped.store(true, Ordering::Relaxed);
        self.end().await
    }

    /// Waits until all requests are answered.
    pub(crate) async fn end(self) -> Tally {
        self.clients.join_all().await;
        std::mem::take(&mut *self.shared.tally.lock().unwrap())
    }
}

/// One client.
async fn run(shared: Arc<Shared>, protocol: Protocol, mut to: watch::Receiver<Place>) {
    let mut connection: Option<(SocketAddr, Connection)> = None;
    while !shared.stopped.load(Ordering::Relaxed) {
        let Some((grpc, http)) = *to.borrow_and_update() else {
            tokio::time::sleep(REST).await;
            continue;
        };
        let address = if protocol == Protocol::Grpc { grpc } else { http };
        if connection.as_ref().is_none_or(|(open, _)| *open != address) {
            connection = Connection::open(protocol, address).await.map(|open| (address, open));
        }
        let Some((_, open)) = &mut connection else {
            tokio::time::sleep(REST).await;
            continue;
        };
        let Some((signal, numbers)) = shared.next().await else { return };
        let request = Request::new(signal, numbers.clone(), shared.load.size);
        let outcome = open.send(signal, request).await;
        let rest = !matches!(outcome, Outcome::Acknowledged { .. });
        if let Outcome::Unanswered(_) = outcome {
            connection = None;
        }
        shared.tally.lock().unwrap().add(numbers, outcome);
        if rest {
            tokio::time::sleep(REST).await;
        }
    }
}

// === impl Shared ===

impl Shared {
    /// The next request when it is due; `None` when it is enough.
    async fn next(&self) -> Option<(Signal, Range<u64>)> {
        let request = self.requests.fetch_add(1, Ordering::Relaxed);
        if request >= self.load.requests {
            return None;
        }
        if let Some(rate) = self.load.rate {
            let before = request * self.load.records;
            let due = self.started + Duration::from_secs_f64(before as f64 / rate as f64);
            tokio::time::sleep_until(due.into()).await;
        }
        let first = self.first + request * self.load.records;
        let signal = self.load.signals[(request % self.load.signals.len() as u64) as usize];
        Some((signal, first..first + self.load.records))
    }
}

// === impl Tally ===

impl Tally {
    fn add(&mut self, numbers: Range<u64>, outcome: Outcome) {
        self.sent += numbers.end - numbers.start;
        match outcome {
            Outcome::Acknowledged { rejected } => {
                self.acknowledged.push((numbers, SystemTime::now()));
                self.rejected += rejected;
            }
            Outcome::Refused(why) => self.refused.push((numbers, why)),
            Outcome::Permanent(why) => self.permanent.push((numbers, why)),
            Outcome::Unanswered(why) => self.unanswered.push((numbers, why)),
        }
    }

    /// How many records were acknowledged, those that were reported as rejected included.
    pub(crate) fn acknowledged(&self) -> u64 {
        self.acknowledged.iter().map(|(numbers, _)| numbers.end - numbers.start).sum()
    }

    /// Does not count as acknowledged what clients heard since a disk began to fail, and until the engine was killed. How
    /// many requests were acknowledged when it had failed for sure.
    pub(crate) fn unhear(&mut self, failing: &Range<SystemTime>, killed: SystemTime) -> u64 {
        let (heard, unheard): (Vec<_>, Vec<_>) = std::mem::take(&mut self.acknowledged)
            .into_iter()
            .partition(|(_, at)| *at < failing.start || *at >= killed);
        self.acknowledged = heard;
        let late = unheard.iter().filter(|(_, at)| *at >= failing.end).count() as u64;
        self.unanswered.extend(unheard.into_iter().map(|(numbers, _)| (numbers, "the disk failed".to_owned())));
        late
    }

    /// For the message of a test that fails.
    pub(crate) fn summary(&self) -> String {
        let part = |name: &str, list: &[(Range<u64>, String)]| {
            let mut reasons: Vec<&str> = list.iter().map(|(_, reason)| reason.as_str()).collect();
            reasons.sort_unstable();
            reasons.dedup();
            format!("{name} {} {:?}", list.len(), &reasons[..reasons.len().min(5)])
        };
        format!(
            "requests: acknowledged {}, {}, {}, {}; records rejected {}",
            self.acknowledged.len(),
            part("refused", &self.refused),
            part("refused for good", &self.permanent),
            part("unanswered", &self.unanswered),
            self.rejected
        )
    }
}
