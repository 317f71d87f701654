//! Files that somebody made or a disk has lost a block of.

use std::fs;
use std::os::unix::fs::symlink;

use proptest::prelude::*;

use super::super::format::{DONE, ENTRY_HEADER, SEGMENT_HEADER, SegmentId};
use super::*;

/// A segment of a queue that took these batches.
async fn segment_of(texts: &[Vec<u8>]) -> (Place, Vec<u8>) {
    let place = Place::with(|options| options.sync = crate::storage::Sync::Never);
    let queue = place.open();
    for text in texts {
        soon(offer(&queue, text.clone())).await;
    }
    leave(queue).await;
    let whole = fs::read(&place.segments()[0]).unwrap();
    (place, whole)
}

/// Scenario: telemetry holds a copy of another queue's file, and the header of its own entry is damaged, so that the
/// next entry is searched for inside of it. Guarantee: what is in telemetry is never taken for an entry.
#[tokio::test]
async fn telemetry_cannot_forge_entries() {
    let (_, forged) = segment_of(&[b"forged".to_vec(), b"forged, too".to_vec()]).await;
    let (place, mut whole) = segment_of(&[forged, b"real".to_vec()]).await;
    whole[usize::try_from(SEGMENT_HEADER).unwrap() + 20] ^= 1;
    fs::write(&place.segments()[0], whole).unwrap();
    let queue = place.open();
    assert_eq!(queue.usage().corrupt.entries, 1);
    assert_eq!(drain(queue).await, ["real"]);
}

/// Scenario: a copy of an entry of the same file lies at another place, as after a crash of the file system. Guarantee:
/// it is not handed out twice.
#[tokio::test]
async fn a_misplaced_block_is_no_entry() {
    let (place, mut whole) = segment_of(&[b"first".to_vec(), b"other".to_vec()]).await;
    let (header, entry) = (SEGMENT_HEADER as usize, ENTRY_HEADER as usize + 5);
    whole.copy_within(header..header + entry, header + entry);
    fs::write(&place.segments()[0], whole).unwrap();
    assert_eq!(drain(place.open()).await, ["first"]);
}

/// Scenario: a block in the middle of a file is lost, once zeros and once noise; the queue is opened, left and opened
/// again. Guarantee: all entries outside come back; the damage is counted once and kept aside within its bound.
#[tokio::test]
async fn a_lost_block() {
    for lost in [0, 0xa5] {
        let texts: Vec<Vec<u8>> = (0..100_u8).map(|number| vec![number; 150]).collect();
        let (mut place, mut whole) = segment_of(&texts).await;
        whole[4096..8192].fill(lost);
        fs::write(&place.segments()[0], whole).unwrap();
        place.options.max_bytes = 24_000;
        let queue = place.open();
        // The range in which no header is left, found at once, and the entry before it, whose body is found damaged when
        // it is read.
        soon(async {
            while queue.usage().corrupt.entries < 2 {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        })
        .await;
        leave(queue).await;
        let kept = disk_usage(&place.path().join("corrupt"));
        assert!((1..=3000).contains(&kept), "an eighth of max_bytes, not {kept}");
        let queue = place.open();
        assert_eq!(queue.usage().corrupt.entries, 0);
        let back = drain(queue).await;
        let all = |byte: u8| vec![byte; 150];
        let (first, last) = ((4096 - 32) / 190, (8192_usize - 32).div_ceil(190));
        let expected: Vec<Vec<u8>> = (0..first).chain(last..100).map(|n| all(u8::try_from(n).unwrap())).collect();
        assert_eq!(back, expected);
    }
}

/// Scenario: a segment of a later version of the format, one with another name, a file of zeros, an empty one.
/// Guarantee: the start is not blocked; what may be somebody's data is left as it is, what is none is deleted.
#[tokio::test]
async fn strange_files_are_left_alone() {
    let (place, mut whole) = segment_of(&[b"later".to_vec()]).await;
    let later = place.segments().remove(0);
    whole[8] = 2;
    let crc = crc32c::crc32c(&whole[..24]);
    whole[24..28].copy_from_slice(&crc.to_le_bytes());
    fs::write(&later, &whole).unwrap();
    let other = place.path().join("copy.seg");
    fs::write(&other, b"mine").unwrap();
    let (twin, last) = (SegmentId::parse(later.file_name().unwrap().to_str().unwrap()).unwrap(), u64::MAX);
    let twin = place.path().join(SegmentId { salt: twin.salt ^ 1, ..twin }.file_name());
    fs::write(&twin, &whole).unwrap();
    fs::write(place.path().join(SegmentId { number: last, salt: 1 }.file_name()), &whole).unwrap();
    let (zeros, empty) = (SegmentId { number: 7, salt: 7 }, SegmentId { number: 8, salt: 8 });
    fs::write(place.path().join(zeros.file_name()), vec![0; 5000]).unwrap();
    fs::write(place.path().join(empty.file_name()), "").unwrap();
    let queue = place.open();
    soon(offer(&queue, "now")).await;
    assert_eq!(queue.usage().bytes, disk_usage(&place.path()));
    assert_eq!(drain(queue).await, ["now"]);
    assert_eq!((fs::read(&later).unwrap(), fs::read(&other).unwrap()), (whole, b"mine".to_vec()));
    assert_eq!(place.segments().len(), 4);
}

/// Scenario: whoever made the directory put links in the place of the lock and of a segment. Guarantee: what they point to
/// stays as it is.
#[tokio::test]
async fn links_are_not_followed() {
    let (place, whole) = segment_of(&[b"mine".to_vec()]).await;
    let (segment, other) = (place.segments().remove(0), place.directory.path().join("other"));
    fs::write(&other, &whole[..whole.len() - 1]).unwrap();
    fs::remove_file(&segment).unwrap();
    symlink(&other, &segment).unwrap();
    assert!(drain(place.open()).await.is_empty());
    fs::remove_file(place.path().join("lock")).unwrap();
    symlink(&other, place.path().join("lock")).unwrap();
    assert!(place.try_open().is_err());
    assert_eq!(fs::read(&other).unwrap(), &whole[..whole.len() - 1]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    /// Scenario: any bytes in any places of a file, its end anywhere. Guarantee: the queue opens, hands out nothing that
    /// was not sent, in order, and at least every entry that was not touched.
    #[test]
    fn any_damage(
        texts in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..200), 1..20),
        damage in proptest::collection::vec((any::<prop::sample::Index>(), proptest::collection::vec(any::<u8>(), 1..60)), 0..4),
        end in proptest::option::of(any::<prop::sample::Index>()),
    ) {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
            let (place, whole) = segment_of(&texts).await;
            let mut damaged = whole.clone();
            for (at, bytes) in damage {
                let at = at.index(damaged.len());
                let end = (at + bytes.len()).min(damaged.len());
                damaged[at..end].copy_from_slice(&bytes[..end - at]);
            }
            damaged.truncate(end.map_or(whole.len(), |end| end.index(whole.len() + 1)));
            fs::write(&place.segments()[0], &damaged).unwrap();
            let back = drain(place.open()).await;
            let (mut at, mut untouched) = (SEGMENT_HEADER as usize, Vec::new());
            for text in &texts {
                let end = at + ENTRY_HEADER as usize + text.len();
                if damaged.get(at..end) == Some(&whole[at..end]) {
                    untouched.push(text);
                }
                at = end;
            }
            let mut sent = texts.iter();
            assert!(back.iter().all(|back| sent.any(|sent| back == sent)), "only what was sent, in order");
            let mut found = back.iter();
            assert!(untouched.iter().all(|text| found.any(|back| back == *text)), "all that was not touched");
        });
    }
}

/// Scenario: a word that is not quite the mark of what is done. Guarantee: the entry comes back; only the whole word
/// means done.
#[tokio::test]
async fn only_the_whole_mark_means_done() {
    let (place, whole) = segment_of(&[b"kept".to_vec()]).await;
    let mark = SEGMENT_HEADER as usize + 4;
    for bit in 0..32 {
        let mut nearly = whole.clone();
        nearly[mark..mark + 4].copy_from_slice(&DONE);
        nearly[mark + bit / 8] ^= 1 << (bit % 8);
        let copy = place.killed();
        fs::write(&copy.segments()[0], nearly).unwrap();
        assert_eq!(drain(copy.open()).await, ["kept"]);
    }
}

/// Scenario: two segments have the same number, as after files of two queues were put together. Guarantee: one of them is
/// used, the other is left as it is, and the queue works.
#[tokio::test]
async fn one_of_two_with_the_same_number() {
    let (place, _) = segment_of(&[b"one".to_vec()]).await;
    let (other, whole) = segment_of(&[b"two".to_vec()]).await;
    let name = other.segments()[0].file_name().unwrap().to_owned();
    fs::write(place.path().join(name), whole).unwrap();
    let queue = place.open();
    soon(offer(&queue, "now")).await;
    assert_eq!(queue.usage().bytes, disk_usage(&place.path()));
    assert_eq!(drain(queue).await.len(), 2);
    assert_eq!(drain(place.open()).await.len(), 1);
    assert_eq!(disk_usage(&place.path()), 0);
}
