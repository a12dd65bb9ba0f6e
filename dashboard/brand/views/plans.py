"""Plans: the list, one plan, its members; and what a customer gets of one."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.brand import membership, words
from dashboard.brand.access import desk
from dashboard.brand.forms.plans import FIELDS, GivePlanForm, PlanForm, WithdrawForm
from dashboard.brand.forms.programs import symbol_of
from dashboard.brand.pages import render_page
from dashboard.brand.requests import DeskRequest
from programs.selectors import MemberInfo, PlanInfo, get_plan, member_counts, plan_members, plans
from programs.selectors.plan_words import plan_length
from programs.selectors.plans import CustomerPlans
from programs.services import buy_plan_with_points, change_plan, confirm_payment, create_plan, grant_plan, withdraw_plan
from smartbis.customers.errors import CustomerNotFound
from smartbis.customers.selectors import get_customer, get_customers
from smartbis.kernel.errors import DomainError, NotFound


@desk(reads="plan.see")
def index(request: DeskRequest) -> HttpResponse:
    """Every plan with how many have it."""
    counts = member_counts(tenant=request.tenant)
    context = {
        "section": "plans",
        "plans": [_card(request, plan, counts.get(plan.key, (0, 0, 0))) for plan in plans(tenant=request.tenant)],
        "new_url": reverse("dashboard:plan_new") if request.may("plan.change") else "",
        "members_url": reverse("dashboard:plan_members"),
    }
    return render_page(request, "dashboard/plans.html", context)


@desk(reads="plan.change", writes="plan.change")
def new(request: DeskRequest) -> HttpResponse:
    """Open a plan."""
    form = PlanForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            create_plan(tenant=request.tenant, key=form.key(), terms=form.terms(), actor=request.actor)
        except DomainError as error:
            form.refuse(error, FIELDS)
        else:
            messages.success(request, _("Plano aberto: já pode ser vendido."))
            return HttpResponseRedirect(reverse("dashboard:plans"))
    return _form_page(request, form, None)


@desk(reads="plan.change", writes="plan.change")
def change(request: DeskRequest, plan: str) -> HttpResponse:
    """Change a plan's terms for what will be bought."""
    info = get_plan(tenant=request.tenant, key=plan)
    form = PlanForm(request.POST if request.method == "POST" else None, plan=info)
    if request.method == "POST" and form.is_valid():
        try:
            change_plan(tenant=request.tenant, key=plan, terms=form.terms(), actor=request.actor)
        except NotFound:
            raise
        except DomainError as error:
            form.refuse(error, FIELDS)
        else:
            messages.success(request, _("Plano mudado. O que já foi comprado continua como era."))
            return HttpResponseRedirect(reverse("dashboard:plans"))
    return _form_page(request, form, info)


@desk(writes="plan.change")
def status(request: DeskRequest, plan: str) -> HttpResponse:
    """Close a plan to new members and renewals, or sell it again."""
    wanted = "live" if request.POST.get("status") == "live" else "closed"
    change_plan(tenant=request.tenant, key=plan, status=wanted, actor=request.actor)
    text = (
        _("O plano volta a ser vendido.")
        if wanted == "live"
        else _("Plano fechado: quem o tem fica com ele até o fim.")
    )
    messages.success(request, text)
    return HttpResponseRedirect(reverse("dashboard:plans"))


@desk(reads="plan.see")
def members(request: DeskRequest) -> HttpResponse:
    """Who has a plan, by its end; all plans or one, all members or those of a state."""
    which = request.GET.get("which", "active")
    which = which if which in ("all", "active", "ending", "lapsed") else "active"
    chosen = request.GET.get("plan", "")[:60]
    cursor = request.GET.get("cursor") or None
    page = plan_members(tenant=request.tenant, plan=chosen or None, which=which, cursor=cursor)
    people = get_customers(tenant=request.tenant, customers=[each.customer_id for each in page.items])
    here = reverse("dashboard:plan_members")
    kept = {"which": which} | ({"plan": chosen} if chosen else {})

    def address(**given: str) -> str:
        return f"{here}?{urlencode({name: value for name, value in (kept | given).items() if value})}"

    context = {
        "section": "plans",
        "tabs": [
            ("active", _("Em dia"), address(which="active")),
            ("ending", _("Terminam em 30 dias"), address(which="ending")),
            ("lapsed", _("Encerrados"), address(which="lapsed")),
            ("all", _("Todos"), address(which="all")),
        ],
        "which": which,
        "plans": [
            {"name": _("Todos os planos"), "href": address(plan=""), "chosen": not chosen},
            *(
                {"name": plan.name, "href": address(plan=plan.key), "chosen": plan.key == chosen}
                for plan in plans(tenant=request.tenant)
            ),
        ],
        "members": [_member(each, people) for each in page.items],
        "next_url": address(cursor=page.next_cursor) if page.next_cursor else "",
        "first_url": address() if cursor else "",
        "back_url": reverse("dashboard:plans"),
    }
    return render_page(request, "dashboard/plan_members.html", context)


@desk(reads="plan.confirm", writes="plan.confirm")
def give(request: DeskRequest, customer: UUID) -> HttpResponse:
    """Confirm a payment of a plan, pay it with the customer's points, or give it; once for each rendered form."""
    person = get_customer(tenant=request.tenant, customer=customer)
    if person.status != "active":
        raise CustomerNotFound
    sold = tuple(plans(tenant=request.tenant, live_only=True))
    posted = request.POST if request.method == "POST" else None
    form = GivePlanForm(posted, plans=sold, may_give=request.may("plan.change"))
    if posted is not None and form.is_valid():
        try:
            _give(request, person.id, form)
        except NotFound:
            raise
        except DomainError as error:
            form.refuse(error, {"amount_minor": "amount", "plan_key": "plan"})
        else:
            messages.success(request, _("Plano registrado. O cliente é avisado, se aceita avisos."))
            return _to(person.id)
    context = {
        "section": "customers",
        "customer": person,
        "form": form if sold else None,
        "symbol": symbol_of(request.brand.currency, words.locale()),
        "plans_url": reverse("dashboard:plans"),
        "back_url": reverse("dashboard:customer", args=[person.id]),
    }
    return render_page(request, "dashboard/plan_give.html", context, status=422 if form.errors else 200)


@desk(writes="plan.change")
def withdraw(request: DeskRequest, customer: UUID) -> HttpResponse:
    """Take back what was not a sale."""
    get_customer(tenant=request.tenant, customer=customer)
    form = WithdrawForm(request.POST)
    if form.is_valid():
        left = withdraw_plan(
            tenant=request.tenant,
            customer=customer,
            source=form.cleaned_data["source"],
            reason=form.cleaned_data["reason"],
            actor=request.actor,
        )
        messages.success(request, _withdrawn(left, form.cleaned_data["source"]))
    else:
        messages.error(request, _("Diga por quê, em ao menos três letras."))
    return _to(customer)


def _withdrawn(left: CustomerPlans, source: str) -> str:
    said = _("Período desfeito: pontos pagos por ele voltaram, e vouchers sem uso que vieram junto foram cancelados.")
    kept = sum(each.vouchers_kept for each in left.periods if each.source == source)
    return f"{said} {membership.vouchers_kept(kept)}." if kept else said


def _give(request: DeskRequest, customer: UUID, form: GivePlanForm) -> None:
    given = form.cleaned_data
    what: dict[str, Any] = {
        "tenant": request.tenant,
        "customer": customer,
        "plan_key": given["plan"],
        "periods": given["periods"],
        "actor": request.actor,
    }
    key = f"{request.actor.id}:{given['nonce']}"
    if given["way"] == "payment":
        payment = {"amount_minor": given["amount"], "reference": given["reference"], "paid_at": form.paid_at()}
        confirm_payment(**what, **payment)
    elif given["way"] == "points":
        buy_plan_with_points(**what, key=key)
    else:
        grant_plan(**what, reason=given["reason"], key=key)


def _to(customer: UUID) -> HttpResponse:
    return HttpResponseRedirect(reverse("dashboard:customer", args=[customer]))


def _form_page(request: DeskRequest, form: PlanForm, plan: PlanInfo | None) -> HttpResponse:
    context = {
        "section": "plans",
        "form": form,
        "plan": plan,
        "symbol": symbol_of(request.brand.currency, words.locale()),
        "back_url": reverse("dashboard:plans"),
    }
    return render_page(request, "dashboard/plan_form.html", context, status=422 if form.errors else 200)


def _card(request: DeskRequest, plan: PlanInfo, counts: tuple[int, int, int]) -> dict[str, Any]:
    active, ending, lapsed = counts
    here = reverse("dashboard:plan_members")
    may_change = request.may("plan.change")
    return {
        "name": plan.name,
        "description": plan.description,
        "key": plan.key,
        "is_live": plan.is_live,
        "price": membership.price(plan, request.brand.currency),
        "length": plan_length(plan),
        "is_unsellable": plan.is_live and plan.price_minor is None and plan.price_points is None and not plan.skus,
        "benefits": plan.benefits,
        "skus": ", ".join(plan.skus),
        "active": words.number(active),
        "ending": words.number(ending),
        "lapsed": words.number(lapsed),
        "members_url": f"{here}?{urlencode({'plan': plan.key, 'which': 'active'})}",
        "ending_url": f"{here}?{urlencode({'plan': plan.key, 'which': 'ending'})}",
        "lapsed_url": f"{here}?{urlencode({'plan': plan.key, 'which': 'lapsed'})}",
        "change_url": reverse("dashboard:plan_change", args=[plan.key]) if may_change else "",
        "status_url": reverse("dashboard:plan_status", args=[plan.key]) if may_change else "",
    }


def _member(member: MemberInfo, people: dict[UUID, Any]) -> dict[str, Any]:
    person = people.get(member.customer_id)
    return {
        "href": reverse("dashboard:customer", args=[member.customer_id]),
        "name": (person.name or person.external_id if person else "") or _("Sem nome"),
        "phone": person.phone_masked if person else "",
        "plan": member.plan.name,
        "since": words.day(member.started_at),
        "until": membership.last_day(member.ends_at),
        "state": membership.member_state(member),
    }
