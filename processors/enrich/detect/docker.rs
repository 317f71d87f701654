//! The Docker daemon's own name for its host: `GET /info` over its Unix socket.

use std::path::Path;

use pipelines::otlp::edit::EncodedValue;
use serde::Deserialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;

use super::super::config::{Config, wanted};
use super::Facts;

/// Where the daemon listens.
pub(super) const SOCKET: &str = "/var/run/docker.sock";
/// Most bytes of an answer; a busy daemon says some kilobytes.
const MOST: u64 = 1 << 20;

/// The part of the daemon's answer that is used.
#[derive(Deserialize)]
struct Info {
    /// The name of the host the daemon runs on.
    #[serde(rename = "Name")]
    name: String,
    /// `linux` or `windows`.
    #[serde(rename = "OSType")]
    os_type: String,
}

/// Asks the daemon at `socket`.
pub(in super::super) async fn detect(socket: &Path, config: &Config) -> Result<Facts, String> {
    let answer = tokio::time::timeout(config.timeout.get(), ask(socket)).await;
    let place = socket.display();
    let answer = answer.map_err(|_| format!("{place} did not answer within {}", config.timeout))?;
    let info =
        read(&answer.map_err(|error| format!("{place}: {error}"))?).map_err(|error| format!("{place}: {error}"))?;
    let facts = [("host.name", info.name), ("os.type", info.os_type.to_lowercase())];
    let wanted = |key: &str| wanted(&config.docker.resource_attributes, key);
    Ok(facts
        .into_iter()
        .filter(|(key, _)| wanted(key))
        .map(|(key, value)| (key.into(), EncodedValue::new(&value)))
        .collect())
}

/// HTTP/1.0, so that the answer ends with the connection and comes in one piece.
async fn ask(socket: &Path) -> std::io::Result<Vec<u8>> {
    let mut stream = UnixStream::connect(socket).await?;
    stream.write_all(b"GET /info HTTP/1.0\r\nHost: docker\r\n\r\n").await?;
    let mut answer = Vec::new();
    stream.take(MOST).read_to_end(&mut answer).await?;
    Ok(answer)
}

fn read(answer: &[u8]) -> Result<Info, String> {
    let text = String::from_utf8_lossy(answer);
    let (head, body) = text.split_once("\r\n\r\n").ok_or("the answer is not HTTP")?;
    let status = head.lines().next().unwrap_or_default();
    if status.split(' ').nth(1) != Some("200") {
        return Err(format!("the answer is `{status}`, expected status 200"));
    }
    serde_json::from_str(body).map_err(|error| format!("the answer cannot be read: {error}"))
}
