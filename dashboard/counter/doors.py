"""The states of an event's door: waiting with its list, one person of it, and somebody who is on none."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.counter import lookup, pages, words
from dashboard.counter.access import CounterRequest
from dashboard.counter.forms import new_key
from programs.gatherings.infos import GatheringInfo, RegistrationInfo
from programs.gatherings.selectors import gathering_for, registrations
from smartbis.customers.errors import CustomerNotFound
from smartbis.customers.infos import CustomerInfo
from smartbis.customers.selectors import get_customer
from smartbis.kernel.clock import now
from smartbis.tenancy.permissions import may

MOST_SHOWN = 30


def door(request: CounterRequest, info: GatheringInfo, *, search: str = "", status: str = "") -> HttpResponse:
    """Waiting for the next person, with the list; and whom a search finds outside of it, to be registered here."""
    chosen = status if status in ("registered", "arrived") else ""
    found = registrations(tenant=request.tenant, gathering=info.id, status=chosen, search=search, limit=MOST_SHOWN + 1)
    here = reverse("counter:event", args=[info.id])
    context = {
        "event": info,
        "key": new_key(),
        "rows": [_row(each, here) for each in found[:MOST_SHOWN]],
        "more": len(found) > MOST_SHOWN,
        "walk_ins": [
            {"name": each.name, "contact": _contact(each), "url": f"{here}?customer={each.id}"}
            for each in _outside(request, info, search, {row.customer_id for row in found})
        ],
        "search": search,
        "status": chosen,
        "tabs": [
            ("", _("Todos"), here),
            ("registered", _("A chegar (%(n)s)") % {"n": info.taken - info.arrived}, f"{here}?status=registered"),
            ("arrived", _("Chegaram (%(n)s)") % {"n": info.arrived}, f"{here}?status=arrived"),
        ],
    }
    return pages.show(request, "door", context)


def person(request: CounterRequest, info: GatheringInfo, row: RegistrationInfo, *, status: int = 200) -> HttpResponse:
    """One person of the list before they are let in."""
    context = {
        "event": info,
        "row": row,
        "name": row.customer_name,
        "owes": words.amount(row.price_amount or 0, row.price_unit) if row.owes else "",
        "key": new_key(),
    }
    return pages.show(request, "door_person", context, status=status)


def walk_in(request: CounterRequest, info: GatheringInfo, customer: UUID, *, status: int = 200) -> HttpResponse:
    """Somebody who is on no list, with what a place costs them. Raises CustomerNotFound, GatheringNotFound."""
    found = get_customer(tenant=request.tenant, customer=customer)
    if found.status != "active":
        raise CustomerNotFound
    seen = gathering_for(tenant=request.tenant, gathering=info.id, customer=found.id)
    if seen.registration is not None:
        return person(request, info, seen.registration, status=status)
    context = {
        "event": info,
        "customer": found,
        "contact": _contact(found),
        "price": words.amount(info.price_amount, info.price_unit) if info.price_amount else "",
        "costs_points": info.costs_points,
        "missing": words.amount(seen.missing, info.price_unit) if seen.missing else "",
        "is_full": info.places_left == 0,
        "key": new_key(),
    }
    return pages.show(request, "door_walk_in", context, status=status)


def _outside(
    request: CounterRequest, info: GatheringInfo, search: str, listed: Collection[UUID]
) -> tuple[CustomerInfo, ...]:
    """The customers whom a text names and who are not on the list, while somebody may still be put on it."""
    is_taking = info.status == "open" and now() < info.ends_at
    if not search or not is_taking or not may(request.actor, "event.register"):
        return ()
    found = lookup.look_up(request, search)
    people: tuple[CustomerInfo, ...] = ()
    if isinstance(found, lookup.FoundCustomer):
        people = (get_customer(tenant=request.tenant, customer=found.customer),)
    elif isinstance(found, lookup.FoundSeveral):
        people = found.people
    return tuple(each for each in people if each.id not in listed)


def _contact(person: CustomerInfo) -> str:
    return person.phone_masked or person.cpf_masked or person.email_masked


def _row(row: RegistrationInfo, here: str) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.customer_name or _("Cadastro apagado"),
        "status": row.status,
        "arrived_at": row.arrived_at,
        "owes": words.amount(row.price_amount or 0, row.price_unit) if row.owes else "",
        "url": f"{here}?registration={row.id}",
    }
