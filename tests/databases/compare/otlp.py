"""What was sent, item by item, from OTLP/JSON."""

import json

PARTS = {"logs": ("resourceLogs", "scopeLogs", "logRecords"), "spans": ("resourceSpans", "scopeSpans", "spans")}
POINTS = ("gauge", "sum", "histogram", "exponentialHistogram", "summary")


class Item:
    """A log record, a span, or a data point with its metric, and what it belongs to."""

    def __init__(self, kind, resources, scopes, fields, metric=None):
        self.kind, self.fields, self.metric = kind, fields, metric
        self.resource, self.resource_url = resources.get("resource") or {}, resources.get("schemaUrl", "")
        self.scope, self.scope_url = scopes.get("scope") or {}, scopes.get("schemaUrl", "")

    def number(self, key):
        return int(self.fields.get(key) or 0)

    def string(self, key):
        return self.fields.get(key) or ""

    def attributes(self):
        return self.fields.get("attributes", [])

    def service(self):
        pairs = self.resource.get("attributes", [])
        return next((pair.get("value", {}) for pair in pairs if pair.get("key") == "service.name"), {})

    def double(self, key):
        """`None` where it is not set."""
        value = self.fields.get(key)
        return None if value is None else float(value)


def items(path):
    with open(path, encoding="utf-8") as lines:
        for line in filter(str.strip, lines):
            request = json.loads(line, parse_int=lambda digits: -0.0 if digits == "-0" else int(digits))
            for kind, (resources, scopes, records) in PARTS.items():
                for resource, scope, fields in walk(request, resources, scopes, records):
                    yield Item(kind, resource, scope, fields)
            for resource, scope, metric in walk(request, "resourceMetrics", "scopeMetrics", "metrics"):
                for kind in POINTS:
                    for point in (metric.get(kind) or {}).get("dataPoints", []):
                        yield Item(kind, resource, scope, point, metric)


def walk(request, resources, scopes, records):
    for resource in request.get(resources, []):
        for scope in resource.get(scopes, []):
            for record in scope.get(records, []):
                yield resource, scope, record
