"""Holds what a client sent against what a collector wrote, item by item and field by field.

    compare.py SENT RECEIVED

Both are files of OTLP/JSON, one export request (or TracesData, LogsData, MetricsData) a line. The exit code is 0 only
when every span, log record and data point that was sent is there exactly once, and nothing else. Requests, resources and
scopes may be split or joined on the way; nothing within an item may change, not even the order of its attributes.

What counts as equal is what OTLP/JSON calls equal: a 64-bit integer as string or number, a double with or without
fraction, a field left out or with the default of its type. Where presence has a meaning (the value of an attribute, a
point's number, a histogram's sum), a default is not the same as nothing.
"""

import collections
import difflib
import json
import sys

RESOURCES = {"resourceSpans": "scopeSpans", "resourceLogs": "scopeLogs", "resourceMetrics": "scopeMetrics"}
ITEMS = {"scopeSpans": "spans", "scopeLogs": "logRecords", "scopeMetrics": "metrics"}
POINTS = ("gauge", "sum", "histogram", "exponentialHistogram", "summary")
INTEGERS = {
    "timeUnixNano", "observedTimeUnixNano", "startTimeUnixNano", "endTimeUnixNano", "intValue", "asInt", "count",
    "zeroCount", "bucketCounts",
}  # fmt: skip
DOUBLES = {"doubleValue", "asDouble", "min", "max", "explicitBounds", "zeroThreshold", "quantile"}
PRESENCE = {
    "stringValue", "boolValue", "intValue", "doubleValue", "arrayValue", "kvlistValue", "bytesValue", "value", "asInt",
    "asDouble", "sum", "min", "max",
}  # fmt: skip


def normal(value, key=None):
    """The one way to write `value` that this file knows."""
    if isinstance(value, dict):
        fields = {name: normal(inner, name) for name, inner in value.items()}
        return {name: inner for name, inner in fields.items() if name in PRESENCE or not is_default(inner)}
    if isinstance(value, list):
        return [normal(inner, key) for inner in value]
    if value is None or isinstance(value, bool):
        return value
    if key in INTEGERS:
        return int(value)
    if key in DOUBLES or key == "sum":
        return float(value)
    return value


def is_default(value):
    return value in ({}, [], "", 0, False, None)


def items(request):
    """Every item of a request with everything around it, as text that can be compared and shown."""
    if not set(request) & set(RESOURCES):
        raise SystemExit(f"compare.py: a line is no OTLP: {json.dumps(request)[:200]}")
    for resources, scopes in RESOURCES.items():
        for resource in request.pop(resources, []):
            # The JavaScript SDK repeats the URL inside of the resource, where OTLP has no such field.
            resource.get("resource", {}).pop("schemaUrl", None)
            for scope in resource.pop(scopes, []):
                for item in scope.pop(ITEMS[scopes], []):
                    for point in points(item):
                        around = {resources: resource, scopes: scope, ITEMS[scopes]: point}
                        yield resources, json.dumps(normal(around), indent=1, sort_keys=True)
    if any(request.values()):
        raise SystemExit(f"compare.py: a line has more than OTLP: {sorted(request)}")


def points(item):
    """A metric comes apart into its points, since a batch may split or join it; spans and records stay whole."""
    kind = next((kind for kind in POINTS if isinstance(item.get(kind), dict)), None)
    if kind is None:
        yield item
        return
    for point in item[kind].get("dataPoints", []):
        yield {**item, kind: {**item[kind], "dataPoints": [point]}}


def number(text):
    """An integer; the zero below zero, which only doubles have, keeps its sign."""
    return -0.0 if text == "-0" else int(text)


def read(path):
    found = collections.Counter()
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                found.update(items(json.loads(line, parse_int=number)))
    return found


def main():
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    sent, received = (read(path) for path in sys.argv[1:])
    missing, surplus = sent - received, received - sent
    for number, (signal, item) in enumerate(missing.elements()):
        if number == 5:
            print(f"... and {missing.total() - 5} more")
            break
        candidates = [other for kind, other in surplus if kind == signal]
        closest = max(candidates, key=lambda other: difflib.SequenceMatcher(None, item, other).quick_ratio(), default="")
        print("\n".join(difflib.unified_diff(item.split("\n"), closest.split("\n"), "sent", "received", lineterm="", n=4)))
    count = collections.Counter()
    for (signal, _), number in sent.items():
        count[signal] += number
    totals = ", ".join(f"{number} in {signal}" for signal, number in sorted(count.items())) or "nothing"
    print(f"sent {totals}; {missing.total()} missing or changed, {surplus.total()} unexpected")
    if not sent or missing or surplus:
        if surplus and not missing:
            print(next(iter(surplus))[1])
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
