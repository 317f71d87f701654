//! Queue files as a crash or a bad disk leaves them: cut off, overwritten, flipped, at every kind of place.

use std::collections::BTreeSet;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::gateway::{Gateway, Queue};
use crate::load::Load;
use crate::records::Signal;
use crate::trial::Trial;

/// Requests in the queue, of ten records each.
const REQUESTS: u64 = 30;

/// The one in the middle that is damaged.
const VICTIM: usize = 15;

/// Length of an entry's header, as pipelines/storage/format.rs has it.
const HEADER: usize = 40;

/// A queue of one file: its bytes, and where the entries lie.
struct Queued {
    file: PathBuf,
    bytes: Vec<u8>,
    entries: Vec<Range<usize>>,
}

/// What is done to the file, and which entries may be lost by it.
type Damage = (String, Box<dyn Fn(&Queued) -> Vec<u8>>, Range<usize>);

/// Scenario: 30 requests wait on disk when the engine is killed; the file is cut off and flipped at every kind of offset,
/// overwritten, grown. Guarantee: the engine starts, delivers every entry that is intact, exactly once and unaltered, and
/// says what it passed over.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_kind_of_damage_is_passed_over() {
    let gateway = Gateway::new(Queue::Disk);
    let damages = damages();
    let name = format!("queue file damaged in {} ways, disk", damages.len());
    let mut trial = Trial::start(&name, |sink| gateway.yaml(sink)).await;
    trial.sink.down().await;
    let load = Load { clients: 1, signals: &[Signal::Logs], requests: REQUESTS, ..Load::MIXED };
    let tally = trial.load(load).end().await;
    assert_eq!(tally.acknowledged.len() as u64, REQUESTS, "{}", tally.summary());
    trial.kill();
    trial.sink.up();

    let folder = trial.tfo.path("queue");
    let queued = Queued::find(&folder);
    assert_eq!(queued.entries.len() as u64, REQUESTS);
    let (mut intact, mut delivered, mut duplicates) = (0, 0, 0);
    for (what, damage, lost) in &damages {
        restore(&folder, &queued, &damage(&queued));
        trial.restart();
        let expected: BTreeSet<u64> = (0..REQUESTS as usize)
            .filter(|entry| !lost.contains(entry))
            .flat_map(|e| e as u64 * 10..e as u64 * 10 + 10)
            .collect();
        let arrived = trial.arrived(expected.len()).await;
        let log = trial.kill();
        let seen = trial.sink.seen();
        let found: BTreeSet<u64> = seen.taken.keys().copied().collect();
        assert!(arrived && found == expected, "{what}: {} of {}: {log:#?}", found.len(), expected.len());
        assert!(seen.altered + seen.unreadable == 0, "{what}: altered records");
        let said = log.iter().any(|line| line.contains("damaged") || line.contains("interrupted"));
        // A file that ends behind an entry, or before its first, is one that was not written on.
        assert!(said || lost.is_empty() || what.contains("neatly"), "{what}: nothing is said: {log:#?}");
        intact += expected.len() as u64;
        delivered += found.len() as u64;
        duplicates += seen.taken.values().map(|times| u64::from(*times) - 1).sum::<u64>();
        drop(seen);
        trial.sink.forget();
    }
    assert_eq!(duplicates, 0, "whole entries come once");
    let sent = REQUESTS * 10 * damages.len() as u64;
    // What was acknowledged and not damaged.
    trial.report([sent, intact, delivered, duplicates, 0]);
}

/// Every kind of place, and every kind of damage.
fn damages() -> Vec<Damage> {
    let mut damages: Vec<Damage> = vec![("nothing".into(), Box::new(|queued| queued.bytes.clone()), 0..0)];
    for (what, offset) in [("magic", 0), ("version", 8), ("padding", 12), ("salt", 16), ("sum", 24), ("end", 28)] {
        let flip = move |queued: &Queued| flipped(&queued.bytes, offset);
        damages.push((format!("flip in the {what} of the file's header"), Box::new(flip), 0..0));
    }
    let places: [(&str, usize); 13] = [
        ("magic", 0),
        ("sum of the header", 8),
        ("sum of the body", 12),
        ("length of the origin", 16),
        ("length of the telemetry", 20),
        ("highest byte of the length", 23),
        ("time", 24),
        ("number of items", 32),
        ("signal", 36),
        ("padding", 37),
        ("first byte of the body", HEADER),
        ("middle of the body", HEADER + 500),
        ("late in the body", HEADER + 1500),
    ];
    for (what, offset) in places {
        let flip = move |queued: &Queued| flipped(&queued.bytes, queued.entries[VICTIM].start + offset);
        damages.push((format!("flip in an entry: {what}"), Box::new(flip), VICTIM..VICTIM + 1));
    }
    let mark = |queued: &Queued| flipped(&queued.bytes, queued.entries[VICTIM].start + 4);
    damages.push(("flip in an entry: mark".into(), Box::new(mark), 0..0));
    let last = REQUESTS as usize - 1;
    let end = move |queued: &Queued| flipped(&queued.bytes, queued.entries[last].end - 1);
    damages.push(("flip of the last byte".into(), Box::new(end), last..last + 1));

    for (what, length) in [("neatly: all", 0), ("neatly: half the header of the file", 16), ("neatly: all entries", 32)]
    {
        let cut = move |queued: &Queued| queued.bytes[..length].to_vec();
        damages.push((format!("cut off {what}"), Box::new(cut), 0..REQUESTS as usize));
    }
    for (what, offset) in
        [("neatly: before an entry", 0), ("in its magic", 2), ("in its header", 20), ("before its body", HEADER)]
    {
        let cut = move |queued: &Queued| queued.bytes[..queued.entries[VICTIM].start + offset].to_vec();
        damages.push((format!("cut off {what}"), Box::new(cut), VICTIM..REQUESTS as usize));
    }
    let cut = |queued: &Queued| queued.bytes[..queued.bytes.len() - 1].to_vec();
    damages.push(("cut off before the last byte".into(), Box::new(cut), last..last + 1));

    for (what, fill) in [("zeros", 0), ("ones", 0xff)] {
        let page = move |queued: &Queued| {
            let mut bytes = queued.bytes.clone();
            let start = queued.entries[VICTIM].start;
            bytes[start..queued.entries[VICTIM + 1].start + HEADER].fill(fill);
            bytes
        };
        damages.push((format!("two entries overwritten with {what}"), Box::new(page), VICTIM..VICTIM + 2));
        let grown = move |queued: &Queued| [&queued.bytes[..], &[fill; 8192]].concat();
        damages.push((format!("8 KiB of {what} behind the end"), Box::new(grown), 0..0));
        let header = move |queued: &Queued| [&[fill; 32][..], &queued.bytes[32..]].concat();
        damages.push((format!("header of the file overwritten with {what}"), Box::new(header), 0..0));
    }
    let half = |queued: &Queued| [&queued.bytes[..], &queued.bytes[queued.entries[0].start..][..HEADER + 100]].concat();
    damages.push(("half an entry of elsewhere behind the end".into(), Box::new(half), 0..0));
    let whole = |queued: &Queued| [&queued.bytes[..], &queued.bytes[queued.entries[0].clone()]].concat();
    damages.push(("a whole entry of elsewhere behind the end".into(), Box::new(whole), 0..0));
    damages
}

fn flipped(bytes: &[u8], offset: usize) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[offset] ^= 0x10;
    bytes
}

/// Puts the queue's only file back, with these bytes, and removes what else lies there.
fn restore(folder: &Path, queued: &Queued, bytes: &[u8]) {
    fs::remove_dir_all(folder).unwrap();
    fs::create_dir_all(queued.file.parent().unwrap()).unwrap();
    fs::write(&queued.file, bytes).unwrap();
}

// === impl Queued ===

impl Queued {
    /// The one file with entries below a folder.
    fn find(folder: &Path) -> Self {
        let queues = fs::read_dir(folder).unwrap().map(|queue| queue.unwrap().path());
        let files = queues.filter(|queue| queue.is_dir()).flat_map(|queue| fs::read_dir(queue).unwrap());
        let files = files.map(|file| file.unwrap().path()).filter(|file| file.extension().is_some_and(|e| e == "seg"));
        let mut queued: Vec<Self> = files.map(Self::read).filter(|queued| !queued.entries.is_empty()).collect();
        assert_eq!(queued.len(), 1);
        queued.remove(0)
    }

    fn read(file: PathBuf) -> Self {
        let bytes = fs::read(&file).unwrap();
        let (mut entries, mut at) = (Vec::new(), 32);
        while at + HEADER <= bytes.len() {
            assert_eq!(bytes[at..at + 4], [0xe5, b't', b'f', b'o'], "the format is another");
            let length = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
            let end = at + HEADER + length(at + 16) + length(at + 20);
            entries.push(at..end);
            at = end;
        }
        Self { file, bytes, entries }
    }
}
