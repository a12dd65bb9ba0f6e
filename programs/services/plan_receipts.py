"""What staff write down when they confirm a payment of a plan, or give it: once, until it is taken back."""

import hashlib
from uuid import UUID

from programs.errors import PlanSourceConflict
from programs.models import Plan, PlanPeriod, PlanPeriodEnd, PlanReceipt
from smartbis.kernel.clock import now
from smartbis.kernel.people import Actor
from smartbis.tenancy.services import record_audit


def payment_source(reference: str) -> str:
    """What the periods of a payment are known by: those that stand, else those that are to come.

    What was taken back is as if it had never been, so the same payment can be booked once more, for the right customer
    say, under a number of its own. Runs in the tenant's scope, the holder locked.
    """
    # The source outlives the person; the reference may name one, so only its hash stands there.
    first = source = f"payment:{hashlib.sha256(reference.casefold().encode()).hexdigest()[:40]}"
    number = 1
    while _is_taken_back(source):
        number += 1
        source = f"{first}/{number}"
    return source


def _is_taken_back(source: str) -> bool:
    rows = PlanPeriod.objects.filter(source=source)
    ended = PlanPeriodEnd.objects.filter(period__source=source).values("period_id")
    return rows.exists() and not rows.exclude(id__in=ended).exists()


def write_receipt(tenant: UUID, plan: Plan, customer: UUID, source: str, note: PlanReceipt, actor: Actor) -> None:
    """Write down what staff confirm, the first time. The unique source is the judge between two at once.

    Raises PlanSourceConflict for another customer, plan or amount than before.
    """
    note.tenant_id, note.plan, note.customer_id, note.source = tenant, plan, customer, source
    note.actor_label, note.created_at = actor.label[:80], now()
    PlanReceipt.objects.bulk_create([note], ignore_conflicts=True)
    kept = PlanReceipt.objects.get(source=source)
    if (kept.customer_id, kept.plan_id, kept.amount_minor) != (customer, plan.id, note.amount_minor):
        raise PlanSourceConflict
    if kept.id == note.id:
        record_audit(
            tenant=tenant,
            actor=actor,
            action="plan.payment" if note.amount_minor else "plan.grant",
            object_kind="customer",
            object_id=customer,
            reason=note.reason,
            after={"plan": plan.key, "amount_minor": note.amount_minor},
        )
