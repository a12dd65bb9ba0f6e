"""Stores, and the partners some of them belong to."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.brand import words
from dashboard.brand.access import desk
from dashboard.brand.forms.settings import StoreChangeForm, StoreForm
from dashboard.brand.pages import render_page
from dashboard.brand.requests import DeskRequest
from smartbis.kernel.errors import DomainError
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import StoreInfo, get_store, partners, stores
from smartbis.tenancy.services import add_partner, add_store, change_store


@desk(reads="store.see", writes="store.change")
def index(request: DeskRequest) -> HttpResponse:
    """Every store; a posted form adds one."""
    sent = request.POST if request.method == "POST" else None
    form = StoreForm(sent, partners=partners(tenant=request.tenant))
    if sent is None or not form.is_valid():
        return _list(request, form, 422 if form.errors else 200)
    try:
        _add(request, form)
    except DomainError as error:
        form.add_error("code" if error.code == "slug_taken" else None, words.refusal(error))
        return _list(request, form, 422)
    messages.success(request, _("Loja cadastrada."))
    return HttpResponseRedirect(reverse("dashboard:stores"))


@desk(reads="store.change", writes="store.change")
def change(request: DeskRequest, store: UUID) -> HttpResponse:
    """Rename a store."""
    info = _find(request, store)
    sent = request.POST if request.method == "POST" else None
    form = StoreChangeForm(sent, initial={"name": info.name, "area_code": info.area_code})
    if sent is not None and form.is_valid():
        change_store(
            tenant=request.tenant,
            store=store,
            actor=request.actor,
            name=form.cleaned_data["name"],
            area_code=form.cleaned_data["area_code"],
        )
        messages.success(request, _("Loja salva."))
        return HttpResponseRedirect(reverse("dashboard:stores"))
    context = {"section": "stores", "store": info, "form": form}
    return render_page(request, "dashboard/store_form.html", context, status=422 if form.errors else 200)


@desk(writes="store.change")
def set_activity(request: DeskRequest, store: UUID) -> HttpResponse:
    """Take a store out of use, or back into it."""
    _find(request, store)
    is_active = request.POST.get("active") == "1"
    change_store(tenant=request.tenant, store=store, actor=request.actor, is_active=is_active)
    messages.success(request, _("Loja ativa de novo.") if is_active else _("Loja desativada. O histórico dela fica."))
    return HttpResponseRedirect(reverse("dashboard:stores"))


def _add(request: DeskRequest, form: StoreForm) -> None:
    """The store, and its partner when that one is new, in one transaction."""
    given = form.cleaned_data
    with tenant_scope(request.tenant):
        partner = form.partner_id()
        if given["kind"] == "partner" and partner is None:
            partner = add_partner(tenant=request.tenant, name=given["new_partner"], actor=request.actor).id
        add_store(
            tenant=request.tenant,
            code=given["code"],
            name=given["name"],
            kind=given["kind"],
            partner=partner,
            area_code=given["area_code"],
            actor=request.actor,
        )


def _find(request: DeskRequest, store: UUID) -> StoreInfo:
    """A store within the person's reach. Raises StoreUnknown."""
    return get_store(tenant=request.tenant, store=store, actor=request.actor)


def _list(request: DeskRequest, form: StoreForm, status: int) -> HttpResponse:
    names = {each.id: each.name for each in partners(tenant=request.tenant)}
    kinds = {"own": _("própria"), "online": _("online"), "partner": _("parceira")}
    may_change = request.may("store.change")
    rows = [
        {
            "name": each.name,
            "code": each.code,
            "kind": kinds[each.kind],
            "partner": names.get(each.partner_id, "") if each.partner_id else "",
            "is_active": each.is_active,
            "change_url": reverse("dashboard:store_change", args=[each.id]) if may_change else "",
            "activity_url": reverse("dashboard:store_activity", args=[each.id]) if may_change else "",
        }
        for each in stores(tenant=request.tenant, actor=request.actor, active_only=False)
    ]
    context = {"section": "stores", "stores": rows, "form": form if may_change else None}
    return render_page(request, "dashboard/stores.html", context, status=status)
