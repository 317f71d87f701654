//! The task of one connection: reads and writes frames, and pings when the other side is silent.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use h2::client::Connection;
use h2::{Ping, PingPong};
use pipelines::runtime::now;

use super::activity::Activity;
use super::rope::Rope;
use crate::client::Stream;

/// When to ask whether the other side is still there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Keepalive {
    /// Silence after which a ping is sent.
    pub(crate) time: Duration,
    /// How long to wait for its answer before the connection is given up.
    pub(crate) timeout: Duration,
    /// Whether to ping without a request on its way.
    pub(crate) without_requests: bool,
}

/// Runs a connection to its end; `Err` tells why it ended other than by agreement.
pub(super) async fn drive(
    mut connection: Connection<Stream, Rope>,
    keepalive: Option<Keepalive>,
    activity: Arc<Activity>,
) -> Result<(), String> {
    let pings = keepalive.and_then(|keepalive| Some((keepalive, connection.ping_pong()?)));
    let Some((keepalive, pings)) = pings else {
        return connection.await.map_err(|error| error.to_string());
    };
    tokio::select! {
        biased;
        ended = pin!(connection) => ended.map_err(|error| error.to_string()),
        silent = watch(keepalive, pings, &activity) => Err(silent),
    }
}

/// Ends when a ping was not answered in time.
async fn watch(keepalive: Keepalive, mut pings: PingPong, activity: &Activity) -> String {
    loop {
        let due = activity.silent_at(keepalive.time);
        if due > now() {
            tokio::time::sleep_until(due).await;
            continue;
        }
        if !keepalive.without_requests && !activity.is_waiting() {
            tokio::time::sleep(keepalive.time).await;
            continue;
        }
        match tokio::time::timeout(keepalive.timeout, pings.ping(Ping::opaque())).await {
            Ok(Ok(_)) => activity.hear(),
            Ok(Err(error)) => return error.to_string(),
            Err(_) => return format!("no answer to a keepalive ping within {:?}", keepalive.timeout),
        }
    }
}
