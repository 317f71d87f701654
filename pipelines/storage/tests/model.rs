//! Any sequence of operations against a model: a list of what was acknowledged and is not done.

use proptest::prelude::*;

use super::super::Sync;
use super::*;

/// Something that happens to a queue.
#[derive(Clone, Debug)]
enum Step {
    /// A batch with so many bytes of telemetry comes in.
    Offer(usize),
    /// The oldest entry is taken.
    Take,
    /// One of those taken is done, or given back.
    Done(usize),
    GiveBack(usize),
    /// The queue is left and opened again.
    Reopen,
    /// The process is killed and another goes on with what it left.
    Kill,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => prop_oneof![0..50_usize, 50..3000_usize].prop_map(Step::Offer),
        4 => Just(Step::Take),
        3 => any::<usize>().prop_map(Step::Done),
        1 => any::<usize>().prop_map(Step::GiveBack),
        1 => Just(Step::Reopen),
        1 => Just(Step::Kill),
    ]
}

/// A queue and what the model knows of it; every entry carries its number.
struct Run {
    place: Place,
    queue: Arc<DiskQueue>,
    count: u32,
    waiting: Vec<u32>,
    taken: Vec<(u32, Stored)>,
    /// Done since the queue was opened: the mark may not be on disk yet.
    done: Vec<u32>,
}

fn number(telemetry: &Bytes) -> u32 {
    u32::from_le_bytes(telemetry[..4].try_into().unwrap())
}

impl Run {
    fn new() -> Self {
        let place = Place::with(|options| (options.sync, options.segment_bytes) = (Sync::Never, 5000));
        let queue = place.open();
        Self { place, queue, count: 0, waiting: Vec::new(), taken: Vec::new(), done: Vec::new() }
    }

    async fn step(&mut self, step: Step) {
        match step {
            Step::Offer(length) => {
                let mut telemetry = self.count.to_le_bytes().to_vec();
                telemetry.resize(4 + length, 0xe5);
                assert_eq!(soon(offer(&self.queue, telemetry)).await, Outcome::Delivered);
                self.waiting.push(self.count);
                self.count += 1;
            }
            Step::Take if !self.waiting.is_empty() => {
                let stored = next(&self.queue).await;
                assert_eq!(number(&bytes(&stored)), self.waiting.remove(0), "the oldest");
                self.taken.push((number(&bytes(&stored)), stored));
            }
            Step::Done(which) if !self.taken.is_empty() => {
                let (number, stored) = self.taken.swap_remove(which % self.taken.len());
                stored.done(Outcome::Delivered);
                self.done.push(number);
            }
            Step::GiveBack(which) if !self.taken.is_empty() => {
                let (number, _) = self.taken.swap_remove(which % self.taken.len());
                self.wait_again(number);
            }
            Step::Reopen => {
                self.queue.stop();
                self.let_go();
                soon(self.queue.ended()).await;
                self.queue = self.place.open();
                self.done.clear();
            }
            Step::Kill => {
                let copy = self.place.killed();
                self.let_go();
                leave(std::mem::replace(&mut self.queue, copy.open())).await;
                self.place = copy;
                self.find_duplicates().await;
            }
            _ => {}
        }
        let usage = self.queue.usage();
        assert_eq!(usage.waiting.entries, self.waiting.len() as u64);
        assert_eq!(usage.in_flight.entries, self.taken.len() as u64);
        assert_eq!(usage.corrupt.entries, 0);
    }

    fn wait_again(&mut self, number: u32) {
        let place = self.waiting.partition_point(|other| *other < number);
        self.waiting.insert(place, number);
    }

    fn let_go(&mut self) {
        for (number, _) in std::mem::take(&mut self.taken) {
            self.wait_again(number);
        }
    }

    /// After a kill some of what was done a moment before may come again, and nothing else.
    async fn find_duplicates(&mut self) {
        let there = usize::try_from(self.queue.usage().waiting.entries).unwrap();
        let mut all = Vec::new();
        for _ in 0..there {
            all.push(next(&self.queue).await);
        }
        let numbers: Vec<u32> = all.iter().map(|stored| number(&bytes(stored))).collect();
        assert!(numbers.is_sorted_by(|a, b| a < b), "once and in order");
        assert!(self.waiting.iter().all(|number| numbers.contains(number)), "nothing is lost");
        let known = |number: &u32| self.waiting.contains(number) || self.done.contains(number);
        assert!(numbers.iter().all(known), "nothing is invented");
        self.waiting = numbers;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    /// Scenario: any sequence of operations, restarts and kills. Guarantee: nothing that was acknowledged and not done
    /// is lost, the oldest comes first, nothing comes twice but what was done a moment before a kill, and what the queue
    /// says of itself is true.
    #[test]
    fn behaves_as_a_list(steps in proptest::collection::vec(step(), 1..80)) {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
            let mut run = Run::new();
            for step in steps {
                run.step(step).await;
            }
        });
    }
}
