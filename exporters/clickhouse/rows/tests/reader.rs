//! A reader of Native blocks that shares nothing with the writer: it follows the types that the blocks name.

use std::collections::BTreeMap;

/// The rows of a body, each value as text: numbers as they are, strings in quotes, `[...]`, `{key: value}`.
pub(super) type Row = BTreeMap<String, String>;

/// Bytes that are read from their beginning.
struct Reader<'a>(&'a [u8]);

/// The blocks of a plain body, their columns joined to rows.
pub(super) fn rows(body: &[u8]) -> Vec<Row> {
    let mut reader = Reader(body);
    let mut all = Vec::new();
    while !reader.0.is_empty() {
        let (columns, rows) = (reader.varint(), reader.varint());
        let first = all.len();
        all.resize(first + rows, Row::new());
        for _ in 0..columns {
            let (name, ty) = (reader.text(), reader.text());
            reader.prefix(&ty);
            let values = reader.values(&ty, rows);
            assert_eq!(values.len(), rows, "{name} {ty}");
            for (row, value) in all[first..].iter_mut().zip(values) {
                assert_eq!(row.insert(name.clone(), value), None, "{name} comes twice");
            }
        }
    }
    all
}

/// The plain bytes of ClickHouse's compressed blocks.
pub(super) fn unblock(mut body: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    while let Some((hash, rest)) = body.split_at_checked(16) {
        let size = u32::from_le_bytes(rest[1..5].try_into().unwrap()) as usize;
        let plain_size = u32::from_le_bytes(rest[5..9].try_into().unwrap()) as usize;
        let (block, rest) = rest.split_at(size);
        let expected = cityhash_rs::cityhash_102_128(block);
        assert_eq!(hash, [(expected >> 64) as u64, expected as u64].map(u64::to_le_bytes).as_flattened());
        let data = match block[0] {
            0x82 => lz4_flex::block::decompress(&block[9..], plain_size).unwrap(),
            0x90 => zstd::bulk::decompress(&block[9..], plain_size).unwrap(),
            method => panic!("method {method}"),
        };
        assert_eq!(data.len(), plain_size);
        plain.extend(data);
        body = rest;
    }
    assert_eq!(body.len(), 0);
    plain
}

// === impl Reader ===

impl Reader<'_> {
    fn take(&mut self, length: usize) -> &[u8] {
        let (taken, rest) = self.0.split_at(length);
        self.0 = rest;
        taken
    }

    fn varint(&mut self) -> usize {
        let (mut number, mut shift) = (0, 0);
        loop {
            let byte = self.take(1)[0];
            number |= usize::from(byte & 0x7f) << shift;
            shift += 7;
            if byte < 0x80 {
                return number;
            }
        }
    }

    fn u64(&mut self) -> u64 {
        u64::from_le_bytes(self.take(8).try_into().unwrap())
    }

    fn text(&mut self) -> String {
        let length = self.varint();
        String::from_utf8(self.take(length).to_vec()).unwrap()
    }

    fn prefix(&mut self, ty: &str) {
        if ty.contains("JSON") {
            assert_eq!(self.u64(), 1, "objects are strings");
        } else if ty.contains("LowCardinality") {
            assert_eq!(self.u64(), 1);
        }
    }

    fn values(&mut self, ty: &str, rows: usize) -> Vec<String> {
        let mut each = |width: usize, show: fn(&[u8]) -> String| (0..rows).map(|_| show(self.take(width))).collect();
        match ty {
            "UInt8" => each(1, |bytes| bytes[0].to_string()),
            "Bool" => each(1, |bytes| ["false", "true"][usize::from(bytes[0])].to_owned()),
            "UInt32" | "DateTime" => each(4, |bytes| u32::from_le_bytes(bytes.try_into().unwrap()).to_string()),
            "Int32" => each(4, |bytes| i32::from_le_bytes(bytes.try_into().unwrap()).to_string()),
            "UInt64" => each(8, |bytes| u64::from_le_bytes(bytes.try_into().unwrap()).to_string()),
            "DateTime64(9)" => each(8, |bytes| i64::from_le_bytes(bytes.try_into().unwrap()).to_string()),
            "Float64" => each(8, |bytes| f64::from_le_bytes(bytes.try_into().unwrap()).to_string()),
            "String" | "JSON" => (0..rows).map(|_| format!("{:?}", self.text())).collect(),
            "LowCardinality(String)" => self.low_cardinality(rows),
            _ => self.nested(ty, rows),
        }
    }

    fn low_cardinality(&mut self, rows: usize) -> Vec<String> {
        if rows == 0 {
            return Vec::new();
        }
        let kind = self.u64();
        assert_eq!(kind & !3, 0x600, "a dictionary of the block's own");
        let strings = self.u64() as usize;
        let dictionary = self.values("String", strings);
        assert_eq!(self.u64() as usize, rows);
        let number = |bytes: &[u8]| bytes.iter().rev().fold(0, |number, byte| number << 8 | usize::from(*byte));
        (0..rows).map(|_| dictionary[number(self.take(1 << (kind & 3)))].clone()).collect()
    }

    fn nested(&mut self, ty: &str, rows: usize) -> Vec<String> {
        let ends: Vec<usize> = (0..rows).map(|_| self.u64() as usize).collect();
        let all = ends.last().copied().unwrap_or_default();
        let inner = ty.split_once('(').and_then(|(_, inner)| inner.strip_suffix(')')).unwrap();
        let (open, close, elements) = if ty.starts_with("Map(") {
            let (key, value) = inner.split_once(", ").unwrap();
            let keys = self.values(key, all);
            let values = self.values(value, all);
            ("{", "}", keys.iter().zip(values).map(|(key, value)| format!("{key}: {value}")).collect())
        } else {
            ("[", "]", self.values(inner, all))
        };
        let starts = std::iter::once(0).chain(ends.iter().copied());
        starts.zip(&ends).map(|(start, end)| format!("{open}{}{close}", elements[start..*end].join(", "))).collect()
    }
}
