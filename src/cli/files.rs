//! The files a command works on, read into a plan.

use std::cell::RefCell;
use std::path::PathBuf;

use pipelines::Plan;
use pipelines::config::{
    Diagnostic, Diagnostics, Environment, Node, ProcessEnvironment, Severity, Sources, code, load,
};
use pipelines::graph::resolve;

use super::Exit;
use crate::agent;
use crate::extensions::platform;
use crate::registry::registry;
use crate::render;

/// Which files make the configuration.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Files {
    /// Configuration file; several are merged in order, later ones win. Also `env:NAME` and `yaml:TEXT`
    #[arg(short, long = "config", value_name = "FILE", required = true)]
    config: Vec<String>,
    /// Set one value on top of the files, e.g. `processors.batch.timeout=2s`
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
}

/// What came of reading the files.
pub(crate) struct Loaded {
    /// The texts diagnostics point into.
    pub(crate) sources: Sources,
    /// Everything to tell about them.
    pub(crate) diagnostics: Diagnostics,
    /// The plan, unless there is an error.
    pub(crate) plan: Option<Plan>,
    /// Every file that was read, or could not be, with those named by `${file:...}`.
    pub(crate) read: Vec<PathBuf>,
    /// Where an agent keeps what outlives it.
    state: Option<PathBuf>,
    names: String,
}

/// The environment of the process, which notes what files are read.
#[derive(Default)]
struct Noting {
    read: RefCell<Vec<PathBuf>>,
    /// What the platform sets on top of the files; it is read like one.
    remote: Option<String>,
}

/// What the remote configuration is called in messages.
const REMOTE: &str = "remote configuration";

/// Configurations as they are named to other processes: paths are absolute.
pub(crate) fn absolute(config: &[String]) -> Vec<String> {
    let is_path = |uri: &str| !uri.starts_with("env:") && !uri.starts_with("yaml:");
    let absolute = |uri: &String| {
        let path = is_path(uri).then(|| std::path::absolute(uri.strip_prefix("file:").unwrap_or(uri)).ok()).flatten();
        path.map_or_else(|| uri.clone(), |path| path.display().to_string())
    };
    config.iter().map(absolute).collect()
}

// === impl Files ===

impl Files {
    /// These files, with values set on top of them.
    #[cfg(any(feature = "clickhouse", feature = "postgres", feature = "sqlite"))]
    pub(crate) fn of(config: Vec<String>, set: Vec<String>) -> Self {
        Self { config, set }
    }

    /// These files; without any the agent file that is found where agents look for it.
    pub(crate) fn or_found(mut self) -> Result<Self, Exit> {
        if self.config.is_empty() {
            let found = agent::lookup::find().map_err(|error| {
                render::err(&format!("error: {error}\n"));
                Exit::NoInput
            })?;
            self.config.push(found.display().to_string());
        }
        Ok(self)
    }

    /// Reads, checks and resolves the files, with the remote configuration on top if one is in force. One that does not
    /// fit the files any more is left out with a warning: it must not keep an agent from starting.
    pub(crate) fn load(&self) -> Loaded {
        let mut own = self.load_with(None);
        let Some(remote) = own.plan.as_ref().and_then(platform::in_force) else { return own };
        let why = match remote {
            Ok(remote) => {
                let merged = self.load_with(Some(remote));
                if merged.plan.is_some() {
                    return merged;
                }
                merged.first_error()
            }
            Err(why) => why,
        };
        let warning = format!("the remote configuration does not fit these files and is left out: {why}");
        own.diagnostics.push(Diagnostic::warning(&code::INVALID_VALUE, warning));
        own
    }

    /// The same with `remote` on top of the files instead of what is in force.
    pub(crate) fn load_with(&self, remote: Option<String>) -> Loaded {
        let (mut sources, mut diagnostics) = (Sources::default(), Diagnostics::default());
        let (config, noting) = self.with(remote);
        let root = load(&config, &self.set, &noting, &mut sources, &mut diagnostics);
        let pipelines = root.and_then(|root| agent::pipelines(root, &noting, &mut diagnostics));
        let plan = pipelines.as_ref().and_then(|pipelines| resolve(&pipelines.root, &registry(), &mut diagnostics));
        let state = pipelines.and_then(|pipelines| pipelines.state);
        Loaded { sources, diagnostics, plan, read: noting.read.into_inner(), state, names: self.names() }
    }

    /// The configurations, as `tfo reload` finds the process by them.
    pub(crate) fn absolute(&self) -> Vec<String> {
        absolute(&self.config)
    }

    /// The plan of the files; diagnostics are printed, and errors end the command.
    pub(crate) fn plan(&self) -> Result<Plan, Exit> {
        let loaded = self.load();
        loaded.print();
        let exit = loaded.exit();
        loaded.plan.ok_or(exit)
    }

    /// The merged and filled in tree itself; that of an agent file as it is written (`as_agent`) or as pipelines.
    pub(crate) fn tree(&self, as_agent: bool) -> (Option<Node>, Loaded) {
        let (mut sources, mut diagnostics) = (Sources::default(), Diagnostics::default());
        let remote = self.load_with(None).plan.as_ref().and_then(platform::in_force).and_then(Result::ok);
        let (config, noting) = self.with(remote);
        let root = load(&config, &self.set, &noting, &mut sources, &mut diagnostics);
        let pipelines = |root| match as_agent {
            true => Some(root),
            false => agent::pipelines(root, &ProcessEnvironment, &mut diagnostics).map(|pipelines| pipelines.root),
        };
        let root = root.and_then(pipelines);
        (root, Loaded { sources, diagnostics, plan: None, read: Vec::new(), state: None, names: self.names() })
    }

    /// The files, and `remote` as the last of them.
    fn with(&self, remote: Option<String>) -> (Vec<String>, Noting) {
        let last = remote.is_some().then(|| REMOTE.to_owned());
        (self.config.iter().cloned().chain(last).collect(), Noting { remote, ..Noting::default() })
    }

    /// What the files are called in messages.
    pub(crate) fn names(&self) -> String {
        // A text would hide what is said of it.
        let name = |uri: &String| if uri.starts_with("yaml:") { "yaml:...".to_owned() } else { uri.clone() };
        self.config.iter().map(name).collect::<Vec<_>>().join(", ")
    }
}

// === impl Loaded ===

impl Loaded {
    /// Prints what there is to tell, for people.
    pub(crate) fn print(&self) {
        render::err(&self.text(render::colour()));
    }

    /// What there is to tell, for people.
    pub(crate) fn text(&self, colour: bool) -> String {
        render::diagnostics::text(&self.diagnostics, &self.sources, &self.names, colour)
    }

    /// What to do about a failure to start that is about the agent's own directory.
    pub(crate) fn help(&self, failure: &str) -> Option<String> {
        let state = self.state.as_ref().map(|state| state.display().to_string())?;
        failure.contains(&state).then(|| {
            format!("{state} is the agent's; set `agent.state_directory` or TFO_STATE_DIR to keep it somewhere else")
        })
    }

    /// The first error in one line, with its place.
    pub(crate) fn first_error(&self) -> String {
        let first = self.diagnostics.sorted(&self.sources).into_iter().find(|it| it.severity == Severity::Error);
        first.map_or_else(String::new, |error| render::diagnostics::line(error, &self.sources))
    }

    /// Whether a file could not be read.
    pub(crate) fn is_missing(&self) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.code == &code::NO_FILE)
    }

    /// The exit code of a configuration that does not work.
    pub(crate) fn exit(&self) -> Exit {
        if self.is_missing() { Exit::NoInput } else { Exit::Config }
    }
}

// === impl Noting ===

impl Environment for Noting {
    fn variable(&self, name: &str) -> Option<String> {
        ProcessEnvironment.variable(name)
    }

    fn file(&self, path: &str) -> Result<String, String> {
        if let Some(remote) = self.remote.as_ref().filter(|_| path == REMOTE) {
            return Ok(remote.clone());
        }
        self.read.borrow_mut().push(path.into());
        ProcessEnvironment.file(path)
    }
}
