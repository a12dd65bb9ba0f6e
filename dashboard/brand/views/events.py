"""Events: announced, changed, called off, and the list of who comes."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboard.brand import words
from dashboard.brand.access import desk
from dashboard.brand.forms.base import new_nonce
from dashboard.brand.forms.events import FIELDS, EventForm, initial_of
from dashboard.brand.forms.programs import symbol_of
from dashboard.brand.pages import picture_url, render_page
from dashboard.brand.pictures import keep_picture
from dashboard.brand.reports import Cell, csv_response
from dashboard.brand.requests import DeskRequest, uuid_from
from dashboard.brand.states import event_state, registration_state
from programs.gatherings.infos import GatheringInfo, RegistrationInfo
from programs.gatherings.selectors import door_store, gatherings, get_gathering, get_registration, registrations
from programs.gatherings.services import (
    cancel_gathering,
    change_gathering,
    check_in,
    create_gathering,
    leave,
    mark_paid,
    register,
    undo_check_in,
)
from smartbis.customers.selectors import customers_page
from smartbis.kernel.errors import DomainError, NotFound
from smartbis.tenancy.once import fingerprint_of, run_once
from smartbis.tenancy.selectors import stores

STATES = ("registered", "arrived", "waiting", "left")


@desk(reads="event.see")
def index(request: DeskRequest) -> HttpResponse:
    """What lies ahead, or what has been, each with how many come."""
    when = "past" if request.GET.get("when") == "past" else "ahead"
    found = gatherings(tenant=request.tenant, when=when)
    here = reverse("dashboard:events")
    context = {
        "section": "events",
        "tabs": [("ahead", _("Próximos"), here), ("past", _("Realizados"), f"{here}?when=past")],
        "when": when,
        "events": [_line(request, each) for each in found],
        "new_url": reverse("dashboard:event_new") if request.may("event.change") else "",
    }
    return render_page(request, "dashboard/events.html", context)


@desk(reads="event.see")
def show(request: DeskRequest, gathering: UUID) -> HttpResponse:
    """One event with its list; asked for by htmx, the list alone."""
    info = get_gathering(tenant=request.tenant, gathering=gathering)
    context = _list_context(request, info)
    if request.headers.get("HX-Request"):
        return render_page(request, "dashboard/event_list.html", context)
    may_change = request.may("event.change")
    context |= {
        "event": info,
        "picture": picture_url(info.image),
        "terms": list(_terms(request, info)),
        "places_text": _places(info),
        "portal_url": reverse("portal:event", args=[request.brand.slug, info.id]),
        "change_url": reverse("dashboard:event_change", args=[info.id]) if may_change else "",
        "cancel_url": reverse("dashboard:event_cancel", args=[info.id]) if may_change else "",
        "csv_url": reverse("dashboard:event_csv", args=[info.id]),
    }
    return render_page(request, "dashboard/event.html", context)


@desk(reads="event.change", writes="event.change")
def new(request: DeskRequest) -> HttpResponse:
    """A new event, announced or kept as a draft; once for each rendered form."""
    form = _form(request)
    if request.method != "POST":
        return _form_page(request, form)
    if form.is_valid():
        wants_draft = request.POST.get("publish") != "1"
        try:
            created = _create(request, form, "draft" if wants_draft else "open")
        except DomainError as error:
            form.refuse(error, FIELDS)
        else:
            text = _("Rascunho salvo.") if wants_draft else _("Evento no ar: os clientes já podem se inscrever.")
            messages.success(request, text)
            return _to(created)
    return _form_page(request, form, status=422)


@desk(reads="event.change", writes="event.change")
def change(request: DeskRequest, gathering: UUID) -> HttpResponse:
    """Give an event other terms, or announce a draft."""
    info = get_gathering(tenant=request.tenant, gathering=gathering)
    form = _form(request, info)
    if request.method != "POST":
        return _form_page(request, form, event=info)
    if form.is_valid():
        status = "open" if request.POST.get("publish") == "1" else info.status
        draft = form.draft(image=_image(request, form) or info.image, status=status)
        try:
            change_gathering(tenant=request.tenant, gathering=gathering, draft=draft, actor=request.actor)
        except NotFound:
            raise
        except DomainError as error:
            form.refuse(error, FIELDS)
        else:
            messages.success(request, _("Evento salvo. Quem já se inscreveu continua com o lugar e o preço."))
            return _to(gathering)
    return _form_page(request, form, event=info, status=422)


@desk(writes="event.change")
def cancel(request: DeskRequest, gathering: UUID) -> HttpResponse:
    """Call an event off."""
    get_gathering(tenant=request.tenant, gathering=gathering)
    try:
        cancel_gathering(
            tenant=request.tenant,
            gathering=gathering,
            reason=request.POST.get("reason", "")[:300],
            actor=request.actor,
        )
    except NotFound:
        raise
    except DomainError as error:
        messages.error(request, words.refusal(error) if error.code != "invalid" else _("Escreva o motivo."))
    else:
        messages.success(request, _("Evento cancelado. Pontos estão voltando e todos da lista serão avisados."))
    return _to(gathering)


@desk(writes="event.register")
def enlist(request: DeskRequest, gathering: UUID) -> HttpResponse:
    """Put somebody on the list, write down that they paid, or take them off."""
    get_gathering(tenant=request.tenant, gathering=gathering)
    action = request.POST.get("action", "")
    try:
        if action == "add":
            _add(request, gathering)
        elif (registration := _named(request, gathering)) is not None and action == "paid":
            mark_paid(tenant=request.tenant, registration=registration, actor=request.actor)
            messages.success(request, _("Pagamento anotado."))
        elif registration is not None and action == "remove":
            leave(tenant=request.tenant, registration=registration, actor=request.actor)
            messages.success(request, _("Inscrição retirada. O lugar passa para quem espera."))
    except NotFound:
        raise
    except DomainError as error:
        messages.error(request, words.refusal(error))
    return _to(gathering)


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


def _list_context(request: DeskRequest, info: GatheringInfo) -> dict[str, Any]:
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
        "rows": [_row(request, each, info) for each in found],
        "search": search,
        "status": status,
        "tabs": tabs,
        "list_url": reverse("dashboard:event_list", args=[info.id]) if request.may("event.register") else "",
        "door_url": reverse("dashboard:event_door", args=[info.id]) if request.may("event.check_in") else "",
        "is_live": info.phase() not in ("cancelled", "draft"),
    }


def _row(request: DeskRequest, row: RegistrationInfo, info: GatheringInfo) -> dict[str, Any]:
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


def _line(request: DeskRequest, info: GatheringInfo) -> dict[str, Any]:
    state = event_state(info.phase())
    return {
        "href": reverse("dashboard:event", args=[info.id]),
        "name": info.name,
        "starts_at": info.starts_at,
        "place": info.place,
        "price": _price(info),
        "places": _places(info),
        "waiting": words.number(info.waiting),
        "arrived": words.number(info.arrived),
        "state": state,
    }


def _price(info: GatheringInfo) -> str:
    return words.amount(info.price_amount, info.price_unit) if info.price_amount else _("Grátis")


def _places(info: GatheringInfo) -> str:
    if info.capacity is None:
        return ngettext("%(n)s inscrito", "%(n)s inscritos", info.taken) % {"n": words.number(info.taken)}
    return _("%(taken)s de %(all)s") % {"taken": words.number(info.taken), "all": words.number(info.capacity)}


def _terms(request: DeskRequest, info: GatheringInfo) -> Iterator[tuple[str, str]]:
    yield (
        _("Quando"),
        _("%(start)s a %(end)s")
        % {
            "start": words.moment(info.starts_at),
            "end": words.moment(info.ends_at),
        },
    )
    if info.place:
        yield _("Onde"), info.place
    yield _("Preço"), _price(info)
    if info.pay_words:
        yield _("Como pagar"), info.pay_words
    if info.costs_points:
        until = info.refunds_until
        back = _("voltam até %(moment)s") % {"moment": words.moment(until)} if until else _("não voltam")
        yield _("Pontos de quem desiste"), back
    if info.registers_from:
        yield _("Inscrições abrem"), words.moment(info.registers_from)
    yield _("Inscrições até"), words.moment(info.closes_at)
    groups = [*info.plans, *info.tiers, *info.tags]
    if groups:
        yield _("Para"), ", ".join(groups)
    if info.cancelled_at:
        yield _("Cancelado"), f"{words.moment(info.cancelled_at)} · {info.cancel_reason}"


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


def _form(request: DeskRequest, event: GatheringInfo | None = None) -> EventForm:
    is_sent = request.method == "POST"
    return EventForm(
        request.POST if is_sent else None,
        request.FILES if is_sent else None,
        stores=stores(tenant=request.tenant),
        currency=request.brand.currency,
        initial=initial_of(event, request.brand.currency) if event else None,
    )


def _create(request: DeskRequest, form: EventForm, status: str) -> UUID:
    nonce = form.cleaned_data["nonce"]
    image = _image(request, form)

    def work() -> tuple[int, dict[str, str]]:
        draft = form.draft(image=image, status=status)
        return 201, {"id": str(create_gathering(tenant=request.tenant, draft=draft, actor=request.actor).id)}

    done = run_once(
        tenant=request.tenant,
        key=f"dashboard:{request.actor.id}:{nonce}",
        operation="dashboard event",
        fingerprint=fingerprint_of("dashboard event", nonce),
        work=work,
    )
    return UUID(done.body["id"])


def _image(request: DeskRequest, form: EventForm) -> str:
    content = form.cleaned_data.get("picture")
    return default_storage.url(keep_picture(request.tenant, "events", content)) if content else ""


def _form_page(
    request: DeskRequest, form: EventForm, *, event: GatheringInfo | None = None, status: int = 200
) -> HttpResponse:
    context = {
        "section": "events",
        "form": form,
        "event": event,
        "symbol": symbol_of(request.brand.currency, words.locale()),
        "cancel_url": reverse("dashboard:event", args=[event.id]) if event else reverse("dashboard:events"),
    }
    return render_page(request, "dashboard/event_form.html", context, status=status)


def _to(gathering: UUID) -> HttpResponse:
    return HttpResponseRedirect(reverse("dashboard:event", args=[gathering]))
