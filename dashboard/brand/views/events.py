"""Events: announced, changed, called off."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboard.brand import words
from dashboard.brand.access import desk
from dashboard.brand.forms.events import FIELDS, EventForm, initial_of
from dashboard.brand.forms.programs import symbol_of
from dashboard.brand.once import once_per_form
from dashboard.brand.pages import picture_url, render_page
from dashboard.brand.pictures import kept_picture
from dashboard.brand.requests import DeskRequest
from dashboard.brand.selectors.belonging import belonging_choices, belonging_names
from dashboard.brand.states import event_state
from dashboard.brand.views.registrations import list_context
from programs.gatherings.infos import GatheringInfo
from programs.gatherings.selectors import gatherings, get_gathering
from programs.gatherings.services import cancel_gathering, change_gathering, create_gathering
from smartbis.kernel.errors import DomainError, NotFound
from smartbis.tenancy.selectors import stores


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
    context = list_context(request, info)
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
        draft = form.draft(image=kept_picture(request.tenant, "events", form) or info.image, status=status)
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
    asked = (("plans", info.plans), ("tiers", info.tiers), ("tags", info.tags))
    if groups := belonging_names(tenant=request.tenant, asked=asked):
        yield _("Para"), ", ".join(groups)
    if info.cancelled_at:
        yield _("Cancelado"), f"{words.moment(info.cancelled_at)} · {info.cancel_reason}"


def _form(request: DeskRequest, event: GatheringInfo | None = None) -> EventForm:
    is_sent = request.method == "POST"
    return EventForm(
        request.POST if is_sent else None,
        request.FILES if is_sent else None,
        stores=stores(tenant=request.tenant),
        currency=request.brand.currency,
        belonging=belonging_choices(tenant=request.tenant),
        initial=initial_of(event, request.brand.currency) if event else None,
    )


def _create(request: DeskRequest, form: EventForm, status: str) -> UUID:
    image = kept_picture(request.tenant, "events", form)

    def make() -> UUID:
        draft = form.draft(image=image, status=status)
        return create_gathering(tenant=request.tenant, draft=draft, actor=request.actor).id

    return once_per_form(request, form, "event", make)


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
