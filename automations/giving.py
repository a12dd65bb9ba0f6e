"""Vouchers that come with a plan."""

from uuid import UUID

import structlog
from django.db import transaction

from programs.events import PlanRenewed, PlanStarted
from smartbis.kernel.errors import DomainError
from smartbis.kernel.people import SYSTEM
from vouchers.selectors.coupons import coupons_given_with
from vouchers.services import issue_voucher

log = structlog.get_logger(__name__)


def give_with_plan(*, tenant: UUID, event: PlanStarted | PlanRenewed) -> None:
    """Give a member a voucher of every coupon that comes with their plan, once for each period they got.

    What a coupon refuses (its stock, its limits, whom it is for) it refuses here too, and nobody is kept waiting. A
    period that is taken back later takes no voucher back.
    """
    for coupon in coupons_given_with(tenant=tenant, plan=event.plan):
        try:
            with transaction.atomic():
                issue_voucher(
                    tenant=tenant,
                    customer=event.customer_id,
                    coupon=coupon,
                    origin="plan",
                    key=f"plan:{event.source}:{coupon}"[:255],
                    actor=SYSTEM,
                )
        except DomainError as error:
            log.info("plan.voucher_refused", coupon=str(coupon), code=error.code)
