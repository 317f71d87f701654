//! Files as crashes, disks and people leave them: what is intact comes back, nothing is invented, start is not
//! blocked, and what was damaged is kept aside.

use std::fs;

use super::*;

/// What the queue of [`filled`] holds.
const SENT: [&str; 4] = ["first", "second, which is longer", "third", "fourth and last"];

/// A directory whose only segment holds [`SENT`].
async fn filled() -> Place {
    let place = Place::new();
    let queue = place.open();
    for text in SENT {
        soon(offer(&queue, text)).await;
    }
    assert_eq!(queue.usage().bytes, disk_usage(&place.path()));
    leave(queue).await;
    place
}

/// Opens what is left with one byte changed or the end cut off, and says what comes back.
async fn reopened(place: &Place, contents: &[u8]) -> (Vec<Bytes>, u64) {
    let copy = place.killed();
    fs::write(&copy.segments()[0], contents).unwrap();
    let queue = copy.open();
    let back = drain(queue.clone()).await;
    assert_eq!(queue.usage().bytes, disk_usage(&copy.path()), "{:?}", queue.usage());
    let damaged = queue.usage().corrupt.entries + queue.usage().torn_bytes;
    // Nothing is found twice.
    assert_eq!(drain(copy.open()).await, [""; 0]);
    (back, damaged)
}

/// Scenario: a process is killed at any moment under load. Guarantee: all that was acknowledged and
/// not done is there, and a moment later nothing else.
#[tokio::test]
async fn killed_under_load() {
    let place = Place::with(|options| options.segment_bytes = 4000);
    let queue = place.open();
    let mut acknowledged = Vec::new();
    for round in 0..50_u32 {
        let batches: Vec<String> = (0..5).map(|number| format!("{round}-{number}-{}", "x".repeat(100))).collect();
        let acks: Vec<Acked> = batches.iter().map(|text| offer(&queue, text.clone())).collect();
        for (text, acked) in batches.into_iter().zip(acks) {
            assert_eq!(soon(acked).await, Outcome::Delivered);
            acknowledged.push(Bytes::from(text));
        }
        if round % 3 == 0 {
            assert_eq!(bytes(&next(&queue).await), acknowledged[0]);
        } else if round % 3 == 1 {
            next(&queue).await.done(Outcome::Delivered);
            acknowledged.remove(0);
        }
        if round % 10 == 9 {
            let copy = place.killed();
            let back = drain(copy.open()).await;
            let mut missing = acknowledged.iter().filter(|sent| !back.contains(sent));
            assert_eq!(missing.next(), None);
            // What was done a moment ago may not be marked yet, but soon is.
            soon(async {
                while drain(place.killed().open()).await != acknowledged {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
            })
            .await;
        }
    }
}

/// Scenario: the file ends at any byte. Guarantee: every entry before the end comes back and nothing else.
#[tokio::test]
async fn cut_at_every_byte() {
    let place = filled().await;
    let whole = fs::read(&place.segments()[0]).unwrap();
    let mut ends = Vec::new();
    let mut end = 32;
    for text in SENT {
        end += 40 + text.len();
        ends.push(end);
    }
    assert_eq!(end, whole.len());
    for length in 0..=whole.len() {
        let intact = ends.iter().filter(|end| **end <= length).count();
        let (back, damaged) = reopened(&place, &whole[..length]).await;
        assert_eq!(back, &SENT[..intact], "cut at {length}");
        assert_eq!(damaged > 0, length > 32 && !ends.contains(&length), "cut at {length}");
    }
}

/// Scenario: any byte is flipped. Guarantee: every other entry comes back, none is marked as done by it, nothing is
/// invented, and damage is counted.
#[tokio::test]
async fn flipped_at_every_byte() {
    let place = filled().await;
    let whole = fs::read(&place.segments()[0]).unwrap();
    let mut starts = vec![32];
    SENT.iter().for_each(|text| starts.push(starts.last().unwrap() + 40 + text.len()));
    for at in 0..whole.len() {
        let mut flipped = whole.clone();
        flipped[at] ^= 1 << (at % 8);
        let (back, damaged) = reopened(&place, &flipped).await;
        let hit = starts.windows(2).position(|entry| (entry[0]..entry[1]).contains(&at));
        let harmless = hit.is_none_or(|entry| (4..8).contains(&(at - starts[entry])));
        let expected: Vec<&str> =
            SENT.iter().enumerate().filter(|(n, _)| harmless || Some(*n) != hit).map(|(_, text)| *text).collect();
        assert_eq!(back, expected, "flipped at {at}");
        assert_eq!(damaged == 0, harmless, "flipped at {at}");
    }
}
