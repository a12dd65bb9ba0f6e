"""Sales that a till kept while it had no line: taken in together, and what it shows meanwhile."""

import json
from collections.abc import Collection
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

from django.contrib.staticfiles import finders
from django.http import Http404, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from dashboard.counter import pages, words
from dashboard.counter.access import CounterRequest, counter_page
from dashboard.counter.forms import QueuedForm, number_of
from dashboard.counter.states import area_code
from programs.errors import SalesNotAllowed
from programs.infos import SaleResult
from programs.services import may_sell, sell_queued
from smartbis.customers.errors import IdentityTaken
from smartbis.customers.infos import Origin
from smartbis.customers.selectors import find_customer
from smartbis.customers.services import enrol_customer
from smartbis.kernel.errors import DomainError, InvalidInput
from smartbis.kernel.phones import InvalidPhone, normalise_phone
from smartbis.purchases.infos import SaleDraft
from smartbis.tenancy.errors import StoreUnknown
from smartbis.tenancy.selectors import stores

MOST_AT_ONCE = 100
BODY_MOST = 200_000


class _Unfit(Exception):
    """A kept sale that cannot be sent as it is, and what to do about it."""


@require_POST
@counter_page("sale.record")
def send(request: CounterRequest) -> HttpResponse:
    """Record kept sales in their order; each is answered on its own, and sent again it answers the same."""
    if not may_sell(tenant=request.tenant, actor=request.actor):
        raise SalesNotAllowed
    rows = _rows(request)
    if rows is None:
        return JsonResponse({"results": []}, status=400)
    reachable = {store.id for store in stores(tenant=request.tenant, actor=request.actor)}
    drafts = [_draft(request, row, reachable) for row in rows]
    fitting = [draft for draft in drafts if isinstance(draft, SaleDraft)]
    results = iter(sell_queued(tenant=request.tenant, sales=fitting, actor=request.actor))
    answers = [
        _answer(request, next(results)) if isinstance(draft, SaleDraft) else {"state": "refused", "text": draft}
        for draft in drafts
    ]
    keyed = [{"key": str(row.get("key", ""))[:12], **answer} for row, answer in zip(rows, answers, strict=True)]
    return JsonResponse({"results": keyed})


@require_GET
@counter_page("counter.use")
def offline(request: CounterRequest) -> HttpResponse:
    """What the till's worker keeps for a page that is opened without a line."""
    return pages.show(request, "waiting", {})


@require_GET
@counter_page("counter.use", needs_store=False)
def worker(request: CounterRequest) -> HttpResponse:
    """The till's service worker: served from here, since a worker's reach is the path that it came from."""
    return HttpResponse(_worker_source(), content_type="text/javascript")


@lru_cache(maxsize=1)
def _worker_source() -> str:
    path = finders.find("js/counter-worker.js")
    if not isinstance(path, str):
        raise Http404
    return Path(path).read_text()


def _rows(request: CounterRequest) -> list[dict[str, Any]] | None:
    try:
        rows = json.loads(request.body[:BODY_MOST])["sales"]
    except (ValueError, KeyError, TypeError):
        return None
    if not isinstance(rows, list) or len(rows) > MOST_AT_ONCE or not all(isinstance(row, dict) for row in rows):
        return None
    return rows


def _draft(request: CounterRequest, row: dict[str, Any], reachable: Collection[UUID]) -> SaleDraft | str:
    """The sale that was kept, or in words what is wrong with it."""
    form = QueuedForm(row)
    if not form.is_valid():
        return " ".join(str(text) for texts in form.errors.values() for text in texts)
    given = form.cleaned_data
    if given["store"] not in reachable:  # nobody is looked up or enrolled for it
        return _why(StoreUnknown())
    try:
        customer = _customer(request, given["phone"].strip(), given["name"].strip(), given["store"])
    except _Unfit as error:
        return str(error)
    return SaleDraft(
        customer=customer,
        store=given["store"],
        amount_minor=given["amount_minor"],
        currency=request.brand.currency,
        external_id=number_of(given["key"]),
        occurred_at=given["at"],
    )


def _customer(request: CounterRequest, phone: str, name: str, store: UUID) -> UUID | None:
    """Who bought: found by phone, or enrolled with the name that was taken down. Raises _Unfit."""
    if not phone:
        return None
    try:
        number = normalise_phone(phone, area_code=area_code(request) or None)
    except InvalidPhone as error:
        raise _Unfit(_("O telefone não está completo: corrija e envie de novo.")) from error
    person = find_customer(tenant=request.tenant, phone=number)
    if person is not None:
        return person.id
    if not name:
        raise _Unfit(_("Ninguém com este telefone: escreva o nome para cadastrar, ou tire o telefone."))
    try:
        origin = Origin(channel="counter", store=store, actor=request.actor)
        return enrol_customer(tenant=request.tenant, name=name, phone=number, origin=origin).id
    except IdentityTaken as error:
        return error.customer
    except InvalidInput as error:
        raise _Unfit(_("Confira o telefone e o nome.")) from error


def _answer(request: CounterRequest, result: SaleResult) -> dict[str, Any]:
    if result.outcome is None:
        return {"state": "refused", "text": _why(result.error)}
    earned = " ".join(words.amount(each.amount, each.unit, sign=True) for each in result.outcome.awards)
    return {"state": "done", "text": _("Registrada. %(earned)s") % {"earned": earned} if earned else _("Registrada.")}


def _why(error: DomainError | None) -> str:
    told = {
        "store_unknown": _("Esta venda é de outra loja: entre nela com quem pode vender lá."),
        "purchase_conflict": _("Já há outra venda com este número. Registre esta de novo."),
        "customer_not_found": _("Este cliente saiu do programa: tire o telefone e envie de novo."),
    }
    code = error.code if error is not None else ""
    return told.get(code) or (error.detail if error is not None else _("Não foi feito."))
