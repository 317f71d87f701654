//! Random messages both ways, and random damage.

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest as Logs;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest as Metrics;
use opentelemetry_proto::tonic::collector::profiles::v1development::ExportProfilesServiceRequest as Profiles;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest as Traces;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use prost::Message as _;

use super::{from_json, to_json};
use crate::Signal;
use crate::otlp::schema::{Kind, Label, Message};
use crate::otlp::wire::{self, put_fixed32, put_fixed64, put_len, put_uint};

/// Turns a supply of random numbers into one message, so that every kind in the tables is met in every label.
struct Dice<'a>(std::slice::Iter<'a, u64>);

impl Dice<'_> {
    fn roll(&mut self) -> u64 {
        self.0.next().copied().unwrap_or_default()
    }

    fn message(&mut self, message: &Message, depth: usize) -> Vec<u8> {
        let mut out = Vec::new();
        let member = self.roll() as usize % message.fields.len();
        for (position, field) in message.fields.iter().enumerate() {
            // Of a oneof only one member may stand, or prost drops what it read before.
            if field.label == Label::Oneof && position != member {
                continue;
            }
            let count = if field.label == Label::Many { self.roll() % 3 } else { self.roll() % 4 / 2 };
            for _ in 0..count {
                let roll = self.roll();
                match field.kind {
                    Kind::Message(inner) if depth < 12 => {
                        put_len(&mut out, field.number, &self.message(inner, depth + 1))
                    }
                    Kind::Message(_) => {}
                    Kind::String => put_len(
                        &mut out,
                        field.number,
                        ["", "a\u{1}\"\\", "\u{1f600}\u{7f}x"][roll as usize % 3].as_bytes(),
                    ),
                    Kind::Bytes => put_len(&mut out, field.number, &roll.to_le_bytes()[..roll as usize % 8]),
                    Kind::Id(len) => put_len(&mut out, field.number, &vec![roll as u8; len]),
                    Kind::Bool => put_uint(&mut out, field.number, roll % 2),
                    Kind::Enum(_) => put_uint(&mut out, field.number, roll % 30),
                    Kind::Int32 => put_uint(&mut out, field.number, i64::from(roll as i32) as u64),
                    Kind::Uint32 | Kind::Sint32 => put_uint(&mut out, field.number, u64::from(roll as u32)),
                    kind => match kind.wire_type() {
                        wire::FIXED32 => put_fixed32(&mut out, field.number, roll as u32),
                        wire::FIXED64 => put_fixed64(&mut out, field.number, roll),
                        _ => put_uint(&mut out, field.number, roll),
                    },
                }
            }
        }
        out
    }
}

/// The message after decoding and encoding by prost, NaNs made equal by way of the debug text.
fn canonical(signal: Signal, wire: &[u8]) -> String {
    match signal {
        Signal::Traces => format!("{:?}", Traces::decode(wire).unwrap()),
        Signal::Metrics => format!("{:?}", Metrics::decode(wire).unwrap()),
        Signal::Logs => format!("{:?}", Logs::decode(wire).unwrap()),
        Signal::Profiles => format!("{:?}", Profiles::decode(wire).unwrap()),
    }
}

fn requests() -> impl Strategy<Value = (Signal, Vec<u8>)> {
    let number = prop_oneof![Just(0), 0..9_u64, any::<u64>(), any::<f64>().prop_map(f64::to_bits)];
    (prop::sample::select(&Signal::ALL[..]), vec(number, 0..600))
        .prop_map(|(signal, supply)| (signal, Dice(supply.iter()).message(Message::request(signal), 0)))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, rng_seed: RngSeed::Random, ..ProptestConfig::default() })]

    /// What prost sees is the same before and after the way through JSON; the text is JSON for serde_json as well.
    #[test]
    fn random_requests_survive((signal, wire) in requests()) {
        let table = Message::request(signal);
        let text = to_json(table, &[&wire]).unwrap();
        prop_assert!(!text.contains(&b'\n'));
        serde_json::from_slice::<serde_json::Value>(&text).unwrap();
        let back = from_json(table, &text).unwrap();
        prop_assert_eq!(canonical(signal, &back), canonical(signal, &wire));
        // The second trip gives the same text: nothing is left to normalise.
        prop_assert_eq!(to_json(table, &[&back]).unwrap(), text);
    }

    /// Parts are written as the one message that their concatenation is.
    #[test]
    fn parts_equal_their_concatenation((signal, one) in requests(), supply in vec(any::<u64>(), 0..200)) {
        let table = Message::request(signal);
        let two = Dice(supply.iter()).message(table, 0);
        let whole = [one.as_slice(), two.as_slice()].concat();
        prop_assert_eq!(to_json(table, &[&one, &two]).unwrap(), to_json(table, &[&whole]).unwrap());
        let back = from_json(table, &to_json(table, &[&one, &two]).unwrap()).unwrap();
        prop_assert_eq!(canonical(signal, &back), canonical(signal, &whole));
    }

    /// Damaged JSON is read or refused, never a panic; what is read is a message, and what serde_json refuses is refused.
    #[test]
    fn damaged_json_is_refused_or_read(
        (signal, wire) in requests(),
        at in any::<prop::sample::Index>(),
        with in prop::sample::select(&b"{}[],:\"\\0-e.ntf \x01\xff"[..]),
        cut in any::<bool>(),
    ) {
        let table = Message::request(signal);
        let mut text = to_json(table, &[&wire]).unwrap();
        let at = at.index(text.len());
        if cut { text.truncate(at) } else { text[at] = with }
        match from_json(table, &text) {
            Ok(back) => {
                canonical(signal, &back);
                prop_assert!(serde_json::from_slice::<serde::de::IgnoredAny>(&text).is_ok());
            }
            Err(error) => prop_assert!(!error.to_string().is_empty()),
        }
    }

    /// Damaged encoded bytes are written or refused, never a panic; what is written is JSON.
    #[test]
    fn damaged_bytes_are_refused_or_written((signal, wire) in requests(), at in any::<prop::sample::Index>(), with in any::<u8>()) {
        prop_assume!(!wire.is_empty());
        let mut wire = wire;
        let at = at.index(wire.len());
        wire[at] = with;
        if let Ok(text) = to_json(Message::request(signal), &[&wire]) {
            serde_json::from_slice::<serde::de::IgnoredAny>(&text).unwrap();
        }
    }

    /// Any string is read as serde_json reads it (up to half surrogates, which serde_json refuses).
    #[test]
    fn strings_are_read_as_serde_json_reads_them(text in "(\\PC|\\\\u[0-9a-f]{4}|\\\\[\"/bfnrt\\\\])*") {
        let quoted = format!("{{\"message\":\"{text}\"}}");
        if let Ok(value) = serde_json::from_str::<serde_json::Value>(&quoted) {
            let wire = from_json(&crate::otlp::schema::rpc::STATUS, quoted.as_bytes()).unwrap();
            let mut expected = Vec::new();
            if value["message"] != "" {
                put_len(&mut expected, 2, value["message"].as_str().unwrap().as_bytes());
            }
            prop_assert_eq!(wire, expected);
        }
    }
}
