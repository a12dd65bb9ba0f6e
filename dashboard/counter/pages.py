"""Rendering a state of the till: its fragment alone for htmx, within the whole page otherwise."""

from typing import Any

from babel.numbers import get_currency_symbol
from django.http import HttpResponse
from django.template.loader import render_to_string

from dashboard.counter import words
from dashboard.counter.access import CounterRequest
from smartbis.tenancy.permissions import may
from smartbis.tenancy.scope import tenant_scope

STAYS_MS = 4000
STAYS_LONGER_MS = 10_000
# A form that was refused: htmx is told to show this status, see templates/base.html.
REFUSED = 422


def show(request: CounterRequest, state: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """Render `counter/_<state>.html` within the tenant's read-only scope."""
    fragment = f"counter/_{state}.html"
    frame = {
        "store": getattr(request, "store", None),
        "tenant": request.brand,
        "operator_name": request.actor.label,
        "currency": request.brand.currency,
        "currency_symbol": get_currency_symbol(request.brand.currency, locale=words.locale()),
        "may_refund": may(request.actor, "sale.refund"),
        "has_statement": may(request.actor, "statement.own"),
        "fragment": fragment,
    }
    template = fragment if request.headers.get("HX-Request") else "counter/page.html"
    with tenant_scope(request.tenant, read_only=True):
        return HttpResponse(render_to_string(template, frame | context, request), status=status)


def result(request: CounterRequest, said: words.Words, *, status: int = 200, **more: Any) -> HttpResponse:
    """A result in full colour; `more` is what `counter/_result.html` names."""
    context = {"tone": said.tone, "headline": said.headline, "text": said.text, **more}
    return show(request, "result", context, status=status)
