"""The stand-in's own addresses for programs, below /_sandbox/: set up channels, play people, look inside."""

import asyncio
from dataclasses import asdict
from typing import Any

from sandbox import channels, courier, inbound, messages, outbox, personas, statuses, templates
from sandbox.box import Box
from sandbox.channels import Channel
from sandbox.errors import ControlError
from sandbox.graph import announce
from sandbox.http import Request, Response, Router, answer, call

LIMIT_MAX = 1000


class Control:
    """The control interface of one stand-in."""

    def __init__(self, box: Box) -> None:
        self._box = box
        self._router = Router()
        for method, path, handler in (
            ("GET", "/_sandbox/health", self._health),
            ("GET", "/_sandbox/channels", self._channels),
            ("POST", "/_sandbox/channels", self._register),
            ("POST", "/_sandbox/channels/{id}/verify", self._verify),
            ("GET", "/_sandbox/messages", self._messages),
            ("POST", "/_sandbox/inbound", self._inbound),
            ("POST", "/_sandbox/read", self._read),
            ("POST", "/_sandbox/number", self._change_number),
            ("GET", "/_sandbox/profile", self._profile),
            ("POST", "/_sandbox/profile", self._change_profile),
            ("GET", "/_sandbox/faults", self._faults),
            ("POST", "/_sandbox/faults", self._add_fault),
            ("DELETE", "/_sandbox/faults", self._clear_faults),
            ("POST", "/_sandbox/templates", self._judge_template),
            ("GET", "/_sandbox/webhooks", self._webhooks),
            ("POST", "/_sandbox/clock", self._clock),
            ("POST", "/_sandbox/reset", self._reset),
        ):
            self._router.add(method, path, handler)

    async def handle(self, request: Request) -> Response:
        """Answer a control call; mistakes come back as problem+json with a code."""
        handler, known = self._router.find(request)
        try:
            if handler is None:
                raise ControlError("no such address", status=405 if known else 404, code="not_found")
            # A page on the web can post forms here but not JSON, so asking for JSON keeps strangers out.
            if request.body and request.content_type != "application/json":
                raise ControlError("send application/json", status=415, code="json_expected")
            return await call(handler, request)
        except ControlError as error:
            problem = {"status": error.status, "title": "Refused", "detail": error.detail, "code": error.code}
            return answer(problem, error.status, "application/problem+json")

    def _json(self, request: Request) -> dict[str, Any]:
        try:
            return request.json()
        except ValueError as error:
            raise ControlError(f"unreadable body: {error}", code="bad_json") from error

    def _channel(self, values: dict[str, Any]) -> Channel:
        return channels.find(self._box.store, str(values.get("phone_number_id") or values.get("channel") or ""))

    def _health(self, _: Request) -> Response:
        held = self._box.store.one("SELECT count(*) AS held FROM messages")
        return answer(
            {
                "status": "ok",
                "channels": len(channels.everyone(self._box.store)),
                "messages": held["held"] if held else 0,
                "webhooks_waiting": outbox.pending(self._box),
                "now": self._box.clock.as_datetime().isoformat(),
            }
        )

    def _channels(self, _: Request) -> Response:
        return answer({"results": [one.public() for one in channels.everyone(self._box.store)]})

    def _register(self, request: Request) -> Response:
        return answer(channels.register(self._box.store, self._json(request)).public(), 201)

    async def _verify(self, request: Request) -> Response:
        channel = channels.find(self._box.store, request.path_values["id"])
        challenge = str(self._box.rng.getrandbits(40))
        passed, seen = await asyncio.to_thread(courier.handshake, channel.webhook_url, channel.verify_token, challenge)
        return answer({"verified": passed, "detail": seen})

    def _messages(self, request: Request) -> Response:
        query = request.query
        limit, after = query.get("limit", "100"), query.get("after", "0")
        if not limit.isdecimal() or not 1 <= int(limit) <= LIMIT_MAX or not after.isdecimal():
            raise ControlError(f"limit must be 1 to {LIMIT_MAX} and after a number")
        direction = query.get("direction", "out")
        if direction not in ("out", "in", "any"):
            raise ControlError("direction must be out, in or any")
        wanted = query.get("phone_number_id") or query.get("channel")
        found = messages.search(
            self._box.store,
            phone=personas.parse_phone(query["to"]) if query.get("to") else "",
            phone_number_id=channels.find(self._box.store, wanted).phone_number_id if wanted else "",
            direction="" if direction == "any" else direction,
            after=int(after),
            limit=int(limit),
        )
        return answer({"results": [{**one.public(), "seq": one.seq} for one in found]})

    def _inbound(self, request: Request) -> Response:
        body = self._json(request)
        channel = self._channel(body)
        phone = personas.parse_phone(body.get("from"))
        if body.get("name"):
            personas.update(self._box.store, {"phone": phone, "name": body["name"]})
        one = inbound.receive(self._box, channel, phone, body)
        return answer(one.public(), 201)

    def _read(self, request: Request) -> Response:
        body = self._json(request)
        channel, phone = self._channel(body), personas.parse_phone(body.get("phone"))
        statuses.read_thread(self._box, channel.phone_number_id, phone)
        return answer({"unread": len(messages.unread(self._box.store, channel.phone_number_id, phone))})

    def _change_number(self, request: Request) -> Response:
        body = self._json(request)
        phone, new = personas.parse_phone(body.get("from")), personas.parse_phone(body.get("to"))
        told = inbound.change_number(self._box, phone, new)
        return answer({"phone": new, "businesses_told": told})

    def _profile(self, request: Request) -> Response:
        phone = personas.parse_phone(request.query.get("phone"))
        return answer(self._described(phone))

    def _described(self, phone: str) -> dict[str, Any]:
        persona = personas.get(self._box.store, phone)
        now = self._box.clock.now()
        standing = {}
        for channel in channels.everyone(self._box.store):
            contact = personas.contact(self._box.store, channel.phone_number_id, phone, now)
            standing[channel.phone_number_id] = {
                "blocked": contact.blocked,
                "stop_marketing": contact.stop_marketing,
                "window_open": contact.window_open(now),
            }
        return {**asdict(persona), "wa_id": persona.wa_id, "channels": standing}

    def _change_profile(self, request: Request) -> Response:
        body = self._json(request)
        standing = {name: body.pop(name) for name in ("blocked", "stop_marketing") if name in body}
        for name, value in standing.items():
            if not isinstance(value, bool):
                raise ControlError(f"{name} must be true or false")
        one_channel = body.pop("channel", None) or body.pop("phone_number_id", None)
        unknown = set(body) - set(personas.Persona.__dataclass_fields__)
        if unknown:
            raise ControlError(f"unknown fields: {', '.join(sorted(unknown))}")
        numbers = channels.everyone(self._box.store)
        if one_channel:
            numbers = [channels.find(self._box.store, str(one_channel))]
        persona = personas.update(self._box.store, body)
        for channel in numbers:
            if "blocked" in standing:
                inbound.set_blocked(self._box, channel, persona.phone, blocked=standing["blocked"])
            if "stop_marketing" in standing:
                inbound.set_stop_marketing(self._box, channel, persona.phone, stop=standing["stop_marketing"])
        return answer(self._described(persona.phone))

    def _faults(self, _: Request) -> Response:
        return answer({"results": self._box.faults.waiting()})

    def _add_fault(self, request: Request) -> Response:
        body = self._json(request)
        if body.get("channel") or body.get("phone_number_id"):
            body["phone_number_id"] = self._channel(body).phone_number_id
        return answer(asdict(self._box.faults.add(body)), 201)

    def _clear_faults(self, _: Request) -> Response:
        self._box.faults.clear()
        return answer({"results": []})

    def _judge_template(self, request: Request) -> Response:
        body = self._json(request)
        if not body.get("waba_id"):
            body["waba_id"] = self._channel(body).waba_id
        one = templates.judge(self._box.store, body)
        if "status" in body:
            announce(self._box, one)
        return answer(one.public())

    def _webhooks(self, request: Request) -> Response:
        limit = request.query.get("limit", "50")
        if not limit.isdecimal() or not 1 <= int(limit) <= LIMIT_MAX:
            raise ControlError(f"limit must be 1 to {LIMIT_MAX}")
        return answer({"results": outbox.log(self._box, state=request.query.get("state", ""), limit=int(limit))})

    def _clock(self, request: Request) -> Response:
        step = self._json(request).get("advance_seconds", 0)
        if isinstance(step, bool) or not isinstance(step, (int, float)) or not 0 <= step <= 366 * 24 * 3600:
            raise ControlError("advance_seconds must be between 0 and a year")
        self._box.advance(float(step))
        return answer({"now": self._box.clock.as_datetime().isoformat()})

    def _reset(self, request: Request) -> Response:
        everything = self._json(request).get("everything") is True
        self._box.reset(everything=everything)
        return answer({"reset": "everything" if everything else "traffic"})
