//! What users write under `enrich` and `resource_detection`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use pipelines::component::Problems;
use pipelines::config::{Duration, did_you_mean};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

/// What is added to every resource.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Attributes with values of any type. They win over what detectors find.
    pub tags: Map<String, Value>,
    /// Where facts come from, in order; of two that know the same attribute the first wins. `env`: the variable
    /// `OTEL_RESOURCE_ATTRIBUTES`; `system`: this machine; `docker`: the Docker daemon; `instance`: the id of this
    /// installation. Default none for `enrich` and `[env]` for `resource_detection`.
    pub detectors: Option<Vec<String>>,
    /// Whether attributes that a resource has already are replaced. Default true.
    #[serde(rename = "override")]
    pub overrides: bool,
    /// How long to wait for a detector that asks a service. Default 5s.
    pub timeout: Duration,
    /// Whether a detector that finds nothing keeps the pipelines from starting. Default false: a warning is logged.
    pub fail_on_missing_metadata: bool,
    /// Facts are looked up once at start; looking again is not built yet, so only 0 is accepted.
    pub refresh_interval: Duration,
    /// Settings of the detector `env`; it has none.
    pub env: Option<EnvConfig>,
    /// Settings of the detector `system`.
    pub system: SystemConfig,
    /// Settings of the detector `docker`.
    pub docker: DetectorConfig,
    /// Settings of the detector `instance`.
    pub instance: InstanceConfig,
}

/// The detector `env` has no settings.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct EnvConfig {}

/// Settings of the detector `system`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SystemConfig {
    /// Which attributes to detect. On by default: `host.name`, `os.type`. Off by default: `host.id`, `host.arch`,
    /// `host.ip`, `host.mac`, `os.name`, `os.version`, `os.description`, `host.cpu.vendor.id`, `host.cpu.family`, `host.cpu.model.id`,
    /// `host.cpu.model.name`, `host.cpu.stepping`, `host.cpu.cache.l2.size` (KiB, as the Collector writes it).
    pub resource_attributes: BTreeMap<String, Toggle>,
    /// Where `host.name` comes from; the first that knows it. `dns`: the full name that /etc/hosts gives the host name;
    /// `os`: the host name. Default `[dns, os]`.
    pub hostname_sources: Vec<String>,
}

/// Settings of the detector `instance`, which finds `service.instance.id`: a UUID that is made at the first start and
/// stays the same. It stands in for `host.id` too where that is asked for and the machine has none.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct InstanceConfig {
    /// The file that keeps it; it and its directory are made if they are not there. Required for this detector.
    pub path: Option<PathBuf>,
}

/// Settings of a detector.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DetectorConfig {
    /// Which attributes to detect. On by default: `host.name`, `os.type`.
    pub resource_attributes: BTreeMap<String, Toggle>,
}

/// Whether an attribute is detected.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Toggle {
    /// Whether it is.
    pub enabled: bool,
}

/// A source of facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Detector {
    Env,
    System,
    Docker,
    Instance,
}

/// What `system` can detect.
pub(super) const SYSTEM: [&str; 15] = [
    "host.name",
    "os.type",
    "host.id",
    "host.arch",
    "host.ip",
    "host.mac",
    "os.name",
    "os.version",
    "os.description",
    "host.cpu.vendor.id",
    "host.cpu.family",
    "host.cpu.model.id",
    "host.cpu.model.name",
    "host.cpu.stepping",
    "host.cpu.cache.l2.size",
];
/// What every detector finds unless told otherwise, and all that `docker` can.
pub(super) const ON_BY_DEFAULT: [&str; 2] = ["host.name", "os.type"];

/// Detectors of the Collector that are not built.
const NOT_BUILT: &[&str] = &[
    "aks",
    "akamai",
    "alibaba_ecs",
    "azure",
    "azurecontainerapps",
    "consul",
    "digitalocean",
    "dynatrace",
    "ec2",
    "ecs",
    "eks",
    "elasticbeanstalk",
    "gce",
    "gcp",
    "gke",
    "heroku",
    "hetzner",
    "ibmcloud_classic",
    "ibmcloud_vpc",
    "k8s_api",
    "k8snode",
    "kubeadm",
    "lambda",
    "nova",
    "openshift",
    "oraclecloud",
    "scaleway",
    "tencent_cvm",
    "upcloud",
    "vultr",
];

// === impl Config ===

impl Config {
    /// The detectors that are listed; `None` if there is no list.
    pub(super) fn detectors(&self) -> Option<Vec<Detector>> {
        let named = |name: &String| Detector::ALL.into_iter().find(|detector| detector.name() == name);
        self.detectors.as_ref().map(|names| names.iter().filter_map(named).collect())
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            tags: Map::new(),
            detectors: None,
            overrides: true,
            timeout: Duration::from_secs(5),
            fail_on_missing_metadata: false,
            refresh_interval: Duration::ZERO,
            env: None,
            system: SystemConfig::default(),
            docker: DetectorConfig::default(),
            instance: InstanceConfig::default(),
        }
    }
}

impl pipelines::component::Config for Config {
    fn validate(&self, problems: &mut Problems) {
        for (index, name) in self.detectors.iter().flatten().enumerate() {
            let path = format!("detectors.{index}");
            if NOT_BUILT.contains(&name.as_str()) {
                problems.error(path, format!("detector `{name}` is not built yet")).help(
                    "remove it, and set what it would find under tags or in OTEL_RESOURCE_ATTRIBUTES with detector env",
                );
            } else if Detector::ALL.iter().all(|detector| detector.name() != name) {
                unknown(problems, path, "detector", name, &Detector::ALL.map(Detector::name));
            }
        }
        let wants_instance = self.detectors.iter().flatten().any(|name| name == Detector::Instance.name());
        match &self.instance.path {
            None if wants_instance => {
                problems
                    .error("instance.path", "the detector instance has no file to keep the id in")
                    .help("set it, e.g. /var/lib/tfo-agent/instance");
            }
            Some(_) if !wants_instance => {
                problems
                    .warning("instance.path", "has no effect without the detector")
                    .help("add instance to detectors");
            }
            _ => {}
        }
        if !self.refresh_interval.is_zero() {
            problems.error("refresh_interval", "looking again is not built yet, expected 0").help("remove it");
        }
        for (index, source) in self.system.hostname_sources.iter().enumerate() {
            let path = format!("system.hostname_sources.{index}");
            match source.as_str() {
                "dns" | "os" => {}
                "cname" | "lookup" => {
                    problems.error(path, format!("source `{source}` is not built yet")).help("use dns or os");
                }
                _ => unknown(problems, path, "source of host names", source, &["dns", "os"]),
            }
        }
        for name in self.system.resource_attributes.keys().filter(|name| !SYSTEM.contains(&name.as_str())) {
            unknown(problems, format!("system.resource_attributes.{name}"), "attribute", name, &SYSTEM);
        }
        for (name, toggle) in &self.docker.resource_attributes {
            let path = format!("docker.resource_attributes.{name}");
            if name.starts_with("container.") && toggle.enabled {
                problems.error(path, format!("attribute `{name}` is not built yet")).help("set enabled: false");
            } else if !name.starts_with("container.") && !ON_BY_DEFAULT.contains(&name.as_str()) {
                unknown(problems, path, "attribute", name, &ON_BY_DEFAULT);
            }
        }
    }
}

/// Whether an attribute is to be detected.
pub(super) fn wanted(toggles: &BTreeMap<String, Toggle>, name: &str) -> bool {
    toggles.get(name).map_or_else(|| ON_BY_DEFAULT.contains(&name), |toggle| toggle.enabled)
}

fn unknown(problems: &mut Problems, path: String, what: &str, name: &str, known: &[&str]) {
    let list = known.join(", ");
    let help = match did_you_mean(name, known.iter().copied()) {
        Some(meant) => format!("did you mean {meant}? known are {list}"),
        None => format!("known are {list}"),
    };
    problems.error(path, format!("unknown {what} `{name}`")).help(help);
}

// === impl Detector ===

impl Detector {
    pub(super) const ALL: [Self; 4] = [Self::Env, Self::System, Self::Docker, Self::Instance];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Env => "env",
            Self::System => "system",
            Self::Docker => "docker",
            Self::Instance => "instance",
        }
    }
}
