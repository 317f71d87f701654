//! What is written down of entries that leave together.

use std::fs;

use tempfile::TempDir;

use super::super::groups::{EntryId, Groups};

fn entry(segment: u64, offset: u64) -> EntryId {
    EntryId { segment, offset, salt: segment ^ 0x5a17 }
}

/// Scenario: groups leave, some are over, the process ends. Guarantee: the next one finds each by its first entry, in the
/// order of the queue, and none that is over once the queue has passed it.
#[test]
fn groups_are_found_again() {
    let directory = TempDir::new().unwrap();
    let mut groups = Groups::open(directory.path());
    assert_eq!(groups.starting_with(entry(1, 0)), None);
    let (one, two, three) = (vec![entry(1, 0), entry(1, 9)], vec![entry(1, 20)], vec![entry(2, 0), entry(2, 5)]);
    for group in [&one, &two, &three] {
        groups.note(group.clone()).unwrap();
    }
    groups.end(two[0]).unwrap();

    let mut groups = Groups::open(directory.path());
    assert_eq!(groups.starting_with(one[0]), Some(&*one));
    assert!(!groups.is_over(one[0]) && groups.is_over(two[0]));
    groups.note(one.clone()).unwrap();
    assert_eq!(groups.starting_with(entry(2, 0)), Some(&*three));
    assert_eq!(groups.starting_with(one[0]), Some(&*one), "it is on its way");
    assert_eq!(groups.starting_with(two[0]), None, "the queue was past it");
    let id = EntryId::batch(&one);
    assert_eq!(id, EntryId::batch(&[entry(1, 0), entry(1, 9)]));
    assert_ne!(id, EntryId::batch(&[entry(1, 0)]));
}

/// Scenario: a torn, a damaged, a senseless file and one that is a link. Guarantee: what stands before the damage is
/// found, nothing panics, and the file is written anew.
#[test]
fn damaged_files_cost_what_is_damaged() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("groups");
    let mut groups = Groups::open(directory.path());
    let (one, two) = (vec![entry(1, 0), entry(1, 9)], vec![entry(7, 1); 3]);
    groups.note(one.clone()).unwrap();
    groups.note(two.clone()).unwrap();
    let whole = fs::read(&path).unwrap();
    for length in 0..whole.len() {
        fs::write(&path, &whole[..length]).unwrap();
        let mut torn = Groups::open(directory.path());
        assert_eq!(torn.starting_with(one[0]).is_some(), length >= 8 + 48, "{length}");
        assert_eq!(torn.starting_with(two[0]), None);
    }
    for at in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x10;
        fs::write(&path, bytes).unwrap();
        let mut flipped = Groups::open(directory.path());
        assert_eq!(flipped.starting_with(one[0]).is_some(), at >= 8 + 48, "{at}");
    }
    fs::write(&path, [0xff; 64]).unwrap();
    let mut groups = Groups::open(directory.path());
    groups.note(two.clone()).unwrap();
    assert_eq!(Groups::open(directory.path()).starting_with(two[0]), Some(&*two));
    fs::remove_file(&path).unwrap();
    std::os::unix::fs::symlink("/dev/zero", &path).unwrap();
    assert_eq!(Groups::open(directory.path()).starting_with(two[0]), None);
}

/// Scenario: a queue that runs for long. Guarantee: the file does not grow without bound, and what is on its way stays
/// in it.
#[test]
fn the_file_is_bounded() {
    let directory = TempDir::new().unwrap();
    let mut groups = Groups::open(directory.path());
    let lasting = vec![entry(0, 1), entry(0, 2)];
    groups.note(lasting.clone()).unwrap();
    for number in 1..2000 {
        let group: Vec<_> = (0..50).map(|offset| entry(number, offset)).collect();
        groups.note(group.clone()).unwrap();
        groups.end(group[0]).unwrap();
    }
    assert!(fs::metadata(directory.path().join("groups")).unwrap().len() < 2 << 20);
    assert_eq!(Groups::open(directory.path()).starting_with(lasting[0]), Some(&*lasting));
}

/// Scenario: there is no room on the disk for a while. Guarantee: what is noted then is said not to be, and all of it is
/// found once there is room.
#[test]
fn a_full_disk_passes() {
    let directory = TempDir::new().unwrap();
    let mut groups = Groups::open(directory.path());
    let all: Vec<_> = (1..4).map(|number| vec![entry(number, 0), entry(number, 1)]).collect();
    groups.note(all[0].clone()).unwrap();
    groups.file = Some(fs::File::options().write(true).open("/dev/full").unwrap());
    groups.note(all[1].clone()).unwrap_err();
    groups.note(all[2].clone()).unwrap();
    let mut groups = Groups::open(directory.path());
    for group in &all {
        assert_eq!(groups.starting_with(group[0]), Some(&**group));
    }
}
