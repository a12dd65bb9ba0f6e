"""Notices about events: a place with its entry, one that became free or was taken away, an event called off."""

from uuid import UUID

from automations.notices import addressed, greeted, is_news
from automations.wording import Wording
from messaging.services import queue_message
from programs.events import GatheringRegistered, RegistrationEnded
from programs.gatherings.errors import GatheringNotFound, RegistrationNotFound
from programs.gatherings.infos import RegistrationInfo
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
    info = get_gathering(tenant=tenant, gathering=place.gathering_id)
    person, _, wording = addressed(tenant, place.customer_id)
    queue_message(
        tenant=tenant,
        customer=place.customer_id,
        template="event_place_freed" if event.from_waiting_list else "event_registered",
        parameters={
            "first_name": greeted(person, wording),
            "event": info.name,
            "at": wording.date_time(info.starts_at),
            "code": group_code(place.code),
            "voucher_path": f"{place.voucher_id}/",
        },
        cause=f"gathering.registered:{place.id}",
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
    person, _, wording = addressed(tenant, place.customer_id)
    if person.status != "active":
        return
    queue_message(
        tenant=tenant,
        customer=place.customer_id,
        template="event_cancelled",
        parameters={
            "first_name": greeted(person, wording),
            "event": info.name,
            "at": wording.date_time(info.starts_at),
            "reason": info.cancel_reason,
            "returned": _returned(wording, place, event.returned_points),
        },
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
    person, _, wording = addressed(tenant, place.customer_id)
    if person.status != "active":
        return
    queue_message(
        tenant=tenant,
        customer=place.customer_id,
        template="event_removed",
        parameters={
            "first_name": greeted(person, wording),
            "event": info.name,
            "at": wording.date_time(info.starts_at),
            "returned": _returned(wording, place, event.returned_points),
        },
        cause=f"gathering.removed:{place.id}",
    )


def _returned(wording: Wording, place: RegistrationInfo, points: int) -> str:
    """What becomes of what was paid."""
    if points:
        return wording.phrases.returned.format(amount=wording.amount(points, "points"))
    is_money = place.paid_at is not None and place.price_unit != "points"
    return wording.phrases.paid_in_money if is_money else wording.phrases.nothing_paid
