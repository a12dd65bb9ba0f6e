"""A brand decides on its ladder of tiers."""

import re
from collections.abc import Sequence
from dataclasses import asdict
from itertools import pairwise
from typing import Any
from uuid import UUID

from programs.models import TierLadder
from programs.selectors.tiers import LadderInfo, ladder_info
from programs.services.standings import request_walk
from programs.tiers import Tier, term_days
from smartbis.kernel.clock import now
from smartbis.kernel.errors import InvalidInput
from smartbis.kernel.people import Actor
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import get_tenant
from smartbis.tenancy.services import record_audit

MOST_TIERS = 12
MOST_DAYS = 3650
MOST_THRESHOLD = 10**12
ICONS = ("star", "sparkles", "crown", "heart", "zap", "gift")
_KEY = re.compile(r"^[a-z0-9][a-z0-9_-]{0,59}$")
_COLOUR = re.compile(r"^#[0-9a-fA-F]{6}$")

_CHOICES = {
    "measure": TierLadder.Measure.values,
    "window": TierLadder.Window.values,
    "keep": TierLadder.Keep.values,
    "fall": TierLadder.Fall.values,
}


def set_ladder(
    *,
    tenant: UUID,
    tiers: Sequence[Tier],
    measure: str,
    window: str,
    window_days: int = 365,
    keep: str,
    keep_days: int = 365,
    fall: str,
    warn_days: int = 30,
    actor: Actor,
) -> LadderInfo:
    """Set the brand's ladder, the lowest tier first; no tiers take it away. Everybody is judged anew in the background.

    Thresholds are in the measure: minor units of the brand's currency, points, or purchases. Raises InvalidInput.
    """
    policy: dict[str, Any] = {
        "measure": measure,
        "window": window,
        "window_days": window_days,
        "keep": keep,
        "keep_days": keep_days,
        "fall": fall,
        "warn_days": warn_days,
    }
    _check(tiers, policy)
    with tenant_scope(tenant):
        row = TierLadder.objects.select_for_update(no_key=True).first()
        before = _spoken(row) if row else None
        if row is None:
            row = TierLadder(tenant_id=tenant, version=0)
        for name, value in policy.items():
            setattr(row, name, value)
        row.tiers = [asdict(tier) for tier in tiers]
        row.version += 1
        row.changed_at = now()
        row.save()
        record_audit(
            tenant=tenant,
            actor=actor,
            action="tiers.change",
            object_kind="tiers",
            object_id=row.id,
            before=before,
            after=_spoken(row),
        )
        request_walk(tenant=tenant)
        row.refresh_from_db()
        return ladder_info(row, get_tenant(tenant=tenant).timezone)


def _check(tiers: Sequence[Tier], policy: dict[str, Any]) -> None:
    errors: dict[str, list[str]] = {}
    for name, allowed in _CHOICES.items():
        if policy[name] not in allowed:
            errors[name] = [f"Choose one of {', '.join(allowed)}."]
    for name, least in (("window_days", 1), ("keep_days", 1), ("warn_days", 0)):
        if not least <= policy[name] <= MOST_DAYS:
            errors[name] = [f"Use {least} to {MOST_DAYS} days."]
    if policy["keep"] == "period_end" and policy["window"] != "calendar_year":
        errors["keep"] = ["A tier can be kept until the end of the year when the calendar year is what is measured."]
    if policy["keep"] == "while_earned" and policy["fall"] == "one_step":
        errors["fall"] = ["A tier that is not kept falls to what is earned: falling step by step needs a time between."]
    if not errors and (late := _warned_at_once(policy)):
        errors["warn_days"] = [late]
    if faults := _faults(tiers):
        errors["tiers"] = faults
    if errors:
        raise InvalidInput(errors)


def _warned_at_once(policy: dict[str, Any]) -> str:
    term = term_days(**{name: policy[name] for name in ("window", "window_days", "keep", "keep_days")})
    if term is None or policy["warn_days"] < term:
        return ""
    return f"A tier lasts {term} days, so this warns as soon as it is reached: use fewer days, or 0 for never."


def _faults(tiers: Sequence[Tier]) -> list[str]:
    faults = []
    if len(tiers) > MOST_TIERS:
        faults.append(f"A ladder has up to {MOST_TIERS} tiers.")
    if len({tier.key for tier in tiers}) < len(tiers):
        faults.append("Two tiers have the same key.")
    for tier in tiers:
        if not _KEY.match(tier.key):
            faults.append(f"“{tier.key}” is no key: use small letters, digits, - and _, up to 60.")
        if not 1 <= len(tier.name.strip()) <= 40:
            faults.append("A tier's name has 1 to 40 characters.")
        if not 0 <= tier.threshold <= MOST_THRESHOLD:
            faults.append("A threshold is a whole number from 0 on.")
        if tier.colour and not _COLOUR.match(tier.colour):
            faults.append("A colour is written like #b8860b.")
        if tier.icon and tier.icon not in ICONS:
            faults.append(f"An icon is one of {', '.join(ICONS)}.")
        if len(tier.benefits) > 1000:
            faults.append("Benefits have up to 1000 characters.")
    if any(low.threshold >= high.threshold for low, high in pairwise(tiers)):
        faults.append("Each tier asks for more than the one below it.")
    return faults


def _spoken(row: TierLadder) -> dict[str, Any]:
    names = ("measure", "window", "window_days", "keep", "keep_days", "fall", "warn_days", "tiers")
    return {name: getattr(row, name) for name in names}
