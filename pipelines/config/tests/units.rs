//! Durations, sizes and secrets.

use crate::config::{ByteSize, Duration, Secret};

/// Durations are Go's: several numbers with units, fractions, a sign, a bare zero.
#[test]
fn durations_are_those_of_go() {
    let nanos = |text: &str| Duration::parse(text).unwrap().get().as_nanos();
    assert_eq!(nanos("1h2m3.5s"), 3_723_500_000_000);
    assert_eq!(nanos("0"), 0);
    assert_eq!(nanos("+5s"), 5_000_000_000);
    assert_eq!(nanos("1.5h"), 5_400_000_000_000);
    assert_eq!(nanos(".5s"), 500_000_000);
    assert_eq!(nanos("100us"), 100_000);
    assert_eq!(nanos("1\u{b5}s"), 1_000);
    assert_eq!(nanos("1ms1ns"), 1_000_001);
    for wrong in ["", "+", "5", "s", "1d", "1.5e3s", "1 s", "1..5s", "5S", "1h-5m", "-1s", "300000000h", "ms", "1s1"] {
        assert!(Duration::parse(wrong).is_err(), "{wrong}");
    }
}

/// A number without a unit gets the unit that was probably meant; a negative one says so.
#[test]
fn wrong_durations_say_what_to_write() {
    assert!(Duration::parse("30").unwrap_err().contains("`30s`"));
    assert!(Duration::parse("-1s").unwrap_err().contains("negative"));
}

/// What a duration prints reads as the same duration.
#[test]
fn durations_print_as_they_read() {
    for text in ["0s", "200ms", "1.5s", "90s", "10us", "1ns"] {
        let duration = Duration::parse(text).unwrap();
        assert_eq!(Duration::parse(&duration.to_string()).unwrap(), duration, "{text}");
    }
}

/// Sizes are bytes, or numbers with decimal or binary units, in any case, with or without a blank.
#[test]
fn sizes_have_units() {
    let bytes = |text: &str| ByteSize::parse(text).unwrap().get();
    assert_eq!(bytes("67108864"), 67_108_864);
    assert_eq!(bytes("64MiB"), 64 << 20);
    assert_eq!(bytes("1 GB"), 1_000_000_000);
    assert_eq!(bytes("1.5kib"), 1536);
    assert_eq!(bytes("7b"), 7);
    assert_eq!((bytes("64Mi"), bytes("64M"), bytes("2k")), (64 << 20, 64_000_000, 2_000));
    for wrong in ["", "MiB", "-5", "5 apples", "1.5.5kB", "99999999999TiB", "inf"] {
        assert!(ByteSize::parse(wrong).is_err(), "{wrong}");
    }
    assert_eq!((ByteSize::mib(64).to_string(), ByteSize(1500).to_string()), ("64MiB".into(), "1500".into()));
}

/// However a secret is printed, it is not shown.
#[test]
fn secrets_never_print() {
    let secret = Secret::new("hunter2");
    let json = serde_json::to_string(&secret).unwrap();
    for shown in [format!("{secret}"), format!("{secret:?}"), format!("{:#?}", Some(&secret)), json] {
        assert!(!shown.contains("hunter2") && shown.contains("redacted"), "{shown}");
    }
    assert_eq!(secret.reveal(), "hunter2");
}
