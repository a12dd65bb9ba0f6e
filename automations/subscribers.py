"""What follows from what happened. Each reads the present state, since events come in any order."""

from uuid import UUID

from automations.club import tell_challenge_reached, tell_referral_settled
from automations.corrections import (
    tell_balance_adjusted,
    tell_purchase_refunded,
    tell_voucher_lapsed,
    tell_voucher_restored,
)
from automations.gatherings import tell_cancelled, tell_registered, tell_removed, tell_starting
from automations.joining import confirm_stop, join_by_message
from automations.memberships import (
    tell_plan_ending,
    tell_plan_lapsed,
    tell_plan_started,
    tell_tier_ending,
    tell_tier_reached,
)
from automations.notices import (
    QUIET_CHANNELS,
    tell_purchase_credited,
    tell_voucher_ending,
    tell_voucher_issued,
    tell_voucher_redeemed,
    welcome,
)
from messaging.events import MessageReceived
from programs.events import (
    BalanceAdjusted,
    ChallengeReached,
    GatheringRegistered,
    GatheringStarting,
    PlanEnding,
    PlanLapsed,
    PlanRenewed,
    PlanStarted,
    ReferralSettled,
    RegistrationEnded,
    TierEnding,
    TierReached,
)
from programs.services.plan_vouchers import give_plan_vouchers
from smartbis.customers.events import CustomerEnrolled
from smartbis.outbox.subscriptions import subscribe
from smartbis.purchases.events import PurchaseConfirmed, PurchaseRecorded, PurchaseRefunded
from vouchers.events import VoucherEnding, VoucherIssued, VoucherLapsed, VoucherRedeemed, VoucherReversed


@subscribe(CustomerEnrolled)
def on_customer_enrolled(*, tenant: UUID, event: CustomerEnrolled) -> None:
    """Welcome who came by themselves or at a counter."""
    if event.channel not in QUIET_CHANNELS:
        welcome(tenant=tenant, customer=event.customer_id)


def is_told(*, tenant: UUID, event: PurchaseRecorded) -> bool:
    """Whether there is somebody to tell of a sale that counts already."""
    return event.customer_id is not None and event.status == "confirmed"


@subscribe(PurchaseRecorded, wanted=is_told)
def on_purchase_recorded(*, tenant: UUID, event: PurchaseRecorded) -> None:
    """Tell what the sale earned; a pending sale is told of once it is confirmed."""
    if event.customer_id is not None and event.status == "confirmed":
        tell_purchase_credited(tenant=tenant, purchase=event.purchase_id)


@subscribe(PurchaseConfirmed)
def on_purchase_confirmed(*, tenant: UUID, event: PurchaseConfirmed) -> None:
    """Tell what a sale that was pending earned."""
    tell_purchase_credited(tenant=tenant, purchase=event.purchase_id)


@subscribe(VoucherIssued)
def on_voucher_issued(*, tenant: UUID, event: VoucherIssued) -> None:
    """Send the code; vouchers that were moved in from another system are known to their holders."""
    if event.customer_id is not None and event.origin != "import":
        tell_voucher_issued(tenant=tenant, voucher=event.voucher_id)


@subscribe(VoucherEnding)
def on_voucher_ending(*, tenant: UUID, event: VoucherEnding) -> None:
    """Remind the holder."""
    tell_voucher_ending(tenant=tenant, event=event)


@subscribe(VoucherRedeemed)
def on_voucher_redeemed(*, tenant: UUID, event: VoucherRedeemed) -> None:
    """Confirm the use to the member."""
    if event.customer_id is not None:
        tell_voucher_redeemed(tenant=tenant, redemption=event.redemption_id)


def gave_back(*, tenant: UUID, event: VoucherLapsed) -> bool:
    """Whether a voucher's end gave somebody something back."""
    return event.customer_id is not None and event.returned_amount > 0


@subscribe(VoucherLapsed, wanted=gave_back)
def on_voucher_lapsed(*, tenant: UUID, event: VoucherLapsed) -> None:
    """Tell what came back."""
    tell_voucher_lapsed(tenant=tenant, event=event)


@subscribe(VoucherReversed)
def on_voucher_reversed(*, tenant: UUID, event: VoucherReversed) -> None:
    """Tell that the voucher is good again."""
    if event.customer_id is not None:
        tell_voucher_restored(tenant=tenant, event=event)


@subscribe(PurchaseRefunded)
def on_purchase_refunded(*, tenant: UUID, event: PurchaseRefunded) -> None:
    """Tell what a return left."""
    tell_purchase_refunded(tenant=tenant, event=event)


@subscribe(BalanceAdjusted)
def on_balance_adjusted(*, tenant: UUID, event: BalanceAdjusted) -> None:
    """Tell what was corrected by hand."""
    tell_balance_adjusted(tenant=tenant, event=event)


@subscribe(TierReached)
def on_tier_reached(*, tenant: UUID, event: TierReached) -> None:
    """Tell of the tier."""
    tell_tier_reached(tenant=tenant, event=event)


@subscribe(TierEnding)
def on_tier_ending(*, tenant: UUID, event: TierEnding) -> None:
    """Warn of a tier that will end."""
    tell_tier_ending(tenant=tenant, event=event)


@subscribe(PlanStarted)
def on_plan_started(*, tenant: UUID, event: PlanStarted) -> None:
    """Tell of the plan and its end."""
    tell_plan_started(tenant=tenant, event=event)


@subscribe(PlanRenewed)
def on_plan_renewed(*, tenant: UUID, event: PlanRenewed) -> None:
    """Tell of the plan's new end."""
    tell_plan_started(tenant=tenant, event=event)


@subscribe(PlanStarted)
def on_plan_started_give(*, tenant: UUID, event: PlanStarted) -> None:
    """Give the vouchers that come with the plan."""
    give_plan_vouchers(tenant=tenant, customer=event.customer_id, plan=event.plan, source=event.source)


@subscribe(PlanRenewed)
def on_plan_renewed_give(*, tenant: UUID, event: PlanRenewed) -> None:
    """Give them again for the new period."""
    give_plan_vouchers(tenant=tenant, customer=event.customer_id, plan=event.plan, source=event.source)


@subscribe(PlanEnding)
def on_plan_ending(*, tenant: UUID, event: PlanEnding) -> None:
    """Remind of the end, and how to renew."""
    tell_plan_ending(tenant=tenant, event=event)


@subscribe(PlanLapsed)
def on_plan_lapsed(*, tenant: UUID, event: PlanLapsed) -> None:
    """Tell that the plan is over."""
    tell_plan_lapsed(tenant=tenant, event=event)


@subscribe(GatheringRegistered)
def on_gathering_registered(*, tenant: UUID, event: GatheringRegistered) -> None:
    """Send the entry."""
    tell_registered(tenant=tenant, event=event)


@subscribe(GatheringStarting)
def on_gathering_starting(*, tenant: UUID, event: GatheringStarting) -> None:
    """Remind of the event, and send the entry again."""
    tell_starting(tenant=tenant, event=event)


@subscribe(RegistrationEnded)
def on_registration_ended(*, tenant: UUID, event: RegistrationEnded) -> None:
    """Tell who was on the list of an event that was called off, or was taken off it; who left by themselves knows."""
    if event.reason == "event_cancelled":
        tell_cancelled(tenant=tenant, event=event)
    elif event.reason == "removed":
        tell_removed(tenant=tenant, event=event)


@subscribe(ReferralSettled)
def on_referral_settled(*, tenant: UUID, event: ReferralSettled) -> None:
    """Thank who brought a friend."""
    tell_referral_settled(tenant=tenant, event=event)


@subscribe(ChallengeReached)
def on_challenge_reached(*, tenant: UUID, event: ChallengeReached) -> None:
    """Tell who reached a goal."""
    tell_challenge_reached(tenant=tenant, event=event)


@subscribe(MessageReceived)
def on_message_received(*, tenant: UUID, event: MessageReceived) -> None:
    """Enrol who asks to join, and confirm to who stops."""
    if event.text_kind == "join":
        join_by_message(tenant=tenant, message=event.message_id)
    elif event.text_kind == "stop":
        confirm_stop(tenant=tenant, message=event.message_id)
