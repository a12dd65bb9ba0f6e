"""Starts the stand-in as its own process and listens to its webhooks, as the platform would."""

import hashlib
import hmac
import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests

ROOT = Path(__file__).parents[2]
TIMEOUT = 10


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def until(check: Callable[[], Any], seconds: float = 8.0) -> Any:
    """Return the first true answer of `check`, asked again and again; fails the test after `seconds`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = check()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError("it did not happen in time")


class Sandbox:
    """A running stand-in and short ways to talk to it."""

    def __init__(self, state: Path | None = None, port: int | None = None) -> None:
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.session = requests.Session()
        command = [sys.executable, "-m", "sandbox", "--port", str(self.port)]
        self.process = subprocess.Popen([*command, *(["--state", str(state)] if state else [])], cwd=ROOT)
        until(self._answers)

    def _answers(self) -> bool:
        assert self.process.poll() is None, "the stand-in ended"
        try:
            return requests.get(self.url + "/_sandbox/health", timeout=1).ok
        except requests.ConnectionError:
            return False

    def stop(self) -> None:
        self.session.close()
        self.process.terminate()
        self.process.wait(timeout=10)

    def control(self, path: str, body: dict[str, Any] | None = None, *, expect: int | None = None) -> dict[str, Any]:
        """GET without a body, POST with one; fails unless the status is `expect` (any success by default)."""
        method = "GET" if body is None else "POST"
        answer = self.session.request(method, f"{self.url}/_sandbox/{path}", json=body, timeout=TIMEOUT)
        assert answer.status_code == expect if expect else answer.ok, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def messages(self, to: str = "", direction: str = "out") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.control(f"messages?direction={direction}&to={to.replace('+', '%2B')}")[
            "results"
        ]
        return found


class Number:
    """A business number and its token."""

    def __init__(self, sandbox: Sandbox, phone_number_id: str, waba_id: str, token: str, webhook_url: str) -> None:
        self.sandbox, self.id, self.waba_id, self.token = sandbox, phone_number_id, waba_id, token
        self.secret = f"secret-{phone_number_id}"
        self.webhook_url = webhook_url
        self.headers = {"Authorization": f"Bearer {token}"}

    def register(self, **options: Any) -> None:
        self.sandbox.control(
            "channels",
            {
                "phone_number_id": self.id, "waba_id": self.waba_id, "token": self.token, "app_secret": self.secret,
                "verify_token": "verify-me", "webhook_url": self.webhook_url, "display_name": f"Loja {self.id}",
                "display_phone_number": "+55 11 4000-1000", "options": options,
            },
        )  # fmt: skip

    def call(self, method: str, path: str, **given: Any) -> requests.Response:
        given.setdefault("headers", self.headers)
        return self.sandbox.session.request(method, f"{self.sandbox.url}/v26.0/{path}", timeout=TIMEOUT, **given)

    def send(self, to: str, kind: str = "text", content: Any = None, **extra: Any) -> requests.Response:
        content = {"body": "Olá!"} if content is None else content
        body = {"messaging_product": "whatsapp", "to": to, "type": kind, kind: content, **extra}
        return self.call("POST", f"{self.id}/messages", json=body)

    def accepted(self, to: str, kind: str = "text", content: Any = None, **extra: Any) -> str:
        """Send, expect success and return the wamid."""
        answer = self.send(to, kind, content, **extra)
        assert answer.status_code == 200, answer.text
        wamid: str = answer.json()["messages"][0]["id"]
        return wamid

    def template(self, name: str, body: str, *, expect: int = 200, **extra: Any) -> dict[str, Any]:
        """Create a template with positional samples filled in; `extra` are its other components by type."""
        count = len({part.split("}}")[0] for part in body.split("{{")[1:]})
        component: dict[str, Any] = {"type": "BODY", "text": body}
        if count:
            component["example"] = {"body_text": [["x"] * count]}
        category = extra.pop("category", "UTILITY")
        language = extra.pop("language", "pt_BR")
        components = [component] + [{"type": kind, **value} for kind, value in extra.items()]
        answer = self.call(
            "POST",
            f"{self.waba_id}/message_templates",
            json={"name": name, "language": language, "category": category, "components": components},
        )
        assert answer.status_code == expect, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def sample(self, content: bytes = b"x" * 10, mime_type: str = "image/png") -> str:
        """Upload the sample of a header and return its handle."""
        asked = {"file_name": "a", "file_length": len(content), "file_type": mime_type}
        session = self.call("POST", "app/uploads", params=asked).json()["id"]
        headers = {"Authorization": f"OAuth {self.token}", "file_offset": "0"}
        handle: str = self.call("POST", session, data=content, headers=headers).json()["h"]
        return handle

    def writes(self, phone: str, text: str = "oi") -> dict[str, Any]:
        """Let a person write to this number."""
        return self.sandbox.control("inbound", {"phone_number_id": self.id, "from": phone, "text": text})


def use(name: str, *values: str, **more: Any) -> dict[str, Any]:
    """Return the `template` object of a send with positional body values and other components."""
    components = (
        [{"type": "body", "parameters": [{"type": "text", "text": value} for value in values]}] if values else []
    )
    return {"name": name, "language": {"code": "pt_BR"}, "components": components + more.get("components", [])}


class Receiver:
    """A webhook address that checks nothing and remembers everything."""

    def __init__(self) -> None:
        self.posts: list[dict[str, Any]] = []
        self.answers: list[int] = []
        self.verify_token = "verify-me"
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
                right = query.get("hub.verify_token") == outer.verify_token
                self._reply(200 if right else 403, query.get("hub.challenge", "") if right else "")

            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers["Content-Length"]))
                status = outer.answers.pop(0) if outer.answers else 200
                post = {
                    "raw": raw,
                    "signature": self.headers["X-Hub-Signature-256"],
                    "status": status,
                    "path": self.path,
                }
                outer.posts.append({**post, "body": json.loads(raw)})
                self._reply(status, "")

            def _reply(self, status: int, text: str) -> None:
                self.send_response(status)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/webhooks/whatsapp/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def clear(self) -> None:
        self.posts.clear()
        self.answers.clear()

    def values(self, field: str = "messages") -> list[dict[str, Any]]:
        """Return the `value` of every change of `field` that was answered with 200, in order of arrival."""
        return [
            change["value"]
            for post in list(self.posts)
            if post["status"] == 200
            for entry in post["body"]["entry"]
            for change in entry["changes"]
            if change["field"] == field
        ]

    def items(self, kind: str, field: str = "messages") -> list[dict[str, Any]]:
        return [item for value in self.values(field) for item in value.get(kind, [])]

    def statuses(self, wamid: str) -> list[dict[str, Any]]:
        return [item for item in self.items("statuses") if item["id"] == wamid]

    def reached(self, wamid: str, status: str) -> dict[str, Any]:
        """Wait for a status of a message and return its webhook item."""
        found: dict[str, Any] = until(
            lambda: next((item for item in self.statuses(wamid) if item["status"] == status), None)
        )
        return found


def signed_by(post: dict[str, Any], secret: str) -> bool:
    return bool(post["signature"] == "sha256=" + hmac.new(secret.encode(), post["raw"], hashlib.sha256).hexdigest())
