"""Who the customer is here, what they agreed to, taking their data along, and leaving."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal import cookies, words
from portal.access import customer_page
from portal.forms import ConsentForm, EraseForm, NameForm
from portal.pages import render_page
from portal.requests import CustomerRequest
from portal.selectors import export_for_person
from portal.selectors.home import holdings_of
from portal.services import choose_consents, leave
from programs.checkouts.terms import choose_balance, saves_balance
from smartbis.customers.infos import CATEGORIES, CategoryName, ConsentInfo
from smartbis.customers.selectors import allows, consent_state
from smartbis.customers.services import change_customer
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.services import record_audit
from vouchers.selectors import vouchers_of


@require_safe
@customer_page
def account(request: CustomerRequest) -> HttpResponse:
    """Everything about the account on one page."""
    return _account_page(request)


@require_POST
@customer_page
def rename(request: CustomerRequest) -> HttpResponse:
    """Change the name the brand calls the customer by."""
    form = NameForm(request.POST)
    if not form.is_valid():
        return _account_page(request, name_form=form, status=422)
    change_customer(
        tenant=request.tenant, customer=request.customer.id, name=form.cleaned_data["name"], actor=request.actor
    )
    return _back(request, _("Nome salvo."))


@require_POST
@customer_page
def consents(request: CustomerRequest) -> HttpResponse:
    """Record what the customer agrees to now, where it differs from before."""
    form = ConsentForm(request.POST, brand=request.brand)
    form.is_valid()
    wanted: dict[CategoryName, bool] = {name: form.cleaned_data[name] for name in CATEGORIES}
    choose_consents(tenant=request.tenant, customer=request.customer.id, wanted=wanted, actor=request.actor)
    return _back(request, _("Preferências salvas."))


@require_POST
@customer_page
def saving(request: CustomerRequest) -> HttpResponse:
    """Keep the balance out of quotes that look for the best by themselves, or let it in again."""
    saves = request.POST.get("saves") == "on"
    choose_balance(tenant=request.tenant, customer=request.customer.id, saves=saves, actor=request.actor)
    return _back(request, _("Seu saldo fica guardado.") if saves else _("Seu saldo pode ser usado nas compras."))


@require_POST
@customer_page
def export(request: CustomerRequest) -> HttpResponse:
    """Everything the brand keeps about the customer, as a file."""
    with tenant_scope(request.tenant):
        record_audit(
            tenant=request.tenant,
            actor=request.actor,
            action="customer.export",
            object_kind="customer",
            object_id=request.customer.id,
        )
        data = export_for_person(brand=request.brand, customer=request.customer.id, locale=words.locale())
    response = JsonResponse(data, json_dumps_params={"ensure_ascii": False, "indent": 2})
    response["Content-Disposition"] = f'attachment; filename="{request.brand.slug}-{_("meus-dados")}.json"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@customer_page
def erase(request: CustomerRequest) -> HttpResponse:
    """Leave: say what is lost, ask for the word, erase, sign out everywhere."""
    form = EraseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        leave(tenant=request.tenant, customer=request.customer.id, actor=request.actor)
        response = HttpResponseRedirect(reverse("portal:gone", args=[request.brand.slug]))
        cookies.forget_session(response, request.brand.slug)
        return response
    holdings = holdings_of(brand=request.brand, customer=request.customer.id)
    context = {
        "section": "account",
        "form": form,
        "losses": [
            words.amount_words(each.available + each.pending, each.unit)
            for each in holdings
            if each.available or each.pending
        ],
        "open_vouchers": len(vouchers_of(tenant=request.tenant, customer=request.customer.id, open_only=True)),
    }
    return render_page(request, "portal/erase.html", context, status=422 if form.errors else 200)


def _account_page(request: CustomerRequest, *, name_form: NameForm | None = None, status: int = 200) -> HttpResponse:
    person = request.customer
    states = consent_state(tenant=request.tenant, customer=person.id)
    initial = {name: allows(tenant=request.tenant, customer=person.id, category=name) for name in CATEGORIES}
    context = {
        "section": "account",
        "person": person,
        "name_form": name_form or NameForm(initial={"name": person.name}),
        "consent_form": ConsentForm(initial=initial, brand=request.brand),
        "consent_notes": [_consent_note(states[name]) for name in CATEGORIES if name in states],
        "terms_version": request.brand.terms_version,
        "saves": saves_balance(tenant=request.tenant, customer=person.id),
    }
    return render_page(request, "portal/account.html", context, status=status)


def _consent_note(state: ConsentInfo) -> str:
    names = {"utility": _("Avisos da conta"), "marketing": _("Ofertas e novidades")}
    facts = {"what": names[state.category], "day": words.day(state.recorded_at), "version": state.text_version or "1"}
    if state.granted:
        return _("%(what)s: aceito em %(day)s, texto %(version)s.") % facts
    return _("%(what)s: recusado em %(day)s.") % facts


def _back(request: CustomerRequest, text: str) -> HttpResponse:
    messages.success(request, text)
    return HttpResponseRedirect(reverse("portal:account", args=[request.brand.slug]))
