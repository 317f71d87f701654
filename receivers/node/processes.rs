//! The group `processes`.
//!
//! Every process costs the kernel more than all other files together, so they are read with as few system calls and
//! copies as there can be: paths relative to procfs, and a buffer on the stack.

use std::ffi::CStr;
use std::io::{self, Write as _};
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::path::PathBuf;

use rustix::fs::{CWD, Mode, OFlags, RawDir, openat};

use super::group::Group;
use super::record::Recorder;
use crate::catalogue::{Label, Metric, processes};
use crate::kernel::text::{number, only_number, words};
use crate::kernel::{Roots, Source, System, Unavailable};

/// The states of processes, by their letters. Those before `P` are told of even when no process is in them.
const STATES: [&str; 10] = ["R", "S", "D", "Z", "T", "t", "I", "P", "X", "x"];
const ALWAYS: usize = 7;

/// Collects how many processes and threads there are, and in which states.
#[derive(Debug)]
pub(super) struct Processes {
    proc: PathBuf,
    limits: [(Source, &'static Metric); 2],
}

/// What was counted.
#[derive(Debug, Default)]
struct Census {
    processes: u64,
    threads: u64,
    states: [u64; STATES.len()],
}

// === impl Processes ===

impl Processes {
    pub(super) fn new(roots: &Roots) -> Self {
        let limits = [
            (roots.proc("sys/kernel/pid_max"), &processes::MAX),
            (roots.proc("sys/kernel/threads-max"), &processes::MAX_THREADS),
        ];
        Self { proc: roots.proc.clone(), limits }
    }
}

impl Group for Processes {
    fn name(&self) -> &'static str {
        "processes"
    }

    fn collect(&mut self, system: &mut System, out: &mut Recorder) -> Result<(), Unavailable> {
        let census = census(&self.proc).map_err(|error| Unavailable::io(&self.proc, &error))?;
        if census.processes == 0 {
            return Err(Unavailable::new(&*self.proc, "no process can be read in it"));
        }
        out.gauge(&processes::COUNT, census.processes, &[]);
        out.gauge(&processes::THREADS, census.threads, &[]);
        for (at, (state, count)) in STATES.iter().zip(census.states).enumerate() {
            if at < ALWAYS || count > 0 {
                out.gauge(&processes::STATE, count, &[(Label::ProcessState, state)]);
            }
        }
        let mut missing = Ok(());
        for (source, metric) in &mut self.limits {
            match system.read(source).map(only_number) {
                Ok(Some(limit)) => out.gauge(metric, limit, &[]),
                Ok(None) => missing = Err(Unavailable::new(source.path(), "it is not a number")),
                Err(error) => missing = Err(Unavailable::io(source.path(), &error)),
            }
        }
        missing
    }
}

fn census(proc: &PathBuf) -> io::Result<Census> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let folder = openat(CWD, proc, flags, Mode::empty())?;
    let mut names = [MaybeUninit::uninit(); 16 << 10];
    let mut entries = RawDir::new(&folder, &mut names);
    let mut census = Census::default();
    while let Some(entry) = entries.next() {
        let entry = entry?;
        let name = entry.file_name().to_bytes();
        if number(name).is_some() {
            census.add(&folder, name);
        }
    }
    Ok(census)
}

// === impl Census ===

impl Census {
    /// Counts a process, unless it has ended meanwhile.
    fn add(&mut self, folder: &OwnedFd, pid: &[u8]) {
        let mut content = [0; 1024];
        let Ok(read) = read_stat(folder, pid, &mut content) else { return };
        let Some((state, threads)) = content.get(..read).and_then(parse) else { return };
        self.processes += 1;
        self.threads += threads;
        if let Some(at) = STATES.iter().position(|known| known.as_bytes() == [state]) {
            self.states[at] += 1;
        }
    }
}

fn read_stat(folder: &OwnedFd, pid: &[u8], content: &mut [u8]) -> io::Result<usize> {
    let mut path = [0; 32];
    let mut rest = &mut path[..];
    rest.write_all(pid)?;
    rest.write_all(b"/stat\0")?;
    let path = CStr::from_bytes_until_nul(&path).map_err(io::Error::other)?;
    let file = openat(folder, path, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())?;
    Ok(rustix::io::read(&file, content)?)
}

/// The state and the number of threads. The name, in parentheses before them, may hold anything, also parentheses.
fn parse(stat: &[u8]) -> Option<(u8, u64)> {
    let end = memchr::memrchr(b')', stat)?;
    let mut words = words(&stat[end + 1..]);
    let state = *words.next()?.first()?;
    // num_threads is the twentieth field of proc(5), 16 after the parent's id, which follows the state.
    let threads = words.nth(16).and_then(number)?;
    Some((state, threads))
}
