"""Customers: the list, one customer with the timeline, and what can be done for them."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboard.brand import membership, tickets, words
from dashboard.brand.access import desk
from dashboard.brand.forms.customers import ConsentForm, CustomerForm, EraseForm, IssueForm
from dashboard.brand.forms.segments import TagForm
from dashboard.brand.pages import render_page
from dashboard.brand.requests import DeskRequest
from dashboard.brand.selectors.customers import CustomerLine, customer_card, customer_list
from dashboard.brand.timeline import timeline_row
from dashboard.brand.views.proposals import proposals_note
from smartbis.customers.errors import CustomerNotFound
from smartbis.customers.selectors import get_customer
from smartbis.customers.services import (
    change_customer,
    erase_customer,
    record_consent,
    tag_customer,
    untag_customer,
)
from smartbis.kernel.errors import DomainError, NotFound
from vouchers.services import issue_voucher

LONGEST_SEARCH = 80


@desk(reads="customer.list")
def index(request: DeskRequest) -> HttpResponse:
    """Customers, newest first, found by a name's beginning, a phone or a CPF."""
    search = request.GET.get("search", "").strip()[:LONGEST_SEARCH]
    cursor = request.GET.get("cursor") or None
    found = customer_list(tenant=request.tenant, search=search, cursor=cursor)
    here = reverse("dashboard:customers")
    kept = {"search": search} if search else {}
    more = found.page.next_cursor
    context = {
        "section": "customers",
        "search": search,
        "customers": [_line(line) for line in found.page.items],
        "total_text": ngettext("%(count)s cliente", "%(count)s clientes", found.total)
        % {"count": words.number(found.total)},
        "next_url": f"{here}?{urlencode(kept | {'cursor': more})}" if more else "",
        "first_url": f"{here}?{urlencode(kept)}" if cursor else "",
        "import_url": reverse("dashboard:import_new") if request.may("import.run") else "",
        **proposals_note(request),
    }
    is_fragment = request.htmx and request.headers.get("HX-Target") == "customers"
    return render_page(request, "dashboard/customers_list.html" if is_fragment else "dashboard/customers.html", context)


@desk(reads="customer.list")
def show(request: DeskRequest, customer: UUID) -> HttpResponse:
    """One customer."""
    return _page(request, customer)


@desk(reads="customer.change", writes="customer.change")
def change(request: DeskRequest, customer: UUID) -> HttpResponse:
    """Change a customer's name and contacts."""
    info = get_customer(tenant=request.tenant, customer=customer)
    if info.status != "active":
        raise CustomerNotFound
    form = CustomerForm(request.POST if request.method == "POST" else None, customer=info)
    context = {"section": "customers", "customer": info, "form": form}
    if request.method != "POST":
        return render_page(request, "dashboard/customer_form.html", context)
    if form.is_valid():
        fields = ("name", "phone", "email", "cpf", "external_id")
        given: dict[str, Any] = {name: form.cleaned_data[name] or None for name in fields}
        try:
            change_customer(tenant=request.tenant, customer=customer, actor=request.actor, **given)
        except NotFound:
            raise
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("Cadastro atualizado."))
            return _to(customer)
    return render_page(request, "dashboard/customer_form.html", context, status=422)


@desk(writes="customer.change")
def consent(request: DeskRequest, customer: UUID) -> HttpResponse:
    """Record what the person said about messages."""
    form = ConsentForm(request.POST)
    if not form.is_valid():
        return _page(request, customer, consent_form=form, status=422)
    try:
        record_consent(
            tenant=request.tenant,
            customer=customer,
            category=form.cleaned_data["category"],
            granted=form.cleaned_data["granted"] == "yes",
            text_version=request.brand.terms_version,
            channel="counter",
            actor=request.actor,
        )
    except NotFound:
        raise
    except DomainError as error:
        form.refuse(error)
        return _page(request, customer, consent_form=form, status=error.http_status)
    messages.success(request, _("Registrado, com o seu nome e a hora como prova."))
    return _to(customer)


@desk(writes="customer.tag")
def tag(request: DeskRequest, customer: UUID) -> HttpResponse:
    """Mark the customer with a tag."""
    form = TagForm(request.POST)
    if form.is_valid():
        try:
            tag_customer(tenant=request.tenant, customer=customer, tag=form.cleaned_data["tag"], actor=request.actor)
        except NotFound:
            raise
        except DomainError as error:
            form.refuse(error)
        else:
            return _to(customer)
    return _page(request, customer, tag_form=form, status=422)


@desk(writes="customer.tag")
def untag(request: DeskRequest, customer: UUID) -> HttpResponse:
    """Take a tag off the customer."""
    info = get_customer(tenant=request.tenant, customer=customer)
    form = TagForm(request.POST)
    if form.is_valid():
        untag_customer(tenant=request.tenant, customer=info.id, tag=form.cleaned_data["tag"], actor=request.actor)
    return _to(info.id)


@desk(writes="voucher.issue")
def issue(request: DeskRequest, customer: UUID) -> HttpResponse:
    """Give a voucher of a live coupon, once for each rendered form."""
    card = customer_card(tenant=request.tenant, customer=customer, locale=words.locale())
    form = IssueForm(request.POST, coupons=card.coupons)
    if not form.is_valid():
        return _page(request, customer, issue_form=form, status=422)
    try:
        voucher = issue_voucher(
            tenant=request.tenant,
            customer=customer,
            coupon=form.chosen(),
            origin="manual",
            key=f"dashboard:{request.actor.id}:{form.cleaned_data['nonce']}",
            actor=request.actor,
        )
    except DomainError as error:
        form.refuse(error)
        return _page(request, customer, issue_form=form, status=409)
    messages.success(request, _("Voucher %(code)s emitido.") % {"code": voucher.code_grouped})
    return _to(customer)


@desk(reads="customer.erase", writes="customer.erase")
def erase(request: DeskRequest, customer: UUID) -> HttpResponse:
    """Wipe who a customer is, after a typed word."""
    info = get_customer(tenant=request.tenant, customer=customer)
    if info.status != "active":
        raise CustomerNotFound
    form = EraseForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        erase_customer(tenant=request.tenant, customer=customer, actor=request.actor)
        messages.success(request, _("Os dados desta pessoa foram apagados. Os valores continuam fechando."))
        return HttpResponseRedirect(reverse("dashboard:customers"))
    context = {"section": "customers", "customer": info, "form": form}
    return render_page(request, "dashboard/customer_erase.html", context, status=422 if form.errors else 200)


def _to(customer: UUID) -> HttpResponse:
    return HttpResponseRedirect(reverse("dashboard:customer", args=[customer]))


def _line(line: CustomerLine) -> dict[str, Any]:
    return {
        "href": reverse("dashboard:customer", args=[line.info.id]),
        "name": line.info.name or line.info.external_id or _("Sem nome"),
        "phone_masked": line.info.phone_masked,
        "balance_text": " · ".join(words.amount(each.available, each.unit) for each in line.balances) or "—",
        "purchases": words.number(line.purchases),
        "since": line.info.enrolled_at,
        "consent": line.is_told,
    }


def _page(
    request: DeskRequest,
    customer: UUID,
    *,
    consent_form: ConsentForm | None = None,
    issue_form: IssueForm | None = None,
    tag_form: TagForm | None = None,
    status: int = 200,
) -> HttpResponse:
    card = customer_card(tenant=request.tenant, customer=customer, locale=words.locale())
    if card.info.id != customer:
        messages.info(request, _("Este cadastro foi juntado a outro: é a mesma pessoa."))
        return _to(card.info.id)
    is_active = card.info.status == "active"
    context = {
        "section": "customers",
        "customer": card.info,
        "is_active": is_active,
        "purchases": card.purchases,
        "utility": card.allows_utility,
        "marketing": card.allows_marketing,
        "consents": card.consents,
        "balances": card.balances or [],
        "vouchers": [tickets.voucher_ticket(each, _voucher_url(request, each.id)) for each in card.vouchers],
        "rows": [timeline_row(entry) for entry in card.timeline],
        "change_url": _url(request, is_active, "customer.change", "customer_change", customer),
        "tags": card.tags,
        "segments": [
            {"name": name, "href": reverse("dashboard:segment", args=[key]) if request.may("segment.see") else ""}
            for key, name in card.segments
        ],
        "tag_url": _url(request, is_active, "customer.tag", "customer_tag", customer),
        "untag_url": _url(request, is_active, "customer.tag", "customer_untag", customer),
        "tag_form": tag_form or TagForm(),
        "merge_url": _url(request, is_active, "customer.merge", "customer_merge", customer),
        "erase_url": _url(request, is_active, "customer.erase", "customer_erase", customer),
        "adjust_url": _url(request, is_active, "balance.adjust", "customer_adjust", customer),
        "consent_url": _url(request, is_active, "customer.change", "customer_consent", customer),
        "issue_url": _url(request, is_active and bool(card.coupons), "voucher.issue", "customer_issue", customer),
        **membership.boxes(request, customer, is_active=is_active),
        "consent_form": consent_form or ConsentForm(),
        "issue_form": issue_form or IssueForm(coupons=card.coupons),
    }
    return render_page(request, "dashboard/customer.html", context, status=status)


def _voucher_url(request: DeskRequest, voucher: UUID) -> str:
    return reverse("dashboard:voucher", args=[voucher]) if request.may("coupon.see") else ""


def _url(request: DeskRequest, is_possible: bool, verb: str, route: str, customer: UUID) -> str:
    return reverse(f"dashboard:{route}", args=[customer]) if is_possible and request.may(verb) else ""
