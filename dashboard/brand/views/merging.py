"""Two records of one person become one: search the other, see both side by side, confirm."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.brand import merge_words, words
from dashboard.brand.access import desk
from dashboard.brand.forms.customers import MergeForm
from dashboard.brand.pages import render_page
from dashboard.brand.requests import DeskRequest
from dashboard.brand.selectors.customers import merge_candidates
from programs.selectors import MergePreview, MergeSide, preview_merge
from programs.services import merge_customers
from smartbis.customers.errors import CustomerNotFound
from smartbis.customers.infos import CustomerInfo
from smartbis.customers.selectors import get_customer
from smartbis.kernel.errors import DomainError, NotFound

LONGEST_SEARCH = 80


@desk(reads="customer.merge", writes="customer.merge")
def merge(request: DeskRequest, customer: UUID) -> HttpResponse:
    """Without a choice the search, with one (`other`) both sides; confirming merges."""
    info = get_customer(tenant=request.tenant, customer=customer)
    if info.status != "active":
        raise CustomerNotFound
    if request.method == "POST":
        return _merge(request, info)
    chosen = request.GET.get("other", "")
    if not chosen:
        return _search(request, info)
    try:
        found = _preview(request, info, UUID(chosen))
    except ValueError:
        raise CustomerNotFound from None
    if found is None:
        return HttpResponseRedirect(reverse("dashboard:customer_merge", args=[info.id]))
    return _confirm(request, found, MergeForm(initial={"other": chosen}))


def _preview(request: DeskRequest, info: CustomerInfo, other: UUID) -> MergePreview | None:
    """Both sides; None, with a notice of why, for a choice that cannot be. Raises CustomerNotFound."""
    try:
        return preview_merge(tenant=request.tenant, into=info.id, other=other)
    except NotFound:
        raise
    except DomainError as error:
        messages.error(request, words.refusal(error))
        return None


def _search(request: DeskRequest, info: CustomerInfo) -> HttpResponse:
    search = request.GET.get("search", "").strip()[:LONGEST_SEARCH]
    found = merge_candidates(tenant=request.tenant, customer=info.id, search=search)
    here = reverse("dashboard:customer_merge", args=[info.id])
    context = {
        "section": "customers",
        "customer": info,
        "search": search,
        "candidates": [
            {
                "href": f"{here}?other={line.info.id}",
                "name": line.info.name or line.info.external_id or _("Sem nome"),
                "phone_masked": line.info.phone_masked,
                "balance_text": _balances(line.balances),
                "purchases": words.number(line.purchases),
                "since": line.info.enrolled_at,
            }
            for line in found
        ],
    }
    is_fragment = request.htmx and request.headers.get("HX-Target") == "candidates"
    page = "customer_merge_list.html" if is_fragment else "customer_merge.html"
    return render_page(request, f"dashboard/{page}", context)


def _merge(request: DeskRequest, info: CustomerInfo) -> HttpResponse:
    form = MergeForm(request.POST)
    form.offer("cpf_of", [("into", ""), ("other", "")])
    if not form.is_valid():
        raise CustomerNotFound
    other = form.cleaned_data["other"]
    found = _preview(request, info, other)
    if found is None:
        return HttpResponseRedirect(reverse("dashboard:customer_merge", args=[info.id]))
    if "cpf" in found.conflicts:
        _ask_for_cpf(form, found)
        form.full_clean()
    if form.is_valid():
        try:
            merge_customers(
                tenant=request.tenant,
                into=info.id,
                other=other,
                cpf_of=form.cleaned_data["cpf_of"] or None,
                actor=request.actor,
            )
        except NotFound:
            raise
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("Cadastros juntados: saldo, compras e vouchers agora são de um só."))
            return HttpResponseRedirect(reverse("dashboard:customer", args=[info.id]))
    return _confirm(request, found, form, status=422)


def _ask_for_cpf(form: MergeForm, found: MergePreview) -> None:
    form.ask_for_cpf(found.into.customer.cpf_masked, found.other.customer.cpf_masked)


def _confirm(request: DeskRequest, found: MergePreview, form: MergeForm, status: int = 200) -> HttpResponse:
    if "cpf" in found.conflicts:
        _ask_for_cpf(form, found)
    info = found.into.customer
    context = {
        "section": "customers",
        "customer": info,
        "form": form,
        "is_done": found.is_done,
        "into": _side(found.into),
        "other": _side(found.other),
        "joined_text": _balances(found.balances),
        "effects": merge_words.sentences(found.effects, request.brand.currency),
        "asks_for_cpf": "cpf" in found.conflicts,
        "keeps_name": "name" in found.conflicts,
        "keeps_birthday": "birthday" in found.conflicts,
        "swap_url": f"{reverse('dashboard:customer_merge', args=[found.other.customer.id])}?other={info.id}",
        "search_url": reverse("dashboard:customer_merge", args=[info.id]),
    }
    return render_page(request, "dashboard/customer_merge_confirm.html", context, status=status)


def _side(side: MergeSide) -> dict[str, Any]:
    info = side.customer
    tags = [key for kind, key in side.memberships if kind == "tag"]
    return {
        "name": info.name or info.external_id or _("Sem nome"),
        "pairs": [
            (_("Telefone"), info.phone_masked),
            (_("E-mail"), info.email_masked),
            ("CPF", info.cpf_masked),
            (_("Código na loja"), info.external_id),
            (_("Participa desde"), words.day(info.enrolled_at)),
            (_("Saldo"), _balances(side.balances)),
            (_("Compras"), words.number(side.purchases)),
            (_("Vouchers abertos"), words.number(side.vouchers)),
            (_("Etiquetas"), ", ".join(tags)),
            (_("Ofertas"), _consent(side, "marketing")),
        ],
    }


def _consent(side: MergeSide, category: str) -> str:
    said = side.consents.get(category)
    if said is None:
        return _("Nunca disse")
    return _("Aceita") if said.granted else _("Não aceita")


def _balances(balances: Any) -> str:
    parts = []
    for each in balances:
        parts.append(words.amount(each.available, each.unit))
        if each.pending:
            parts.append(_("%(amount)s a liberar") % {"amount": words.amount(each.pending, each.unit)})
        if each.owed:
            parts.append(_("%(amount)s a descontar") % {"amount": words.amount(each.owed, each.unit)})
    return " · ".join(parts) or "—"
