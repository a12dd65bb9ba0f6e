"""The only door to Meta's Cloud API: every message goes through heyoo's `send_custom_json`."""

import hmac
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import heyoo
import requests
from django.conf import settings
from urllib3.exceptions import NewConnectionError

from messaging.whatsapp.errors import NotReached, OutcomeUnknown, Refused
from messaging.whatsapp.guard import refuse_inside_transaction
from messaging.whatsapp.payloads import Payload, mark_read
from messaging.whatsapp.transport import install

_OK = 200
_GATEWAY_TIMEOUT = 504
_PAGE_LIMIT = 200
_MAX_PAGES = 50
_NUMBER_FIELDS = (
    "display_phone_number,verified_name,quality_rating,status,throughput,whatsapp_business_manager_messaging_limit"
)
_TEMPLATE_FIELDS = "id,name,language,status,category,components,quality_score,rejected_reason"


@dataclass(frozen=True)
class Credentials:
    """What a channel needs to speak; the token never shows in a repr or traceback line."""

    phone_number_id: str
    waba_id: str
    token: str = field(repr=False)


@dataclass(frozen=True)
class Accepted:
    """Meta took the message (which is not yet sent). `wa_id` is Meta's own form of the number, where given."""

    message_id: str
    wa_id: str | None = field(default=None, repr=False)
    user_id: str | None = None
    is_held_for_quality: bool = False


class _Heyoo(heyoo.WhatsApp):  # type: ignore[misc]
    """heyoo as transport: host and version from the settings instead of its withdrawn v14.0 and v15.0."""

    def __init__(self, credentials: Credentials) -> None:
        super().__init__(credentials.token, credentials.phone_number_id)
        self.base_url = f"{settings.WHATSAPP_GRAPH_URL}/{settings.WHATSAPP_GRAPH_VERSION}"
        self.v15_base_url = self.base_url
        self.url = f"{self.base_url}/{credentials.phone_number_id}/messages"

    def __repr__(self) -> str:
        return f"<heyoo {self.phone_number_id}>"


class WhatsAppGateway:
    """One number of one tenant. Made for a piece of work and dropped after it, never shared between tenants.

    Every call raises NotReached, OutcomeUnknown or Refused, and refuses to run inside a database transaction.
    """

    def __init__(self, credentials: Credentials) -> None:
        self._transport = install()
        self._credentials = credentials
        self._heyoo = _Heyoo(credentials)

    def send(self, payload: Payload) -> Accepted:
        """Send a payload of `payloads`, and give back what Meta calls it."""
        answer = self._post_message(payload)
        contact = _first(answer.get("contacts"))
        message = _first(answer.get("messages"))
        message_id = message.get("id")
        if not isinstance(message_id, str) or not message_id:
            raise OutcomeUnknown("the answer names no message")
        return Accepted(
            message_id=message_id,
            wa_id=contact.get("wa_id") or None,
            user_id=contact.get("user_id") or None,
            is_held_for_quality=message.get("message_status") == "held_for_quality_assessment",
        )

    def mark_as_read(self, message_id: str, *, typing: bool = False) -> None:
        """Show a received message as read."""
        self._post_message(mark_read(message_id, typing=typing))

    def templates(self) -> list[Payload]:
        """Every template of the account: name, language, status, category, id, quality, why it was rejected."""
        found: list[Payload] = []
        after: str | None = None
        for _ in range(_MAX_PAGES):
            query: dict[str, Any] = {"limit": _PAGE_LIMIT, "fields": _TEMPLATE_FIELDS}
            if after:
                query["after"] = after
            page = self._graph("get", f"{self._credentials.waba_id}/message_templates", params=query)
            found += [each for each in page.get("data", []) if isinstance(each, dict)]
            paging = page.get("paging") or {}
            after = (paging.get("cursors") or {}).get("after")
            if not after or not paging.get("next"):
                break
        return found

    def create_template(self, definition: Payload) -> Payload:
        """Submit a new template; the answer has `id`, `status` and the `category` Meta gave it."""
        return self._graph("post", f"{self._credentials.waba_id}/message_templates", json=definition)

    def edit_template(self, template_id: str, components: list[Payload]) -> Payload:
        """Submit other content for an existing template."""
        return self._graph("post", template_id, json={"components": components})

    def subscribe_webhooks(self, *, callback_url: str, verify_token: str) -> Payload:
        """Have the account's webhooks delivered to `callback_url`; Meta verifies it before answering."""
        body = {"override_callback_uri": callback_url, "verify_token": verify_token}
        return self._graph("post", f"{self._credentials.waba_id}/subscribed_apps", json=body)

    def number(self, *, app_secret: str = "") -> Payload:
        """What Meta says of the number. With an app secret Meta also checks that it is the token's app's."""
        query = {"fields": _NUMBER_FIELDS}
        if app_secret:
            proof = hmac.new(app_secret.encode(), self._credentials.token.encode(), sha256).hexdigest()
            query["appsecret_proof"] = proof
        return self._graph("get", self._credentials.phone_number_id, params=query)

    def account_numbers(self) -> frozenset[str]:
        """The ids of the account's numbers."""
        query = {"fields": "id", "limit": _PAGE_LIMIT}
        page = self._graph("get", f"{self._credentials.waba_id}/phone_numbers", params=query)
        return frozenset(str(each.get("id")) for each in page.get("data", []) if isinstance(each, dict))

    def webhook_addresses(self) -> frozenset[str]:
        """Where the account's webhooks are delivered; empty when no app is subscribed or each uses its own address."""
        page = self._graph("get", f"{self._credentials.waba_id}/subscribed_apps")
        apps = [each for each in page.get("data", []) if isinstance(each, dict)]
        return frozenset(str(each["override_callback_uri"]) for each in apps if each.get("override_callback_uri"))

    def _post_message(self, payload: Payload) -> Payload:
        refuse_inside_transaction()
        # heyoo may write into the dict it is given.
        return self._judged(lambda: self._heyoo.send_custom_json(dict(payload)))

    def _graph(self, method: str, path: str, **options: Any) -> Payload:
        refuse_inside_transaction()
        call = getattr(self._transport, method)
        url = f"{self._heyoo.base_url}/{path}"
        return self._judged(lambda: call(url, headers=self._heyoo.headers, **options).json())

    def _judged(self, call: Any) -> Payload:
        try:
            answer = call()
        except requests.exceptions.JSONDecodeError:
            answer = None
        except requests.exceptions.ConnectTimeout as error:
            raise NotReached("no connection in time") from error
        except requests.exceptions.ConnectionError as error:
            raise _connection_failure(error) from error
        except requests.exceptions.RequestException as error:
            raise OutcomeUnknown(type(error).__name__) from error
        response = self._transport.last_response
        status = response.status_code if response is not None else 0
        return _judge(answer, status)


def _connection_failure(error: requests.exceptions.ConnectionError) -> NotReached | OutcomeUnknown:
    """Refused or unresolved hosts never saw the request; a connection lost on the way may have delivered it."""
    cause = error.args[0] if error.args else None
    reason = getattr(cause, "reason", cause)
    if isinstance(error, requests.exceptions.SSLError) or isinstance(reason, NewConnectionError):
        return NotReached(type(reason).__name__)
    return OutcomeUnknown(type(reason).__name__)


def _judge(answer: Any, status: int) -> Payload:
    error = answer.get("error") if isinstance(answer, dict) else None
    if isinstance(error, dict):
        raise _refusal(error, status)
    if status == _OK and isinstance(answer, dict):
        return answer
    if status in (_OK, _GATEWAY_TIMEOUT):
        raise OutcomeUnknown(f"http={status} without a readable answer")
    raise Refused(code=None, http_status=status)


def _refusal(error: Payload, status: int) -> Refused:
    data = error.get("error_data")
    details = data.get("details") if isinstance(data, dict) else None
    code = error.get("code")
    return Refused(
        code=code if isinstance(code, int) else None,
        http_status=status,
        title=str(error.get("error_user_title") or error.get("message") or ""),
        details=str(details or error.get("error_user_msg") or ""),
        trace=str(error.get("fbtrace_id") or ""),
        is_transient=error.get("is_transient") is True,
    )


def _first(items: Any) -> Payload:
    if isinstance(items, list) and items and isinstance(items[0], dict):
        return items[0]
    return {}
