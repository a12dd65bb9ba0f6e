"""Resumable uploads: the samples of templates' headers, which a definition names by handle.

Source: Graph API, "Resumable Upload API": a session of an app, then the bytes, and a handle comes back.
"""

import base64
import re
from typing import Any

from sandbox.box import Box
from sandbox.errors import GraphError
from sandbox.numbers import numeric_id
from sandbox.store import Store

TYPES = {"image/jpeg": "IMAGE", "image/png": "IMAGE", "video/mp4": "VIDEO", "application/pdf": "DOCUMENT"}
LONGEST = 100 * 1024 * 1024


def begin(box: Box, asked: dict[str, str]) -> str:
    """Open a session for a file of `file_length` bytes and `file_type`, and return its id.

    Raises: GraphError 100 for a type that no header has, or a length that is none.
    """
    kind, length = asked.get("file_type", ""), asked.get("file_length", "")
    if kind not in TYPES:
        raise GraphError(100, message=f"(#100) Param file_type must be one of {{{', '.join(TYPES)}}}.")
    if not re.fullmatch(r"[1-9][0-9]{0,8}", length) or int(length) > LONGEST:
        raise GraphError(100, message=f"(#100) Param file_length must be between 1 and {LONGEST}.")
    session = f"upload:{numeric_id(box.rng)}"
    box.store.run("INSERT INTO samples (id, kind, length, handle) VALUES (?, ?, ?, '')", (session, kind, int(length)))
    return session


def finish(box: Box, session: str, offset: str, body: bytes) -> str:
    """Take the bytes of a session, all at once, and return the handle.

    Raises: GraphError 100 for an unknown session, an offset that was not asked for, or fewer or more bytes.
    """
    row = box.store.one("SELECT * FROM samples WHERE id = ?", (session,))
    if row is None:
        raise GraphError(100, message="(#100) The upload session does not exist.", subcode=33)
    if offset != "0":
        raise GraphError(100, message="(#100) Header file_offset must be 0: nothing was received yet.")
    if len(body) != row["length"]:
        raise GraphError(100, message=f"(#100) {row['length']} bytes were announced, {len(body)} received.")
    tail = base64.b64encode(session.encode()).decode().rstrip("=")
    handle = f"4:{base64.b64encode(row['kind'].encode()).decode().rstrip('=')}:{tail}"
    box.store.run("UPDATE samples SET handle = ? WHERE id = ?", (handle, session))
    return handle


def check(store: Store, components: list[dict[str, Any]]) -> None:
    """See that a media header's handle is one that was given out for a file of its kind.

    Raises: GraphError 100 with Meta's subcode of headers.
    """
    header = next((part for part in components if part["type"] == "HEADER"), None)
    if header is None or header["format"] not in TYPES.values():
        return
    given = header["example"]["header_handle"]
    handle = given[0] if isinstance(given, list) and given and isinstance(given[0], str) else ""
    row = store.one("SELECT kind FROM samples WHERE handle = ?", (handle,)) if handle else None
    if row is None or TYPES[row["kind"]] != header["format"]:
        raise GraphError(
            100,
            subcode=2388047,
            user_title="Header format is incorrect",
            user_message=f"The sample in header_handle is no uploaded {header['format']}.",
        )
