//! Every code has a page a reader can act on.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::config::code;

/// `tfo explain` shows for each code its own title, a cause and a fix; no page is left to be written.
#[test]
fn every_code_has_a_page_with_a_cause_and_a_fix() {
    for code in code::ALL {
        let mut lines = code.page.lines();
        assert_eq!(lines.next(), Some(format!("# {}: {}", code.id, code.title).as_str()));
        let cause: String = lines.skip(1).take_while(|line| !line.starts_with('#')).collect();
        assert!(cause.len() > 80, "{} has no cause", code.id);
        let fix = code.page.split_once("## Fix\n").map(|(_, fix)| fix.trim());
        assert!(fix.is_some_and(|fix| fix.len() > 40), "{} has no fix", code.id);
        assert!(!code.page.contains("TBD"), "{} is not written", code.id);
    }
}

/// A page without a code could never be shown; two codes with one id would hide each other.
#[test]
fn every_page_belongs_to_one_code() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/errors");
    let pages: BTreeSet<String> = fs::read_dir(folder)
        .expect("the folder of pages")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().trim_end_matches(".md").to_owned())
        .collect();
    let codes: BTreeSet<String> = code::ALL.iter().map(|code| code.id.to_owned()).collect();
    assert_eq!(pages, codes);
    assert_eq!(codes.len(), code::ALL.len());
}
