"""Errors in ClickHouse's words: a code, its name, and the HTTP status that a server answers with."""

import re

STATUS = {194: 401, 192: 403, 193: 403, 497: 403, 516: 403, 164: 403, 159: 408, 160: 408, 202: 503}
STATUS |= dict.fromkeys((16, 46, 47, 50, 56, 60, 71, 73, 81, 115), 404)
STATUS |= dict.fromkeys((6, 26, 27, 33, 36, 38, 41, 43, 53, 62, 72, 117, 130, 131, 304, 457), 400)


class Fail(Exception):
    """What the front itself refuses, before the engine sees it."""

    version = "unknown"

    def __init__(self, code, name, text):
        super().__init__(text)
        self.code = code
        self.text = f"Code: {code}. DB::Exception: {text}. ({name}) (version {self.version} (chDB))\n"


def of_engine(error):
    """Code and text of an exception of the engine, in the engine's own words."""
    text = str(error)
    if "Code: " in text:
        text = text[text.find("Code: ") :]
    code = code_of(text)
    return (1002 if code is None else code), text.rstrip() + "\n"


def code_of(text):
    found = re.search(r"Code: (\d+)", text)
    return int(found.group(1)) if found else None


def status(code):
    return STATUS.get(code, 500)
