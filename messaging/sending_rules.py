"""When and how often a brand writes to a person. Pure: what is kept of it is in `models.SendingRules`."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from smartbis.kernel.holidays import national_holidays

MARKETING, UTILITY = "marketing", "utility"
QUIET_HOURS = "quiet_hours"
HOLIDAY = "holiday"
# No rule keeps a message longer than this; it has expired long before.
_FARTHEST_DAYS = 30


@dataclass(frozen=True)
class Rules:
    """A brand's rules; the defaults hold for a brand that decided nothing.

    Quiet hours run from one time of the person's day to another, over midnight where the first is the later; without
    either there are none. Holidays are Brazil's and `own_holidays`. Both hold for marketing, and for notices where
    `is_quiet_for_notices`. At most `marketing_cap` advertisements in `marketing_days` days and `notice_cap` notices in
    24 hours go to one person; None is no cap. Sign-in codes and answers in an open window are never held back.
    """

    quiet_from: time | None = time(21)
    quiet_until: time | None = time(8)
    is_quiet_for_notices: bool = False
    rests_on_holidays: bool = True
    own_holidays: frozenset[date] = frozenset()
    marketing_cap: int | None = 2
    marketing_days: int = 7
    notice_cap: int | None = None

    def is_holiday(self, day: date) -> bool:
        """Whether nothing is advertised on a day."""
        return self.rests_on_holidays and (day in self.own_holidays or day in national_holidays(day.year))

    def quiet_end(self, at: datetime) -> datetime | None:
        """When the quiet hours end in which an instant of the person's own clock lies; None outside of them."""
        start, end = self.quiet_from, self.quiet_until
        if start is None or end is None or start == end:
            return None
        clock = at.time()
        is_quiet = start <= clock < end if start < end else clock >= start or clock < end
        if not is_quiet:
            return None
        day = at.date() if clock < end else at.date() + timedelta(days=1)
        return datetime.combine(day, end, at.tzinfo)


def wait(rules: Rules, category: str, at: datetime, zone: str) -> tuple[str, datetime] | None:
    """Why a message may not go to a person of `zone` at an instant, and when it may; None when it may go now."""
    if category != MARKETING and not rules.is_quiet_for_notices:
        return None
    here = ZoneInfo(zone)
    local = first = at.astimezone(here)
    reason = ""
    while (local - first).days < _FARTHEST_DAYS:
        if rules.is_holiday(local.date()):
            reason = reason or HOLIDAY
            local = datetime.combine(local.date() + timedelta(days=1), time(0), here)
        elif (end := rules.quiet_end(local)) is not None:
            reason = reason or QUIET_HOURS
            local = end
        else:
            break
    return (reason, local.astimezone(at.tzinfo)) if reason else None
