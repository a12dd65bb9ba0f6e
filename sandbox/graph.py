"""Meta's paths: /v26.0/… with bearer token, Meta's answers and Meta's refusals."""

import asyncio
import hmac
import re
from collections.abc import Callable
from hashlib import sha256
from typing import Any

from sandbox import channels, courier, media, outbox, portfolio, samples, sending, templates
from sandbox.box import Box
from sandbox.channels import Channel
from sandbox.errors import ControlError, GraphError
from sandbox.faults import Fault
from sandbox.http import Request, Response, Router, answer
from sandbox.templates import Template

VERSIONS = ("v21.0", "v22.0", "v23.0", "v24.0", "v25.0", "v26.0")
GENERIC_502 = (
    b"<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center></body></html>"
)
APP_ID = "1"
FAULT_HEADER = "x-sandbox-fault"
PAGE_DEFAULT = 25
PAGE_MAX = 1000


class Graph:
    """The Graph API of one stand-in."""

    def __init__(self, box: Box) -> None:
        self._box = box
        self._router = Router()
        for method, path, handler in (
            ("POST", "/{id}/messages", self._messages),
            ("POST", "/{id}/marketing_messages", self._marketing_messages),
            ("POST", "/{id}/media", self._upload),
            ("POST", "/{id}/uploads", self._begin_sample),
            ("GET", "/{id}/phone_numbers", self._phone_numbers),
            ("GET", "/{id}/message_templates", self._templates),
            ("POST", "/{id}/message_templates", self._create_template),
            ("DELETE", "/{id}/message_templates", self._delete_template),
            ("GET", "/{id}/subscribed_apps", self._subscriptions),
            ("POST", "/{id}/subscribed_apps", self._subscribe),
            ("DELETE", "/{id}/subscribed_apps", self._unsubscribe),
            ("GET", "/{id}", self._node),
            ("POST", "/{id}", self._edit_node),
            ("DELETE", "/{id}", self._delete_node),
        ):
            self._router.add(method, path, handler)

    async def handle(self, request: Request) -> Response:
        """Answer a call below a version prefix; every refusal has Meta's body."""
        headers = {"facebook-api-version": request.path.split("/")[1], "x-fb-trace-id": self._box.trace()}
        try:
            response = await self._dispatch(request)
        except GraphError as error:
            response = answer(error.body(self._box.trace()), error.http_status)
        response.headers |= headers
        return response

    async def _dispatch(self, request: Request) -> Response:
        version, _, rest = request.path[1:].partition("/")
        if version not in VERSIONS:
            raise GraphError(2500, message=f"Unknown path components: {request.path}")
        inner = Request(request.method, "/" + rest, request.query_string, request.headers, request.body)
        handler, known = self._router.find(inner)
        if handler is None:
            if known:
                raise GraphError(100, message=f"Unsupported {request.method.lower()} request.", subcode=33)
            raise GraphError(2500, message=f"Unknown path components: {request.path}")
        self._token_channels(inner)
        result = handler(inner)
        return result if isinstance(result, Response) else await result

    def _token_channels(self, request: Request) -> list[Channel]:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        token = token.strip() if scheme.lower() in ("bearer", "oauth") else request.query.get("access_token", "")
        if not token:
            raise GraphError(104)
        found = channels.of_token(self._box.store, token)
        if not found:
            raise GraphError(190, message="Invalid OAuth access token - Cannot parse access token")
        if any(portfolio.is_expired(self._box, one) for one in found):
            raise GraphError(190, message="Error validating access token: Session has expired", subcode=463)
        proof = request.query.get("appsecret_proof")
        if proof is not None and not any(_is_proof(proof, one) for one in found):
            raise GraphError(100, message="Invalid appsecret_proof provided in the API argument")
        return found

    def _unknown(self, request: Request) -> GraphError:
        return GraphError(
            100,
            message=f"Unsupported {request.method.lower()} request. Object with ID '{request.path_values['id']}' does "
            "not exist, cannot be loaded due to missing permissions, or does not support this operation",
            type="GraphMethodException",
            subcode=33,
        )

    def _number(self, request: Request) -> Channel:
        """Return the number in the path if the token's business account owns it."""
        accounts = {one.waba_id for one in self._token_channels(request)}
        channel = channels.get(self._box.store, request.path_values["id"])
        if channel is None or channel.waba_id not in accounts:
            raise self._unknown(request)
        return channel

    def _account(self, request: Request) -> Channel:
        """Return a number of the business account in the path, if the token opens that account."""
        for one in self._token_channels(request):
            if one.waba_id == request.path_values["id"]:
                return one
        raise self._unknown(request)

    def _payload(self, request: Request) -> dict[str, Any]:
        if request.content_type == "application/x-www-form-urlencoded":
            return dict(request.form())
        try:
            return request.json()
        except ValueError as error:
            raise GraphError(100, message="(#100) Invalid JSON in request body") from error

    async def _messages(self, request: Request) -> Response:
        channel = self._number(request)
        if asked := request.headers.get(FAULT_HEADER):
            try:
                self._box.faults.add_for_call(asked, channel.phone_number_id)
            except ControlError as error:
                raise GraphError(100, message=f"{FAULT_HEADER}: {error.detail}") from error
        early = self._box.faults.take(channel.phone_number_id, "http_500", "html_502", "timeout_before", "error_code")
        if early:
            return await self._fail(early)
        late = self._box.faults.take(channel.phone_number_id, "timeout_after", "slow")
        if late and late.kind == "slow":
            await asyncio.sleep(late.seconds)
        response = answer(sending.send(self._box, channel, self._payload(request)))
        if late and late.kind == "timeout_after":
            return await self._fail(late)
        return response

    async def _fail(self, fault: Fault) -> Response:
        if fault.kind == "http_500":
            raise GraphError(131000, "Message failed to send due to an unknown error.")
        if fault.kind == "html_502":
            return Response(502, GENERIC_502, "text/html; charset=utf-8")
        if fault.number:
            raise GraphError(fault.number, "Injected by the stand-in.")
        await asyncio.sleep(fault.seconds)
        return Response(504, GENERIC_502.replace(b"502 Bad Gateway", b"504 Gateway Time-out"), "text/html")

    async def _marketing_messages(self, request: Request) -> Response:
        payload = self._payload(request)
        channel = self._number(request)
        named = payload.get("template")
        if payload.get("type") != "template" or not isinstance(named, dict):
            raise GraphError(131051, "Only marketing templates are supported on this endpoint.")
        language = named.get("language")
        code = language.get("code") if isinstance(language, dict) else ""
        one = templates.find(self._box.store, channel.waba_id, str(named.get("name")), str(code))
        if one and one.category != "MARKETING":
            raise GraphError(131009, "Only marketing templates are supported on this endpoint.")
        return await self._messages(request)

    def _upload(self, request: Request) -> Response:
        channel = self._number(request)
        try:
            parts = {part.name: part for part in request.parts()}
        except ValueError as error:
            raise GraphError(100, message="(#100) A multipart body is expected.") from error
        if "messaging_product" not in parts or parts["messaging_product"].data != b"whatsapp":
            raise GraphError(100, message="(#100) The parameter messaging_product is required.")
        if "file" not in parts:
            raise GraphError(100, message="(#100) The parameter file is required.")
        file = parts["file"]
        mime_type = parts["type"].data.decode("latin-1") if "type" in parts else file.content_type
        one = media.add(self._box, channel.phone_number_id, mime_type, file.filename, file.data)
        return answer({"id": one.id})

    def _begin_sample(self, request: Request) -> Response:
        # `app` is whichever app the token belongs to; here there is one, with the id that subscriptions tell.
        if request.path_values["id"] not in ("app", APP_ID):
            raise self._unknown(request)
        return answer({"id": samples.begin(self._box, request.query)})

    def _phone_numbers(self, request: Request) -> Response:
        account = self._account(request)
        numbers = channels.of_waba(self._box.store, account.waba_id)
        return answer({"data": [_number_fields(one, request.query.get("fields", "")) for one in numbers],
                       "paging": {"cursors": {"before": "0", "after": str(len(numbers))}}})  # fmt: skip

    def _templates(self, request: Request) -> Response:
        account = self._account(request)
        found = templates.listed(self._box.store, account.waba_id, request.query)
        start, limit = _page(request.query)
        shown = found[start : start + limit]
        paging: dict[str, Any] = {"cursors": {"before": str(start), "after": str(start + len(shown))}}
        if start + limit < len(found):
            paging["next"] = f"{self._box.public_url}{_next(request, start + limit)}"
        wanted = request.query.get("fields", "")
        return answer({"data": [_only(one.public(), wanted) for one in shown], "paging": paging})

    def _create_template(self, request: Request) -> Response:
        account = self._account(request)
        one = templates.create(
            self._box.store, self._box.rng, account.waba_id, self._payload(request), account.options.template_review
        )
        announce(self._box, one)
        return answer({"id": one.id, "status": one.status, "category": one.category})

    def _delete_template(self, request: Request) -> Response:
        account = self._account(request)
        name = request.query.get("name", "")
        if not name:
            raise GraphError(100, message="(#100) The parameter name is required.")
        if not templates.delete(self._box.store, account.waba_id, name, request.query.get("hsm_id", "")):
            raise GraphError(
                100, status=404, subcode=2593002, user_title="Message Template Not Found",
                user_message=f"Message Template \"{name}\" wasn't found.",
            )  # fmt: skip
        return answer({"success": True})

    def _subscriptions(self, request: Request) -> Response:
        account = self._account(request)
        row = self._box.store.one("SELECT * FROM subscriptions WHERE waba_id = ?", (account.waba_id,))
        if row is None or not row["active"]:
            return answer({"data": []})
        app: dict[str, Any] = {
            "whatsapp_business_api_data": {"id": APP_ID, "link": self._box.public_url, "name": "Sandbox"}
        }
        if row["override_url"]:
            app["override_callback_uri"] = row["override_url"]
        return answer({"data": [app]})

    async def _subscribe(self, request: Request) -> Response:
        account, payload = self._account(request), self._payload(request)
        override = str(payload.get("override_callback_uri") or "")
        if override:
            challenge = str(self._box.rng.getrandbits(40))
            passed, seen = await asyncio.to_thread(
                courier.handshake, override, str(payload.get("verify_token", "")), challenge
            )
            if not passed:
                raise GraphError(
                    2200, type="OAuthException",
                    message=f"(#2200) Callback verification failed with the following errors: {seen}",
                )  # fmt: skip
        self._subscribed(account.waba_id, True, override)
        return answer({"success": True})

    def _unsubscribe(self, request: Request) -> Response:
        self._subscribed(self._account(request).waba_id, False, "")
        return answer({"success": True})

    def _subscribed(self, waba_id: str, active: bool, override: str) -> None:
        self._box.store.run(
            "INSERT INTO subscriptions (waba_id, active, override_url) VALUES (?, ?, ?) ON CONFLICT (waba_id) "
            "DO UPDATE SET active = excluded.active, override_url = excluded.override_url",
            (waba_id, active, override),
        )

    def _node(self, request: Request) -> Response:
        wanted = request.query.get("fields", "")
        kinds: tuple[Callable[[], Response], ...] = (
            lambda: answer(_number_fields(self._number(request), wanted)),
            lambda: answer(_account_fields(self._account(request))),
            lambda: answer(_only(self._template(request).public(), wanted)),
            lambda: answer(media.described(self._box, self._media(request))),
        )
        for kind in kinds:
            try:
                return kind()
            except GraphError as error:
                if error.subcode != 33:
                    raise
        raise self._unknown(request)

    def _template(self, request: Request) -> Template:
        one = templates.get(self._box.store, request.path_values["id"])
        if one is None or one.waba_id not in {channel.waba_id for channel in self._token_channels(request)}:
            raise self._unknown(request)
        return one

    def _media(self, request: Request) -> media.Media:
        one = media.get(self._box.store, request.path_values["id"], request.query.get("phone_number_id", ""))
        owner = channels.get(self._box.store, one.phone_number_id) if one else None
        accounts = {channel.waba_id for channel in self._token_channels(request)}
        if one is None or owner is None or owner.waba_id not in accounts:
            raise self._unknown(request)
        return one

    def _edit_node(self, request: Request) -> Response:
        node = request.path_values["id"]
        if node.startswith("upload:"):
            return answer({"h": samples.finish(self._box, node, request.headers.get("file_offset", ""), request.body)})
        one = self._template(request)
        review = channels.of_waba(self._box.store, one.waba_id)[0].options.template_review
        changed = templates.edit(self._box.store, one, self._payload(request), review)
        announce(self._box, changed)
        return answer({"success": True})

    def _delete_node(self, request: Request) -> Response:
        media.delete(self._box.store, self._media(request).id)
        return answer({"success": True})

    def download(self, request: Request) -> Response:
        """Serve a file at the address a media id gave, to bearers of a token of its account only."""
        try:
            one = self._media(request)
        except GraphError:
            return Response(404, b"", "text/plain")
        return Response(200, one.data, one.mime_type, {"x-content-type-options": "nosniff"})


def _is_proof(proof: str, one: Channel) -> bool:
    """Whether a call proves the app secret: HMAC-SHA256 of the token with it ("Securing Graph API requests")."""
    return hmac.compare_digest(proof, hmac.new(one.app_secret.encode(), one.token.encode(), sha256).hexdigest())


def announce(box: Box, one: Template) -> None:
    """Queue the webhook that tells an account about a template's status."""
    item = {
        "event": one.status,
        "message_template_id": int(one.id),
        "message_template_name": one.name,
        "message_template_language": one.language,
        "message_template_category": one.category,
        "reason": one.rejected_reason,
    }
    outbox.add(box, one.waba_id, "", "message_template_status_update", "", item, {})


def _only(values: dict[str, Any], wanted: str) -> dict[str, Any]:
    names = {name.strip() for name in re.sub(r"\{[^}]*\}", "", wanted).split(",") if name.strip()}
    return {name: value for name, value in values.items() if not names or name in names | {"id"}}


def _number_fields(one: Channel, wanted: str) -> dict[str, Any]:
    return _only(
        {
            "verified_name": one.display_name,
            "display_phone_number": one.display_phone_number,
            "quality_rating": "GREEN",
            "status": "CONNECTED",
            "name_status": "APPROVED",
            "code_verification_status": "VERIFIED",
            "platform_type": "CLOUD_API",
            "throughput": {"level": "HIGH" if one.options.throughput > 80 else "STANDARD"},
            "whatsapp_business_manager_messaging_limit": portfolio.tier(one),
            "webhook_configuration": {"application": one.webhook_url},
            "health_status": {"can_send_message": "AVAILABLE"},
            "id": one.phone_number_id,
        },
        wanted or "verified_name,display_phone_number,quality_rating,code_verification_status,platform_type,throughput",
    )


def _account_fields(one: Channel) -> dict[str, Any]:
    return {"id": one.waba_id, "name": one.display_name, "timezone_id": "25", "message_template_namespace": one.waba_id}


def _page(query: dict[str, str]) -> tuple[int, int]:
    limit, after = query.get("limit", str(PAGE_DEFAULT)), query.get("after", "0")
    if not limit.isdecimal() or not 1 <= int(limit) <= PAGE_MAX:
        raise GraphError(100, message=f"(#100) Param limit must be between 1 and {PAGE_MAX}")
    if not after.isdecimal():
        raise GraphError(100, message="(#131059) The paging cursor is not valid")
    return int(after), int(limit)


def _next(request: Request, after: int) -> str:
    kept = [pair for pair in request.query_string.split("&") if pair and not pair.startswith("after=")]
    return f"/v26.0{request.path}?{'&'.join([*kept, f'after={after}'])}"
