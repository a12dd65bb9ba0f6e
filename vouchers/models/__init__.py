"""Coupons, vouchers and their uses."""

from vouchers.models.campaign import Campaign
from vouchers.models.coupon import Coupon, CouponShard, CouponTaker, CouponTerms
from vouchers.models.issuance import Issuance, IssuanceTarget, PoolCode
from vouchers.models.redemption import Redemption, Reversal
from vouchers.models.voucher import Voucher

__all__ = [
    "Campaign",
    "Coupon",
    "CouponShard",
    "CouponTaker",
    "CouponTerms",
    "Issuance",
    "IssuanceTarget",
    "PoolCode",
    "Redemption",
    "Reversal",
    "Voucher",
]
