"""Refusals of tenancy."""

from smartbis.kernel.errors import DomainError, NotFound


class TenantUnknown(NotFound):
    """No tenant answers to this name."""

    code = "tenant_unknown"


class TenantSuspended(DomainError):
    """The brand's programme is suspended."""

    code = "tenant_suspended"
    http_status = 403
    sentence = "This programme is suspended."


class StoreUnknown(NotFound):
    """The brand has no such store, or it is outside the actor's stores."""

    code = "store_unknown"
    sentence = "There is no such store."


class SlugTaken(DomainError):
    """Another brand or store already uses this name."""

    code = "slug_taken"
    sentence = "This name is already in use."


class StaffUnknown(NotFound):
    """Nobody of this team."""

    code = "staff_unknown"


class PersonKnown(DomainError):
    """Somebody signs in with this address already, and joins a team by an invitation only."""

    code = "person_known"
    sentence = "Invite this person: the address is in use."


class InvitationPending(DomainError):
    """The person has not entered their code yet; nobody can do it for them."""

    code = "invitation_pending"
    sentence = "This person has not accepted the invitation yet."


class InvitationRefused(DomainError):
    """No open invitation of this person has this code; nothing says what of it is wrong."""

    code = "invitation_refused"
    http_status = 401
    sentence = "E-mail, code or password do not match."


class LastOwner(DomainError):
    """A brand keeps at least one active owner."""

    code = "last_owner"
    sentence = "A brand keeps at least one owner."


class ApiKeyUnknown(NotFound):
    """No such key."""

    code = "api_key_unknown"


class KeyMissing(DomainError):
    """A write that moves value needs an idempotency key."""

    code = "idempotency_key_missing"
    http_status = 400
    sentence = "Send an Idempotency-Key of 1 to 255 characters with this call."


class KeyReused(DomainError):
    """The key was used with other input."""

    code = "idempotency_key_reused"
    http_status = 422
    sentence = "This Idempotency-Key was used with other input."


class RequestInProgress(DomainError):
    """The first request with this key is still running."""

    code = "request_in_progress"
    sentence = "The first request with this key is still running. Ask again in a moment."
