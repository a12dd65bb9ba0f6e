"""The screen of the till: waiting for somebody, and what one field finds."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, cast
from uuid import UUID

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from dashboard.counter import lookup, pages, states, words
from dashboard.counter.access import CounterRequest, counter_page
from programs.gatherings.selectors import gatherings_at_door
from programs.selectors import Attendance, attendances
from programs.services.till import UNDO_SECONDS, can_undo
from smartbis.kernel.clock import now
from smartbis.purchases.selectors import last_purchases
from smartbis.tenancy.counters import attempts, hit
from smartbis.tenancy.permissions import may
from vouchers.services.strangers import count_miss

WRONG_CODES, WRONG_CODES_SECONDS = 30, 600


def slow_to_guessers(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """After many codes that nobody has, a person waits, and the brand is told: counted outside any scope.

    How many there were is asked when the view wants to know, within the page's own scope.
    """

    @wraps(view)
    def wrapped(request: CounterRequest, **arguments: Any) -> HttpResponse:
        if request.actor is None:
            return view(request, **arguments)
        name = f"counter.wrong_code:{request.actor.id}"

        def guesses_too_much() -> bool:
            return attempts(tenant=request.tenant, name=name, window_seconds=WRONG_CODES_SECONDS) >= WRONG_CODES

        request.guesses_too_much = cast(bool, SimpleLazyObject(guesses_too_much))
        try:
            return view(request, **arguments)
        finally:
            if getattr(request, "guessed_wrong", False):
                hit(tenant=request.tenant, name=name, limit=WRONG_CODES, window_seconds=WRONG_CODES_SECONDS)
                count_miss(tenant=request.tenant, whose=f"staff:{request.actor.id}", actor=request.actor)

    return wrapped


@require_GET
@counter_page()
def home(request: CounterRequest) -> HttpResponse:
    """Waiting for somebody, with the last attendances."""
    return idle(request)


@require_GET
@slow_to_guessers
@counter_page("customer.find")
def search(request: CounterRequest) -> HttpResponse:
    """What the field's text, or a customer chosen from a list, leads to."""
    if chosen := request.GET.get("customer", ""):
        code = request.GET.get("code", "")
        if code and request.guesses_too_much:
            return pages.result(request, words.too_many_codes())
        if code:
            return states.voucher(request, code, customer=_uuid(chosen))
        number, amount = request.GET.get("sale", "")[:60], request.GET.get("amount", "")[:13]
        amount_minor = int(amount) if amount.isascii() and amount.isdigit() else None
        return states.found(request, _uuid(chosen), number=number, amount_minor=amount_minor)
    text = request.GET.get("q", "")
    if request.guesses_too_much:
        return pages.result(request, words.too_many_codes())
    found = lookup.look_up(request, text)
    if isinstance(found, lookup.FoundCustomer):
        return states.found(request, found.customer)
    if isinstance(found, lookup.FoundSeveral):
        return _several(request, text, found)
    if isinstance(found, lookup.FoundNobody):
        return states.new(request, phone=found.phone, cpf=found.cpf)
    if isinstance(found, lookup.FoundVoucher):
        return states.voucher(request, found.code)
    if isinstance(found, lookup.OldPicture):
        return pages.result(request, words.old_picture())
    if isinstance(found, lookup.UnknownCode):
        request.guessed_wrong = True
        return pages.result(
            request,
            words.unknown_code(found.text),
            main_url=f"{reverse('counter:home')}?q={found.text}",
            main_label=_("Digitar de novo"),
        )
    return idle(request, query=text[:60], problem=found.problem)


def idle(request: CounterRequest, *, query: str = "", problem: str = "") -> HttpResponse:
    """The waiting screen; `problem` says why a text led nowhere."""
    midnight = localtime(now()).replace(hour=0, minute=0, second=0, microsecond=0)
    latest = attendances(
        tenant=request.tenant,
        store=request.store.id,
        actor=request.actor,
        since=max(midnight, now() - timedelta(days=1)),
    )
    recent = [_recent(request, each) for each in latest]
    context: dict[str, Any] = {"query": query or request.GET.get("q", "")[:60], "problem": problem, "recent": recent}
    if may(request.actor, "event.check_in"):
        context["doors"] = bool(gatherings_at_door(tenant=request.tenant))
    return pages.show(request, "idle", context)


def _recent(request: CounterRequest, done: Attendance) -> dict[str, Any]:
    currency = request.brand.currency
    parts = [words.money(done.amount_minor, currency)] if done.amount_minor else []
    if done.kind == "sale" and done.discount_minor:
        parts.append(f"\N{MINUS SIGN}{words.money(done.discount_minor, currency)}")
    parts += done.vouchers
    is_mine = done.operator_id == request.actor.id and not done.is_undone and can_undo(at=done.at)
    undo = "counter:undo_sale" if done.kind == "sale" else "counter:undo_redemption"
    return {
        "time": done.at,
        "name": done.customer_name or _("Sem cadastro"),
        "text": " · ".join(parts),
        "is_undone": done.is_undone,
        "undo_url": reverse(undo, args=[done.id]) if is_mine else "",
        "expires_ms": int((UNDO_SECONDS - (now() - done.at).total_seconds()) * 1000),
        "receipt_url": reverse("counter:receipt", args=[done.id]) if done.kind == "sale" else "",
    }


def _several(request: CounterRequest, text: str, found: lookup.FoundSeveral) -> HttpResponse:
    visits = last_purchases(tenant=request.tenant, customers=[person.id for person in found.people])
    people = [
        {
            "id": person.id,
            "name": person.name,
            "phone_masked": person.phone_masked or person.cpf_masked or person.email_masked,
            "last_visit": words.last_visit(visits.get(person.id)),
        }
        for person in found.people
    ]
    return pages.show(request, "several", {"query": text[:60], "people": people, "more": found.more})


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Http404 from error
