"""Drafts of rules tried on the brand's own sales: asked for, watched, and read beside the live rules."""

import json
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.brand import words
from dashboard.brand.access import desk
from dashboard.brand.backtests import (
    chart_of,
    fidelity_of,
    people_of,
    places_of,
    rules_of,
    spending_of,
    stats_of,
    steps_of,
)
from dashboard.brand.pages import render_page
from dashboard.brand.reports import streamed_csv
from dashboard.brand.requests import DeskRequest
from dashboard.brand.states import backtest_state
from programs.backtest import (
    BacktestInfo,
    backtests_page,
    customers_csv,
    differences_csv,
    get_backtest,
    most_changed,
    start_backtest,
    stop_backtest,
    usual_period,
)
from programs.infos import ProgramInfo
from programs.selectors import get_program
from smartbis.kernel.errors import DomainError, InvalidInput, NotFound

MAX_SPEC = 100_000


@desk(reads="program.see", writes="program.change")
def index(request: DeskRequest, program: UUID) -> HttpResponse:
    """The backtests of a programme and, for who may change it, the form for the next; takes a `spec` as JSON."""
    info = get_program(tenant=request.tenant, program=program)
    if request.method != "POST":
        return _index_page(request, info, {}, {})
    typed = {name: request.POST.get(name, "") for name in ("spec", "since", "until")}
    try:
        found = start_backtest(
            tenant=request.tenant,
            program=program,
            spec=_spec(typed["spec"], info),
            **_period(request, typed),
            actor=request.actor,
        )
    except NotFound:
        raise
    except DomainError as error:
        return _index_page(request, info, typed, _errors(error), status=422)
    return HttpResponseRedirect(reverse("dashboard:backtest", args=[found.id]))


@desk(reads="program.see")
def show(request: DeskRequest, backtest: UUID) -> HttpResponse:
    """How far a backtest has come, and what came of it. The page asks again while it runs."""
    info = get_backtest(tenant=request.tenant, backtest=backtest)
    is_fragment = request.htmx and request.headers.get("HX-Target") == "progress"
    context: dict[str, Any] = {
        "section": "programs",
        "info": info,
        "state": backtest_state(info.status),
        "here": reverse("dashboard:backtest", args=[backtest]),
        "back_url": reverse("dashboard:program_backtest", args=[info.program_id]),
        "stop_url": reverse("dashboard:backtest_stop", args=[backtest])
        if info.is_moving and request.may("program.change")
        else "",
        "csv_url": reverse("dashboard:backtest_customers", args=[backtest]),
        "differences_url": reverse("dashboard:backtest_differences", args=[backtest]),
    }
    if info.status == "done":
        context |= _figures(request, info)
    template = "dashboard/backtest_progress.html" if is_fragment else "dashboard/backtest.html"
    return render_page(request, template, context)


@desk(reads="program.see")
def customers(request: DeskRequest, backtest: UUID) -> HttpResponseBase:
    """Everybody whom the draft would treat differently, as a file."""
    lines = customers_csv(tenant=request.tenant, backtest=backtest)
    return streamed_csv(lines, f"backtest-{backtest}.csv")


@desk(reads="program.see")
def differences(request: DeskRequest, backtest: UUID) -> HttpResponseBase:
    """Every award that differs from the live rules replayed, as a file."""
    lines = differences_csv(tenant=request.tenant, backtest=backtest)
    return streamed_csv(lines, f"backtest-{backtest}-differences.csv")


@desk(writes="program.change")
def stop(request: DeskRequest, backtest: UUID) -> HttpResponse:
    """Stop a backtest."""
    try:
        stop_backtest(tenant=request.tenant, backtest=backtest, actor=request.actor)
    except NotFound:
        raise
    except DomainError as error:
        messages.error(request, words.refusal(error))
    else:
        messages.success(request, _("Teste parado."))
    return HttpResponseRedirect(reverse("dashboard:backtest", args=[backtest]))


def _figures(request: DeskRequest, info: BacktestInfo) -> dict[str, Any]:
    result, currency = info.result, request.brand.currency
    gaining, losing = most_changed(tenant=request.tenant, backtest=info.id)
    return {
        "is_empty": not result["sales"],
        "stats": stats_of(result, currency),
        "chart": chart_of(result),
        "steps": steps_of(result),
        "rules": rules_of(result),
        "places": places_of(request, result, currency),
        "people": people_of(request, result["unit"], gaining, losing),
        "fidelity": fidelity_of(result),
        "spending": spending_of(result),
    }


def _index_page(
    request: DeskRequest, info: ProgramInfo, typed: dict[str, str], errors: dict[str, str], status: int = 200
) -> HttpResponse:
    cursor = request.GET.get("cursor") or None
    page = backtests_page(tenant=request.tenant, program=info.id, cursor=cursor, limit=20)
    here = reverse("dashboard:program_backtest", args=[info.id])
    since, until = usual_period(tenant=request.tenant)
    live = info.current or info.upcoming
    context = {
        "section": "programs",
        "program": info,
        "back_url": reverse("dashboard:program", args=[info.id]),
        "here": here if request.may("program.change") else "",
        "spec": typed.get("spec") or json.dumps(live.spec if live else {}, ensure_ascii=False, indent=2),
        "since": typed.get("since") or since.isoformat(),
        "until": typed.get("until") or until.isoformat(),
        "errors": errors,
        "backtests": [_line(each) for each in page.items],
        "next_url": f"{here}?cursor={page.next_cursor}" if page.next_cursor else "",
    }
    return render_page(request, "dashboard/backtests.html", context, status=status)


def _line(info: BacktestInfo) -> dict[str, Any]:
    result = info.result
    difference = words.amount(result["difference"], result["unit"]) if result else ""
    return {
        "href": reverse("dashboard:backtest", args=[info.id]),
        "info": info,
        "state": backtest_state(info.status),
        "difference": f"+{difference}" if result and result["difference"] > 0 else difference,
    }


def _spec(text: str, info: ProgramInfo) -> Any:
    """The draft that was sent, or the rule in force. Raises InvalidInput."""
    if not text.strip():
        version = info.current or info.upcoming
        return version.spec if version else {}
    if len(text) > MAX_SPEC:
        raise InvalidInput({"spec": [_("Este rascunho é grande demais.")]})
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidInput({"spec": [_("Isto não é JSON: confira vírgulas e aspas.")]}) from error


def _period(request: DeskRequest, typed: dict[str, str]) -> dict[str, date]:
    """Raises InvalidInput."""
    usual = dict(zip(("since", "until"), usual_period(tenant=request.tenant), strict=True))
    try:
        return {name: date.fromisoformat(typed[name]) if typed[name] else day for name, day in usual.items()}
    except ValueError as error:
        raise InvalidInput({"since": [_("Escolha dois dias.")]}) from error


def _errors(error: DomainError) -> dict[str, str]:
    if not isinstance(error, InvalidInput):
        return {"": words.refusal(error)}
    found: dict[str, str] = {}
    for field, sentences in error.errors.items():
        name = field if field in ("since", "until") else "spec"
        text = " ".join(str(each) for each in sentences)
        found[name] = f"{found.get(name, '')} {text if field == name else f'{field}: {text}'}".strip()
    return found
