"""Refusals of the domain. Each has a stable code; doors put it into words and into HTTP."""

from typing import Any, ClassVar


class DomainError(Exception):
    """A refusal: the state does not allow what was asked, and nothing has changed.

    `code` is part of the contract with integrators, `http_status` what a web door answers, `params` the facts
    that the words for people need (names, instants, amounts), `detail` one plain English sentence.
    """

    code: ClassVar[str] = "refused"
    http_status: ClassVar[int] = 409
    sentence: ClassVar[str] = "This is not possible in the present state."

    def __init__(self, detail: str = "", **params: Any) -> None:
        self.detail = detail or self.sentence
        self.params = params
        super().__init__(self.detail)


class NotFound(DomainError):
    """There is no such thing within the tenant that asks (another tenant's thing answers alike)."""

    code = "not_found"
    http_status = 404
    sentence = "There is no such thing here."


class InvalidInput(DomainError):
    """What was sent cannot be understood; `errors` maps each field to its sentences."""

    code = "invalid"
    http_status = 400
    sentence = "Some fields need another look."

    def __init__(self, errors: dict[str, list[str]] | None = None, detail: str = "", **params: Any) -> None:
        super().__init__(detail, **params)
        self.errors = errors or {}


class PermissionMissing(DomainError):
    """The actor may not do this."""

    code = "permission_missing"
    http_status = 403
    sentence = "You may not do this."


class PriceChanged(DomainError):
    """It costs something else than the caller had been shown."""

    code = "price_changed"
    sentence = "The price has changed since it was shown."


class TooManyAttempts(DomainError):
    """A limit of attempts is reached; `params["retry_after"]` is in seconds."""

    code = "too_many_attempts"
    http_status = 429
    sentence = "Too many attempts. Please wait."
