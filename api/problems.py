"""Every refusal as `application/problem+json` (RFC 9457), with a stable `code`."""

import json
from datetime import date, datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

import structlog
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation, TooManyFieldsSent
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions

from smartbis.kernel.errors import DomainError, InvalidInput, TooManyAttempts

log = structlog.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:smartbis:problem:"
RESERVED = frozenset({"type", "status", "title", "detail", "code", "errors", "instance"})
_DRF_CODES: dict[type[Exception], str] = {
    exceptions.ParseError: "malformed_body",
    exceptions.MethodNotAllowed: "method_not_allowed",
    exceptions.UnsupportedMediaType: "unsupported_media_type",
    exceptions.NotAcceptable: "not_acceptable",
    exceptions.Throttled: "rate_limited",
    exceptions.NotFound: "not_found",
    exceptions.PermissionDenied: "permission_missing",
}


class Problem(HttpResponse):
    """An answer that says what is wrong."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        title: str = "",
        errors: dict[str, list[str]] | None = None,
        members: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        body: dict[str, Any] = {
            "type": TYPE_PREFIX + code,
            "status": status,
            "title": title or HTTPStatus(status).phrase,
            "detail": detail,
            "code": code,
        }
        if errors:
            body["errors"] = errors
        body |= members or {}
        self.body = body
        super().__init__(json.dumps(body), status=status, content_type=MEDIA_TYPE, headers=headers)
        self.code = code


def problem_response(error: Exception, context: dict[str, Any]) -> Problem:
    """The problem that an exception of a call stands for; what nobody foresaw is logged and answered with 500."""
    if isinstance(error, DomainError):
        return of_domain(error)
    if isinstance(error, exceptions.ValidationError):
        return Problem(400, "invalid", "Some fields need another look.", errors=flat_errors(error.detail))
    if isinstance(error, exceptions.APIException):
        return _of_framework(error)
    if isinstance(error, Http404):
        return not_found()
    if isinstance(error, PermissionDenied):
        return Problem(403, "permission_missing", "You may not do this.")
    if isinstance(error, RequestDataTooBig | TooManyFieldsSent):
        return Problem(413, "body_too_large", "The body is larger than this call takes.")
    if isinstance(error, SuspiciousOperation):
        return Problem(400, "invalid", "The request cannot be understood.")
    if isinstance(error, OperationalError):
        return _busy(error)
    log.error("api.failed", exc_info=error, view=type(context.get("view")).__name__)
    return Problem(500, "internal_error", "Something went wrong on our side. It has been recorded.")


def of_domain(error: DomainError) -> Problem:
    """A refusal of the domain: its code, its sentence, and the facts behind it."""
    headers = {}
    if isinstance(error, TooManyAttempts):
        headers["Retry-After"] = str(error.params.get("retry_after", 60))
    return Problem(
        error.http_status,
        error.code,
        error.detail,
        title=error.sentence,
        errors=error.errors if isinstance(error, InvalidInput) else None,
        members=safe_members(error.params),
        headers=headers,
    )


def not_found() -> Problem:
    """There is nothing at this address."""
    return Problem(404, "not_found", "There is nothing at this address.")


@csrf_exempt  # programs have no cookies, and a wrong address is no forgery
def no_such_route(request: HttpRequest) -> HttpResponse:
    """The answer of every address under `/api/` that is none of ours."""
    return not_found()


def flat_errors(detail: Any, path: str = "") -> dict[str, list[str]]:
    """A serializer's nested errors by dotted field: `{"items.0.quantity": ["…"]}`; the whole body is `body`."""
    if isinstance(detail, dict):
        found: dict[str, list[str]] = {}
        for name, inner in detail.items():
            step = path if name == "non_field_errors" else f"{path}.{name}" if path else str(name)
            found |= flat_errors(inner, step)
        return found
    if isinstance(detail, list) and any(isinstance(each, dict) for each in detail):
        found = {}
        for place, inner in enumerate(detail):
            found |= flat_errors(inner, f"{path}.{place}" if path else str(place))
        return found
    sentences = [str(each) for each in (detail if isinstance(detail, list) else [detail])]
    return {path or "body": sentences} if sentences else {}


def safe_members(params: dict[str, Any]) -> dict[str, Any]:
    """Those facts of a refusal that JSON can hold and that hide no standard member."""
    members = {name: _plain(value) for name, value in params.items() if name not in RESERVED}
    return {name: value for name, value in members.items() if value is not None}


def _plain(value: Any) -> Any:
    if isinstance(value, bool | int | str):
        return value
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {str(name): _plain(each) for name, each in value.items()}
    return None


def _of_framework(error: exceptions.APIException) -> Problem:
    headers = {}
    if error.status_code == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="smartbis"'
    if isinstance(error, exceptions.Throttled):
        headers["Retry-After"] = str(int(getattr(error, "wait", None) or 1))
    code = next((name for kind, name in _DRF_CODES.items() if isinstance(error, kind)), error.default_code)
    return Problem(
        error.status_code, code, str(error.detail), headers=headers, members=safe_members(getattr(error, "params", {}))
    )


def _busy(error: OperationalError) -> Problem:
    """A lock or a connection was not to be had in time; nothing has changed, and trying again is right."""
    log.warning("api.busy", error=type(error.__cause__ or error).__name__)
    return Problem(
        503, "busy", "The service is busy. Nothing has changed; please try again.", headers={"Retry-After": "1"}
    )
