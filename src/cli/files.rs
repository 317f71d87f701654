//! The files a command works on, read into a plan.

use pipelines::Plan;
use pipelines::config::{Diagnostics, ProcessEnvironment, Sources, code, load};
use pipelines::graph::resolve;

use super::Exit;
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
    names: String,
}

// === impl Files ===

impl Files {
    /// Reads, checks and resolves the files.
    pub(crate) fn load(&self) -> Loaded {
        let (mut sources, mut diagnostics) = (Sources::default(), Diagnostics::default());
        let root = load(&self.config, &self.set, &ProcessEnvironment, &mut sources, &mut diagnostics);
        let plan = root.and_then(|root| resolve(&root, &registry(), &mut diagnostics));
        Loaded { sources, diagnostics, plan, names: self.names() }
    }

    /// The plan of the files; diagnostics are printed, and errors end the command.
    pub(crate) fn plan(&self) -> Result<Plan, Exit> {
        let loaded = self.load();
        loaded.print();
        let exit = loaded.exit();
        loaded.plan.ok_or(exit)
    }

    /// The merged and filled in tree itself.
    pub(crate) fn tree(&self) -> (Option<pipelines::config::Node>, Loaded) {
        let (mut sources, mut diagnostics) = (Sources::default(), Diagnostics::default());
        let root = load(&self.config, &self.set, &ProcessEnvironment, &mut sources, &mut diagnostics);
        (root, Loaded { sources, diagnostics, plan: None, names: self.names() })
    }

    /// What the files are called in messages.
    pub(crate) fn names(&self) -> String {
        self.config.join(", ")
    }
}

// === impl Loaded ===

impl Loaded {
    /// Prints what there is to tell, for people.
    pub(crate) fn print(&self) {
        render::err(&render::diagnostics::text(&self.diagnostics, &self.sources, &self.names, render::colour()));
    }

    /// The exit code of a configuration that does not work.
    pub(crate) fn exit(&self) -> Exit {
        let missing = self.diagnostics.iter().any(|diagnostic| diagnostic.code == &code::NO_FILE);
        if missing { Exit::NoInput } else { Exit::Config }
    }
}
