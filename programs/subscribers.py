"""What follows in this room from what happened in others."""

from datetime import timedelta
from uuid import UUID

from programs import reactions
from programs.challenges.services import judge_challenges
from programs.gatherings.merging import join_registrations
from programs.gatherings.services import end_by_voucher, go_back_by_voucher, leave_all
from programs.referrals.services import judge_merged
from programs.services.adjustments import forget_notes
from programs.services.giving import settle_gift_of
from programs.services.merging import gather_after_merge
from smartbis.customers.events import CustomerErased, CustomerMerged
from smartbis.kernel.clock import now
from smartbis.outbox.subscriptions import subscribe
from smartbis.outbox.work import request_work
from smartbis.tenancy.scope import tenant_scope
from vouchers.events import VoucherCancelled, VoucherReversed

__all__ = ["reactions"]

# Longer than any transaction lasts that began before a merge.
GATHER_AGAIN = timedelta(minutes=2)


@subscribe(VoucherReversed)
def on_voucher_reversed(*, tenant: UUID, event: VoucherReversed) -> None:
    """The use of an entry was taken back."""
    go_back_by_voucher(tenant=tenant, voucher=event.voucher_id, redemption=event.redemption_id)


@subscribe(VoucherCancelled)
def on_voucher_cancelled(*, tenant: UUID, event: VoucherCancelled) -> None:
    """An entry was cancelled: its place is free; a rule's gift that lost its sale: so are the limits."""
    end_by_voucher(tenant=tenant, voucher=event.voucher_id)
    settle_gift_of(tenant=tenant, voucher=event.voucher_id)


@subscribe(CustomerErased)
def on_customer_erased(*, tenant: UUID, event: CustomerErased) -> None:
    """Who left takes up no places, and nothing stays that was written about them."""
    leave_all(tenant=tenant, customer=event.customer_id)
    forget_notes(tenant=tenant, customer=event.customer_id)


@subscribe(CustomerMerged)
def on_customer_merged(*, tenant: UUID, event: CustomerMerged) -> None:
    """Bring along what was being written about the merged customer while the merge ran."""
    gather_after_merge(tenant=tenant, merged=event.merged_id)
    join_registrations(tenant=tenant, merged=event.merged_id)
    judge_merged(tenant=tenant, customer=event.customer_id, merged=event.merged_id)
    judge_challenges(tenant=tenant, customer=event.customer_id)
    with tenant_scope(tenant):
        request_work(queue="bulk", due_at=now() + GATHER_AGAIN)
