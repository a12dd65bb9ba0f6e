"""Whether there was anything to refer. Pure: the rows are read by others."""

from datetime import datetime, timedelta

from programs.models import Referral

OPEN = (Referral.Status.WAITING, Referral.Status.SETTLING)
# Binding happens with the enrolment; a minute is for the slowest door.
FRESH = timedelta(minutes=1)


def unfounded(row: Referral, *, is_same: bool, enrolled_at: datetime) -> str:
    """Why there was nothing to refer, where two records turn out to be one person; empty if there was.

    `is_same` when who refers is the friend, who has been a customer since `enrolled_at`.
    """
    if is_same:
        return "same_person"
    return "was_customer" if enrolled_at < row.bound_at - FRESH else ""
