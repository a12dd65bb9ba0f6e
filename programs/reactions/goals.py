"""What counts for referrals and challenges has changed: those it concerns are judged anew."""

from uuid import UUID

from programs.challenges.services import judge_challenges
from programs.challenges.walking import look_back
from programs.events import ImportFinished, ParticipationRecorded, ParticipationWithdrawn
from programs.referrals.services import judge_import_soon, judge_referral_of
from programs.selectors.followers import followers_of_sales
from smartbis.outbox.subscriptions import subscribe
from smartbis.purchases.events import (
    PurchaseCancelledEvent,
    PurchaseConfirmed,
    PurchaseRecorded,
    PurchaseRefunded,
    PurchasesUndone,
)
from smartbis.purchases.selectors import get_purchases


def concerns_goals(*, tenant: UUID, event: PurchaseRecorded) -> bool:
    """Whether a sale may move anything here."""
    if event.customer_id is None:
        return False
    followers = followers_of_sales(tenant)
    return followers.challenges or followers.referrals


@subscribe(PurchaseRecorded, wanted=concerns_goals)
def on_purchase_recorded(*, tenant: UUID, event: PurchaseRecorded) -> None:
    """A sale may be a friend's first, and a step towards a goal."""
    if event.customer_id is not None:
        _judge(tenant, event.customer_id)


@subscribe(PurchaseConfirmed)
def on_purchase_confirmed(*, tenant: UUID, event: PurchaseConfirmed) -> None:
    """A pending sale counts once it is paid."""
    _judge_buyer(tenant, event.purchase_id)


@subscribe(PurchaseCancelledEvent)
def on_purchase_cancelled(*, tenant: UUID, event: PurchaseCancelledEvent) -> None:
    """A pending sale will not count."""
    _judge_buyer(tenant, event.purchase_id)


@subscribe(PurchaseRefunded)
def on_purchase_refunded(*, tenant: UUID, event: PurchaseRefunded) -> None:
    """What was given back counts no longer."""
    _judge_buyer(tenant, event.purchase_id)


@subscribe(ParticipationRecorded)
def on_participation_recorded(*, tenant: UUID, event: ParticipationRecorded) -> None:
    """Taking part may be a goal."""
    judge_challenges(tenant=tenant, customer=event.customer_id)


@subscribe(ParticipationWithdrawn)
def on_participation_withdrawn(*, tenant: UUID, event: ParticipationWithdrawn) -> None:
    """An arrival that was taken back is no step any more."""
    judge_challenges(tenant=tenant, customer=event.customer_id)


@subscribe(ImportFinished)
def on_import_finished(*, tenant: UUID, event: ImportFinished) -> None:
    """The sales of a file count as any others; they tell nobody one by one."""
    if event.kind == "purchases":
        _look_again(tenant, event.import_batch)


@subscribe(PurchasesUndone)
def on_purchases_undone(*, tenant: UUID, event: PurchasesUndone) -> None:
    """What a file had brought counts no longer."""
    _look_again(tenant, event.import_batch)


def _look_again(tenant: UUID, import_batch: UUID) -> None:
    judge_import_soon(tenant=tenant, import_batch=import_batch)
    look_back(tenant=tenant)


def _judge_buyer(tenant: UUID, purchase: UUID) -> None:
    found = get_purchases(tenant=tenant, purchases=[purchase], with_lines=False).get(purchase)
    if found is not None and found.customer_id is not None:
        _judge(tenant, found.customer_id)


def _judge(tenant: UUID, customer: UUID) -> None:
    judge_referral_of(tenant=tenant, friend=customer)
    judge_challenges(tenant=tenant, customer=customer)
