"""Records that may be of one person: compared and merged, or said to be two people's."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.brand.access import desk
from dashboard.brand.pages import render_page
from dashboard.brand.requests import DeskRequest
from smartbis.customers.infos import CustomerInfo, MergeProposalInfo
from smartbis.customers.selectors import get_customers, merge_proposals
from smartbis.customers.services import dismiss_merge


@desk(reads="customer.merge")
def index(request: DeskRequest) -> HttpResponse:
    """The pairs that nobody has judged."""
    found = merge_proposals(tenant=request.tenant)
    people = get_customers(
        tenant=request.tenant, customers={each for pair in found for each in (pair.one_id, pair.other_id)}
    )
    context = {
        "section": "customers",
        "pairs": [_pair(each, people[each.one_id], people[each.other_id]) for each in found],
        "back_url": reverse("dashboard:customers"),
    }
    return render_page(request, "dashboard/merge_proposals.html", context)


@desk(writes="customer.merge")
def dismiss(request: DeskRequest, proposal: UUID) -> HttpResponse:
    """They are two people: the pair is not shown again."""
    dismiss_merge(tenant=request.tenant, proposal=proposal, actor=request.actor)
    messages.success(request, _("Ficam dois cadastros, e a sugestão não volta."))
    return HttpResponseRedirect(reverse("dashboard:merge_proposals"))


def proposals_note(request: DeskRequest) -> dict[str, Any]:
    """For the list of customers: how many pairs wait to be judged, for who may judge them."""
    count = len(merge_proposals(tenant=request.tenant)) if request.may("customer.merge") else 0
    return {"proposals": count, "proposals_url": reverse("dashboard:merge_proposals")}


def _pair(pair: MergeProposalInfo, one: CustomerInfo, other: CustomerInfo) -> dict[str, Any]:
    # Who is known longer stays, unless staff turn it around on the next page.
    stays, goes = sorted((one, other), key=lambda each: (each.enrolled_at, each.id))
    return {
        "people": [_person(stays), _person(goes)],
        "why": _why(pair.reason),
        "at": pair.proposed_at,
        "compare_url": f"{reverse('dashboard:customer_merge', args=[stays.id])}?other={goes.id}",
        "dismiss_url": reverse("dashboard:merge_dismiss", args=[pair.id]),
    }


def _person(info: CustomerInfo) -> dict[str, str]:
    return {
        "name": info.name or info.external_id or _("Sem nome"),
        "phone": info.phone_masked,
        "href": reverse("dashboard:customer", args=[info.id]),
    }


def _why(reason: str) -> str:
    reasons = {
        "number_moved": _("Um trocou de número no WhatsApp, e o número novo é do outro."),
        "same_account": _("A mesma conta de WhatsApp escreveu como os dois."),
        "whatsapp_id": _("O WhatsApp deu a um o número que o outro já tem."),
    }
    return reasons.get(reason, reason)
