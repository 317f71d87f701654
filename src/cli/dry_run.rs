//! `tfo dry-run`: prove the files, level by level, up to pushing records through the real graph.

use std::path::PathBuf;
use std::time::Duration;

use clap::ValueEnum;
use pipelines::component::{Check, CheckContext, Depth, Finding};
use pipelines::dryrun::{self, Input, Report};
use pipelines::{Plan, Signal};
use serde_json::json;

use super::files::Files;
use super::run::runtime;
use super::{Exit, Format};
use crate::render;

/// Arguments of `tfo dry-run`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    files: Files,
    /// How deep to look; every level includes the ones before it, except that `process` touches no network
    #[arg(long, value_enum, default_value_t)]
    level: Level,
    /// Recorded telemetry: OTLP JSON lines or OTLP protobuf; without it every receiver's own sample is used
    #[arg(long, value_name = "FILE", num_args = 1..)]
    input: Vec<PathBuf>,
    /// The signal of protobuf input, where it cannot be told from the bytes
    #[arg(long, value_parser = signal)]
    signal: Option<Signal>,
    /// Which records are shown
    #[arg(long, value_enum, default_value_t)]
    show: Show,
    /// How many records are shown
    #[arg(long, default_value_t = 20, value_name = "N")]
    limit: usize,
    /// How the report is printed
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Bound on every single probe of levels `resolve` and `connect`, in seconds
    #[arg(long, default_value_t = 5, value_name = "SECONDS")]
    timeout: u64,
}

/// How deep to look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum Level {
    /// YAML, fields, graph, expressions; touches nothing
    Static,
    /// Also files, certificates, ports, directories of this machine
    Resolve,
    /// Also endpoints: name, connection, TLS, credentials; writes nothing
    Connect,
    /// Static, then records through the real graph up to every exporter's encoding; touches no network
    #[default]
    Process,
    /// Everything above
    All,
}

/// Which records are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Show {
    /// Every record
    All,
    /// Those that something happened to
    #[default]
    Changed,
    /// Those that were dropped or lost
    Dropped,
    /// None
    None,
}

/// What the probes of one component found.
pub(crate) struct Probe {
    /// The component, e.g. `exporters.otlp`.
    pub(crate) component: String,
    /// What was found.
    pub(crate) findings: Vec<Finding>,
}

/// Everything a dry run has to tell.
#[derive(Default)]
pub(crate) struct Outcome {
    /// What probes found, per level.
    pub(crate) probes: Vec<(Depth, Vec<Probe>)>,
    /// What became of the records.
    pub(crate) report: Option<Report>,
    /// What was not looked at, and why.
    pub(crate) unchecked: Vec<String>,
}

// === impl Args ===

impl Args {
    /// What `tfo collector --dry-run` means.
    pub(super) fn of(files: Files) -> Self {
        Self {
            files,
            level: Level::default(),
            input: Vec::new(),
            signal: None,
            show: Show::default(),
            limit: 20,
            format: Format::Text,
            timeout: 5,
        }
    }

    fn depths(&self) -> &'static [Depth] {
        match self.level {
            Level::Static | Level::Process => &[],
            Level::Resolve => &[Depth::Resolve],
            Level::Connect | Level::All => &[Depth::Resolve, Depth::Connect],
        }
    }

    fn processes(&self) -> bool {
        self.level >= Level::Process
    }
}

pub(super) fn run(args: &Args) -> Exit {
    let loaded = args.files.load();
    let Some(plan) = &loaded.plan else {
        if args.format == Format::Json {
            let diagnostics = render::diagnostics::json(&loaded.diagnostics, &loaded.sources);
            render::json(&json!({ "version": 1, "exit": loaded.exit() as u8, "diagnostics": diagnostics }));
        } else {
            loaded.print();
        }
        return loaded.exit();
    };
    let inputs = match inputs(args, plan) {
        Ok(inputs) => inputs,
        Err((message, exit)) => {
            render::err(&format!("error: {message}\n"));
            return exit;
        }
    };
    let outcome = match runtime(std::num::NonZeroUsize::new(1)) {
        Ok(runtime) => runtime.block_on(look(args, plan, &inputs)),
        Err(error) => Err(format!("cannot start a worker thread: {error}")),
    };
    let outcome = match outcome {
        Ok(outcome) => outcome,
        Err(message) => {
            render::err(&format!("error: {message}\n"));
            return Exit::Config;
        }
    };
    let exit = exit(&outcome);
    if args.format == Format::Json {
        let diagnostics = render::diagnostics::json(&loaded.diagnostics, &loaded.sources);
        render::json(&render::dry_run::json(&outcome, diagnostics, exit as u8));
    } else {
        loaded.print();
        render::out(&render::dry_run::text(plan, &outcome, args.show, args.limit));
    }
    exit
}

fn inputs(args: &Args, plan: &Plan) -> Result<Vec<Input>, (String, Exit)> {
    if !args.processes() {
        return Ok(Vec::new());
    }
    if args.input.is_empty() {
        return dryrun::samples(plan).map_err(|error| (error.to_string(), Exit::Config));
    }
    let mut inputs = Vec::new();
    for path in &args.input {
        let shown = path.display();
        let content =
            std::fs::read(path).map_err(|error| (format!("cannot read input `{shown}`: {error}"), Exit::NoInput))?;
        let telemetry = dryrun::read_input(&content, args.signal)
            .map_err(|error| (format!("input `{shown}` cannot be used: {error}"), Exit::Data))?;
        inputs.extend(telemetry.iter().flat_map(|telemetry| dryrun::from_every_receiver(plan, telemetry)));
    }
    Ok(inputs)
}

async fn look(args: &Args, plan: &Plan, inputs: &[Input]) -> Result<Outcome, String> {
    let mut outcome = Outcome::default();
    for depth in args.depths() {
        let mut probes = Vec::new();
        for declared in used(plan) {
            let timeout = Duration::from_secs(args.timeout);
            let cx = CheckContext { id: declared.id.clone(), signals: signals(plan, declared), depth: *depth, timeout };
            let findings = declared.component.check(declared.config.clone(), cx).await;
            if !findings.is_empty() {
                let component = format!("{}.{}", declared.component.kind.section(), declared.id);
                probes.push(Probe { component, findings });
            }
        }
        outcome.probes.push((*depth, probes));
    }
    if args.processes() {
        let report = dryrun::run(plan, inputs).await.map_err(|error| error.to_string())?;
        outcome.report = Some(report);
    }
    outcome.unchecked = unchecked(args, inputs);
    Ok(outcome)
}

/// Components that would run.
fn used(plan: &Plan) -> impl Iterator<Item = &pipelines::graph::Declared> {
    plan.declared
        .iter()
        .enumerate()
        .filter(|(at, _)| plan.extensions.contains(at) || plan.nodes.iter().any(|node| node.declared == *at))
        .map(|(_, declared)| declared)
}

/// The signals of the pipelines that use a component.
fn signals(plan: &Plan, declared: &pipelines::graph::Declared) -> Vec<Signal> {
    let nodes = || plan.nodes.iter().filter(|node| std::ptr::eq(plan.declared(node), declared));
    let carries = |signal: &Signal| {
        nodes().any(|node| node.signal == Some(*signal) || node.outputs.iter().any(|(output, _)| output == signal))
    };
    Signal::ALL.into_iter().filter(carries).collect()
}

fn unchecked(args: &Args, inputs: &[Input]) -> Vec<String> {
    let mut unchecked = Vec::new();
    let depths = args.depths();
    if !depths.contains(&Depth::Resolve) {
        unchecked.push("files, certificates and ports of this machine (--level resolve)".to_owned());
    }
    if !depths.contains(&Depth::Connect) {
        unchecked.push("whether endpoints can be reached and take the credentials (--level connect)".to_owned());
    }
    if !args.processes() {
        unchecked.push("what becomes of records (--level process)".to_owned());
    } else {
        if args.input.is_empty() && !inputs.is_empty() {
            unchecked.push("your own data: each receiver's sample was used (--input FILE)".to_owned());
        }
        unchecked.push("what a destination says to the data: nothing was sent".to_owned());
        unchecked.push("timing: processors that hold records back were flushed after each record".to_owned());
    }
    unchecked
}

fn exit(outcome: &Outcome) -> Exit {
    let findings = outcome.probes.iter().flat_map(|(_, probes)| probes).flat_map(|probe| &probe.findings);
    let of = |finding: &Finding| match finding.check {
        Check::Unreachable => Some(Exit::Unreachable),
        Check::Denied => Some(Exit::Denied),
        Check::Failed => Some(Exit::Config),
        Check::Passed | Check::Warned | Check::Unchecked => None,
    };
    if let Some(exit) = findings.filter_map(of).next() {
        return exit;
    }
    let lost = outcome.report.as_ref().is_some_and(|report| report.lost() > 0);
    if lost { Exit::Data } else { Exit::Fine }
}

fn signal(text: &str) -> Result<Signal, String> {
    Signal::from_name(text)
        .ok_or_else(|| format!("`{text}` is not a signal: expected traces, metrics, logs or profiles"))
}
