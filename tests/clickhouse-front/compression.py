"""Compressed bodies: ClickHouse's own blocks (`compress=1`, `decompress=1`) and Content-Encoding."""

import gzip
import struct
import zlib

import lz4.block
import lz4.frame
import zstandard
from clickhouse_cityhash.cityhash import CityHash128

from errors import Fail

NONE, LZ4, ZSTD = 0x02, 0x82, 0x90
MAX_BLOCK = 1 << 30  # bytes, as in ClickHouse
ENCODE = {
    "gzip": gzip.compress,
    "zstd": lambda data: zstandard.ZstdCompressor().compress(data),
    "lz4": lz4.frame.compress,
    "deflate": zlib.compress,
}


def checksum(data):
    both = CityHash128(data)  # this package has the low word first
    return struct.pack("<QQ", both >> 64, both & ((1 << 64) - 1))


def unblocks(chunks):
    """[16 bytes of CityHash128][method][size with this header][plain size][data] ... as plain chunks."""
    read = reader(chunks)
    while head := read(25):
        if len(head) < 25:
            raise Fail(32, "ATTEMPT_TO_READ_AFTER_EOF", "compressed block header cut")
        method, size, plain = struct.unpack("<BII", head[16:])
        if size < 9 or max(size, plain) > MAX_BLOCK:
            raise Fail(271, "CANNOT_DECOMPRESS", "block size")
        body = read(size - 9)
        if len(body) != size - 9:
            raise Fail(32, "ATTEMPT_TO_READ_AFTER_EOF", "compressed block cut")
        if checksum(head[16:] + body) != head[:16]:
            raise Fail(40, "CHECKSUM_DOESNT_MATCH", "checksum of compressed block")
        yield unblock(method, body, plain)


def unblock(method, body, plain):
    try:
        if method == LZ4:
            return lz4.block.decompress(body, uncompressed_size=plain)
        if method == ZSTD:
            return zstandard.ZstdDecompressor().decompress(body, max_output_size=plain)
    except (lz4.block.LZ4BlockError, zstandard.ZstdError) as error:
        raise Fail(271, "CANNOT_DECOMPRESS", str(error)) from error
    if method == NONE:
        return body
    raise Fail(89, "UNKNOWN_COMPRESSION_METHOD", hex(method))


def reader(chunks):
    """A function that reads so many bytes, or what is left."""
    chunks, held = iter(chunks), bytearray()

    def read(count):
        while len(held) < count:
            chunk = next(chunks, None)
            if chunk is None:
                break
            held.extend(chunk)
        out = bytes(held[:count])
        del held[:count]
        return out

    return read


def blocks(data):
    out = []
    for start in range(0, len(data), 1 << 20):
        part = data[start : start + (1 << 20)]
        packed = lz4.block.compress(part, store_size=False)
        head = struct.pack("<BII", LZ4, len(packed) + 9, len(part))
        out += [checksum(head + packed), head, packed]
    return b"".join(out)


def decoded(encoding, chunks):
    """The chunks of a body without its Content-Encoding."""
    decoders = {
        "gzip": lambda: zlib.decompressobj(31),
        "deflate": lambda: zlib.decompressobj(15),
        "zstd": lambda: zstandard.ZstdDecompressor().decompressobj(),
        "lz4": lz4.frame.LZ4FrameDecompressor,
    }
    if encoding in ("", "identity"):
        return chunks
    if encoding not in decoders:
        raise Fail(89, "UNKNOWN_COMPRESSION_METHOD", encoding)
    decoder = decoders[encoding]()
    return (plain for plain in map(decoder.decompress, chunks) if plain)
