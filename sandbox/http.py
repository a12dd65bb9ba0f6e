"""The little HTTP the stand-in needs: requests, answers and a router over the ASGI interface."""

import inspect
import json
import re
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

MAX_JSON_BYTES = 1_000_000
MAX_UPLOAD_BYTES = 101 * 1024 * 1024  # Meta's largest document is 100 MB


class BodyTooLarge(Exception):
    """The request body is over the limit of its content type."""


class Disconnected(Exception):
    """The client went away before its request was complete."""


@dataclass
class Part:
    """One part of a multipart form."""

    name: str
    filename: str
    content_type: str
    data: bytes


@dataclass
class Request:
    """A complete request; header names are lower case."""

    method: str
    path: str
    query_string: str
    headers: dict[str, str]
    body: bytes
    path_values: dict[str, str] = field(default_factory=dict)

    @cached_property
    def query(self) -> dict[str, str]:
        """Return the query parameters, the last of a repeated name winning."""
        return dict(parse_qsl(self.query_string, keep_blank_values=True))

    @property
    def content_type(self) -> str:
        """Return the media type without parameters, lower case."""
        return self.headers.get("content-type", "").split(";")[0].strip().lower()

    def json(self) -> dict[str, Any]:
        """Return the JSON object of the body (an empty body is an empty object).

        Raises: ValueError when the body is not a JSON object.
        """
        if not self.body:
            return {}
        try:
            value = json.loads(self.body)
        except (UnicodeDecodeError, RecursionError) as error:
            raise ValueError("unreadable JSON") from error
        if not isinstance(value, dict):
            raise ValueError("a JSON object is expected")
        return value

    def form(self) -> dict[str, str]:
        """Return the fields of a URL-encoded form."""
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))

    def parts(self) -> list[Part]:
        """Return the parts of a multipart/form-data body.

        Raises: ValueError when the body has no boundary or a part has no name.
        """
        found = re.search(r'boundary="?([^";]+)"?', self.headers.get("content-type", ""))
        if not found:
            raise ValueError("multipart body without boundary")
        chunks = (b"\r\n" + self.body).split(b"\r\n--" + found[1].encode())
        return [_part(chunk) for chunk in chunks[1:] if not chunk.startswith(b"--")]


def _part(chunk: bytes) -> Part:
    head, _, data = chunk.removeprefix(b"\r\n").partition(b"\r\n\r\n")
    lines = (line.partition(":") for line in head.decode("utf-8", "replace").split("\r\n"))
    headers = {name.strip().lower(): value.strip() for name, _, value in lines}
    disposition = headers.get("content-disposition", "")
    name = re.search(r'\bname="([^"]*)"', disposition)
    filename = re.search(r'filename="([^"]*)"', disposition)
    if not name:
        raise ValueError("a part without name")
    return Part(name[1], filename[1] if filename else "", headers.get("content-type", ""), data)


@dataclass
class Response:
    """An answer."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


def answer(value: Any, status: int = 200, content_type: str = "application/json") -> Response:
    """Return `value` as JSON."""
    return Response(status, json.dumps(value, ensure_ascii=False).encode(), content_type)


def page(html: str, status: int = 200) -> Response:
    """Return an HTML page that may load nothing but the stand-in's own files and linked pictures."""
    policy = (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; "
        "img-src 'self' data: http: https:; base-uri 'none'; frame-ancestors 'none'"
    )
    headers = {
        "content-security-policy": policy,
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
    }
    return Response(status, html.encode(), "text/html; charset=utf-8", headers)


def redirect(location: str) -> Response:
    """Return a 303 to `location`, after a form was accepted."""
    return Response(303, b"", "text/plain", {"location": location})


Handler = Callable[[Request], Response | Awaitable[Response]]


class Router:
    """Paths with `{name}` segments, each bound to one method."""

    def __init__(self) -> None:
        self._routes: list[tuple[str, re.Pattern[str], Handler]] = []

    def add(self, method: str, path: str, handler: Handler) -> None:
        """Bind `method path`; a `{name}` matches one segment."""
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path)
        self._routes.append((method, re.compile(f"{pattern}/?"), handler))

    def find(self, request: Request) -> tuple[Handler | None, bool]:
        """Return the handler of a request (its path values filled in) and whether the path exists at all."""
        known = False
        for method, pattern, handler in self._routes:
            matched = pattern.fullmatch(request.path)
            if not matched:
                continue
            known = True
            if method == request.method:
                request.path_values = matched.groupdict()
                return handler, True
        return None, known


async def read_request(scope: Scope, receive: Receive) -> Request:
    """Collect one request from the server.

    Raises: BodyTooLarge past the limit of its kind; Disconnected when the client leaves midway.
    """
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    is_file = headers.get("content-type", "").lower().startswith("multipart/") or "/upload:" in scope["path"]
    limit = MAX_UPLOAD_BYTES if is_file else MAX_JSON_BYTES
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Disconnected
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > limit:
            raise BodyTooLarge
        chunks.append(chunk)
        if not message.get("more_body"):
            break
    query = scope.get("query_string", b"")
    return Request(scope["method"], scope["path"], query.decode("latin-1"), headers, b"".join(chunks))


async def write_response(response: Response, send: Send) -> None:
    """Hand `response` to the server."""
    headers = [(b"content-type", response.content_type.encode()), (b"content-length", b"%d" % len(response.body))]
    headers += [(name.encode(), value.encode("latin-1")) for name, value in response.headers.items()]
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": response.body})


async def call(handler: Handler, request: Request) -> Response:
    """Run a handler, plain or async."""
    result = handler(request)
    return await result if inspect.isawaitable(result) else result
