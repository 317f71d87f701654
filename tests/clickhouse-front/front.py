"""ClickHouse's HTTP interface in front of chDB, the real engine in this process.

    front.py [--port N] [--path DIRECTORY] [--user U --password P] [--port-file F] [--fail-file F] [--verbose]

Bytes are handed to the engine unchanged: types, formats, DDL and errors are the engine's own. See README.md for what this
does not cover.
"""

import argparse
import base64
import hmac
import json
import os
import re
import sys
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import compression
import errors
import native
from engine import Pool, Session
from errors import Fail

CHUNK = 1 << 20  # bytes read at once
EXTERNAL = ("_format", "_structure")  # of a table that comes along with a query
BLOCK_INFO_SINCE = 54454  # client_protocol_version


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 16
    rbufsize = 1 << 18
    disable_nagle_algorithm = True

    def log_message(self, form, *arguments):
        if self.server.options.verbose:
            sys.stderr.write(form % arguments + "\n")

    def handle_expect_100(self):
        go_on = super().handle_expect_100()
        self.wfile.flush()  # else curl waits a second
        return go_on

    def do_GET(self):
        url = urlsplit(self.path)
        if url.path in ("/ping", "/replicas_status") or url.path == "/" and not url.query:
            self.body, self.read = iter(()), True
            self.answer(200, b"Ok.\n", {})
        else:
            self.run()

    do_HEAD = do_GET

    def do_POST(self):
        self.run()

    def run(self):
        self.body, self.read = self.chunks(), False
        arguments = dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))
        query_id = arguments.get("query_id") or str(uuid.uuid4())
        try:
            self.authenticate(arguments)
            if not self.fault(query_id):
                self.query(arguments, query_id)
        except Fail as fail:
            self.fail(errors.status(fail.code), fail.code, fail.text, query_id)
        except ConnectionError:
            self.close_connection = True
        except Exception as error:  # noqa: BLE001 -- the engine's own words
            code, text = errors.of_engine(error)
            self.fail(errors.status(code), code, text, query_id)

    def query(self, arguments, query_id):
        started = time.monotonic_ns()
        database = arguments.get("database") or self.headers.get("X-ClickHouse-Database") or "default"
        form = arguments.get("default_format") or self.headers.get("X-ClickHouse-Format") or "TabSeparated"
        chunks = compression.decoded(self.headers.get("Content-Encoding", "").lower(), self.body)
        if arguments.get("decompress") == "1":
            chunks = compression.unblocks(chunks)
        described = {}
        if has_tables := self.headers.get_content_type() == "multipart/form-data":
            described = {key: arguments.pop(key) for key in list(arguments) if key.endswith(EXTERNAL)}
        with Session(self.server.pool, database, arguments) as session:
            if has_tables:
                data, summary = session.with_tables(arguments.get("query", ""), self.tables(chunks), described, form)
            else:
                data, summary = session.run(arguments.get("query", ""), chunks, form)
        if form == "Native" and int(arguments.get("client_protocol_version") or 0) >= BLOCK_INFO_SINCE:
            data = native.versioned(data)
        counts = dict.fromkeys(
            ("read_rows", "read_bytes", "written_rows", "written_bytes", "total_rows_to_read", "result_rows"), 0
        )
        counts |= summary | {"elapsed_ns": time.monotonic_ns() - started}
        headers = {
            "X-ClickHouse-Summary": json.dumps({key: str(count) for key, count in counts.items()}, separators=(",", ":")),
            "X-ClickHouse-Query-Id": query_id,
            "X-ClickHouse-Timezone": "UTC",
            "X-ClickHouse-Server-Display-Name": self.server.display_name,
        }
        if arguments.get("compress") == "1":
            data = compression.blocks(data)
        elif arguments.get("enable_http_compression") == "1":
            accepted = (each.split(";")[0] for each in re.split(r"[,\s]+", self.headers.get("Accept-Encoding", "")))
            if encoding := next((each for each in accepted if each in compression.ENCODE), None):
                data = compression.ENCODE[encoding](data)
                headers["Content-Encoding"] = encoding
        self.answer(200, data, headers)

    def tables(self, chunks):
        """The files of a form, by name (RFC 7578)."""
        boundary = b"--" + self.headers.get_boundary().encode()
        for part in (b"\r\n" + b"".join(chunks)).split(b"\r\n" + boundary)[1:-1]:
            head, _, data = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
            yield re.search(rb'[ ;]name="([^"]*)"', head).group(1).decode(), data

    def chunks(self):
        """The body as it comes, sized or chunked."""
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            while size := int(self.rfile.readline().split(b";")[0] or b"x", 16):
                yield from self.exactly(size)
                self.rfile.readline()
            while self.rfile.readline().strip():
                pass
        else:
            yield from self.exactly(int(self.headers.get("Content-Length") or 0))
        self.read = True

    def exactly(self, left):
        while left:
            data = self.rfile.read(min(left, CHUNK))
            if not data:
                raise ConnectionError("body cut")
            left -= len(data)
            yield data

    def authenticate(self, arguments):
        user = arguments.get("user", self.headers.get("X-ClickHouse-User"))
        password = arguments.get("password", self.headers.get("X-ClickHouse-Key"))
        given = self.headers.get("Authorization", "")
        if given.lower().startswith("basic "):
            user, _, password = base64.b64decode(given[6:]).decode().partition(":")
        user, password, wanted = user or "default", password or "", self.server.options
        if not (same(user, wanted.user) and same(password, wanted.password)):
            why = "Authentication failed: password is incorrect, or there is no user with such name"
            raise Fail(516, "AUTHENTICATION_FAILED", f"{user}: {why}")

    def fault(self, query_id):
        """Does what the fail file asks for: whether that was an answer."""
        path = self.server.options.fail_file
        if not path or not os.path.exists(path):
            return False
        with open(path, encoding="utf-8") as file:
            what, _, text = file.read().strip().partition(" ")
        if what == "tables":
            if self.headers.get_content_type() != "multipart/form-data":
                return False
            what, _, text = text.partition(" ")
        if what == "hang":
            time.sleep(float(text or 3600))
            return False
        if what == "cut":
            self.close_connection = True
        else:
            self.fail(int(what), errors.code_of(text), text.strip() + "\n", query_id)
        return True

    def fail(self, status, code, text, query_id):
        headers = {"X-ClickHouse-Exception-Code": str(code), "X-ClickHouse-Query-Id": query_id}
        self.answer(status, text.encode(), headers)

    def answer(self, status, data, headers):
        try:  # reads what the client still sends, else it may never see the answer
            for _ in self.body:
                pass
        except (ConnectionError, ValueError):
            pass
        self.close_connection |= not self.read
        self.send_response(status)
        length = {"Content-Type": "text/plain; charset=UTF-8", "Content-Length": str(len(data))}
        for key, value in (length | headers).items():
            self.send_header(key, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)
        self.wfile.flush()


class Front(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, options):
        self.options, self.pool = options, Pool(options.path)
        Fail.version = self.pool.ask("version()")
        self.display_name = self.pool.ask("displayName()")
        super().__init__((options.host, options.port), Handler)


def same(given, wanted):
    return hmac.compare_digest(given.encode(), wanted.encode())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8123, help="0 for any")
    parser.add_argument("--path", default=":memory:", help="data directory of the engine")
    parser.add_argument("--user", default="default")
    parser.add_argument("--password", default="")
    parser.add_argument("--port-file", help="written when it listens")
    parser.add_argument("--fail-file", help="faults on demand, see README.md")
    parser.add_argument("--verbose", action="store_true", help="log requests")
    options = parser.parse_args()
    front = Front(options)
    if options.port_file:
        with open(options.port_file + ".new", "w", encoding="ascii") as file:
            file.write(str(front.server_port))
        os.rename(options.port_file + ".new", options.port_file)
    print(f"listening {options.host}:{front.server_port} ClickHouse {Fail.version}", flush=True)
    front.serve_forever()


if __name__ == "__main__":
    main()
