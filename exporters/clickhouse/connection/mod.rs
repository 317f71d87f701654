//! [`Servers`]: the hosts of an endpoint, which one is asked, and how.
//!
//! Inserts go over connections of our own, which show status and headers and take a body as it is. Statements and
//! questions go through the `clickhouse` crate, over connections that are made the same way.

mod insert;
mod queries;

use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use pipelines::net::tls::{H2, HTTP_1_1};
use serde::de::DeserializeOwned;

pub(super) use self::insert::Request;
use self::insert::{Inserter, Taken};
use self::queries::Queries;
use super::fault::{Fault, Kind};
use super::target::{Order, Target};
use crate::client::h2::{self, Channel};
use crate::client::http::{Pool, Settings, Transport};
use crate::client::{Dialer, Endpoint, Tls};

/// The hosts of an endpoint.
#[derive(Debug)]
pub(super) struct Servers {
    servers: Vec<Server>,
    order: Order,
    next: AtomicUsize,
}

/// One host.
#[derive(Debug)]
struct Server {
    inserter: Inserter,
    queries: Queries,
    endpoint: Endpoint,
}

/// Who took an insert.
#[derive(Debug)]
pub(super) struct Taker<'a> {
    server: &'a Server,
    /// What it said. There may be other servers behind the same endpoint.
    pub(super) taken: Taken,
}

/// Idle connections that are kept to each host.
const IDLE: usize = 8;
/// How long; servers close theirs after 3 to 30 seconds (`keep_alive_timeout`).
const IDLE_TIMEOUT: Duration = Duration::from_secs(10);

/// The first outcome of hosts that can be reached. Those behind it are not asked: it has seen the request.
macro_rules! first {
    ($servers:expr, $server:ident => $ask:expr) => {{
        let mut failed = Fault::new(Kind::Unreachable, "no host is set");
        for $server in $servers.in_order() {
            match $ask.await {
                Err(fault) if fault.kind == Kind::Unreachable => failed = fault,
                outcome => return outcome.map_err(|fault| fault.at(&$server.endpoint)),
            }
        }
        Err(failed.at(&$servers.named()))
    }};
}

// === impl Servers ===

impl Servers {
    /// Nothing is connected yet. `timeout` bounds one attempt, `tls` encrypts.
    pub(super) fn new(target: &Target, timeout: Option<Duration>, tls: &Arc<Tls>) -> Result<Self, String> {
        // Every host gets its share of an attempt, so that the last one is asked, too.
        let share = timeout.map(|timeout| timeout / u32::try_from(target.hosts.len()).unwrap_or(1).max(1));
        let timeout = target.params.dial_timeout.map(pipelines::config::Duration::get).or(share);
        let server = |endpoint: &Endpoint| {
            let dialer = |offered| Dialer::new(endpoint, tls, offered, timeout);
            let max = target.params.max_open.unwrap_or(0);
            let max_idle = target.params.max_idle.unwrap_or(IDLE);
            let pool = Pool::new(Settings { max_idle, idle_timeout: Some(IDLE_TIMEOUT), max });
            // ClickHouse speaks HTTP/1.1 only, so HTTP/2 is never offered and this channel never used.
            let lanes = h2::Settings { connections: 1, balance: false, wait_for_ready: false, keepalive: None };
            let transport = Transport::new(dialer(&[HTTP_1_1]), pool, Channel::new(dialer(&[H2]), lanes));
            Ok(Server {
                inserter: Inserter::new(target, endpoint, transport)?,
                queries: Queries::new(target, endpoint, dialer(&[HTTP_1_1])),
                endpoint: endpoint.clone(),
            })
        };
        let servers = target.hosts.iter().map(server).collect::<Result<_, String>>()?;
        Ok(Self { servers, order: target.params.order, next: AtomicUsize::new(0) })
    }

    /// Sends an insert. Returns who took it.
    pub(super) async fn insert(&self, request: &Request<'_>) -> Result<Taker<'_>, Fault> {
        first!(self, server => server.insert(request))
    }

    /// Executes a statement.
    pub(super) async fn execute(&self, sql: &str) -> Result<(), Fault> {
        first!(self, server => server.queries.execute(sql))
    }

    /// The rows of a query.
    pub(super) async fn rows<T: DeserializeOwned>(&self, sql: &str) -> Result<Vec<T>, Fault> {
        first!(self, server => server.queries.rows(sql))
    }

    /// Where inserts go, for people.
    pub(super) fn named(&self) -> String {
        self.servers.iter().map(|server| server.endpoint.to_string()).collect::<Vec<_>>().join(",")
    }

    /// Closes every connection.
    pub(super) async fn close(&self, patience: Duration) {
        for server in &self.servers {
            server.inserter.close(patience).await;
            server.queries.close(patience).await;
        }
    }

    fn in_order(&self) -> impl Iterator<Item = &Server> {
        let count = self.servers.len();
        let first = match self.order {
            Order::AsWritten => 0,
            Order::RoundRobin => self.next.fetch_add(1, Ordering::Relaxed),
            Order::Random => usize::try_from(RandomState::new().hash_one(0) >> 32).unwrap_or_default(),
        };
        (0..count).map(move |at| &self.servers[first.wrapping_add(at) % count])
    }
}

// === impl Server ===

impl Server {
    async fn insert(&self, request: &Request<'_>) -> Result<Taker<'_>, Fault> {
        Ok(Taker { server: self, taken: self.inserter.insert(request).await? })
    }
}

// === impl Taker ===

impl Taker<'_> {
    /// Sends another insert to the same endpoint. Returns whether the same server took it.
    pub(super) async fn insert(&self, request: &Request<'_>) -> Result<bool, Fault> {
        let taken = self.server.inserter.insert(request).await.map_err(|fault| fault.at(&self.server.endpoint))?;
        Ok(taken.name == self.taken.name)
    }
}
