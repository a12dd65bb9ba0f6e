"""The words of refusals, for staff and for the voucher's owner. Strangers are told one uniform thing by the doors."""

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from smartbis.kernel.clock import now
from smartbis.kernel.money import format_amount, format_money
from smartbis.kernel.people import Actor
from smartbis.tenancy import selectors as tenancy
from smartbis.tenancy.selectors import TenantInfo
from vouchers.conditions import Found, iso
from vouchers.errors import ISSUE_REFUSALS, REFUSALS, IssueRefused, VoucherRefused
from vouchers.infos import Reason
from vouchers.models import Redemption, Reversal, Voucher


def reasons_of(found: list[Found], voucher: Voucher, brand: TenantInfo, actor: Actor | None) -> tuple[Reason, ...]:
    """Judged codes with the names and instants behind them, in words. Reads inside the tenant's scope."""
    return tuple(_reason(code, _facts(code, params, voucher, actor), brand) for code, params in found)


def refusal_of(reason: Reason) -> VoucherRefused:
    """The error that a reason stands for."""
    return REFUSALS[reason.code](reason.message, **reason.params)


def issue_reason(code: str, params: dict[str, Any], brand: TenantInfo) -> Reason:
    """A reason against having a coupon, in words."""
    return _reason(code, params, brand)


def issue_refusal_of(reason: Reason) -> IssueRefused:
    """The error that a reason against having a coupon stands for."""
    return ISSUE_REFUSALS[reason.code](reason.message, **reason.params)


def _facts(code: str, params: dict[str, Any], voucher: Voucher, actor: Actor | None) -> dict[str, Any]:
    if code == "voucher_already_redeemed":
        return params | _last_use(voucher)
    if code == "voucher_cancelled":
        return params | {"at": iso(voucher.ended_at)}
    if code == "voucher_wrong_store":
        return {"stores": _names_of(voucher.tenant_id, params["stores"], params["excluded"], actor)}
    if code == "entry_needs_check_in":
        return {"event": voucher.coupon.name}
    return params


def _last_use(voucher: Voucher) -> dict[str, Any]:
    last = (
        Redemption.objects.filter(~Exists(Reversal.objects.filter(redemption_id=OuterRef("id"))))
        .filter(voucher_id=voucher.id)
        .order_by("-redeemed_at", "-id")
        .first()
    )
    if last is None:
        return {}
    names = {row.id: row.name for row in tenancy.stores(tenant=voucher.tenant_id, active_only=False)}
    return {"at": iso(last.redeemed_at), "store": names.get(last.store_id, ""), "by": last.actor_label}


def _names_of(tenant: UUID, stores: list[UUID], excluded: list[UUID], actor: Actor | None) -> list[str]:
    within_reach = actor if actor is not None and actor.partner is not None else None
    rows = tenancy.stores(tenant=tenant, actor=within_reach)
    taking = [row for row in rows if (row.id in stores if stores else row.kind != "partner")]
    return [row.name for row in taking if row.id not in excluded]


def _reason(code: str, params: dict[str, Any], brand: TenantInfo) -> Reason:
    return Reason(code=code, message=_WORDS[code](params, brand), params=params)


def _day(text: str, brand: TenantInfo) -> str:
    return _local(text, brand).strftime("%d/%m/%Y")


def _local(text: str, brand: TenantInfo) -> datetime:
    return datetime.fromisoformat(text).astimezone(ZoneInfo(brand.timezone))


def _already_redeemed(params: dict[str, Any], brand: TenantInfo) -> str:
    if "at" not in params:
        return _("Já usado. Não entregue de novo.")
    at = _local(params["at"], brand)
    facts = {"day": at.strftime("%d/%m"), "time": at.strftime("%H:%M"), "store": params["store"], "by": params["by"]}
    if at.date() == now().astimezone(at.tzinfo).date():
        return _("Já usado hoje às %(time)s, %(store)s, por %(by)s. Não entregue de novo.") % facts
    return _("Já usado em %(day)s às %(time)s, %(store)s, por %(by)s. Não entregue de novo.") % facts


def _expired(params: dict[str, Any], brand: TenantInfo) -> str:
    if not params.get("until"):
        return _("Venceu.")
    return _("Venceu em %(day)s.") % {"day": _day(params["until"], brand)}


def _not_yet_valid(params: dict[str, Any], brand: TenantInfo) -> str:
    if params.get("next_sale"):
        return _("Vale a partir da próxima compra.")
    return _("Vale a partir de %(day)s.") % {"day": _day(params["from"], brand)}


def _wrong_store(params: dict[str, Any], brand: TenantInfo) -> str:
    if not params["stores"]:
        return _("Não vale nesta loja.")
    return _("Não vale nesta loja. Vale em: %(stores)s.") % {"stores": ", ".join(params["stores"])}


def _wrong_time(params: dict[str, Any], brand: TenantInfo) -> str:
    names = (_("seg"), _("ter"), _("qua"), _("qui"), _("sex"), _("sáb"), _("dom"))
    parts = []
    if params["weekdays"]:
        parts.append(", ".join(names[day - 1] for day in sorted(params["weekdays"])))
    parts.extend(_("das %(start)s às %(end)s") % {"start": start, "end": end} for start, end in params["hours"])
    return _("Não vale agora. Vale: %(when)s.") % {"when": "; ".join(parts)}


def _below_minimum(params: dict[str, Any], brand: TenantInfo) -> str:
    missing, minimum = (
        format_money(params[name], params["currency"], brand.locale) for name in ("missing_minor", "minimum_minor")
    )
    return _("Faltam %(missing)s para usar (mínimo %(minimum)s).") % {"missing": missing, "minimum": minimum}


def _cancelled(params: dict[str, Any], brand: TenantInfo) -> str:
    if not params.get("at"):
        return _("Cancelado pela marca.")
    return _("Cancelado pela marca em %(day)s.") % {"day": _day(params["at"], brand)}


def _held(params: dict[str, Any], brand: TenantInfo) -> str:
    until = _local(params["until"], brand).strftime("%H:%M")
    return _("Reservado por uma compra em andamento até %(time)s.") % {"time": until}


def _wrong_customer(params: dict[str, Any], brand: TenantInfo) -> str:
    if params["is_named"]:
        return _("É de outro cliente.")
    return _("Voucher pessoal: informe o cliente.")


def _not_eligible(params: dict[str, Any], brand: TenantInfo) -> str:
    """The first thing that lacks and that can be said without the names that other rooms give."""
    lacks = params.get("lacking") or [""]
    if lacks[0] == "birthday":
        return {
            "day": _("Só no dia do aniversário do cliente."),
            "week": _("Só na semana do aniversário do cliente."),
            "month": _("Só no mês do aniversário do cliente."),
        }[params["birthday"]]
    if lacks[0] == "new":
        return _("Só para quem se cadastrou há até %(days)s dias.") % {"days": params["new_within_days"]}
    if lacks[0] == "inactive":
        return _("Só para quem não compra há %(days)s dias ou mais.") % {"days": params["inactive_for_days"]}
    return _("Não é para este cliente.")


def _coupon_limit(params: dict[str, Any], brand: TenantInfo) -> str:
    if params.get("per") == "day":
        return _("Limite do cliente por dia atingido (%(limit)s).") % params
    return _("Limite por cliente atingido (%(limit)s).") % params


def _voucher_limit(params: dict[str, Any], brand: TenantInfo) -> str:
    if params.get("per") == "day":
        return _("Este cliente já usou o máximo de hoje (%(limit)s).") % params
    return _("Este cliente já usou o máximo permitido (%(limit)s).") % params


def _not_live(params: dict[str, Any], brand: TenantInfo) -> str:
    if params["status"] == "live" and params.get("from"):
        return _("Disponível a partir de %(day)s.") % {"day": _day(params["from"], brand)}
    if params["status"] == "live" and params.get("until"):
        return _("Encerrado em %(day)s.") % {"day": _day(params["until"], brand)}
    return _("Indisponível agora.")


def _insufficient(params: dict[str, Any], brand: TenantInfo) -> str:
    if params["unit"] == "points":
        return _("Faltam %(points)s pontos.") % {"points": format_amount(params["missing"], "points", brand.locale)}
    return _("Faltam %(money)s.") % {"money": format_amount(params["missing"], params["unit"], brand.locale)}


_WORDS = {
    "voucher_already_redeemed": _already_redeemed,
    "voucher_expired": _expired,
    "voucher_not_yet_valid": _not_yet_valid,
    "voucher_wrong_store": _wrong_store,
    "voucher_wrong_time": _wrong_time,
    "voucher_below_minimum": _below_minimum,
    "voucher_cancelled": _cancelled,
    "voucher_held": _held,
    "voucher_wrong_customer": _wrong_customer,
    "voucher_limit_reached": _voucher_limit,
    "voucher_not_combinable": lambda params, brand: _("Não vale junto com “%(with)s” na mesma compra.") % params,
    "entry_needs_check_in": lambda params, brand: _("É a entrada de %(event)s: use a chegada do evento.") % params,
    "voucher_sale_refunded": lambda params, brand: _("Esta compra foi devolvida ou cancelada: use em outra."),
    "coupon_out_of_stock": lambda params, brand: _("Esgotado."),
    "coupon_limit_reached": _coupon_limit,
    "coupon_not_eligible": _not_eligible,
    "coupon_not_live": _not_live,
    "budget_exhausted": lambda params, brand: _("A verba deste cupom acabou."),
    "insufficient_balance": _insufficient,
}
