"""Holds what an SDK sent against the rows of a database, item by item and column by column.

    rows.py clickhouse SENT ROWS            ROWS: {"table": "otel_logs", "row": {...}} a line
    rows.py clickhouse-older SENT ROWS      the same, from tables that lack what newer ones have
    rows.py postgres SENT ROWS              the same, resource and scope joined in
    rows.py sqlite SENT FILE                the database itself

SENT is a file of OTLP/JSON, one export request a line, as the clients print it. The exit code is 0 only when every item is
there exactly once with every column as expected, and nothing else.
"""

import collections
import datetime
import difflib
import json
import math
import re
import sqlite3
import sys

import clickhouse
from otlp import items
from relational import BESIDES, TABLES, Relational

TIME = re.compile(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d{9}))?")
TIMES = {"Timestamp", "StartTimeUnix", "TimeUnix", "Events.Timestamp", "Exemplars.TimeUnix"}
FLAGS = {"is_monotonic"}


def canonical(value):
    """One way to write a number: a whole one without a fraction, one beyond 64 bits by the double it is."""
    if isinstance(value, dict):
        return {key: canonical(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [canonical(inner) for inner in value]
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    if isinstance(value, int):
        return value if abs(value) < 1 << 64 else int(float(value))
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"  # as PostgreSQL has it in JSON
    return int(value) if value.is_integer() else value


def written(row):
    return json.dumps(canonical(row), indent=1, sort_keys=True)


def of_clickhouse(row):
    row = {key: nanos(value) if key in TIMES else value for key, value in row.items()}
    if row.get("Value") in ("inf", "-inf"):
        row["Value"] = float(row["Value"])
    return {key: value for key, value in row.items() if key not in clickhouse.BESIDES}


def nanos(value):
    if isinstance(value, list):
        return [nanos(each) for each in value]
    found = TIME.fullmatch(value)
    moment = datetime.datetime.fromisoformat(f"{found[1]}T{found[2]}+00:00")
    return int(moment.timestamp()) * 1_000_000_000 + int(found[3] or 0)


def of_relational(row):
    own = {key: value for key, value in row.items() if key not in BESIDES}
    if "time" in own:
        own["time"] = datetime.datetime.fromisoformat(own["time"]).timestamp()
    for joined in ("resource", "scope"):
        own[joined] = {key: value for key, value in own[joined].items() if key not in BESIDES}
    return own


def of_sqlite(path):
    """Every row of the file, JSON read, with its resource and scope."""
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    connection.row_factory = sqlite3.Row

    def read(table):
        for row in connection.execute(f"SELECT * FROM {table}"):
            yield {key: parsed(key, row[key]) for key in row.keys()}  # noqa: SIM118 -- a Row is no dict

    resources = {row["id"]: row for row in read("otel_resources")}
    scopes = {row["id"]: row for row in read("otel_scopes")}
    for table in TABLES.values():
        for row in read(table):
            yield table, row | {"resource": resources[row["resource_id"]], "scope": scopes[row["scope_id"]]}


def parsed(key, value):
    is_json = key in ("attributes", "events", "links", "exemplars", "quantiles") or key.endswith(("_counts", "_bounds"))
    if key in FLAGS:
        return bool(value)
    return json.loads(value) if is_json and isinstance(value, str) else value


def of_lines(path):
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            found = json.loads(line)
            yield found["table"], found["row"]


def main():
    kinds = ("clickhouse", "clickhouse-older", "postgres", "sqlite")
    if len(sys.argv) != 4 or sys.argv[1] not in kinds:
        raise SystemExit(__doc__)
    kind, sent, rows = sys.argv[1:]
    if kind.startswith("clickhouse"):
        tables, expect, strip = clickhouse.TABLES, clickhouse.row, of_clickhouse
    else:
        tables, expect, strip = TABLES, Relational(is_postgres=kind == "postgres").row, of_relational
    lacking = clickhouse.NEWER if kind == "clickhouse-older" else set()
    expected, stored = collections.Counter(), collections.Counter()
    for item in items(sent):
        row = {key: value for key, value in expect(item).items() if key not in lacking}
        expected[tables[item.kind], written(row)] += 1
    for table, row in of_sqlite(rows) if kind == "sqlite" else of_lines(rows):
        stored[table, written(strip(row))] += 1
    return report(kind, expected, stored)


def report(kind, expected, stored):
    missing, surplus = expected - stored, stored - expected
    for table, row in list(missing.elements())[:5]:
        others = [other for place, other in surplus if place == table]
        closest = max(others, key=lambda other: difflib.SequenceMatcher(None, row, other).quick_ratio(), default="")
        difference = difflib.unified_diff(row.split("\n"), closest.split("\n"), f"sent {table}", "stored", lineterm="", n=1)
        print("\n".join(difference))
    count = collections.Counter()
    for (table, _), number in expected.items():
        count[table] += number
    totals = ", ".join(f"{number} in {table}" for table, number in sorted(count.items())) or "nothing"
    print(f"{kind}: {totals}; {missing.total()} missing or changed, {surplus.total()} unexpected")
    if surplus and not missing:
        print(next(iter(surplus)))
    return 1 if not expected or missing or surplus else 0


if __name__ == "__main__":
    sys.exit(main())
