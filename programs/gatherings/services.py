"""What can be done with gatherings."""

from programs.gatherings.arriving import check_in, go_back_by_voucher, undo_check_in
from programs.gatherings.organising import cancel_gathering, change_gathering, create_gathering, settle_cancelled
from programs.gatherings.registering import end_by_voucher, leave, leave_all, mark_paid, register
from programs.gatherings.reminding import remind_of_gatherings
from programs.gatherings.walking_in import walk_in

__all__ = [
    "cancel_gathering",
    "change_gathering",
    "check_in",
    "create_gathering",
    "end_by_voucher",
    "go_back_by_voucher",
    "leave",
    "leave_all",
    "mark_paid",
    "register",
    "remind_of_gatherings",
    "settle_cancelled",
    "undo_check_in",
    "walk_in",
]
