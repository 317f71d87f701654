//! Numbers behind names.

use crate::ottl::enums::{names, number};

#[test]
fn severities_have_the_numbers_of_the_data_model() {
    let table =
        [("UNSPECIFIED", 0), ("TRACE", 1), ("DEBUG2", 6), ("INFO", 9), ("WARN4", 16), ("ERROR", 17), ("FATAL4", 24)];
    for (name, expected) in table {
        assert_eq!(number(&format!("SEVERITY_NUMBER_{name}")), Some(expected), "{name}");
    }
    assert_eq!(number("SEVERITY_NUMBER_INFO1"), None);
    assert_eq!(number("SEVERITY_NUMBER_INFO5"), None);
}

#[test]
fn every_name_has_a_number() {
    assert_eq!(names().len(), 44);
    assert!(names().iter().all(|name| number(name).is_some()));
}
