"""What the vouchers' room refuses. The codes are those of the contract with integrators."""

from smartbis.kernel.errors import DomainError, NotFound


class CouponNotFound(NotFound):
    """No such coupon in this tenant, or none within the actor's reach."""

    code = "coupon_not_found"
    sentence = "There is no such coupon."


class CampaignNotFound(NotFound):
    """No such campaign in this tenant."""

    code = "campaign_not_found"
    sentence = "There is no such campaign."


class IssuanceNotFound(NotFound):
    """No such issuance in this tenant."""

    code = "issuance_not_found"
    sentence = "There is no such issuance."


class IssuanceEnded(DomainError):
    """It is done, or was stopped: it neither pauses nor goes on. `params`: `status`."""

    code = "issuance_ended"
    sentence = "This issuance has ended."


class VoucherNotFound(NotFound):
    """No such voucher in this tenant, or none within the actor's reach."""

    code = "voucher_not_found"
    sentence = "There is no voucher with this code."


class RedemptionNotFound(NotFound):
    """No such redemption in this tenant, or none within the actor's reach."""

    code = "redemption_not_found"
    sentence = "There is no such redemption."


class IssueRefused(DomainError):
    """A voucher cannot be issued now; the subclass says why."""


class CouponOutOfStock(IssueRefused):
    """Every piece is taken."""

    code = "coupon_out_of_stock"
    sentence = "This coupon is out of stock."


class CouponLimitReached(IssueRefused):
    """The customer has had as many as one customer may, in all or (`per` day) today. `params`: `limit`, `per`."""

    code = "coupon_limit_reached"
    sentence = "This customer has reached the limit of this coupon."


class CouponNotEligible(IssueRefused):
    """The coupon is for others. `params`: what it asks for, and `lacking`, the names of what is not met."""

    code = "coupon_not_eligible"
    sentence = "This coupon is not for this customer."


class CouponNotLive(IssueRefused):
    """A draft, paused, ended, or outside its period. `params`: `status`, `from`, `until`."""

    code = "coupon_not_live"
    sentence = "This coupon cannot be had now."


class BudgetExhausted(IssueRefused):
    """What the brand set aside for this coupon is spent or promised."""

    code = "budget_exhausted"
    sentence = "The budget of this coupon is used up."


class VoucherRefused(DomainError):
    """A voucher cannot be used here and now; the subclass says why, `params` with what."""


class VoucherAlreadyRedeemed(VoucherRefused):
    """Every use is taken. `params`: `at`, `store`, `by` of the last one."""

    code = "voucher_already_redeemed"
    sentence = "This voucher was already used."


class VoucherExpired(VoucherRefused):
    """Its time is over. `params`: `until`."""

    code = "voucher_expired"
    sentence = "This voucher has expired."


class VoucherNotYetValid(VoucherRefused):
    """Its time has not come. `params`: `from`, or `next_sale` when it is good from the next sale on."""

    code = "voucher_not_yet_valid"
    sentence = "This voucher cannot be used yet."


class VoucherWrongStore(VoucherRefused):
    """Not in this store. `params`: `stores`, the names of those that take it."""

    code = "voucher_wrong_store"
    sentence = "This voucher cannot be used in this store."


class VoucherWrongTime(VoucherRefused):
    """Not on this weekday or at this hour. `params`: `weekdays` (ISO), `hours`."""

    code = "voucher_wrong_time"
    sentence = "This voucher cannot be used at this time."


class VoucherBelowMinimum(VoucherRefused):
    """The sale is too small. `params`: `minimum_minor`, `missing_minor`, `currency`."""

    code = "voucher_below_minimum"
    sentence = "The sale is below this voucher's minimum."


class VoucherCancelled(VoucherRefused):
    """Taken back by the brand. `params`: `at`."""

    code = "voucher_cancelled"
    sentence = "This voucher was cancelled."


class VoucherHeld(VoucherRefused):
    """An open checkout holds it. `params`: `until`."""

    code = "voucher_held"
    sentence = "This voucher is held by an open checkout."


class VoucherWrongCustomer(VoucherRefused):
    """It is another customer's, or its customer was not named. `params`: `is_named`."""

    code = "voucher_wrong_customer"
    sentence = "This voucher belongs to another customer, who has to be named."


class EntryNeedsCheckIn(VoucherRefused):
    """An event's entry is used by the event's check-in alone. `params`: `event`, its name."""

    code = "entry_needs_check_in"
    sentence = "This is an entry to an event: use the event's check-in."


class VoucherLimitReached(VoucherRefused):
    """The customer has used as many as one customer may, in all or (`per` day) today. `params`: `limit`, `per`."""

    code = "voucher_limit_reached"
    sentence = "This customer has reached the limit for these vouchers."


class VoucherNotCombinable(VoucherRefused):
    """The sale has a voucher beside which this one does not stand. `params`: `with`, the other coupon's name."""

    code = "voucher_not_combinable"
    sentence = "This voucher cannot be used together with the other one on this sale."


class VoucherSaleRefunded(VoucherRefused):
    """The sale that the use names was refunded whole, or cancelled: nothing of it would give the use back."""

    code = "voucher_sale_refunded"
    sentence = "This sale was refunded or cancelled: no voucher can be used on it."


class RedemptionAlreadyReversed(DomainError):
    """The use was taken back before."""

    code = "redemption_already_reversed"
    sentence = "This redemption was already reversed."


REFUSALS: dict[str, type[VoucherRefused]] = {
    refusal.code: refusal
    for refusal in (
        VoucherAlreadyRedeemed,
        VoucherExpired,
        VoucherNotYetValid,
        VoucherWrongStore,
        VoucherWrongTime,
        VoucherBelowMinimum,
        VoucherCancelled,
        VoucherHeld,
        VoucherWrongCustomer,
        VoucherLimitReached,
        VoucherNotCombinable,
        EntryNeedsCheckIn,
        VoucherSaleRefunded,
    )
}
ISSUE_REFUSALS: dict[str, type[IssueRefused]] = {
    refusal.code: refusal
    for refusal in (CouponOutOfStock, CouponLimitReached, CouponNotEligible, CouponNotLive, BudgetExhausted)
}
