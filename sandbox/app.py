"""The ASGI application: Meta's paths, the control interface and the phone pages behind one address."""

import logging

from sandbox.box import Box
from sandbox.control import Control
from sandbox.errors import GraphError
from sandbox.graph import Graph
from sandbox.http import (
    BodyTooLarge,
    Disconnected,
    Receive,
    Request,
    Response,
    Scope,
    Send,
    answer,
    read_request,
    write_response,
)
from sandbox.phone import Phone

logger = logging.getLogger(__name__)


class App:
    """Sends each request to who answers it; nothing escapes as a broken connection."""

    def __init__(self, box: Box) -> None:
        self._box = box
        self._graph, self._control, self._phone = Graph(box), Control(box), Phone(box)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        if scope["type"] != "http":
            return
        try:
            request = await read_request(scope, receive)
        except Disconnected:
            return
        except BodyTooLarge:
            error = GraphError(100, message="(#100) The request body is too large.", status=413)
            await write_response(answer(error.body(self._box.trace()), 413), send)
            return
        await write_response(await self._answer(request), send)

    async def _answer(self, request: Request) -> Response:
        try:
            return await self._route(request)
        except Exception:
            logger.exception("request_failed")
            return answer(GraphError(1, message="An unknown error occurred", status=500).body(self._box.trace()), 500)

    async def _route(self, request: Request) -> Response:
        # A browser says when another site makes it post here; the stand-in has no sign-in to protect it.
        if request.method != "GET" and request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
            return answer({"title": "Refused", "status": 403, "code": "cross_site"}, 403, "application/problem+json")
        head = request.path.split("/")[1]
        if head == "_sandbox":
            return await self._control.handle(request)
        if head == "_media":
            inner = Request("GET", request.path, request.query_string, request.headers, b"")
            inner.path_values = {"id": request.path.removeprefix("/_media/")}
            return self._graph.download(inner)
        if head[:1] == "v" and head[1:2].isdigit():
            return await self._graph.handle(request)
        if request.headers.get("authorization"):
            # A program that speaks to Meta but forgot the version.
            error = GraphError(2500, message=f"Unknown path components: {request.path}")
            return answer(error.body(self._box.trace()), error.http_status)
        return await self._phone.handle(request)
