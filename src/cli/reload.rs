//! `tfo reload`: has a running process read its files again.

use std::io::{self, Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{Exit, files};
use crate::reload::{Outcome, Process, Report, places};
use crate::render;

/// How long a process may take to say who it is, and to reload.
const HELLO: Duration = Duration::from_secs(2);
const ANSWER: Duration = Duration::from_secs(300);

/// Arguments of `tfo reload`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Wait for the outcome: exit 0 applied or unchanged, 78 invalid, 66 a file is missing, 1 could not be started
    #[arg(long)]
    wait: bool,
    /// The process; needed only if several run
    #[arg(long, conflicts_with = "config")]
    pid: Option<u32>,
    /// The process that was started with these files
    #[arg(short, long = "config", value_name = "FILE")]
    config: Vec<String>,
}

pub(super) fn run(args: &Args) -> Exit {
    let mut found = running(args.pid);
    if !args.config.is_empty() {
        let wanted = files::absolute(&args.config);
        found.retain(|(_, process)| process.config == wanted);
    }
    match found.as_slice() {
        [(socket, process)] => reload(socket, process, args.wait),
        [] => {
            let looked: Vec<String> = places().iter().map(|place| place.display().to_string()).collect();
            render::err(&format!("error: no such process runs; looked in {}\n", looked.join(", ")));
            Exit::Unreachable
        }
        several => {
            let list: String =
                several.iter().map(|(_, it)| format!("  --pid {}  {}\n", it.pid, sources(&it.config))).collect();
            render::err(&format!("error: several processes run; name one:\n{list}"));
            Exit::Usage
        }
    }
}

/// What a process runs, on one line: files by their path, and of `yaml:TEXT` (as `tfo quickstart` has it) the first line.
fn sources(config: &[String]) -> String {
    let heads = config.iter().map(|source| match source.split_once('\n') {
        Some((head, _)) => format!("{head} ..."),
        None => source.clone(),
    });
    heads.collect::<Vec<_>>().join(" ")
}

fn reload(socket: &Path, process: &Process, wait: bool) -> Exit {
    let asked = ask(socket, &format!("POST /-/reload?wait={wait}"), ANSWER);
    let body = match asked {
        Ok(body) => body,
        Err(error) => {
            render::err(&format!("error: process {} gave no answer: {error}\n", process.pid));
            return Exit::Unreachable;
        }
    };
    if !wait {
        render::out(&body);
        return Exit::Fine;
    }
    let Ok(report) = serde_json::from_str::<Report>(&body) else {
        render::err(&format!("error: process {} answered with {body:?}\n", process.pid));
        return Exit::Unreachable;
    };
    let (exit, head) = match report.result {
        Outcome::Applied => (Exit::Fine, "applied: "),
        Outcome::Unchanged => (Exit::Fine, "unchanged: "),
        Outcome::Invalid => (Exit::Config, ""),
        Outcome::Missing => (Exit::NoInput, ""),
        Outcome::Failed | Outcome::Partly => (Exit::Internal, "error: "),
        Outcome::Stopping => (Exit::Unreachable, "error: "),
    };
    let text = format!("{head}{}\n", report.message.trim_end());
    match exit {
        Exit::Fine => render::out(&text),
        _ if report.result == Outcome::Partly => render::err(&text),
        _ => render::err(&format!("{text}process {} was not changed\n", process.pid)),
    }
    exit
}

/// Every process that answers, or the one with this id, with its socket. Sockets of processes that were killed are
/// removed.
fn running(pid: Option<u32>) -> Vec<(PathBuf, Process)> {
    let entries = places().into_iter().filter_map(|place| std::fs::read_dir(place).ok()).flatten().flatten();
    let sockets = entries.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|end| end == "sock"));
    let named = pid.map(|pid| pid.to_string());
    let asked =
        sockets.filter(|path| named.is_none() || path.file_stem().and_then(|stem| stem.to_str()) == named.as_deref());
    asked.filter_map(|socket| Some((socket.clone(), hello(&socket)?))).collect()
}

fn hello(socket: &Path) -> Option<Process> {
    match ask(socket, "GET /-/process", HELLO) {
        Ok(body) => serde_json::from_str(&body).ok(),
        Err(error) => {
            if error.kind() == io::ErrorKind::ConnectionRefused {
                // Nobody can answer there any more; it may belong to somebody else.
                let _ = std::fs::remove_file(socket);
            }
            None
        }
    }
}

/// The body of the answer to a request without one.
fn ask(socket: &Path, request: &str, timeout: Duration) -> io::Result<String> {
    let mut stream = UnixStream::connect(socket)?;
    stream.set_read_timeout(Some(timeout))?;
    write!(stream, "{request} HTTP/1.1\r\nHost: tfo\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let body = answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned());
    body.ok_or_else(|| io::Error::new(io::ErrorKind::UnexpectedEof, "it ended"))
}
