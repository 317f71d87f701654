//! What was probably meant.

use crate::config::did_you_mean;
use crate::config::suggest::other_place;

/// Typing errors, other ways to write one name, and other tools' names lead to the name that is known here.
#[test]
fn the_meant_name_is_found() {
    let known = ["endpoint", "sending_queue", "tls", "verbosity", "collection_interval"];
    let meant = |written| did_you_mean(written, known);
    for (written, name) in [
        ("endpont", "endpoint"),
        ("sendingQueue", "sending_queue"),
        ("sending-queue", "sending_queue"),
        ("Endpoint", "endpoint"),
        ("url", "endpoint"),
        ("interval", "collection_interval"),
        ("loglevel", "verbosity"),
    ] {
        assert_eq!(meant(written).as_deref(), Some(name), "{written}");
    }
    for unlike in ["compression", "x", "", "retry"] {
        assert_eq!(meant(unlike), None, "{unlike}");
    }
    assert_eq!(did_you_mean("k8sattributes", ["attributes"]), None);
    assert_eq!(did_you_mean("attribute", ["attributes"]).as_deref(), Some("attributes"));
}

/// A key written one level too high is sent to its section, if that exists here.
#[test]
fn the_right_level_is_found() {
    assert_eq!(other_place("insecure", &["endpoint", "tls"]), Some("tls"));
    assert_eq!(other_place("insecure", &["endpoint"]), None);
    assert_eq!(other_place("endpoint", &["tls"]), None);
}
