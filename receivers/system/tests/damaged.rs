//! Files that are cut off, full of rubbish or gone.

use serde_json::json;

use super::{lanes, tree};
use crate::scrape::Scrape as _;

/// What becomes of the content of a file; nothing if it is gone.
type Damage = fn(&str) -> Option<Vec<u8>>;

/// Every scraper with all it can do.
fn everything() -> serde_json::Value {
    let all = ["cpu", "disk", "filesystem", "load", "memory", "network", "paging", "processes", "process", "system"];
    let scrapers: serde_json::Map<_, _> = all.iter().map(|key| ((*key).to_owned(), json!({}))).collect();
    json!({ "scrapers": scrapers })
}

/// Scenario: each file cut off in the middle, filled with rubbish, with huge numbers, or missing. Guarantee: no panic,
/// and scrapers that lack nothing go on.
#[test]
fn damaged_files_hurt_nobody() {
    let damages: [Damage; 5] = [
        |content| Some(content.as_bytes()[..content.len() / 2].to_vec()),
        |content| Some(content.as_bytes()[..content.len() - 3].to_vec()),
        |_| Some(vec![0xff; 10_000]),
        |content| Some(content.replace(|letter: char| letter.is_ascii_digit(), "9999999999999999999").into_bytes()),
        |_| None,
    ];
    for (path, _) in super::TREE {
        for damage in damages {
            let root = tree(|name, content| if name == *path { damage(content) } else { super::whole(name, content) });
            let points: usize = lanes(root.path(), everything()).iter_mut().map(|lane| lane.scrape().items()).sum();
            assert!(points > 10, "{path}: {points}");
        }
    }
}

/// Scenario: nothing is there at all. Guarantee: no point, and every scraper says so once.
#[test]
fn nothing_is_not_zero() {
    let root = tempfile::tempdir().unwrap();
    for mut lane in lanes(root.path(), everything()) {
        assert_eq!(lane.scrape().items(), 0);
        assert_eq!(lane.missing().len(), lane.names().len());
    }
}
