"""Two looks at a coupon: who can have it, and the card that is printed or sent on."""

from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.brand import tickets, words
from dashboard.brand.access import desk
from dashboard.brand.coupon_words import short_terms
from dashboard.brand.pages import picture_url, render_page
from dashboard.brand.requests import DeskRequest
from dashboard.brand.selectors.belonging import belonging_names
from smartbis.customers.infos import CustomerInfo
from smartbis.customers.selectors import get_customers
from smartbis.tenancy.selectors import stores
from vouchers.errors import CouponNotFound
from vouchers.infos import CouponInfo
from vouchers.selectors import get_coupon
from vouchers.selectors.reach import CouponReach, coupon_reach


@desk(reads="customer.list")
def reach(request: DeskRequest, coupon: UUID) -> HttpResponse:
    """How many customers can have a coupon now, and what keeps the others from it."""
    found = coupon_reach(tenant=request.tenant, coupon=coupon, actor=request.actor)
    named = {each for reason in found.reasons for each in reason.examples} | set(found.examples)
    people = get_customers(tenant=request.tenant, customers=named)
    info = found.coupon
    context = {
        "section": "coupons",
        "coupon": info,
        "customers": words.number(found.customers),
        "can_have": words.number(found.can_have),
        "share": f"{found.can_have * 100 // found.customers}%" if found.customers else "",
        "people": _links(found.examples, people),
        "reasons": [
            {
                "text": _why(request, info, each.name),
                "count": words.number(each.customers),
                "people": _links(each.examples, people),
            }
            for each in found.reasons
        ],
        "closed": _closed(found),
        "back_url": reverse("dashboard:coupon", args=[coupon]),
    }
    return render_page(request, "dashboard/coupon_reach.html", context)


@desk(reads="coupon.see")
def card(request: DeskRequest, coupon: UUID) -> HttpResponse:
    """A coupon as a card with its QR."""
    info = get_coupon(tenant=request.tenant, coupon=coupon, actor=request.actor)
    if info.is_balance:
        raise CouponNotFound
    names = {each.id: each.name for each in stores(tenant=request.tenant, active_only=False)}
    context = {
        "section": "coupons",
        "coupon": info,
        "gives": tickets.gives(info, info.currency),
        "picture": picture_url(info.image),
        "terms": short_terms(info, names),
        "link": request.build_absolute_uri(reverse("portal:offer", args=[request.brand.slug, coupon])),
        "is_listed": info.is_listed and info.phase == "live",
        "back_url": reverse("dashboard:coupon", args=[coupon]),
    }
    return render_page(request, "dashboard/coupon_card.html", context)


def _links(customers: tuple[UUID, ...], people: dict[UUID, CustomerInfo]) -> list[tuple[str, str]]:
    return [
        (people[each].name or _("Sem nome"), reverse("dashboard:customer", args=[each]))
        for each in customers
        if each in people
    ]


def _why(request: DeskRequest, coupon: CouponInfo, name: str) -> str:
    groups = {
        "plan": (_("Não tem o plano: %(names)s"), "plans", coupon.plans),
        "tier": (_("Não está no nível: %(names)s"), "tiers", coupon.tiers),
        "segment": (_("Fora do segmento: %(names)s"), "segments", (coupon.segment,)),
        "community": (_("Fora da comunidade: %(names)s"), "communities", coupon.communities),
        "tag": (_("Sem a etiqueta: %(names)s"), "tags", coupon.tags),
    }
    if name in groups:
        text, kind, keys = groups[name]
        return text % {"names": ", ".join(belonging_names(tenant=request.tenant, asked=((kind, keys),)))}
    cost = words.amount(coupon.cost_amount, coupon.cost_unit) if coupon.cost_amount else ""
    return {
        "birthday": _("Não faz aniversário agora, ou a data não é conhecida"),
        "new": _("Cadastro há mais de %(days)s dias") % {"days": coupon.new_within_days},
        "inactive": _("Comprou nos últimos %(days)s dias, ou nunca comprou") % {"days": coupon.inactive_for_days},
        "limit": _("Já tem o máximo por cliente"),
        "balance": _("Não tem saldo de %(cost)s") % {"cost": cost},
    }[name]


def _closed(found: CouponReach) -> list[str]:
    sentences = {
        "draft": _("O cupom é um rascunho: ninguém pode ter ainda."),
        "scheduled": _("O cupom está agendado: ninguém pode ter antes do começo."),
        "paused": _("O cupom está pausado: ninguém pode ter agora."),
        "ended": _("O cupom está encerrado."),
        "hidden": _("O cupom não aparece no portal: só a equipe pode dar."),
        "coupon_out_of_stock": _("O estoque acabou."),
        "budget_exhausted": _("A verba acabou."),
    }
    return [sentences[each] for each in found.closed]
