"""Notices about events: a place with its entry, a place that became free, an event that was called off."""

from uuid import UUID

from automations.notices import addressed, greeted, is_news
from messaging.services import queue_message
from programs.events import GatheringRegistered, RegistrationEnded
from programs.gatherings.errors import GatheringNotFound, RegistrationNotFound
from programs.gatherings.selectors import get_gathering, get_registration
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
    phrases = wording.phrases
    if event.returned_points:
        returned = phrases.returned.format(amount=wording.amount(event.returned_points, "points"))
    else:
        returned = phrases.paid_in_money if place.paid_at and place.price_unit != "points" else phrases.nothing_paid
    queue_message(
        tenant=tenant,
        customer=place.customer_id,
        template="event_cancelled",
        parameters={
            "first_name": greeted(person, wording),
            "event": info.name,
            "at": wording.date_time(info.starts_at),
            "reason": info.cancel_reason,
            "returned": returned,
        },
        cause=f"gathering.cancelled:{place.id}",
    )
