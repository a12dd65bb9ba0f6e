"""Corrections by hand: the list, who may decide, and each role's limit."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from programs.models import Adjustment, AdjustmentLimit
from smartbis.customers.selectors import get_customers
from smartbis.kernel.pages import InvalidCursor, Page, decode_cursor, encode_cursor
from smartbis.kernel.people import Actor
from smartbis.kernel.units import is_currency
from smartbis.tenancy.permissions import may
from smartbis.tenancy.scope import tenant_scope

STATES = tuple(Adjustment.State.values)
REASONS = tuple(Adjustment.Reason.values)


@dataclass(frozen=True)
class Limit:
    """How much a role gives or takes by itself, in minor units and points; None is no limit, zero always asks."""

    money_minor: int | None
    points: int | None

    def allows(self, unit: str, amount: int) -> bool:
        """Whether `amount` (not signed) of `unit` is within the limit."""
        most = self.money_minor if is_currency(unit) else self.points
        return most is None or amount <= most


_NOTHING = Limit(0, 0)
DEFAULT_LIMITS = {
    "owner": Limit(None, None),
    "manager": Limit(20_000, 20_000),
    "attendant": Limit(2_000, 2_000),
    "api_key": _NOTHING,
}
LIMITED_ROLES = tuple(DEFAULT_LIMITS)


@dataclass(frozen=True)
class AdjustmentInfo:
    """A correction; `amount` is signed, in minor units or points."""

    id: UUID
    customer_id: UUID
    unit: str
    amount: int
    reason: str
    note: str
    state: str
    requested_kind: str
    requested_by: UUID | None
    requested_label: str
    requested_at: datetime
    decided_label: str
    decided_at: datetime | None
    decision_note: str
    transfer_id: UUID | None


@dataclass(frozen=True)
class AdjustmentLine:
    """A correction in a list, with the customer's name, and whether who looks may decide on it."""

    info: AdjustmentInfo
    customer_name: str
    is_own: bool
    can_decide: bool


def adjustments(
    *,
    tenant: UUID,
    state: str | None = None,
    customer: UUID | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[AdjustmentInfo]:
    """Corrections, the newest first. Raises InvalidCursor."""
    with tenant_scope(tenant, read_only=True):
        rows = Adjustment.objects.order_by("-requested_at", "-id")
        if state:
            rows = rows.filter(state=state)
        if customer is not None:
            rows = rows.filter(customer_id=customer)
        if cursor is not None:
            at, last = _position(cursor)
            rows = rows.filter(Q(requested_at__lt=at) | Q(requested_at=at, id__lt=last))
        found = list(rows[: limit + 1])
    more = found[limit - 1] if len(found) > limit else None
    return Page(
        tuple(adjustment_info(row) for row in found[:limit]),
        encode_cursor(more.requested_at.isoformat(), more.id) if more else None,
    )


def adjustment_lines(
    *, tenant: UUID, actor: Actor, state: str | None = None, cursor: str | None = None, limit: int = 50
) -> Page[AdjustmentLine]:
    """Corrections with names, for one who may decide on some. A fixed number of queries. Raises InvalidCursor."""
    with tenant_scope(tenant, read_only=True):
        page = adjustments(tenant=tenant, state=state, cursor=cursor, limit=limit)
        names = get_customers(tenant=tenant, customers={each.customer_id for each in page.items})
        most = limit_of(tenant=tenant, actor=actor)
    lines = []
    for each in page.items:
        is_own = (each.requested_kind, each.requested_by) == (actor.kind, actor.id)
        fits = most.allows(each.unit, abs(each.amount)) and may(actor, "balance.adjust")
        person = names.get(each.customer_id)
        name = (person.name or person.external_id) if person else ""
        lines.append(AdjustmentLine(each, name, is_own, each.state == "requested" and fits and not is_own))
    return Page(tuple(lines), page.next_cursor)


def waiting_adjustments(*, tenant: UUID) -> int:
    """How many corrections wait for a second person."""
    with tenant_scope(tenant, read_only=True):
        return Adjustment.objects.filter(state=Adjustment.State.REQUESTED).count()


def adjustment_limits(*, tenant: UUID) -> dict[str, Limit]:
    """The limit of every role that may adjust: the brand's own, else the usual one."""
    with tenant_scope(tenant, read_only=True):
        own = {row.role: Limit(row.money_minor, row.points) for row in AdjustmentLimit.objects.all()}
    return DEFAULT_LIMITS | {role: limit for role, limit in own.items() if role in DEFAULT_LIMITS}


def limit_of(*, tenant: UUID, actor: Actor) -> Limit:
    """What this actor may give or take alone: by role, keys of the API as one; other people nothing."""
    if actor.kind in ("system", "platform"):
        return Limit(None, None)
    role = actor.kind if actor.kind == "api_key" else (actor.role or "")
    return adjustment_limits(tenant=tenant).get(role, _NOTHING)


def adjustment_info(row: Adjustment) -> AdjustmentInfo:
    """A row as others see it."""
    return AdjustmentInfo(**{name: getattr(row, name) for name in AdjustmentInfo.__dataclass_fields__})


def reason_words(reason: str) -> str:
    """A reason in words of the active language; empty for one that is not known."""
    words = {
        "goodwill": _("Cortesia da marca"),
        "missing_sale": _("Compra que não tinha sido registrada"),
        "correction": _("Correção de um lançamento"),
        "service_failure": _("Compensação por uma falha nossa"),
        "misuse": _("Uso fora das regras do programa"),
        "other": _("Outro motivo"),
    }
    return words.get(reason, "")


def _position(cursor: str) -> tuple[datetime, UUID]:
    instant, last = decode_cursor(cursor, 2)
    try:
        at, row = datetime.fromisoformat(instant), UUID(last)
    except ValueError as error:
        raise InvalidCursor({"cursor": [InvalidCursor.sentence]}) from error
    if at.tzinfo is None:
        raise InvalidCursor({"cursor": [InvalidCursor.sentence]})
    return at, row
