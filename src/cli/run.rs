//! `tfo agent` and `tfo collector`: run the pipelines of the files until told to stop.

use std::num::NonZeroUsize;
use std::path::Path;
use std::time::Duration;

use pipelines::runtime::{Engine, Memory, NodeStatus, Running};
use pipelines::{Plan, ledger};
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::files::{Files, Loaded};
use super::{Exit, dry_run};
use crate::reload::{self, Control, Reload, Requests};
use crate::systemd::Systemd;
use crate::telemetry::Telemetry;
use crate::{logging, render};

/// Time to deliver what is held after SIGTERM; Kubernetes kills after 30 s by default.
const DRAIN: u64 = 25;

/// Arguments of `tfo agent` and `tfo collector`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    files: Files,
    /// Only prove the files, as `tfo dry-run` does
    #[arg(long)]
    dry_run: bool,
    /// Worker threads; default one per core
    #[arg(long, env = "TFO_THREADS", value_name = "N")]
    threads: Option<NonZeroUsize>,
    /// Seconds to deliver what is held before the process ends
    #[arg(long, default_value_t = DRAIN, value_name = "SECONDS")]
    drain_timeout: u64,
    /// Read the files again when they change, as on SIGHUP
    #[arg(long, env = "TFO_WATCH")]
    watch: bool,
    /// Serve `POST /-/reload` on this address, e.g. 127.0.0.1:8889; `tfo reload` does not need it
    #[arg(long, env = "TFO_ADMIN", value_name = "HOST:PORT")]
    admin: Option<String>,
}

// === impl Args ===

#[cfg(feature = "sqlite")]
impl Args {
    /// These files, and otherwise the defaults.
    pub(super) fn of(files: Files) -> Self {
        Self { files, dry_run: false, threads: None, drain_timeout: DRAIN, watch: false, admin: None }
    }
}

/// `tfo agent`, which finds its file if none is named, and keeps small.
pub(super) fn agent(mut args: Args) -> Exit {
    // A huge page takes 2 MiB in every thread where an agent needs some KiB. A gateway is a tenth faster with them.
    if let Err(error) = rustix::thread::disable_transparent_huge_pages(true) {
        tracing::debug!(%error, "huge pages stay on");
    }
    match args.files.or_found() {
        Ok(files) => {
            args.files = files;
            run(args)
        }
        Err(exit) => exit,
    }
}

pub(super) fn run(args: Args) -> Exit {
    if args.dry_run {
        return dry_run::run(&dry_run::Args::of(args.files));
    }
    let mut loaded = args.files.load();
    loaded.print();
    let Some(plan) = loaded.plan.take() else { return loaded.exit() };
    logging::start(&plan.telemetry);
    match runtime(args.threads) {
        Ok(runtime) => {
            let exit = runtime.block_on(serve(args, &plan, &loaded));
            // A disk that does not answer a read must not keep the process.
            runtime.shutdown_background();
            exit
        }
        Err(error) => {
            render::err(&format!("error: cannot start worker threads: {error}\n"));
            Exit::Internal
        }
    }
}

/// A runtime of `threads` workers. One worker runs on the main thread, which saves every hand-over between threads.
pub(super) fn runtime(threads: Option<NonZeroUsize>) -> std::io::Result<tokio::runtime::Runtime> {
    let threads = threads.or_else(|| std::thread::available_parallelism().ok()).map_or(1, NonZeroUsize::get);
    match threads {
        1 => tokio::runtime::Builder::new_current_thread().enable_all().build(),
        threads => tokio::runtime::Builder::new_multi_thread().worker_threads(threads).enable_all().build(),
    }
}

async fn serve(args: Args, plan: &Plan, loaded: &Loaded) -> Exit {
    let drain = Duration::from_secs(args.drain_timeout);
    let watched = args.watch.then(|| reload::Watched::new(loaded.read.clone()));
    let (Ok(mut terminate), Ok(mut interrupt), Ok(mut hangup), Ok(mut table)) = (
        signal(SignalKind::terminate()),
        signal(SignalKind::interrupt()),
        signal(SignalKind::hangup()),
        signal(SignalKind::user_defined1()),
    ) else {
        render::err("error: cannot listen for signals\n");
        return Exit::Internal;
    };
    let (requests, mut asked) = Requests::channel();
    reload::offer(reload::Own { requests: requests.clone(), files: args.files.clone() });
    let control = Control::new(requests.clone(), args.files.absolute());
    if let Some(address) = &args.admin
        && let Err(error) = control.serve_on(address).await
    {
        return failed(&error);
    }
    let (reload, read) = Reload::new(args.files, loaded, drain);
    let mut running = match Engine::start(plan).await {
        Ok(running) => running,
        Err(error) => {
            let exit = failed(&error);
            loaded.help(&error.to_string()).inspect(|help| render::err(&format!("help: {help}\n")));
            return exit;
        }
    };
    for (id, places) in running.places() {
        places.iter().for_each(|place| tracing::info!(%id, "listening on {place}"));
    }
    let own = Telemetry::start(&plan.telemetry, running.status().clone(), running.budget().clone()).await;
    let mut own = match own {
        Ok(own) => own,
        Err(failure) => {
            running.stop(Duration::ZERO).await;
            render::err(&format!("error: {failure}\n"));
            return Exit::Internal;
        }
    };
    control.serve_here().await;
    if let Some(files) = watched {
        control.watch(files, read, requests.clone());
    }
    limits();
    tracing::info!(pipelines = plan.pipelines.len(), "everything is ready, running");
    let mut systemd = Systemd::new();
    systemd.ready("running");
    let exit = loop {
        tokio::select! {
            () = systemd.stay_alive() => {}
            _ = terminate.recv() => break Exit::Fine,
            _ = interrupt.recv() => break Exit::Fine,
            _ = table.recv() => render::err(&ledger::table(running.status())),
            _ = hangup.recv() => requests.ask("SIGHUP"),
            Some(request) = asked.recv() => {
                systemd.reloading();
                tokio::select! {
                    biased;
                    // What is not done yet is given up: nothing has changed.
                    _ = terminate.recv() => break Exit::Fine,
                    _ = interrupt.recv() => break Exit::Fine,
                    () = systemd.stay_alive() => {}
                    () = reload.answer(&mut running, &mut own, request) => {}
                }
                systemd.ready("running");
            }
            (id, failure) = running.failed() => {
                tracing::error!(%id, %failure, "a component failed, stopping");
                break Exit::Internal;
            }
        }
    };
    systemd.stopping();
    // Whoever asks for a reload now hears that it is too late.
    drop(asked);
    tracing::info!("stopping: delivering what is held");
    tokio::select! {
        () = async { tokio::join!(stop(running, own, drain), control.stop()); } => exit,
        () = again(&mut terminate, &mut interrupt) => {
            tracing::warn!("told to stop twice: stopped at once");
            Exit::Interrupted
        }
    }
}

/// Says what bounds the process, so that nobody has to guess why it is slow or was killed.
fn limits() {
    let memory = Memory::of_this_process(Path::new("/"));
    let (bytes, source) =
        memory.map_or((0, String::new()), |memory| (memory.bytes, memory.source.display().to_string()));
    let cpus = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let is_root = rustix::process::geteuid().is_root();
    tracing::info!(memory = bytes, %source, cpus, is_root, "what the process may use");
}

async fn stop(running: Running, own: Telemetry, drain: Duration) {
    let status = running.status().clone();
    let cut = running.stop(drain).await;
    own.stop().await;
    tracing::debug!("the ledger at the end:\n{}", ledger::table(&status));
    tracing::info!("{}", ledger::summary(&status));
    // What is on disk is kept for the next start.
    let held: u64 = status.nodes().iter().filter(|node| node.disk().is_none()).map(NodeStatus::held).sum();
    if cut > 0 || held > 0 {
        tracing::warn!(cut, held, "the time was up: what was left was refused, so that its senders send it again");
    }
    tracing::info!("stopped");
}

async fn again(terminate: &mut Signal, interrupt: &mut Signal) {
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}

fn failed(error: &dyn std::fmt::Display) -> Exit {
    render::err(&format!("error: {error}\n"));
    Exit::Internal
}
