//! OTLP/JSON to encoded bytes in one pass.

use std::borrow::Cow;

use base64::Engine;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::error::{Fault, JsonError, Step, TextCause, TextResult};
use super::reader::{Next, Reader};
use super::{MAX_DEPTH, number};
use crate::otlp::schema::{Enum, Field, Kind, Label, Message};
use crate::otlp::wire::{put_tag, put_varint, varint_len};

const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const BASE64: GeneralPurpose = GeneralPurpose::new(&STANDARD, LENIENT);
const BASE64_URL: GeneralPurpose = GeneralPurpose::new(&URL_SAFE, LENIENT);

/// Reads one `message` from JSON text and returns its encoded bytes.
///
/// Unknown keys are ignored, `null` means absent, and a key that stands twice is merged as protobuf merges: the last
/// scalar wins, lists are appended. The result has at most four times the bytes of the text.
///
/// # Errors
/// [`JsonError::Text`] names path, line and column of the first value that is not what the message has there.
pub fn from_json(message: &'static Message, json: &[u8]) -> Result<Vec<u8>, JsonError> {
    let read = |json: &[u8]| {
        let text = simdutf8::compat::from_utf8(json).map_err(|error| {
            let at = error.valid_up_to();
            let found = format!("byte 0x{:02x}", json.get(at).copied().unwrap_or_default());
            Fault::new(TextCause { at, found, expected: String::from("text in UTF-8") })
        })?;
        let mut decoder = Decoder { reader: Reader::new(text), out: Vec::with_capacity(json.len() / 2) };
        decoder.message(message, 0)?;
        decoder.reader.end()?;
        Ok(decoder.out)
    };
    read(json).map_err(|fault: Box<Fault<TextCause>>| fault.into_error(json))
}

struct Decoder<'a> {
    reader: Reader<'a>,
    out: Vec<u8>,
}

// === impl Decoder ===

impl<'a> Decoder<'a> {
    /// Reads an object and appends the fields of `message`.
    fn message(&mut self, message: &'static Message, depth: usize) -> TextResult<()> {
        if self.reader.next("an object")? != Next::Object {
            return Err(self.reader.fault(&format!("an object ({})", message.name)));
        }
        if depth >= MAX_DEPTH {
            return Err(self.reader.fault(&format!("at most {MAX_DEPTH} nested messages")));
        }
        if self.reader.open(b'}')? {
            return Ok(());
        }
        let mut seen = 0_u32;
        loop {
            let key = self.reader.key()?;
            match message.position_named(&key) {
                Some(position) => {
                    let field = &message.fields[position];
                    let again = seen & 1 << position != 0;
                    seen |= 1 << position;
                    self.field(field, again, depth).map_err(|fault| fault.within(Step::Field(field.name)))?;
                }
                None => self.reader.skip()?,
            }
            if !self.reader.more(b'}')? {
                return Ok(());
            }
        }
    }

    /// Reads the value of a field. `again` says that it stood before, so that even a default must be written to win.
    fn field(&mut self, field: &'static Field, again: bool, depth: usize) -> TextResult<()> {
        let next = self.reader.next("a value")?;
        if next == Next::Null {
            self.reader.literal(next);
            return Ok(());
        }
        if field.label != Label::Many {
            let start = self.out.len();
            let is_default = self.single(field, next, depth)?;
            if is_default && field.label == Label::One && !again {
                self.out.truncate(start);
            }
            return Ok(());
        }
        if next != Next::Array {
            return Err(self.reader.fault("an array"));
        }
        if self.reader.open(b']')? {
            return Ok(());
        }
        if field.kind.is_packed() {
            put_tag(&mut self.out, field.number, crate::otlp::wire::LEN);
            self.delimited(|decoder| decoder.elements(|decoder, next| decoder.value(field.kind, next).map(drop)))
        } else {
            self.elements(|decoder, next| decoder.single(field, next, depth).map(drop))
        }
    }

    /// Reads the elements of an array that is not empty.
    fn elements(&mut self, mut read: impl FnMut(&mut Self, Next) -> TextResult<()>) -> TextResult<()> {
        for index in 0.. {
            let next = self.reader.next("a value").map_err(|fault| fault.within(Step::Index(index)))?;
            read(self, next).map_err(|fault| fault.within(Step::Index(index)))?;
            if !self.reader.more(b']')? {
                break;
            }
        }
        Ok(())
    }

    /// Appends tag and value; tells whether the value is the default of its kind.
    fn single(&mut self, field: &'static Field, next: Next, depth: usize) -> TextResult<bool> {
        put_tag(&mut self.out, field.number, field.kind.wire_type());
        match field.kind {
            Kind::Message(_) if next == Next::Null => {
                // A null element of a list is a message with nothing in it, as the Collector reads it.
                self.reader.literal(next);
                self.out.push(0);
                Ok(false)
            }
            Kind::Message(inner) => self.delimited(|decoder| decoder.message(inner, depth + 1)).map(|()| false),
            kind => self.value(kind, next),
        }
    }

    /// Appends a value without its tag; tells whether it is the default of its kind.
    fn value(&mut self, kind: Kind, next: Next) -> TextResult<bool> {
        if next == Next::Null {
            self.reader.literal(next);
            match kind.wire_type() {
                crate::otlp::wire::FIXED64 => self.out.extend_from_slice(&[0; 8]),
                crate::otlp::wire::FIXED32 => self.out.extend_from_slice(&[0; 4]),
                _ => self.out.push(0),
            }
            return Ok(true);
        }
        match kind {
            Kind::String => {
                let text = self.string(next, "a string")?;
                self.put_bytes(text.as_bytes());
                Ok(text.is_empty())
            }
            Kind::Bytes => self.base64(next),
            Kind::Id(len) => self.id(next, len),
            Kind::Bool => self.bool(next),
            Kind::Double => self.double(next),
            Kind::Enum(names) => self.enumeration(next, names),
            Kind::Int32 => self.varint(next, (i32::MIN.into(), i32::MAX.into())),
            Kind::Uint32 => self.varint(next, (0, u32::MAX.into())),
            Kind::Int64 => self.varint(next, (i64::MIN.into(), i64::MAX.into())),
            Kind::Uint64 => self.varint(next, (0, u64::MAX.into())),
            Kind::Sint32 => {
                let value = self.integer(next, (i32::MIN.into(), i32::MAX.into()))? as i32;
                put_varint(&mut self.out, u64::from(((value << 1) ^ (value >> 31)) as u32));
                Ok(value == 0)
            }
            Kind::Fixed32 => {
                let value = self.integer(next, (0, u32::MAX.into()))? as u32;
                self.out.extend_from_slice(&value.to_le_bytes());
                Ok(value == 0)
            }
            Kind::Fixed64 => self.fixed64(next, (0, u64::MAX.into())),
            Kind::Sfixed64 => self.fixed64(next, (i64::MIN.into(), i64::MAX.into())),
            Kind::Message(_) => Err(self.reader.fault("a scalar")),
        }
    }

    fn varint(&mut self, next: Next, range: (i128, i128)) -> TextResult<bool> {
        let value = self.integer(next, range)?;
        put_varint(&mut self.out, value as u64);
        Ok(value == 0)
    }

    fn fixed64(&mut self, next: Next, range: (i128, i128)) -> TextResult<bool> {
        let value = self.integer(next, range)?;
        self.out.extend_from_slice(&(value as u64).to_le_bytes());
        Ok(value == 0)
    }

    /// Reads a whole number within `range`, bare or in a string.
    fn integer(&mut self, next: Next, (min, max): (i128, i128)) -> TextResult<i128> {
        let at = self.reader.position();
        let value = match next {
            Next::Number => number::integer(self.reader.number()?),
            Next::String => number::integer(&self.reader.string()?),
            _ => None,
        };
        value.filter(|value| (min..=max).contains(value)).ok_or_else(|| {
            self.reader.fault_at(at, &format!("a whole number from {min} to {max}, bare or in a string"))
        })
    }

    fn double(&mut self, next: Next) -> TextResult<bool> {
        let at = self.reader.position();
        let value = match next {
            Next::Number => number::double(self.reader.number()?, false),
            Next::String => number::double(&self.reader.string()?, true),
            _ => None,
        };
        let expected = "a number that fits a double, or \"NaN\", \"Infinity\" or \"-Infinity\"";
        let value = value.ok_or_else(|| self.reader.fault_at(at, expected))?;
        self.out.extend_from_slice(&value.to_le_bytes());
        Ok(value.to_bits() == 0)
    }

    fn enumeration(&mut self, next: Next, names: &'static Enum) -> TextResult<bool> {
        let at = self.reader.position();
        if next != Next::String {
            return self.varint(next, (i32::MIN.into(), i32::MAX.into()));
        }
        let text = self.reader.string()?;
        let named = names.values.iter().find(|(name, _)| *name == text).map(|(_, value)| i128::from(*value));
        let value = named.or_else(|| number::integer(&text)).filter(|value| i32::try_from(*value).is_ok());
        let value = value.ok_or_else(|| self.reader.fault_at(at, &format!("an integer of {}", names.name)))?;
        put_varint(&mut self.out, value as u64);
        Ok(value == 0)
    }

    fn bool(&mut self, next: Next) -> TextResult<bool> {
        match next {
            Next::True | Next::False => {
                self.reader.literal(next);
                self.out.push(u8::from(next == Next::True));
                Ok(next == Next::False)
            }
            _ => Err(self.reader.fault("true or false")),
        }
    }

    fn string(&mut self, next: Next, expected: &str) -> TextResult<Cow<'a, str>> {
        if next == Next::String { self.reader.string() } else { Err(self.reader.fault(expected)) }
    }

    fn base64(&mut self, next: Next) -> TextResult<bool> {
        let at = self.reader.position();
        let text = self.string(next, "bytes as a base64 string")?;
        let engine = if text.contains(['-', '_']) { &BASE64_URL } else { &BASE64 };
        let bytes = engine.decode(text.as_bytes()).map_err(|_| self.reader.fault_at(at, "bytes as a base64 string"))?;
        self.put_bytes(&bytes);
        Ok(bytes.is_empty())
    }

    fn id(&mut self, next: Next, len: usize) -> TextResult<bool> {
        let at = self.reader.position();
        let expected = || format!("an id of {} hexadecimal digits, or an empty string", 2 * len);
        let text = self.string(next, "an id as a string of hexadecimal digits")?;
        if !text.is_empty() && text.len() != 2 * len {
            return Err(self.reader.fault_at(at, &expected()));
        }
        put_varint(&mut self.out, text.len() as u64 / 2);
        for pair in text.as_bytes().chunks_exact(2) {
            let nibble = |digit: u8| char::from(digit).to_digit(16);
            let (Some(high), Some(low)) = (nibble(pair[0]), nibble(pair[1])) else {
                return Err(self.reader.fault_at(at, &expected()));
            };
            self.out.push((high << 4 | low) as u8);
        }
        Ok(text.is_empty())
    }

    fn put_bytes(&mut self, bytes: &[u8]) {
        put_varint(&mut self.out, bytes.len() as u64);
        self.out.extend_from_slice(bytes);
    }

    /// Appends what `write` appends behind its length. Most lengths fit one byte, so only longer values are moved.
    fn delimited(&mut self, write: impl FnOnce(&mut Self) -> TextResult<()>) -> TextResult<()> {
        let prefix = self.out.len();
        self.out.push(0);
        write(self)?;
        let start = prefix + 1;
        let len = self.out.len() - start;
        let more = varint_len(len as u64) - 1;
        if more > 0 {
            self.out.resize(self.out.len() + more, 0);
            self.out.copy_within(start..start + len, start + more);
        }
        let mut at = prefix;
        let mut rest = len;
        while rest >= 0x80 {
            self.out[at] = rest as u8 | 0x80;
            rest >>= 7;
            at += 1;
        }
        self.out[at] = rest as u8;
        Ok(())
    }
}
