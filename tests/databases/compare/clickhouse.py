"""The rows that the Collector's ClickHouse exporter makes of what was sent, with attributes as Map(String, String)."""

from texts import text, text_map

TABLES = {
    "logs": "otel_logs",
    "spans": "otel_traces",
    "gauge": "otel_metrics_gauge",
    "sum": "otel_metrics_sum",
    "histogram": "otel_metrics_histogram",
    "exponentialHistogram": "otel_metrics_exponential_histogram",
    "summary": "otel_metrics_summary",
}
KINDS = ("Unspecified", "Internal", "Server", "Client", "Producer", "Consumer")
STATES = ("Unset", "Ok", "Error")
# Columns that the server fills itself, if a generation of the tables has them.
BESIDES = {"TimestampTime"}
# Columns that older tables lack.
NEWER = {"EventName"}


def row(item):
    if item.kind == "logs":
        return log(item)
    return span(item) if item.kind == "spans" else point(item)


def log(item):
    return {
        "Timestamp": item.number("timeUnixNano") or item.number("observedTimeUnixNano"),
        "TraceId": item.string("traceId"),
        "SpanId": item.string("spanId"),
        "TraceFlags": item.number("flags") & 255,
        "SeverityText": item.string("severityText"),
        "SeverityNumber": item.number("severityNumber"),
        "ServiceName": text(item.service()),
        "Body": text(item.fields.get("body")),
        "ResourceSchemaUrl": item.resource_url,
        "ResourceAttributes": text_map(item.resource.get("attributes", [])),
        "ScopeSchemaUrl": item.scope_url,
        "ScopeName": item.scope.get("name", ""),
        "ScopeVersion": item.scope.get("version", ""),
        "ScopeAttributes": text_map(item.scope.get("attributes", [])),
        "LogAttributes": text_map(item.attributes()),
        "EventName": item.string("eventName"),
    }


def span(item):
    status = item.fields.get("status") or {}
    events, links = item.fields.get("events", []), item.fields.get("links", [])
    return {
        "Timestamp": item.number("startTimeUnixNano"),
        "TraceId": item.string("traceId"),
        "SpanId": item.string("spanId"),
        "ParentSpanId": item.string("parentSpanId"),
        "TraceState": item.string("traceState"),
        "SpanName": item.string("name"),
        "SpanKind": KINDS[item.number("kind")],
        "ServiceName": text(item.service()),
        "ResourceAttributes": text_map(item.resource.get("attributes", [])),
        "ScopeName": item.scope.get("name", ""),
        "ScopeVersion": item.scope.get("version", ""),
        "SpanAttributes": text_map(item.attributes()),
        "Duration": item.number("endTimeUnixNano") - item.number("startTimeUnixNano"),
        "StatusCode": STATES[int(status.get("code") or 0)],
        "StatusMessage": status.get("message", ""),
        "Events.Timestamp": [int(event.get("timeUnixNano") or 0) for event in events],
        "Events.Name": [event.get("name", "") for event in events],
        "Events.Attributes": [text_map(event.get("attributes", [])) for event in events],
        "Links.TraceId": [link.get("traceId", "") for link in links],
        "Links.SpanId": [link.get("spanId", "") for link in links],
        "Links.TraceState": [link.get("traceState", "") for link in links],
        "Links.Attributes": [text_map(link.get("attributes", [])) for link in links],
    }


def point(item):
    metric, kind = item.metric, item.metric[item.kind]
    found = {
        "ResourceAttributes": text_map(item.resource.get("attributes", [])),
        "ResourceSchemaUrl": item.resource_url,
        "ScopeName": item.scope.get("name", ""),
        "ScopeVersion": item.scope.get("version", ""),
        "ScopeAttributes": text_map(item.scope.get("attributes", [])),
        "ScopeDroppedAttrCount": int(item.scope.get("droppedAttributesCount") or 0),
        "ScopeSchemaUrl": item.scope_url,
        "ServiceName": text(item.service()),
        "MetricName": metric.get("name", ""),
        "MetricDescription": metric.get("description", ""),
        "MetricUnit": metric.get("unit", ""),
        "Attributes": text_map(item.attributes()),
        "StartTimeUnix": item.number("startTimeUnixNano"),
        "TimeUnix": item.number("timeUnixNano"),
        "Flags": item.number("flags"),
    }
    if item.kind != "summary":
        exemplars = item.fields.get("exemplars", [])
        found |= {
            "Exemplars.FilteredAttributes": [text_map(each.get("filteredAttributes", [])) for each in exemplars],
            "Exemplars.TimeUnix": [int(each.get("timeUnixNano") or 0) for each in exemplars],
            "Exemplars.Value": [float(each.get("asInt") or each.get("asDouble") or 0) for each in exemplars],
            "Exemplars.SpanId": [each.get("spanId", "") for each in exemplars],
            "Exemplars.TraceId": [each.get("traceId", "") for each in exemplars],
        }
    return found | value(item, kind)


def value(item, kind):
    temporality = {"AggregationTemporality": int(kind.get("aggregationTemporality") or 0)}
    number = {"Value": float(item.fields.get("asInt") or item.fields.get("asDouble") or 0)}
    if item.kind == "gauge":
        return number
    if item.kind == "sum":
        return number | temporality | {"IsMonotonic": bool(kind.get("isMonotonic"))}
    counts = {"Count": item.number("count"), "Sum": item.double("sum") or 0.0}
    if item.kind == "summary":
        quantiles = item.fields.get("quantileValues", [])
        return counts | {
            "ValueAtQuantiles.Quantile": [float(each.get("quantile") or 0) for each in quantiles],
            "ValueAtQuantiles.Value": [float(each.get("value") or 0) for each in quantiles],
        }
    counts |= temporality | {"Min": item.double("min") or 0.0, "Max": item.double("max") or 0.0}
    if item.kind == "histogram":
        return counts | {
            "BucketCounts": [int(each) for each in item.fields.get("bucketCounts", [])],
            "ExplicitBounds": [float(each) for each in item.fields.get("explicitBounds", [])],
        }
    positive, negative = item.fields.get("positive") or {}, item.fields.get("negative") or {}
    return counts | {
        "Scale": item.number("scale"),
        "ZeroCount": item.number("zeroCount"),
        "PositiveOffset": int(positive.get("offset") or 0),
        "PositiveBucketCounts": [int(each) for each in positive.get("bucketCounts", [])],
        "NegativeOffset": int(negative.get("offset") or 0),
        "NegativeBucketCounts": [int(each) for each in negative.get("bucketCounts", [])],
    }
