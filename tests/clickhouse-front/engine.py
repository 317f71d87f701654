"""The engine: connections to one data directory, and what a request asks of it."""

import re
import tempfile
import threading

import chdb

COMMENT = r"(?:\s|--[^\n]*\n|/\*.*?\*/)*"
INSERT = re.compile(rf"{COMMENT}INSERT\s", re.I | re.S)
# The insert in the URL, its data in the body; or both in the body.
AT_END = re.compile(r"\bFORMAT\s+([A-Za-z0-9_]+)[ \t]*;?\s*$", re.I)
INLINE = re.compile(rb"\bFORMAT\s+([A-Za-z0-9_]+)[ \t]*;?(?:\r?\n|[ \t])?", re.I)
SETTINGS = re.compile(r"\bSETTINGS\s+\w+\s*=", re.I)

# Parameters of the URL that are no settings of the query.
RESERVED = {
    "query", "database", "user", "password", "default_format", "compress", "decompress", "query_id", "session_id",
    "session_timeout", "session_check", "buffer_size", "wait_end_of_query", "stacktrace", "quota_key", "role",
    "client_protocol_version", "network_compression_method", "network_zstd_compression_level",
    "enable_http_compression", "send_progress_in_http_headers", "wait_for_async_insert",
}  # fmt: skip
IGNORED = ("param_", "http_", "async_insert")


class Pool:
    """Connections to the one directory that a process can have."""

    def __init__(self, path):
        self.path, self.idle, self.lock = path, [], threading.Lock()

    def take(self):
        with self.lock:
            if self.idle:
                return self.idle.pop()
        return chdb.connect(self.path)

    def give(self, connection):
        with self.lock:
            self.idle.append(connection)

    def ask(self, what):
        connection = self.take()
        try:
            return connection.query(f"SELECT {what}", "TabSeparated").bytes().decode().strip()
        finally:
            self.give(connection)


class Session:
    """One request on a connection: its database and its settings, which are taken back in the end."""

    def __init__(self, pool, database, arguments):
        self.pool, self.database, self.arguments, self.changed = pool, database, arguments, []

    def __enter__(self):
        self.connection = self.pool.take()
        try:
            self.connection.query(f"USE {identifier(self.database)}")
            for key, value in self.arguments.items():
                if key not in RESERVED and not key.startswith(IGNORED):
                    self.connection.query(f"SET {identifier(key)} = {literal(value)}")
                    self.changed.append(key)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        try:
            for key in self.changed:
                self.connection.query(f"SET {identifier(key)} = DEFAULT")
        except Exception:  # noqa: BLE001 -- such as readonly=2, which cannot be taken back
            self.connection.close()
            return
        self.pool.give(self.connection)

    def with_tables(self, sql, tables, described, form):
        """A query with tables of its own, which came along (external data); `described` has format and structure."""
        made = []
        try:
            for name, data in tables:
                with tempfile.NamedTemporaryFile(suffix=".table") as body:
                    body.write(data)
                    body.flush()
                    source = [body.name, described.get(f"{name}_format", "TabSeparated")]
                    source.append(described[f"{name}_structure"])
                    source = ", ".join(map(literal, source))
                    self.connection.query(f"CREATE TEMPORARY TABLE {identifier(name)} AS SELECT * FROM file({source})")
                    made.append(name)
            return self.query(sql, form)
        finally:
            for name in made:
                self.connection.query(f"DROP TEMPORARY TABLE {identifier(name)}")

    def run(self, sql, chunks, form):
        """Answers with data and a summary; `chunks` is the body, plain."""
        if INSERT.match(sql) and (found := AT_END.search(sql)):
            return self.insert(sql[: found.start()], found.group(1), chunks)
        if sql.strip() and not INSERT.match(sql):
            more = b"".join(chunks).decode()
            return self.query(f"{sql}\n{more}" if more.strip() else sql, form)
        chunks = iter(chunks)
        head = beginning(chunks) if not sql else b"".join(chunks)
        whole = f"{sql}\n".encode() + head if sql else head
        if INSERT.match(whole[:4096].decode("latin1")) and (found := INLINE.search(whole)):
            rest = whole[found.end() :]
            data = chain(rest, () if sql else chunks)
            return self.insert(whole[: found.start()].decode(), found.group(1).decode(), data)
        return self.query((whole + b"".join(chunks)).decode("utf-8", "surrogateescape"), form)

    def query(self, sql, form):
        parameters = {key[6:]: value for key, value in self.arguments.items() if key.startswith("param_")}
        result = self.connection.query(sql, form, params=parameters)
        data = result.bytes() or b""
        return data, {
            "read_rows": result.storage_rows_read(),
            "read_bytes": result.storage_bytes_read(),
            "written_rows": result.rows_written(),
            "written_bytes": result.bytes_written(),
            "result_rows": result.rows_read(),
            "result_bytes": len(data),
        }

    def insert(self, sql, form, chunks):
        """The bytes go to the engine as they came, through a file: its streaming inserts keep errors of the table for
        themselves, such as too many parts or a full disk. A body that breaks off never gets there."""
        rows = size = 0
        with tempfile.NamedTemporaryFile(suffix=".body") as body:
            for chunk in chunks:
                body.write(chunk)
            body.flush()
            if body.tell():
                settings = SETTINGS.search(sql)
                end = settings.start() if settings else len(sql)
                place = f" FROM INFILE {literal(body.name)} COMPRESSION 'none' "
                result = self.connection.query(f"{sql[:end]}{place}{sql[end:]} FORMAT {form}")
                rows, size = result.rows_written(), result.bytes_written()
        return b"", {"written_rows": rows, "written_bytes": size, "result_rows": rows, "result_bytes": size}


def beginning(chunks):
    """Enough of a body to see what it is; all of it when it is no insert, for then it is a query."""
    held = b""
    for chunk in chunks:
        held += chunk
        if len(held) > 65536 or not INSERT.match(held[:4096].decode("latin1")):
            break
    return held


def chain(first, rest):
    if first:
        yield first
    yield from rest


def identifier(name):
    return "`" + name.replace("\\", "\\\\").replace("`", "\\`") + "`"


def literal(text):
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
