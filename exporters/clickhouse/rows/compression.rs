//! How bodies are compressed: ClickHouse's own blocks, or a `Content-Encoding`.
//!
//! A block is `[16 bytes CityHash128][method][size with this header][plain size][data]`, the hash being that of
//! version 1.0.2 over all that follows it. The server reads blocks when the URL says `decompress=1`.

use bytes::Bytes;
use lz4_flex::block::{CompressTable, compress_into_with_table, get_maximum_output_size};
use pipelines::net::compress::{self, Encoding};
use zstd::bulk::Compressor;

/// How the body of an insert is compressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::clickhouse) enum Compression {
    /// Not at all.
    None,
    /// ClickHouse blocks, LZ4: costs least.
    #[default]
    Lz4,
    /// ClickHouse blocks, Zstandard: the smallest.
    Zstd,
    /// `Content-Encoding: gzip`.
    Gzip,
    /// `Content-Encoding: deflate`.
    Deflate,
}

/// Takes the pieces of a body and compresses them. Kept between bodies for what it allocated.
pub(super) struct Blocks {
    compression: Compression,
    /// Small pieces that wait to become a block.
    pending: Vec<u8>,
    /// The block that is being made: room for the largest one.
    block: Vec<u8>,
    lz4: CompressTable,
    zstd: Option<Compressor<'static>>,
    out: Vec<u8>,
}

/// Plain bytes of a block at most; the server's buffers have this size.
const MAX_BLOCK: usize = 1 << 20;
/// A piece of this size becomes a block without being copied before.
const LARGE_PIECE: usize = 64 << 10;
/// Memory that is kept ready for the next body at most.
const KEPT: usize = 8 << 20;
/// Bytes of the hash.
const HASH: usize = 16;
/// Bytes of a block before its data: hash, method, two sizes.
const HEADER: usize = HASH + 1 + 4 + 4;
/// The level of blocks, as for the server's own.
const ZSTD_LEVEL: i32 = 1;

// === impl Compression ===

impl Compression {
    /// Whether bodies are blocks, which the URL says by `decompress=1`.
    pub(in crate::clickhouse) fn is_blocks(self) -> bool {
        matches!(self, Self::Lz4 | Self::Zstd)
    }

    /// The `Content-Encoding` of bodies, if they have one.
    pub(in crate::clickhouse) fn content_encoding(self) -> Option<&'static str> {
        self.encoding().map(Encoding::name)
    }

    fn encoding(self) -> Option<Encoding> {
        match self {
            Self::None | Self::Lz4 | Self::Zstd => None,
            Self::Gzip => Some(Encoding::Gzip),
            Self::Deflate => Some(Encoding::Deflate),
        }
    }

    /// The byte that says in a block how its data is compressed.
    fn method(self) -> u8 {
        match self {
            Self::Lz4 => 0x82,
            Self::Zstd => 0x90,
            Self::None | Self::Gzip | Self::Deflate => 0x02,
        }
    }
}

// === impl Blocks ===

impl Blocks {
    pub(super) fn new(compression: Compression) -> Self {
        let (pending, block, out) = (Vec::new(), Vec::new(), Vec::new());
        Self { compression, pending, block, lz4: CompressTable::large(), zstd: None, out }
    }

    /// Takes the next piece of the body.
    pub(super) fn write(&mut self, piece: &[u8]) -> Result<(), String> {
        if !self.compression.is_blocks() {
            self.out.extend_from_slice(piece);
            return Ok(());
        }
        if piece.len() >= LARGE_PIECE {
            self.flush()?;
            return piece.chunks(MAX_BLOCK).try_for_each(|chunk| self.block(chunk));
        }
        if self.pending.len() + piece.len() > MAX_BLOCK {
            self.flush()?;
        }
        self.pending.extend_from_slice(piece);
        Ok(())
    }

    /// Takes a number, in the variable length that lengths have.
    pub(super) fn write_varint(&mut self, number: u64) -> Result<(), String> {
        let mut rest = number;
        while rest >= 0x80 {
            self.write(&[rest as u8 | 0x80])?;
            rest >>= 7;
        }
        self.write(&[rest as u8])
    }

    /// Takes a string, with its length ahead.
    pub(super) fn write_text(&mut self, text: &str) -> Result<(), String> {
        self.write_varint(text.len() as u64)?;
        self.write(text.as_bytes())
    }

    /// The body, all pieces of which were written.
    pub(super) fn finish(&mut self) -> Result<Bytes, String> {
        self.flush()?;
        // The next body will be about as long, unless this one was unusual.
        let room = self.out.len().min(KEPT);
        let body = std::mem::replace(&mut self.out, Vec::with_capacity(room));
        match self.compression.encoding() {
            None => Ok(Bytes::from(body)),
            Some(encoding) => compress::encode(encoding, None, [&body[..]]).map_err(|error| error.to_string()),
        }
    }

    fn flush(&mut self) -> Result<(), String> {
        if self.pending.is_empty() {
            return Ok(());
        }
        let pending = std::mem::take(&mut self.pending);
        let written = self.block(&pending);
        self.pending = pending;
        self.pending.clear();
        written
    }

    fn block(&mut self, plain: &[u8]) -> Result<(), String> {
        let room = HEADER + get_maximum_output_size(plain.len()).max(zstd::zstd_safe::compress_bound(plain.len()));
        if self.block.len() < room {
            self.block.resize(room, 0);
        }
        let data = &mut self.block[HEADER..];
        let size = match self.compression {
            Compression::Zstd => {
                let zstd = match &mut self.zstd {
                    Some(zstd) => zstd,
                    none => none.insert(Compressor::new(ZSTD_LEVEL).map_err(|error| error.to_string())?),
                };
                zstd.compress_to_buffer(plain, data).map_err(|error| error.to_string())?
            }
            _ => compress_into_with_table(plain, data, &mut self.lz4).map_err(|error| error.to_string())?,
        };
        let (hash, block) = self.block[..HEADER + size].split_at_mut(HASH);
        block[0] = self.compression.method();
        let block_size = block.len() as u32;
        block[1..5].copy_from_slice(&block_size.to_le_bytes());
        block[5..9].copy_from_slice(&(plain.len() as u32).to_le_bytes());
        // The half that the hash has first is written first.
        hash.copy_from_slice(&cityhash_rs::cityhash_102_128(block).rotate_left(64).to_le_bytes());
        self.out.extend_from_slice(&self.block[..HEADER + size]);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Scenario: a usual body after one of 20 MB. Guarantee: the memory of the large one is not kept.
    #[test]
    fn memory_of_an_unusual_body_is_given_back() {
        let mut blocks = Blocks::new(Compression::None);
        blocks.write(&vec![0; 20 << 20]).unwrap();
        assert_eq!(blocks.finish().unwrap().len(), 20 << 20);
        assert!(blocks.out.capacity() <= KEPT);
    }
}
