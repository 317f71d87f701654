//! [`Identity`]: who this agent is, and since when it runs.

use std::fs;
use std::net::UdpSocket;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use pipelines::instance;

use super::config::Config;
use super::system;
use crate::admin::rfc3339;
use crate::platform_wire::{Registration, is_agent_id};

/// Who this agent is.
pub(super) struct Identity {
    /// The id it gives itself.
    own: String,
    hostname: String,
    /// Where the id is kept that the platform gave it.
    kept: PathBuf,
    /// The id under which the platform knows it.
    known: Option<String>,
}

/// The file with the id of this installation, which `enrich` reads as well.
const INSTANCE: &str = "instance-id";
/// The file with the id that the platform gave this agent.
const KEPT: &str = "platform-id";

// === impl Identity ===

impl Identity {
    /// Reads or makes the id of this installation, and reads what the platform called it before.
    ///
    /// # Errors
    /// The file that cannot be used.
    pub(super) fn new(config: &Config) -> Result<Self, String> {
        let own = match config.agent.id.as_str() {
            "" => instance::read_or_create(&config.state_directory.join(INSTANCE))
                .map_err(|error| format!("{error}; set agent.id, or state_directory"))?,
            id => id.to_owned(),
        };
        let hostname = match config.agent.hostname.as_str() {
            "" => rustix::system::uname().nodename().to_string_lossy().into_owned(),
            hostname => hostname.to_owned(),
        };
        let kept = config.state_directory.join(KEPT);
        // An id of the configuration is meant to be the one; the other belongs to the platform it came from.
        let known = fs::read_to_string(&kept).ok().and_then(|text| {
            let (endpoint, id) = text.trim().split_once(' ')?;
            (endpoint == config.endpoint && config.agent.id.is_empty() && is_agent_id(id)).then(|| id.to_owned())
        });
        Ok(Self { own, hostname, kept, known })
    }

    /// The id for the paths of requests.
    pub(super) fn id(&self) -> &str {
        self.known.as_deref().unwrap_or(&self.own)
    }

    /// What the platform calls this agent from now on. It is kept where it differs from what the agent calls itself.
    pub(super) fn called(&mut self, id: String, endpoint: &str) {
        if self.id() == id {
            return;
        }
        tracing::info!(id, own = self.own, "the platform calls this agent by another id");
        let directory = self.kept.parent().unwrap_or_else(|| Path::new("."));
        let kept = fs::create_dir_all(directory).and_then(|()| fs::write(&self.kept, format!("{endpoint} {id}\n")));
        if let Err(error) = kept {
            tracing::warn!(%error, file = %self.kept.display(), "the id the platform gave this agent cannot be kept");
        }
        self.known = Some(id);
    }

    /// What the platform is told of this agent.
    pub(super) fn registration(&self, config: &Config, capabilities: Vec<String>) -> Registration {
        let agent = &config.agent;
        let address = address();
        let started = uptime().and_then(|uptime| SystemTime::now().checked_sub(uptime));
        Registration {
            agent_id: Some(self.id().to_owned()),
            hostname: self.hostname.clone(),
            name: if agent.name.is_empty() { self.hostname.clone() } else { agent.name.clone() },
            description: agent.description.clone(),
            agent_version: env!("CARGO_PKG_VERSION").to_owned(),
            operating_system: std::env::consts::OS.to_owned(),
            architecture: system::host::architecture().to_owned(),
            mac_address: system::network::hardware_address(Path::new("/"), address.as_deref()).unwrap_or_default(),
            ip_address: address.unwrap_or_default(),
            tags: agent.tags.clone(),
            labels: agent.labels.clone(),
            organization_id: agent.organization_id.clone(),
            start_time: started.map(rfc3339),
            capabilities,
        }
    }
}

/// For how long this process has been running; a reload does not count as a start.
pub(super) fn uptime() -> Option<Duration> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // Behind the name, which may hold anything, in clock ticks since the system started.
    let started: u64 = stat.rsplit_once(')')?.1.split_whitespace().nth(19)?.parse().ok()?;
    let system = system::host::uptime(Path::new("/"))?;
    let started = started as f64 / rustix::param::clock_ticks_per_second() as f64;
    Some(Duration::from_secs_f64((system - started).max(0.0)))
}

/// The address from which this machine reaches others. Connecting such a socket sends nothing.
fn address() -> Option<String> {
    // Addresses for documentation (RFC 5737, RFC 3849): only the route to them is looked up.
    let routes = [("0.0.0.0:0", "192.0.2.1:9"), ("[::]:0", "[2001:db8::1]:9")];
    routes.into_iter().find_map(|(own, other)| {
        let socket = UdpSocket::bind(own).ok()?;
        socket.connect(other).ok()?;
        let address = socket.local_addr().ok()?.ip();
        (!address.is_unspecified() && !address.is_loopback()).then(|| address.to_string())
    })
}
