"""Coupons, vouchers and their uses."""

from vouchers.models.coupon import Coupon, CouponShard, CouponTaker
from vouchers.models.redemption import Redemption, Reversal
from vouchers.models.voucher import Voucher

__all__ = ["Coupon", "CouponShard", "CouponTaker", "Redemption", "Reversal", "Voucher"]
