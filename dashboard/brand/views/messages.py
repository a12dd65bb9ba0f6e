"""Messages: what was sent and what became of it."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.brand import words
from dashboard.brand.access import desk
from dashboard.brand.pages import render_page
from dashboard.brand.requests import DeskRequest
from dashboard.brand.states import message_reason, message_state, template_name
from messaging.infos import MessageInfo
from messaging.library import LIBRARY
from messaging.rates import RateCard
from messaging.selectors import cost_of, message_counts, messages_page, rate_card
from smartbis.customers.infos import CustomerInfo
from smartbis.customers.selectors import get_customers
from vouchers.selectors.campaigns import campaigns

STATUSES = ("queued", "accepted", "sent", "delivered", "read", "held", "failed", "unknown", "received")
TEMPLATES = tuple(LIBRARY)


@desk(reads="message.see")
def index(request: DeskRequest) -> HttpResponse:
    """Messages, the newest first, by state and template."""
    asked_status, asked_template = request.GET.get("status"), request.GET.get("template")
    status = asked_status if asked_status in STATUSES else None
    template = asked_template if asked_template in TEMPLATES else None
    named = {str(each.id): each for each in campaigns(tenant=request.tenant)}
    campaign = named.get(request.GET.get("campaign", ""))
    cursor = request.GET.get("cursor") or None
    page = messages_page(
        tenant=request.tenant,
        status=status,
        template=template,
        campaign=campaign.id if campaign else None,
        cursor=cursor,
    )
    people = get_customers(
        tenant=request.tenant, customers={each.customer_id for each in page.items if each.customer_id}
    )
    card = rate_card(tenant=request.tenant)
    here = reverse("dashboard:messages")
    chosen = {"status": status, "template": template, "campaign": str(campaign.id) if campaign else None}
    kept = {name: value for name, value in chosen.items() if value}
    counts = message_counts(tenant=request.tenant, campaign=campaign.id if campaign else None)
    context = frame("messages") | {
        "rows": [_line(request, each, people) | {"cost": _cost(request, card, each)} for each in page.items],
        "filters": _filters(
            counts, status, template, [(key, each.name, each is campaign) for key, each in named.items()]
        ),
        "is_filtered": bool(kept),
        "clear_url": here,
        "channel_url": reverse("dashboard:channel"),
        "next_url": f"{here}?{urlencode(kept | {'cursor': page.next_cursor})}" if page.next_cursor else "",
        "first_url": f"{here}?{urlencode(kept)}" if cursor else "",
    }
    is_fragment = request.htmx and request.headers.get("HX-Target") == "messages"
    return render_page(request, "dashboard/messages_list.html" if is_fragment else "dashboard/messages.html", context)


def frame(tab: str) -> dict[str, Any]:
    """What every page of the section shows, with the tab that is open."""
    tabs = [
        ("messages", _("Mensagens"), reverse("dashboard:messages")),
        ("templates", _("Modelos"), reverse("dashboard:templates")),
        ("channel", _("Canal"), reverse("dashboard:channel")),
        ("costs", _("Custos"), reverse("dashboard:costs")),
        ("rules", _("Regras"), reverse("dashboard:sending_rules")),
    ]
    return {"section": "messages", "tabs": tabs, "tab": tab}


def _filters(
    counts: dict[str, int], status: str | None, template: str | None, named: list[tuple[str, str, bool]]
) -> list[Any]:
    states = [(each, _choice(each, counts), each == status) for each in STATUSES]
    names = [(each, template_name(each), each == template) for each in TEMPLATES]
    filters = [("status", _("Situação"), _("Todas"), states), ("template", _("Modelo"), _("Todos"), names)]
    return [*filters, ("campaign", _("Campanha"), _("Todas"), named)] if named else filters


def _choice(status: str, counts: dict[str, int]) -> str:
    label = message_state(status).label
    return f"{label} ({words.number(counts[status])})" if counts.get(status) else label


def _cost(request: DeskRequest, card: RateCard, message: MessageInfo) -> str:
    """What Meta billed for it, once it has said so."""
    if (message.pricing or {}).get("billable") is False:
        return _("sem custo")
    rate = cost_of(card, message, request.brand.timezone)
    return words.cost(rate.micros, rate.currency) if rate else ""


def _line(request: DeskRequest, message: MessageInfo, people: dict[UUID, CustomerInfo]) -> dict[str, Any]:
    person = people.get(message.customer_id) if message.customer_id else None
    is_out = message.direction == "out"
    return {
        "at": message.created_at,
        "who": (person.name or person.external_id) if person else "",
        "href": reverse("dashboard:customer", args=[person.id]) if person and request.may("customer.list") else "",
        "what": template_name(message.template) if is_out else _("Escreveu"),
        "text": message.text,
        "state": message_state(message.status),
        "reason": message_reason(message.reason) if message.reason else "",
        "details": message.error_details if message.status == "failed" else "",
        "is_duplicate": message.is_possible_duplicate,
        "due_at": message.due_at if message.reason else None,
        "tapped_at": message.tapped_at,
        "moved_at": message.read_at or message.delivered_at or message.sent_at or message.failed_at,
    }
