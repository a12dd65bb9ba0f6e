"""The door of an event: codes are read one after another, names are looked up, arrivals are taken back."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from dashboard.brand.requests import uuid_from
from dashboard.counter import pages, words
from dashboard.counter.access import CounterRequest, counter_page
from dashboard.counter.doors import door, person, walk_in
from dashboard.counter.forms import new_key
from dashboard.counter.lookup import voucher_named
from dashboard.counter.shapes import shape_of
from dashboard.counter.views.till import slow_to_guessers
from programs.gatherings.infos import Arrival, GatheringInfo, RegistrationInfo
from programs.gatherings.selectors import gatherings_at_door, get_gathering, get_registration, registrations
from programs.gatherings.services import check_in, undo_check_in
from programs.gatherings.services import walk_in as register_and_let_in
from smartbis.kernel.errors import DomainError, NotFound
from vouchers.errors import VoucherNotFound


@require_GET
@counter_page("event.check_in")
def index(request: CounterRequest) -> HttpResponse:
    """The events whose door may be open now; the only one there is, at once."""
    found = gatherings_at_door(tenant=request.tenant)
    if len(found) == 1:
        return door(request, found[0])
    return pages.show(request, "door_choose", {"events": found})


@require_GET
@counter_page("event.check_in")
def show(request: CounterRequest, gathering: UUID) -> HttpResponse:
    """The door with its list, filtered by what was typed; or one person of it, to be let in."""
    info = get_gathering(tenant=request.tenant, gathering=gathering)
    named = request.GET.get("registration", "")
    if named:
        row = _registration(request, info, named)
        if row is not None:
            return person(request, info, row)
    if (customer := uuid_from(request.GET.get("customer"))) is not None:
        return walk_in(request, info, customer)
    return door(request, info, search=request.GET.get("search", "")[:80], status=request.GET.get("status", ""))


@require_POST
@slow_to_guessers
@counter_page("event.check_in")
def arrive(request: CounterRequest, gathering: UUID) -> HttpResponse:
    """Let somebody in by code, QR or from the list; a name shows who is meant. Sent twice, it has one effect."""
    info = get_gathering(tenant=request.tenant, gathering=gathering)
    text = request.POST.get("q", "").strip()[:200]
    named = request.POST.get("registration", "")
    row = _registration(request, info, named) if named else None
    if row is None and not _is_code(request, text):
        return door(request, info, search=text)
    if row is None and request.guesses_too_much:
        return _said(request, info, words.too_many_codes(), status=pages.REFUSED)
    try:
        seen = check_in(
            tenant=request.tenant,
            gathering=info.id,
            store=request.store.id,
            key=f"{request.POST.get('key', '')[:12]}:{row.id if row else text[:80]}",
            actor=request.actor,
            code="" if row else text,
            registration=row.id if row else None,
            is_paid=bool(request.POST.get("paid")),
        )
    except DomainError as error:
        request.guessed_wrong = isinstance(error, VoucherNotFound)
        return _refused(request, info, error, text, row)
    return _in(request, info, seen)


@require_POST
@counter_page("event.register")
def walk_in_now(request: CounterRequest, gathering: UUID) -> HttpResponse:
    """Register somebody who stands at the door, and let them in. Sent twice, it has one effect."""
    info = get_gathering(tenant=request.tenant, gathering=gathering)
    customer = uuid_from(request.POST.get("customer"))
    price = request.POST.get("price", "")
    if customer is None or not (price.isascii() and price.isdigit()):
        return door(request, info)
    unit = request.POST.get("unit", "")
    try:
        seen = register_and_let_in(
            tenant=request.tenant,
            gathering=info.id,
            customer=customer,
            store=request.store.id,
            key=f"{request.POST.get('key', '')[:12]}:{customer}",
            actor=request.actor,
            is_paid=bool(info.price_amount) and not info.costs_points,
            expects_price=(int(price), unit),
        )
    except NotFound:
        raise
    except DomainError as error:
        return _refused(request, info, error, "", None)
    return _in(request, info, seen)


@require_POST
@counter_page("event.check_in")
def go_back(request: CounterRequest, gathering: UUID) -> HttpResponse:
    """Take an arrival back, with what it earned."""
    info = get_gathering(tenant=request.tenant, gathering=gathering)
    row = _registration(request, info, request.POST.get("registration", ""))
    if row is None:
        return door(request, info)
    try:
        undo_check_in(
            tenant=request.tenant,
            registration=row.id,
            key=f"{request.POST.get('key', '')[:12]}:{row.id}",
            actor=request.actor,
        )
    except DomainError as error:
        return _refused(request, info, error, "", row)
    return _said(request, info, words.Words("warn", _("CHEGADA DESFEITA"), _("O que ela rendeu foi tirado.")))


def _registration(request: CounterRequest, info: GatheringInfo, named: str) -> RegistrationInfo | None:
    """The registration that is named, if it is of this event. Raises RegistrationNotFound."""
    try:
        row = get_registration(tenant=request.tenant, registration=UUID(named))
    except ValueError:
        return None
    return row if row.gathering_id == info.id else None


def _is_code(request: CounterRequest, text: str) -> bool:
    """Whether a text may name an entry, and is no name, phone or CPF. One without a digit is both until it is found."""
    shape = shape_of(text, request.store.area_code or request.brand.default_area_code)
    if shape.is_perhaps_name:
        return voucher_named(request, text) is not None
    return shape.kind in ("qr", "code")


def _in(request: CounterRequest, info: GatheringInfo, seen: Arrival) -> HttpResponse:
    name = get_registration(tenant=request.tenant, registration=seen.registration.id).customer_name
    earned = ", ".join(words.amount(award.amount, award.unit, sign=True) for award in seen.awards)
    return _said(
        request,
        info,
        words.Words("ok", _("ENTROU"), name),
        detail=_("Ganhou %(earned)s") % {"earned": earned} if earned else "",
        undo=seen.registration.id,
        return_after=pages.STAYS_MS,
    )


def _refused(
    request: CounterRequest, info: GatheringInfo, error: DomainError, text: str, row: RegistrationInfo | None
) -> HttpResponse:
    params = error.params | ({"code": text[:40]} if error.code == "voucher_not_found" else {})
    said = words.refused_at_door(error.code, params, error.detail)
    if error.code == "registration_unpaid":
        found = row or next(iter(registrations(tenant=request.tenant, gathering=info.id, search=text)), None)
        if found is not None:
            return person(request, info, found, status=pages.REFUSED)
    return _said(request, info, said, status=pages.REFUSED)


def _said(
    request: CounterRequest, info: GatheringInfo, said: words.Words, *, status: int = 200, **more: Any
) -> HttpResponse:
    context = {"event": info, "tone": said.tone, "headline": said.headline, "text": said.text, "key": new_key()} | more
    return pages.show(request, "door_result", context, status=status)
