//! Reading when a certificate is valid.

use std::time::{Duration, UNIX_EPOCH};

use proptest::prelude::*;
use rcgen::{CertificateParams, KeyPair, date_time_ymd};

use crate::net::tls::validity::Validity;

fn certificate(from: (i32, u8, u8), until: (i32, u8, u8)) -> Vec<u8> {
    let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    params.not_before = date_time_ymd(from.0, from.1, from.2);
    params.not_after = date_time_ymd(until.0, until.1, until.2);
    params.self_signed(&KeyPair::generate().unwrap()).unwrap().der().to_vec()
}

/// Scenario: both forms of time, before 1970, leap days. Guarantee: the moments openssl prints.
#[test]
fn reads_both_forms_of_time() {
    let at = |seconds| UNIX_EPOCH + Duration::from_secs(seconds);
    let read = Validity::of(&certificate((2024, 2, 29), (2049, 12, 31))).unwrap();
    assert_eq!((read.not_before, read.not_after), (at(1_709_164_800), at(2_524_521_600)));
    assert_eq!(read.last_day, "2049-12-31");
    let read = Validity::of(&certificate((1960, 1, 1), (2100, 3, 1))).unwrap();
    assert_eq!((read.not_before, read.not_after), (UNIX_EPOCH - Duration::from_secs(315_619_200), at(4_107_542_400)));
    assert_eq!(read.last_day, "2100-03-01");
}

/// Scenario: nothing, and a certificate cut off anywhere. Guarantee: nothing is read of it before its validity is.
#[test]
fn refuses_what_is_cut_off() {
    let whole = certificate((2024, 1, 1), (2034, 1, 1));
    assert!((0..whole.len()).all(|end| Validity::of(&whole[..end]).is_none()));
}

proptest! {
    /// Scenario: any bytes, and certificates with one byte changed. Guarantee: no panic.
    #[test]
    fn survives_any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..200), at in 0usize..300, byte: u8) {
        let _ = Validity::of(&bytes);
        let mut changed = certificate((2024, 1, 1), (2034, 1, 1));
        if let Some(place) = changed.get_mut(at) {
            *place = byte;
        }
        let _ = Validity::of(&changed);
    }
}
