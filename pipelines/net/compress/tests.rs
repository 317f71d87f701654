//! Bodies of every codec, in one piece and in many, broken and hostile.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use bytes::Bytes;
use proptest::prelude::*;

use super::{DecodeError, EncodeError, Encoding, decode, decode_within, encode};

const MIB: usize = 1 << 20;

fn encoded(encoding: Encoding, body: &[u8]) -> Bytes {
    encode(encoding, None, [body]).unwrap()
}

/// Something like telemetry: repeated words with changing numbers.
fn text(len: usize) -> Vec<u8> {
    (0_u32..)
        .flat_map(|n| format!("http.request.method=GET {} ", n.wrapping_mul(2_654_435_761)).into_bytes())
        .take(len)
        .collect()
}

fn compressed() -> impl Iterator<Item = Encoding> {
    Encoding::ALL.into_iter().filter(|encoding| *encoding != Encoding::Identity)
}

proptest! {
    /// Whatever the encoding, the level and the cut into parts, the bytes come back.
    #[test]
    fn bodies_survive(
        encoding in prop::sample::select(&Encoding::ALL[..]),
        level in 0..10_i32,
        noise in prop::collection::vec(any::<u8>(), 0..3000),
        size in 0..200_000_usize,
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..4),
    ) {
        let body = [text(size), noise].concat();
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(body.len() + 1)).collect();
        cuts.extend([0, body.len()]);
        cuts.sort_unstable();
        let parts = cuts.windows(2).map(|cut| &body[cut[0]..cut[1]]);
        let level = encoding.levels().map(|_| level);
        let packed = encode(encoding, level, parts).unwrap();
        let back = decode(encoding, &packed, body.len());
        prop_assert_eq!(back.as_deref(), Ok(body.as_slice()));
        if let Some(less) = body.len().checked_sub(1) {
            prop_assert_eq!(decode(encoding, &packed, less), Err(DecodeError::TooLarge { limit: less }));
        }
    }

    /// Damaged and cut bodies are refused or decoded within the limit, never a panic.
    #[test]
    fn damage_is_refused_or_decoded(
        encoding in prop::sample::select(&Encoding::ALL[..]),
        size in 0..100_000_usize,
        at in any::<prop::sample::Index>(),
        with in any::<u8>(),
        limit in 0..200_000_usize,
    ) {
        let mut packed = encoded(encoding, &text(size)).to_vec();
        prop_assume!(!packed.is_empty());
        let at = at.index(packed.len());
        packed[at] = with;
        if let Ok(back) = decode(encoding, &packed.into(), limit) {
            prop_assert!(back.len() <= limit);
        }
    }

    /// Noise is refused or decoded within the limit, never a panic.
    #[test]
    fn noise_is_refused_or_decoded(
        encoding in prop::sample::select(&Encoding::ALL[..]),
        noise in prop::collection::vec(any::<u8>(), 0..300),
        limit in 0..100_000_usize,
    ) {
        if let Ok(back) = decode(encoding, &noise.into(), limit) {
            prop_assert!(back.len() <= limit);
        }
    }
}

/// A gigabyte of zeros in gzip, zstd (with and without sizes in the frames), lz4 and framed snappy, 16 MiB of them in one
/// zlib stream and in one snappy block, and blocks that only claim so much, are stopped at a limit of one.
#[test]
fn bombs_are_stopped() {
    let zeros = vec![0_u8; 16 * MIB];
    for encoding in compressed() {
        let times = if matches!(encoding, Encoding::Deflate | Encoding::Snappy) { 1 } else { 64 };
        let bomb = Bytes::from(encoded(encoding, &zeros).repeat(times));
        assert_eq!(decode(encoding, &bomb, MIB), Err(DecodeError::TooLarge { limit: MIB }), "{encoding}");
    }
    // A block that only claims a gigabyte, and one that claims less than the limit but cannot hold it.
    let claim = Bytes::from_static(b"\x80\x80\x80\x80\x04\0");
    assert_eq!(decode(Encoding::Snappy, &claim, MIB), Err(DecodeError::TooLarge { limit: MIB }));
    let claim = Bytes::from_static(b"\x80\x80\x3f\0");
    assert!(matches!(decode(Encoding::Snappy, &claim, MIB), Err(DecodeError::Corrupt { .. })));
    // A zstd frame without its size, which is found out only while it is decoded.
    let mut stream = Vec::new();
    zstd::stream::copy_encode(zeros.as_slice(), &mut stream, 1).unwrap();
    assert_eq!(decode(Encoding::Zstd, &stream.repeat(64).into(), MIB), Err(DecodeError::TooLarge { limit: MIB }));
}

/// The buffer never has room for more than the limit and the byte that shows that it was passed.
#[test]
fn output_stays_within_the_limit() {
    let mut all = |_| true;
    let mut output = super::output::Output::new(1 << 30, 100_000, &mut all).unwrap();
    while output.fits().is_ok() {
        let room = output.room().unwrap();
        assert!(room.capacity() <= 100_001, "{}", room.capacity());
        room.resize(room.capacity(), 0);
    }
    assert_eq!(output.len(), 100_001);
}

/// Scenario: a bomb of every encoding while little memory is left, and an honest body. Guarantee: it stops at what it is
/// granted; what is granted covers what comes out.
#[test]
fn memory_is_asked_for_before_it_is_taken() {
    for encoding in compressed() {
        let bomb = encode(encoding, None, [vec![0; 16 * MIB].as_slice()]).unwrap();
        let mut left = MIB;
        let mut grant = |more: usize| left.checked_sub(more).map(|rest| left = rest).is_some();
        assert_eq!(decode_within(encoding, &bomb, 64 * MIB, &mut grant), Err(DecodeError::NoRoom), "{encoding}");
        let mut granted = 0;
        let mut grant = |more: usize| {
            granted += more;
            true
        };
        let decoded = decode_within(encoding, &bomb, 64 * MIB, &mut grant).unwrap();
        assert!(granted >= decoded.len() && granted <= 2 * decoded.len() + MIB, "{encoding}: {granted}");
    }
}

/// A window larger than the limit allows is refused, so that memory stays near the limit.
#[test]
fn zstd_windows_are_bounded() {
    let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), 1).unwrap();
    encoder.window_log(27).unwrap();
    std::io::Write::write_all(&mut encoder, &text(10)).unwrap();
    let body = Bytes::from(encoder.finish().unwrap());
    assert!(matches!(decode(Encoding::Zstd, &body, MIB), Err(DecodeError::Corrupt { .. })));
    assert_eq!(decode(Encoding::Zstd, &body, 128 * MIB).unwrap(), text(10));
}

/// A body that ends too early is refused at every length, except where snappy's framing has no end to miss.
#[test]
fn cut_bodies_are_refused() {
    let body = text(70_000);
    for encoding in compressed() {
        let packed = encoded(encoding, &body);
        for len in (0..packed.len()).step_by(13).chain(packed.len() - 12..packed.len()) {
            let cut = decode(encoding, &packed.slice(..len), MIB);
            let between_chunks =
                encoding == Encoding::SnappyFramed && cut.as_ref().is_ok_and(|cut| body.starts_with(cut));
            assert!(between_chunks || matches!(cut, Err(DecodeError::Corrupt { .. })), "{encoding} at {len}");
        }
    }
}

/// Bytes behind the end are refused.
#[test]
fn trailing_garbage_is_refused() {
    for encoding in compressed() {
        let packed = Bytes::from([&encoded(encoding, b"telemetry")[..], b"garbage"].concat());
        let error = decode(encoding, &packed, MIB).unwrap_err();
        assert!(matches!(error, DecodeError::Corrupt { .. }), "{encoding}: {error}");
        assert!(error.to_string().starts_with(&format!("body is not valid {encoding}: ")), "{error}");
    }
}

/// Members of gzip and frames of zstd, lz4 and snappy that follow each other are one body.
#[test]
fn several_members_are_one_body() {
    for encoding in [Encoding::Gzip, Encoding::Zstd, Encoding::Lz4, Encoding::SnappyFramed] {
        let two = [&encoded(encoding, b"one ")[..], &encoded(encoding, b"two")[..]].concat();
        assert_eq!(decode(encoding, &two.into(), 7).unwrap(), &b"one two"[..], "{encoding}");
    }
    let many = encoded(Encoding::Gzip, b"").repeat(5000);
    assert!(matches!(decode(Encoding::Gzip, &many.into(), MIB), Err(DecodeError::Corrupt { .. })));
}

/// `snappy` is recognised in both formats.
#[test]
fn snappy_is_recognised() {
    let body = text(100_000);
    assert_eq!(decode(Encoding::Snappy, &encoded(Encoding::SnappyFramed, &body), MIB).unwrap(), body);
    assert_eq!(decode(Encoding::Snappy, &encoded(Encoding::Snappy, &body), MIB).unwrap(), body);
}

/// A decoder that failed works again, because its state is kept per thread.
#[test]
fn failures_leave_no_trace() {
    for encoding in compressed() {
        let packed = encoded(encoding, &text(100_000));
        assert!(
            decode(encoding, &packed.slice(..packed.len() / 2), MIB).is_err() || encoding == Encoding::SnappyFramed
        );
        assert_eq!(decode(encoding, &packed, MIB).unwrap(), text(100_000));
    }
}

#[test]
fn names_and_levels() {
    for encoding in Encoding::ALL {
        assert_eq!(Encoding::from_name(encoding.name()), Some(encoding));
    }
    let names =
        [("", Encoding::Identity), ("none", Encoding::Identity), ("zlib", Encoding::Deflate), ("GZIP", Encoding::Gzip)];
    for (name, encoding) in names {
        assert_eq!(Encoding::from_name(name), Some(encoding));
    }
    assert_eq!(Encoding::from_name("br"), None);
    let error = encode(Encoding::Gzip, Some(10), [&b""[..]]).unwrap_err();
    assert_eq!(error, EncodeError::Level { encoding: Encoding::Gzip, level: 10 });
    assert_eq!(error.to_string(), "gzip has no level 10, use 0 to 9 (default 4)");
    assert!(encode(Encoding::Lz4, Some(1), [&b""[..]]).unwrap_err().to_string().contains("leave the level out"));
}

/// Without an encoding nothing is copied, and the limit holds all the same.
#[test]
fn identity_shares_the_bytes() {
    let body = Bytes::from(text(100));
    assert_eq!(decode(Encoding::Identity, &body, 100).unwrap().as_ptr(), body.as_ptr());
    assert_eq!(decode(Encoding::Identity, &body, 99), Err(DecodeError::TooLarge { limit: 99 }));
}
