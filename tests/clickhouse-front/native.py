"""Native as a server writes it for `client_protocol_version` >= 54454 (clickhouse-go): with block info, and one byte a
column that says how it is serialized. The engine as a library writes revision 0, which has neither."""

import re
import struct

from errors import Fail

BLOCK_INFO = b"\x01\x00\x02\xff\xff\xff\xff\x00"
SIZES = {
    "Bool": 1, "Nothing": 1, "Date": 2, "DateTime": 4, "Date32": 4, "DateTime64": 8, "UUID": 16, "IPv4": 4, "IPv6": 16,
    "Enum8": 1, "Enum16": 2, "BFloat16": 2,
}  # fmt: skip
SIZES |= {
    f"{kind}{bits}": bits // 8 for kind in ("Int", "UInt", "Float", "Decimal") for bits in (8, 16, 32, 64, 128, 256)
}


def versioned(data):
    return Walk(data).versioned()


class Walk:
    """Goes through revision 0 to find where each column ends."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def versioned(self):
        out = bytearray()
        while self.at < len(self.data):
            start = self.at
            columns, rows = self.number(), self.number()
            out += BLOCK_INFO + self.data[start : self.at]
            for _ in range(columns):
                start = self.at
                self.text()
                kind = self.text()
                out += self.data[start : self.at] + b"\x00"
                start = self.at
                if rows:
                    self.prefix(kind)
                    self.values(kind, rows)
                out += self.data[start : self.at]
        return bytes(out)

    def number(self):
        number = shift = 0
        while True:
            byte = self.data[self.at]
            self.at += 1
            number |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return number

    def text(self):
        length = self.number()
        self.at += length
        return self.data[self.at - length : self.at].decode()

    def u64(self):
        self.at += 8
        return struct.unpack_from("<Q", self.data, self.at - 8)[0]

    def prefix(self, kind):
        base, inner = parts(kind)
        if base == "LowCardinality":
            self.at += 8
        elif base in ("Array", "Nullable", "Map", "Tuple", "Nested"):
            for each in inner:
                self.prefix(each)

    def values(self, kind, rows):
        base, inner = parts(kind)
        if base == "String":
            for _ in range(rows):
                length = self.number()
                self.at += length
        elif base == "FixedString":
            self.at += rows * int(inner[0])
        elif base == "Decimal":
            digits = int(inner[0])
            self.at += rows * (4 if digits < 10 else 8 if digits < 19 else 16 if digits < 39 else 32)
        elif base in SIZES:
            self.at += rows * SIZES[base]
        elif base == "Nullable":
            self.at += rows
            self.values(inner[0], rows)
        elif base == "Tuple":
            for each in inner:
                self.values(each, rows)
        elif base in ("Array", "Map", "Nested"):
            self.at += 8 * rows  # offsets, of which the last is the number of elements
            elements = struct.unpack_from("<Q", self.data, self.at - 8)[0]
            for each in inner:
                self.values(each, elements)
        elif base == "SimpleAggregateFunction":
            self.values(inner[1], rows)
        elif base == "LowCardinality":
            keys = self.u64()
            dictionary = inner[0][9:-1] if inner[0].startswith("Nullable(") else inner[0]
            if keys & 0x200:
                self.values(dictionary, self.u64())
            self.at += self.u64() * (1 << (keys & 255))
        else:
            raise Fail(48, "NOT_IMPLEMENTED", f"Native of {kind} with client_protocol_version")


def parts(kind):
    """`Map(String, Array(T))` as `Map` and [`String`, `Array(T)`]; names of fields are left out."""
    if "(" not in kind:
        return kind, []
    base, inner = kind.split("(", 1)
    arguments, depth, current, quoted = [], 0, "", False
    for char in inner[:-1]:
        if char == "'":
            quoted = not quoted
        if not quoted:
            depth += (char == "(") - (char == ")")
        if char == "," and depth == 0 and not quoted:
            arguments.append(current.strip())
            current = ""
        else:
            current += char
    arguments.append(current.strip())
    if base in ("Tuple", "Nested"):
        arguments = [each.split(" ", 1)[1] if re.match(r"[`\w.]+ [A-Z]", each) else each for each in arguments]
    return base, arguments
