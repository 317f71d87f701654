//! `telemetryflow.backend_endpoint`, `heartbeat` and `agent` as the client of the platform.

use pipelines::config::Node;

use super::Translation;

/// Where the platform's API is on a host that the file names for telemetry only.
const PORT: u16 = 3000;
const PATH: &str = "/api/v2";

// === impl Translation ===

impl Translation<'_> {
    /// The client, unless the file wants none.
    pub(super) fn platform(self) -> Option<Node> {
        let (heartbeat, to) = (&self.file.heartbeat, &self.file.telemetryflow);
        if !heartbeat.enabled {
            return None;
        }
        let state = self.state_directory().display().to_string();
        let beats = self
            .map("heartbeat")
            .with("interval", self.origin.duration("heartbeat.interval", heartbeat.interval))
            .with("timeout", self.origin.duration("heartbeat.timeout", heartbeat.timeout))
            .copy("include_system_info", self.origin, "heartbeat.include_system_info");
        let path = |key: &str| format!("telemetryflow.retry.{key}");
        let retry = self
            .map("telemetryflow.retry")
            .with("initial_interval", self.origin.duration(&path("initial_interval"), to.retry.initial_interval))
            .with("max_interval", self.origin.duration(&path("max_interval"), to.retry.max_interval));
        let platform = self
            .map("heartbeat")
            .with("endpoint", self.platform_url())
            .with_some("api_key", self.api_key())
            .with_some("headers", self.headers())
            .with("tls", self.tls(false))
            .with("timeout", self.origin.duration("telemetryflow.timeout", to.timeout))
            .with("agent", self.presented())
            .with("heartbeat", beats.node())
            .with("retry", retry.node())
            .copy("remote_configuration", self.origin, "agent.remote_configuration")
            .with("state_directory", self.origin.text("agent.state_directory", state));
        Some(platform.node())
    }

    /// What the platform is told of the agent.
    fn presented(self) -> Node {
        let mut agent = self.map("agent");
        for key in ["id", "hostname", "description", "tags", "labels"] {
            agent = agent.copy(key, self.origin, &format!("agent.{key}"));
        }
        agent.with("name", self.name()).node()
    }

    fn platform_url(self) -> Node {
        let given = self.origin.find("telemetryflow.backend_endpoint");
        let given = given.filter(|_| self.file.telemetryflow.backend_endpoint.as_deref() != Some(""));
        given.cloned().unwrap_or_else(|| {
            let endpoint = self.endpoint();
            let (scheme, place) = endpoint.split_once("://").unwrap_or(("", &endpoint));
            let encrypted =
                if scheme == "http" { false } else { scheme == "https" || self.file.telemetryflow.tls.enabled };
            let scheme = if encrypted { "https" } else { "http" };
            let url = format!("{scheme}://{}:{PORT}{PATH}", host(place));
            self.origin.text("telemetryflow.endpoint", url)
        })
    }
}

/// The host of `host:port/path`.
fn host(place: &str) -> &str {
    let place = place.trim_start_matches('/');
    let authority = place.split('/').next().unwrap_or(place);
    let port = authority.rfind(':').filter(|colon| !authority[*colon..].contains(']'));
    let host = &authority[..port.unwrap_or(authority.len())];
    // A socket of this machine.
    if host.is_empty() { "localhost" } else { host }
}
