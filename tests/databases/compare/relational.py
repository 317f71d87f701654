"""The rows that PostgreSQL and SQLite have of what was sent: typed JSON, whole numbers beside doubles, resource and scope
in tables of their own, which the caller has joined in as `resource` and `scope`. An empty text is NULL."""

import datetime

from texts import plain, plain_map, text

TABLES = {
    "logs": "otel_logs",
    "spans": "otel_spans",
    "gauge": "otel_metrics_gauge",
    "sum": "otel_metrics_sum",
    "histogram": "otel_metrics_histogram",
    "exponentialHistogram": "otel_metrics_exp_histogram",
    "summary": "otel_metrics_summary",
}
KINDS = ("Unspecified", "Internal", "Server", "Client", "Producer", "Consumer")
STATES = ("Unset", "Ok", "Error")
# Keys, and when it was stored.
BESIDES = {"id", "resource_id", "scope_id", "first_seen", "first_seen_unix_nano", "last_row"}


class Relational:
    """`is_postgres`: a time beside the nanoseconds, and no U+0000."""

    def __init__(self, is_postgres):
        self.is_postgres = is_postgres

    def row(self, item):
        made = self.log(item) if item.kind == "logs" else self.span(item) if item.kind == "spans" else self.point(item)
        scope = {
            "name": self.text(item.scope.get("name")),
            "version": self.text(item.scope.get("version")),
            "attributes": self.map(item.scope),
            "dropped_attributes_count": count(item.scope, "droppedAttributesCount"),
            "schema_url": self.text(item.scope_url),
        }
        resource = {
            "service_name": self.service(item),
            "attributes": self.map(item.resource),
            "dropped_attributes_count": count(item.resource, "droppedAttributesCount"),
            "schema_url": self.text(item.resource_url),
        }
        common = {"resource": resource, "scope": scope, "service_name": self.service(item), "flags": item.number("flags")}
        return made | common | {"attributes": self.map(item.fields)}

    def log(self, item):
        time = item.number("timeUnixNano") or item.number("observedTimeUnixNano")
        body = item.fields.get("body")
        return self.time(time) | {
            "time_unix_nano": time,
            "observed_time_unix_nano": item.number("observedTimeUnixNano"),
            "trace_id": item.string("traceId") or None,
            "span_id": item.string("spanId") or None,
            "severity_number": item.number("severityNumber"),
            "severity_text": self.text(item.string("severityText")),
            "event_name": self.text(item.string("eventName")),
            "body": self.clean(text(body)) if body else None,
            "dropped_attributes_count": item.number("droppedAttributesCount"),
        }

    def span(self, item):
        status, start, end = item.fields.get("status") or {}, *map(item.number, ("startTimeUnixNano", "endTimeUnixNano"))
        return self.time(start) | {
            "start_time_unix_nano": start,
            "end_time_unix_nano": end,
            "duration_nano": end - start,
            "trace_id": item.string("traceId") or None,
            "span_id": item.string("spanId") or None,
            "parent_span_id": item.string("parentSpanId") or None,
            "trace_state": self.text(item.string("traceState")),
            "name": self.text(item.string("name")),
            "kind": KINDS[item.number("kind")],
            "status_code": STATES[int(status.get("code") or 0)],
            "status_message": self.text(status.get("message")),
            "events": [self.event(event) for event in item.fields.get("events", [])],
            "links": [self.link(link) for link in item.fields.get("links", [])],
            "dropped_attributes_count": item.number("droppedAttributesCount"),
            "dropped_events_count": item.number("droppedEventsCount"),
            "dropped_links_count": item.number("droppedLinksCount"),
        }

    def event(self, event):
        return {
            "time_unix_nano": count(event, "timeUnixNano"),
            "name": self.clean(event.get("name", "")),
            "attributes": self.map(event),
            "dropped_attributes_count": count(event, "droppedAttributesCount"),
        }

    def link(self, link):
        return {
            "trace_id": link.get("traceId", ""),
            "span_id": link.get("spanId", ""),
            "trace_state": link.get("traceState", ""),
            "attributes": self.map(link),
            "flags": count(link, "flags"),
        }

    def point(self, item):
        metric, time = item.metric, item.number("timeUnixNano")
        found = self.time(time) | {
            "time_unix_nano": time,
            "start_time_unix_nano": item.number("startTimeUnixNano"),
            "metric_name": self.text(metric.get("name")),
            "description": self.text(metric.get("description")),
            "unit": self.text(metric.get("unit")),
        }
        if item.kind != "summary":
            found["exemplars"] = [self.exemplar(each) for each in item.fields.get("exemplars", [])]
        return found | value(item, metric[item.kind])

    def exemplar(self, exemplar):
        whole, double = exemplar.get("asInt"), exemplar.get("asDouble")
        return {
            "time_unix_nano": count(exemplar, "timeUnixNano"),
            "value": plain({"doubleValue": double} if whole is None else {"intValue": whole}, self.is_postgres),
            "trace_id": exemplar.get("traceId", ""),
            "span_id": exemplar.get("spanId", ""),
            "filtered_attributes": plain_map(exemplar.get("filteredAttributes", []), self.is_postgres),
        }

    def time(self, nanos):
        epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
        microseconds = datetime.timedelta(microseconds=nanos // 1000)
        return {"time": (epoch + microseconds).timestamp()} if self.is_postgres else {}

    def service(self, item):
        return self.text(text(item.service()))

    def text(self, string):
        return self.clean(string) if string else None

    def clean(self, string):
        return string.replace("\0", "\ufffd") if self.is_postgres else string

    def map(self, fields):
        return plain_map(fields.get("attributes", []), self.is_postgres)


def value(item, kind):
    temporality = {"aggregation_temporality": int(kind.get("aggregationTemporality") or 0)}
    whole, double = item.fields.get("asInt"), item.double("asDouble")
    number = {
        "value": double if whole is None else float(int(whole)),
        "value_int": None if whole is None else int(whole),
    }
    if item.kind == "gauge":
        return number
    if item.kind == "sum":
        return number | temporality | {"is_monotonic": bool(kind.get("isMonotonic"))}
    counts = {"count": item.number("count"), "sum": item.double("sum")}
    if item.kind == "summary":
        quantiles = item.fields.get("quantileValues", [])
        pairs = [{"quantile": each.get("quantile", 0), "value": each.get("value", 0)} for each in quantiles]
        return counts | {"quantiles": pairs}
    counts |= temporality | {"min": item.double("min"), "max": item.double("max")}
    if item.kind == "histogram":
        return counts | {
            "bucket_counts": [int(each) for each in item.fields.get("bucketCounts", [])],
            "explicit_bounds": [float(each) for each in item.fields.get("explicitBounds", [])],
        }
    positive, negative = item.fields.get("positive") or {}, item.fields.get("negative") or {}
    return counts | {
        "scale": item.number("scale"),
        "zero_count": item.number("zeroCount"),
        "zero_threshold": item.double("zeroThreshold") or 0.0,
        "positive_offset": count(positive, "offset"),
        "positive_bucket_counts": [int(each) for each in positive.get("bucketCounts", [])],
        "negative_offset": count(negative, "offset"),
        "negative_bucket_counts": [int(each) for each in negative.get("bucketCounts", [])],
    }


def count(fields, key):
    return int(fields.get(key) or 0)
