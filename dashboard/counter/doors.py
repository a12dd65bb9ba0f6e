"""The states of an event's door: waiting with its list, and one person of it."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.counter import pages, words
from dashboard.counter.access import CounterRequest
from dashboard.counter.forms import new_key
from programs.gatherings.infos import GatheringInfo, RegistrationInfo
from programs.gatherings.selectors import registrations

MOST_SHOWN = 30


def door(request: CounterRequest, info: GatheringInfo, *, search: str = "", status: str = "") -> HttpResponse:
    """Waiting for the next person, with the list."""
    chosen = status if status in ("registered", "arrived") else ""
    found = registrations(tenant=request.tenant, gathering=info.id, status=chosen, search=search, limit=MOST_SHOWN + 1)
    here = reverse("counter:event", args=[info.id])
    context = {
        "event": info,
        "key": new_key(),
        "rows": [_row(each, here) for each in found[:MOST_SHOWN]],
        "more": len(found) > MOST_SHOWN,
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


def _row(row: RegistrationInfo, here: str) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.customer_name or _("Cadastro apagado"),
        "status": row.status,
        "arrived_at": row.arrived_at,
        "owes": words.amount(row.price_amount or 0, row.price_unit) if row.owes else "",
        "url": f"{here}?registration={row.id}",
    }
