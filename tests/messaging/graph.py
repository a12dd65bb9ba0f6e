"""A scripted stand-in for the Graph API: answers sends as it is told, and remembers what it was sent."""

import json
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Answer:
    """What to answer to one call: a status and body, perhaps after a while; `drop` closes the line instead."""

    status: int = 200
    body: Any = None
    delay: float = 0.0
    drop: bool = False
    headers: dict[str, str] = field(default_factory=dict)


def refusal(code: int, status: int = 400, details: str = "") -> Answer:
    """Meta's error body."""
    error = {"message": f"(#{code})", "code": code, "fbtrace_id": "trace", "error_data": {"details": details}}
    return Answer(status, {"error": error})


class _Server(ThreadingHTTPServer):
    request_queue_size = 128  # dozens connect at once: who finds five waiting already is reset


class FakeGraph:
    """The server. `script` holds the next answers of POST …/messages; when it is empty, messages are accepted."""

    def __init__(self) -> None:
        self.script: deque[Answer] = deque()
        self.sent: list[dict[str, Any]] = []
        self.calls: list[tuple[str, str, dict[str, str]]] = []
        self.templates: list[dict[str, Any]] = []
        self.files: list[tuple[str, bytes]] = []  # what was uploaded: how the path ended, and the body
        # Answers to GETs and POSTs of other paths, by how the path ends.
        self.pages: dict[str, Answer] = {}
        self.lock = threading.Lock()
        self.server = _Server(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def accept(self, payload: dict[str, Any]) -> Answer:
        """The answer of a send that went well; `wa_id` is the number's digits."""
        with self.lock:
            self.sent.append(payload)
            number = len(self.sent)
        digits = str(payload.get("to", "")).lstrip("+")
        body = {"contacts": [{"input": payload.get("to"), "wa_id": digits}], "messages": [{"id": f"wamid.{number}"}]}
        return Answer(200, body)

    def _answer(self, method: str, path: str, payload: Any) -> Answer:
        if path.endswith("/messages"):
            with self.lock:
                scripted = self.script.popleft() if self.script else None
            return scripted or self.accept(payload)
        if "/message_templates" in path:
            account = path.split("/")[-2]
            held = [each for each in self.templates if each.get("account", account) == account]
            if method == "GET":
                return Answer(200, {"data": held, "paging": {}})
            if any(each["name"] == payload["name"] and each["language"] == payload["language"] for each in held):
                return refusal(100, details="There is already content in this language for this template.")
            made = {**payload, "account": account, "id": str(len(self.templates) + 1), "status": "APPROVED"}
            self.templates.append(made)
            return Answer(200, {key: made[key] for key in ("id", "status", "category")})
        if "/upload:" in path or path.endswith(("/uploads", "/media")):
            return self._upload(path, payload)
        found = next((answer for end, answer in self.pages.items() if path.endswith(end)), None)
        return found or Answer(200, {"success": True})

    def _upload(self, path: str, content: Any) -> Answer:
        """A media id, or a sample's session and its handle; scripted by `pages` as other paths are."""
        scripted = next((answer for end, answer in self.pages.items() if path.endswith(end)), None)
        if scripted:
            return scripted
        if path.endswith("/uploads"):
            return Answer(200, {"id": "upload:77"})
        with self.lock:
            self.files.append((path.rpartition("/")[2], bytes(content)))
            number = len(self.files)
        return Answer(200, {"h": f"4::{number}"} if "/upload:" in path else {"id": str(900_000 + number)})

    def _handler(graph) -> type[BaseHTTPRequestHandler]:  # noqa: N805
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def _serve(self) -> None:
                raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                with graph.lock:
                    graph.calls.append((self.command, self.path, dict(self.headers)))
                is_json = self.headers.get("Content-Type", "").startswith("application/json")
                payload = json.loads(raw) if raw and is_json else raw
                answer = graph._answer(self.command, self.path.split("?")[0], payload)
                time.sleep(answer.delay)
                if answer.drop:
                    self.close_connection = True
                    return
                body = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                with suppress(ConnectionError):  # the caller's time-out was shorter
                    self.wfile.write(body)

            do_GET = do_POST = do_DELETE = _serve  # noqa: N815

            def log_message(self, *args: object) -> None:
                pass

        return Handler


@contextmanager
def running() -> Iterator[FakeGraph]:
    """A server on a free port for the length of a test."""
    graph = FakeGraph()
    thread = threading.Thread(target=graph.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield graph
    finally:
        graph.server.shutdown()
        graph.server.server_close()
        thread.join(2)
