"""What can be done with coupons and vouchers."""

from vouchers.services.campaigns import change_campaign, create_campaign
from vouchers.services.coupons import change_coupon, create_coupon, set_coupon_status
from vouchers.services.ending import call_entry_off, cancel_entry, cancel_voucher, lapse_voucher, revoke_voucher
from vouchers.services.entries import change_entries, open_entries
from vouchers.services.holds import hold_voucher, release_hold
from vouchers.services.imports import import_open_vouchers, undo_imported_vouchers
from vouchers.services.issuances import pause_issuance, resume_issuance, start_issuance, stop_issuance
from vouchers.services.issuing import convert_balance, issue_entry, issue_voucher
from vouchers.services.pools import add_codes
from vouchers.services.reassigning import reassign_vouchers
from vouchers.services.redeeming import redeem_voucher, wait_for_uses
from vouchers.services.reinstating import reinstate_voucher
from vouchers.services.reversing import payers_for_sale, reverse_for_refund, reverse_redemption
from vouchers.services.validating import validate_voucher

__all__ = [
    "add_codes",
    "call_entry_off",
    "cancel_entry",
    "cancel_voucher",
    "change_campaign",
    "change_coupon",
    "change_entries",
    "convert_balance",
    "create_campaign",
    "create_coupon",
    "hold_voucher",
    "import_open_vouchers",
    "issue_entry",
    "issue_voucher",
    "lapse_voucher",
    "open_entries",
    "pause_issuance",
    "payers_for_sale",
    "reassign_vouchers",
    "redeem_voucher",
    "reinstate_voucher",
    "release_hold",
    "resume_issuance",
    "reverse_for_refund",
    "reverse_redemption",
    "revoke_voucher",
    "set_coupon_status",
    "start_issuance",
    "stop_issuance",
    "undo_imported_vouchers",
    "validate_voucher",
    "wait_for_uses",
]
