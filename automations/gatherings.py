"""Notices about events: a place with its entry, the day before, one that was taken away, an event called off."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from automations.notices import addressed, greeted, is_news
from automations.wording import Wording
from messaging.services import queue_message
from programs.events import GatheringRegistered, GatheringStarting, RegistrationEnded
from programs.gatherings.errors import GatheringNotFound, RegistrationNotFound
from programs.gatherings.infos import GatheringInfo, RegistrationInfo
from programs.gatherings.selectors import gathering_for, get_gathering, get_registration
from smartbis.kernel.clock import now
from smartbis.kernel.codes import group_code


def tell_registered(*, tenant: UUID, event: GatheringRegistered) -> None:
    """Send the entry to who has a place; said apart to who had waited for one."""
    try:
        place = get_registration(tenant=tenant, registration=event.registration_id)
    except RegistrationNotFound:
        return
    if place.status != "registered" or place.registered_at is None or not is_news(place.registered_at):
        return
    _tell(
        place,
        get_gathering(tenant=tenant, gathering=place.gathering_id),
        "event_place_freed" if event.from_waiting_list else "event_registered",
        lambda wording: _entry(place),
        tenant=tenant,
        cause=f"gathering.registered:{place.id}",
    )


def tell_starting(*, tenant: UUID, event: GatheringStarting) -> None:
    """Remind who has a place of the event's time, venue and their entry; nothing of one that was moved or is off."""
    try:
        place = get_registration(tenant=tenant, registration=event.registration_id)
        info = get_gathering(tenant=tenant, gathering=event.gathering_id)
    except (RegistrationNotFound, GatheringNotFound):
        return
    is_on = info.status == "open" and info.starts_at == datetime.fromisoformat(event.starts_at)
    if place.status != "registered" or not is_on or now() >= info.starts_at:
        return
    _tell(
        place,
        info,
        "event_starting",
        lambda wording: {"place": info.place or wording.phrases.place_on_page} | _entry(place),
        tenant=tenant,
        cause=f"gathering.starting:{place.id}:{event.starts_at}",
    )


def tell_cancelled(*, tenant: UUID, event: RegistrationEnded) -> None:
    """Tell somebody of the list that the event was called off, why, and what came back."""
    try:
        place = get_registration(tenant=tenant, registration=event.registration_id)
        info = get_gathering(tenant=tenant, gathering=event.gathering_id)
    except (RegistrationNotFound, GatheringNotFound):
        return
    if info.status != "cancelled" or info.cancelled_at is None or not is_news(info.cancelled_at):
        return
    _tell(
        place,
        info,
        "event_cancelled",
        lambda wording: {"reason": info.cancel_reason, "returned": _returned(wording, place, event.returned_points)},
        tenant=tenant,
        cause=f"gathering.cancelled:{place.id}",
    )


def tell_removed(*, tenant: UUID, event: RegistrationEnded) -> None:
    """Tell somebody whom the team took off the list of an event ahead, and what came back; not who is on it again."""
    try:
        place = get_registration(tenant=tenant, registration=event.registration_id)
        seen = gathering_for(tenant=tenant, gathering=event.gathering_id, customer=place.customer_id)
    except (RegistrationNotFound, GatheringNotFound):
        return
    info = seen.gathering
    is_off = seen.registration is None and place.ended_at is not None and is_news(place.ended_at)
    if not is_off or info.status != "open" or now() >= info.ends_at:
        return
    _tell(
        place,
        info,
        "event_removed",
        lambda wording: {"returned": _returned(wording, place, event.returned_points)},
        tenant=tenant,
        cause=f"gathering.removed:{place.id}",
    )


def _tell(
    place: RegistrationInfo,
    info: GatheringInfo,
    template: str,
    more: Callable[[Wording], dict[str, str]],
    *,
    tenant: UUID,
    cause: str,
) -> None:
    """Write to who registered, in their language, by name, with the event and its time; not to who was erased."""
    person, _, wording = addressed(tenant, place.customer_id)
    if person.status != "active":
        return
    queue_message(
        tenant=tenant,
        customer=place.customer_id,
        template=template,
        parameters={
            "first_name": greeted(person, wording),
            "event": info.name,
            "at": wording.date_time(info.starts_at),
            **more(wording),
        },
        cause=cause,
    )


def _entry(place: RegistrationInfo) -> dict[str, str]:
    """The entry's code, and its page."""
    return {"code": group_code(place.code), "voucher_path": f"{place.voucher_id}/"}


def _returned(wording: Wording, place: RegistrationInfo, points: int) -> str:
    """What becomes of what was paid."""
    if points:
        return wording.phrases.returned.format(amount=wording.amount(points, "points"))
    is_money = place.paid_at is not None and place.price_unit != "points"
    return wording.phrases.paid_in_money if is_money else wording.phrases.nothing_paid
