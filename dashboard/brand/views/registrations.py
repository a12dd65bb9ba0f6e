"""Who comes to an event: its list, its door, and the list as a file."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.brand import words
from dashboard.brand.access import desk
from dashboard.brand.forms.base import new_nonce
from dashboard.brand.reports import Cell, csv_response
from dashboard.brand.requests import DeskRequest, uuid_from
from dashboard.brand.states import registration_state
from programs.gatherings.infos import GatheringInfo, RegistrationInfo
from programs.gatherings.selectors import door_store, get_gathering, get_registration, registrations
from programs.gatherings.services import check_in, leave, mark_paid, register, undo_check_in
from smartbis.customers.selectors import customers_page
from smartbis.kernel.clock import now
from smartbis.kernel.errors import DomainError, NotFound

STATES = ("registered", "arrived", "waiting", "left")


@desk(writes="event.register")
def enlist(request: DeskRequest, gathering: UUID) -> HttpResponse:
    """Put somebody on the list, write down that they paid, or take them off."""
    info = get_gathering(tenant=request.tenant, gathering=gathering)
    action = request.POST.get("action", "")
    try:
        if action == "add":
            _add(request, gathering)
        elif (registration := _named(request, gathering)) is not None and action == "paid":
            mark_paid(tenant=request.tenant, registration=registration, actor=request.actor)
            messages.success(request, _("Pagamento anotado."))
        elif registration is not None and action == "remove":
            leave(tenant=request.tenant, registration=registration, actor=request.actor)
            messages.success(request, _removed(info))
    except NotFound:
        raise
    except DomainError as error:
        messages.error(request, words.refusal(error))
    return _to(gathering)


def _removed(info: GatheringInfo) -> str:
    if now() < info.starts_at:
        return _("Inscrição retirada. O lugar passa para quem espera.")
    return _("Inscrição retirada. O evento já começou: para dar o lugar a alguém, inscreva a pessoa, mesmo da espera.")


@desk(writes="event.check_in")
def door(request: DeskRequest, gathering: UUID) -> HttpResponse:
    """Let somebody in by their code or from the list, or take an arrival back."""
    get_gathering(tenant=request.tenant, gathering=gathering)
    key = f"{request.actor.id}:{request.POST.get('nonce', '')[:64]}:{request.POST.get('registration', '')[:36]}"
    registration = uuid_from(request.POST.get("registration"))
    code = request.POST.get("code", "")[:200]
    try:
        if request.POST.get("action") == "undo" and registration is not None:
            undo_check_in(tenant=request.tenant, registration=registration, key=key, actor=request.actor)
            messages.success(request, _("Chegada desfeita, com o que ela tinha rendido."))
        elif registration is not None or code:
            seen = check_in(
                tenant=request.tenant,
                gathering=gathering,
                store=door_store(tenant=request.tenant, gathering=gathering),
                key=key,
                actor=request.actor,
                code=code,
                registration=registration,
                is_paid=bool(request.POST.get("paid")),
            )
            earned = ", ".join(words.amount(award.amount, award.unit) for award in seen.awards)
            text = _("Chegou! Ganhou %(earned)s.") % {"earned": earned} if earned else _("Chegou!")
            messages.success(request, text)
    except DomainError as error:
        messages.error(request, words.refusal(error))
    return _to(gathering)


@desk(reads="event.see")
def download(request: DeskRequest, gathering: UUID) -> HttpResponse:
    """The list as CSV, who left too."""
    info = get_gathering(tenant=request.tenant, gathering=gathering)
    header: list[Cell] = [_("Nome"), _("Situação"), _("Código"), _("Inscrição"), _("Chegada"), _("Preço"), _("Pago em")]
    found = registrations(tenant=request.tenant, gathering=gathering, limit=100_000)
    found += registrations(tenant=request.tenant, gathering=gathering, status="left", limit=100_000)
    rows: list[list[Cell]] = [header, *(_csv_row(each) for each in found)]
    return csv_response(rows, f"evento-{info.starts_at:%Y-%m-%d}.csv")


def list_context(request: DeskRequest, info: GatheringInfo) -> dict[str, Any]:
    """What the list of an event shows: its rows by state and search, and where its forms go."""
    asked = request.GET.get("status", "")
    status = asked if asked in STATES else ""
    search = request.GET.get("search", "")[:80]
    found = registrations(tenant=request.tenant, gathering=info.id, status=status, search=search)
    here = reverse("dashboard:event", args=[info.id])
    counts = {"registered": info.taken - info.arrived, "arrived": info.arrived, "waiting": info.waiting}
    names = {
        "registered": _("A chegar"),
        "arrived": _("Chegaram"),
        "waiting": _("Em espera"),
        "left": _("Saíram"),
    }
    tabs = [("", _("Todos"), here)]
    tabs += [
        (each, f"{names[each]} ({counts[each]})" if each in counts else names[each], f"{here}?status={each}")
        for each in STATES
    ]
    return {
        "section": "events",
        "event": info,
        "nonce": new_nonce(),
        "rows": [_row(request, each) for each in found],
        "search": search,
        "status": status,
        "tabs": tabs,
        "list_url": reverse("dashboard:event_list", args=[info.id]) if request.may("event.register") else "",
        "door_url": reverse("dashboard:event_door", args=[info.id]) if request.may("event.check_in") else "",
        "is_live": info.phase() not in ("cancelled", "draft"),
    }


def _row(request: DeskRequest, row: RegistrationInfo) -> dict[str, Any]:
    state = registration_state(row.status)
    return {
        "id": row.id,
        "name": row.customer_name or _("Cadastro apagado"),
        "href": reverse("dashboard:customer", args=[row.customer_id]) if request.may("customer.list") else "",
        "code": row.code,
        "state": state,
        "asked_at": row.asked_at,
        "arrived_at": row.arrived_at,
        "owes": words.amount(row.price_amount or 0, row.price_unit) if row.owes else "",
        "paid": row.paid_at is not None,
        "status": row.status,
    }


def _csv_row(row: RegistrationInfo) -> list[Cell]:
    return [
        row.customer_name,
        registration_state(row.status).label,
        row.code,
        words.moment(row.asked_at),
        words.moment(row.arrived_at) if row.arrived_at else "",
        words.amount(row.price_amount, row.price_unit) if row.price_amount else "",
        words.moment(row.paid_at) if row.paid_at else "",
    ]


def _add(request: DeskRequest, gathering: UUID) -> None:
    found = customers_page(tenant=request.tenant, search=request.POST.get("who", "")[:80] or "-", limit=2).items
    if len(found) != 1:
        messages.error(
            request,
            _("Mais de uma pessoa com este nome: use o telefone.")
            if found
            else _("Ninguém encontrado. Procure pelo telefone ou CPF inteiro, ou cadastre no balcão."),
        )
        return
    done = register(
        tenant=request.tenant,
        gathering=gathering,
        customer=found[0].id,
        actor=request.actor,
        channel="dashboard",
        is_paid=bool(request.POST.get("paid")),
    )
    name = found[0].name
    if done.repeated:
        messages.success(request, _("%(name)s já está na lista.") % {"name": name})
    elif done.status == "waiting":
        messages.success(request, _("Lotado: %(name)s entrou na lista de espera.") % {"name": name})
    else:
        messages.success(request, _("%(name)s tem lugar e já recebeu a entrada.") % {"name": name})


def _named(request: DeskRequest, gathering: UUID) -> UUID | None:
    """The registration that the form names, if it is of this event. Raises RegistrationNotFound."""
    named = uuid_from(request.POST.get("registration"))
    if named is None:
        return None
    row = get_registration(tenant=request.tenant, registration=named)
    return named if row.gathering_id == gathering else None


def _to(gathering: UUID) -> HttpResponse:
    return HttpResponseRedirect(reverse("dashboard:event", args=[gathering]))
