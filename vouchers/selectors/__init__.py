"""What other rooms and doors may know of coupons and vouchers."""

from vouchers.on_sale import BalanceTaken, balance_taken
from vouchers.selectors.at_checkout import CheckoutVoucher, balance_may_help, found_at_checkout, named_at_checkout
from vouchers.selectors.at_till import vouchers_at_till
from vouchers.selectors.coupons import coupon_counts, coupons, get_coupon
from vouchers.selectors.offers import offers_for
from vouchers.selectors.redemptions import (
    find_redemption,
    get_redemption,
    has_uses_reading,
    redemptions_by_day,
    redemptions_by_store,
    redemptions_for_sale,
    redemptions_for_sales,
    redemptions_given_back,
    redemptions_of_voucher,
    redemptions_page,
)
from vouchers.selectors.totals import voucher_totals
from vouchers.selectors.vouchers import (
    find_by_qr,
    find_voucher_by_id,
    get_voucher,
    key_of_voucher,
    revoked_key,
    vouchers_by_ids,
    vouchers_by_keys,
    vouchers_ending,
    vouchers_given,
    vouchers_of,
    vouchers_page,
)

__all__ = [
    "BalanceTaken",
    "CheckoutVoucher",
    "balance_may_help",
    "balance_taken",
    "coupon_counts",
    "coupons",
    "find_by_qr",
    "find_redemption",
    "find_voucher_by_id",
    "found_at_checkout",
    "get_coupon",
    "get_redemption",
    "get_voucher",
    "has_uses_reading",
    "key_of_voucher",
    "named_at_checkout",
    "offers_for",
    "redemptions_by_day",
    "redemptions_by_store",
    "redemptions_for_sale",
    "redemptions_for_sales",
    "redemptions_given_back",
    "redemptions_of_voucher",
    "redemptions_page",
    "revoked_key",
    "voucher_totals",
    "vouchers_at_till",
    "vouchers_by_ids",
    "vouchers_by_keys",
    "vouchers_ending",
    "vouchers_given",
    "vouchers_of",
    "vouchers_page",
]
