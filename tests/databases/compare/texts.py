"""Values of OTLP/JSON as the databases have them: as text, as the Collector writes it, and as plain JSON."""

import decimal
import json
import math


def text(value):
    """What the Collector's `AsString` says: strings as they are, bytes as Base64, lists and maps as JSON."""
    kind, inner = only(value)
    if kind in ("stringValue", "bytesValue"):
        return inner
    if kind == "boolValue":
        return "true" if inner else "false"
    if kind == "intValue":
        return str(int(inner))
    if kind == "doubleValue":
        return double(float(inner))
    return "" if kind is None else go_json(value)


def go_json(value):
    """JSON as Go has it: the keys of maps sorted, the line ends of JavaScript escaped."""
    kind, inner = only(value)
    if kind == "arrayValue":
        return "[" + ",".join(go_json(each) for each in inner.get("values", [])) + "]"
    if kind == "kvlistValue":
        pairs = sorted(inner.get("values", []), key=lambda pair: pair.get("key", ""))
        return "{" + ",".join(f"{quoted(pair.get('key', ''))}:{go_json(pair.get('value', {}))}" for pair in pairs) + "}"
    if kind in ("stringValue", "bytesValue"):
        return quoted(inner)
    # JSON has no NaN and no infinities.
    is_null = kind is None or kind == "doubleValue" and not math.isfinite(float(inner))
    return "null" if is_null else text(value)


def quoted(string):
    return json.dumps(string, ensure_ascii=False).replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def double(number):
    """The shortest digits that mean this number, without an exponent from 1e-6 to 1e21."""
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    if number == 0 or 1e-6 <= abs(number) < 1e21:
        digits = format(decimal.Decimal(repr(number)), "f")
        return digits.rstrip("0").rstrip(".") if "." in digits else digits
    mantissa, exponent = repr(number).split("e")
    return f"{mantissa}e{exponent[0]}{exponent[1:].lstrip('0')}"


def plain(value, replace_nul):
    """As JSON has it. PostgreSQL's texts cannot hold U+0000, which becomes U+FFFD there."""
    kind, inner = only(value)
    if kind == "stringValue":
        return inner.replace("\0", "\ufffd") if replace_nul else inner
    if kind == "intValue":
        return int(inner)
    if kind == "doubleValue":
        number = float(inner)
        return number if math.isfinite(number) else double(number)
    if kind == "arrayValue":
        return [plain(each, replace_nul) for each in inner.get("values", [])]
    if kind == "kvlistValue":
        return plain_map(inner.get("values", []), replace_nul)
    return inner


def plain_map(pairs, replace_nul):
    def key(pair):
        return pair.get("key", "").replace("\0", "\ufffd") if replace_nul else pair.get("key", "")

    return {key(pair): plain(pair.get("value", {}), replace_nul) for pair in pairs}


def text_map(pairs):
    return {pair.get("key", ""): text(pair.get("value", {})) for pair in pairs}


def only(value):
    """The one field that is set."""
    return next(((kind, inner) for kind, inner in (value or {}).items() if inner is not None), (None, None))
