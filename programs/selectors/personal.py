"""What a person did beside buying, for the person: everything this room keeps of it, as JSON-ready values."""

from typing import Any
from uuid import UUID

from programs.gatherings.selectors import gathering_names, registrations_of
from programs.models import Adjustment, ChallengeTaker, Participation, Referral, Referrer
from smartbis.customers.selectors import get_customer
from smartbis.tenancy.scope import tenant_scope


def personal_history(*, tenant: UUID, customer: UUID) -> dict[str, Any]:
    """Registrations, participations, referrals, challenges and corrections by hand. Nobody else is named.

    Raises CustomerNotFound.
    """
    with tenant_scope(tenant, read_only=True):
        customer = get_customer(tenant=tenant, customer=customer).id
        return {
            "events": _events(tenant, customer),
            "participations": list(
                Participation.objects.filter(customer_id=customer)
                .order_by("-occurred_at", "-id")
                .values("kind", "external_id", "occurred_at")
            ),
            "referrals": _referrals(customer),
            "challenges": _challenges(customer),
            "adjustments": list(
                Adjustment.objects.filter(customer_id=customer)
                .order_by("-requested_at", "-id")
                .values("unit", "amount", "reason", "note", "state", "requested_at", "decided_at", "decision_note")
            ),
        }


def _events(tenant: UUID, customer: UUID) -> list[dict[str, Any]]:
    rows = registrations_of(tenant=tenant, customer=customer)
    names = gathering_names(tenant=tenant, gatherings={row.gathering_id for row in rows})
    kept = (
        "status", "channel", "price_unit", "price_amount", "paid_at", "asked_at", "registered_at", "arrived_at",
        "ended_at", "ended_reason",
    )  # fmt: skip
    return [{"event": names.get(row.gathering_id, "")} | {name: getattr(row, name) for name in kept} for row in rows]


def _referrals(customer: UUID) -> dict[str, Any]:
    """Their code, when friends came by it, and when they came by somebody's."""
    kept = ("status", "channel", "bound_at", "bought_at", "settled_at")
    return {
        "code": Referrer.objects.filter(customer_id=customer).values_list("code", flat=True).first() or "",
        "brought": list(Referral.objects.filter(referrer_id=customer).order_by("-bound_at", "-id").values(*kept)),
        "came": Referral.objects.filter(friend_id=customer).values(*kept).first(),
    }


def _challenges(customer: UUID) -> list[dict[str, Any]]:
    rows = ChallengeTaker.objects.filter(customer_id=customer).select_related("challenge").order_by("joined_at", "id")
    return [
        {
            "challenge": row.challenge.name,
            "joined_at": row.joined_at,
            "total": row.total,
            "goal": row.challenge.number,
            "times_reached": row.done,
            "reached_at": row.reached_at or row.done_at,
        }
        for row in rows
    ]
