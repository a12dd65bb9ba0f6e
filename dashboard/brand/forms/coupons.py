"""The coupon's form: what it gives, what it costs, and, folded away, where, when and for whom."""

import re
from dataclasses import replace
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboard.brand.forms.base import DeskForm, LocalMoment, PercentField
from dashboard.brand.forms.names import NamesField, offer_belonging
from dashboard.brand.pictures import PictureField
from dashboard.brand.selectors.belonging import Choices
from smartbis.forms import MoneyField
from smartbis.kernel.units import POINTS
from smartbis.tenancy.selectors import StoreInfo
from vouchers.infos import CouponDraft

_HOURS = re.compile(r"^(\d{1,2}:\d{2})\s*(?:-|–|às|to|a)\s*(\d{1,2}:\d{2})$")
WEEKDAYS = [
    ("1", gettext_lazy("segunda")),
    ("2", gettext_lazy("terça")),
    ("3", gettext_lazy("quarta")),
    ("4", gettext_lazy("quinta")),
    ("5", gettext_lazy("sexta")),
    ("6", gettext_lazy("sábado")),
    ("7", gettext_lazy("domingo")),
]
# The domain's names of fields, by this form's.
FIELDS = {
    "value_minor": "value",
    "value_bp": "percent",
    "value_sku": "gift",
    "value_key": "benefit",
    "max_discount_minor": "max_discount",
    "min_purchase_minor": "min_purchase",
    "budget_minor": "budget",
    "cost": "cost_unit",
    "period": "period_until",
    "usable_from": "usable_from_days",
    "image": "picture",
}
# Fields that are folded away; a form that has one of them filled opens the fold.
ADVANCED = (
    "min_purchase",
    "max_discount",
    "period_from",
    "period_until",
    "usable_from_days",
    "weekdays",
    "hours",
    "budget",
    "plans",
    "tiers",
    "segment",
)


class CouponForm(DeskForm):
    """Every term of the contract. Money fields and choices become a `CouponDraft`."""

    needed = ("value", "percent", "gift", "benefit", "cost_money", "cost_points", "on_lapse")

    name = forms.CharField(
        label=gettext_lazy("Nome"), max_length=120, help_text=gettext_lazy("Como o cliente lê no portal.")
    )
    description = forms.CharField(
        label=gettext_lazy("Descrição"), required=False, max_length=4000, widget=forms.Textarea({"rows": 2})
    )
    picture = PictureField(
        label=gettext_lazy("Foto"), required=False, side=1200, help_text=gettext_lazy("PNG, JPEG ou WebP, até 2 MB.")
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("O que dá"),
        choices=[
            ("amount", gettext_lazy("Desconto em dinheiro")),
            ("percentage", gettext_lazy("Desconto em percentual")),
            ("freebie", gettext_lazy("Brinde")),
            ("upgrade", gettext_lazy("Benefício")),
        ],
        widget=forms.RadioSelect,
        initial="amount",
    )
    value = MoneyField(label=gettext_lazy("Valor do desconto"), required=False)
    percent = PercentField(label=gettext_lazy("Percentual de desconto"), required=False)
    max_discount = MoneyField(label=gettext_lazy("Desconto máximo"), required=False)
    gift = forms.CharField(label=gettext_lazy("Código do artigo dado"), required=False, max_length=80)
    benefit = forms.CharField(label=gettext_lazy("Código do benefício"), required=False, max_length=80)
    cost_unit = forms.ChoiceField(
        label=gettext_lazy("O cliente paga com"),
        choices=[
            ("", gettext_lazy("Nada: é presente")),
            ("money", gettext_lazy("Saldo de cashback")),
            ("points", gettext_lazy("Pontos")),
        ],
        widget=forms.RadioSelect,
        required=False,
    )
    cost_money = MoneyField(label=gettext_lazy("Custo em saldo"), required=False)
    cost_points = forms.IntegerField(
        label=gettext_lazy("Custo em pontos"), required=False, min_value=1, max_value=10**12
    )
    on_lapse = forms.ChoiceField(
        label=gettext_lazy("Se vencer sem uso"),
        choices=[
            ("return", gettext_lazy("o saldo volta para o cliente")),
            ("forfeit", gettext_lazy("o cliente perde o que pagou")),
        ],
        widget=forms.RadioSelect,
        initial="return",
        required=False,
    )
    valid_days = forms.IntegerField(
        label=gettext_lazy("Dias para usar"),
        required=False,
        min_value=1,
        max_value=3660,
        help_text=gettext_lazy("Vazio: sem prazo."),
    )
    stock = forms.IntegerField(
        label=gettext_lazy("Estoque"),
        required=False,
        min_value=0,
        max_value=10**9,
        help_text=gettext_lazy("Vazio: sem limite."),
    )
    limit_per_customer = forms.IntegerField(
        label=gettext_lazy("Quantos por cliente"), required=False, min_value=1, max_value=10**9
    )
    uses = forms.IntegerField(label=gettext_lazy("Usos de cada voucher"), min_value=1, max_value=1000, initial=1)
    stores = forms.MultipleChoiceField(
        label=gettext_lazy("Onde vale"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy(
            "Nenhuma marcada: todas as lojas próprias e a loja online. Parceiras só valem marcadas."
        ),
    )
    is_listed = forms.BooleanField(
        label=gettext_lazy("Mostrar no portal para o cliente escolher"), required=False, initial=True
    )
    min_purchase = MoneyField(label=gettext_lazy("Compra mínima"), required=False)
    period_from = LocalMoment(label=gettext_lazy("Disponível desde"), required=False)
    period_until = LocalMoment(label=gettext_lazy("Disponível até"), required=False)
    usable_from_days = forms.IntegerField(
        label=gettext_lazy("Começa a valer em quantos dias"), required=False, min_value=0, max_value=3660
    )
    usable_from_next_sale = forms.BooleanField(label=gettext_lazy("Só a partir da próxima compra"), required=False)
    weekdays = forms.MultipleChoiceField(
        label=gettext_lazy("Dias da semana"), required=False, choices=WEEKDAYS, widget=forms.CheckboxSelectMultiple
    )
    hours = forms.CharField(
        label=gettext_lazy("Horários"),
        required=False,
        max_length=200,
        widget=forms.TextInput({"placeholder": "14:00-18:00"}),
        help_text=gettext_lazy("Separe vários com vírgula. Pode passar da meia-noite."),
    )
    holder = forms.ChoiceField(
        label=gettext_lazy("Quem pode usar"),
        required=False,
        choices=[
            ("", gettext_lazy("Padrão: pessoal quando custa saldo")),
            ("personal", gettext_lazy("Só o próprio cliente")),
            ("bearer", gettext_lazy("Quem trouxer o código")),
        ],
    )
    budget = MoneyField(
        label=gettext_lazy("Verba"),
        required=False,
        min_minor=0,
        help_text=gettext_lazy("Quanto a marca aceita gastar ao todo."),
    )
    grace_days = forms.IntegerField(
        label=gettext_lazy("Dias a mais quando volta de uma devolução"), min_value=0, max_value=3660, initial=7
    )
    plans = NamesField(label=gettext_lazy("Só para quem tem um destes planos"), required=False)
    tiers = NamesField(label=gettext_lazy("Só para quem está em um destes níveis"), required=False)
    segment = forms.ChoiceField(label=gettext_lazy("Só para o segmento"), required=False)
    funded_by = forms.ChoiceField(
        label=gettext_lazy("Quem paga o desconto"),
        choices=[("brand", gettext_lazy("A marca")), ("store", gettext_lazy("A loja que atende"))],
        initial="brand",
    )

    def __init__(
        self,
        *positional: Any,
        stores: list[StoreInfo],
        currency: str,
        belonging: dict[str, Choices],
        **options: Any,
    ) -> None:
        super().__init__(*positional, **options)
        self.currency = currency
        self.offer("stores", [(str(each.id), each.name) for each in stores])
        offer_belonging(self, belonging, ("plans", "tiers"))
        chosen = str(self["segment"].value() or "")
        segments = {"": _("Todos os clientes"), **({chosen: chosen} if chosen else {}), **dict(belonging["segments"])}
        self.offer("segment", segments.items())

    @property
    def is_unfolded(self) -> bool:
        """Whether something in the folded part is filled or wrong."""
        return any(name in self.errors or self[name].value() for name in ADVANCED)

    def clean_hours(self) -> tuple[tuple[str, str], ...]:
        found = []
        for part in str(self.cleaned_data["hours"]).split(","):
            if not part.strip():
                continue
            match = _HOURS.match(part.strip())
            if match is None:
                raise ValidationError(_("Escreva como 14:00-18:00."))
            found.append((match[1].zfill(5), match[2].zfill(5)))
        return tuple(found)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        needed = {"amount": "value", "percentage": "percent", "freebie": "gift", "upgrade": "benefit"}
        field = needed.get(given.get("kind", ""))
        if field and not given.get(field) and field not in self.errors:
            self.add_error(field, _("Este tipo de cupom precisa disto."))
        cost = {"money": "cost_money", "points": "cost_points"}.get(given.get("cost_unit", ""))
        if cost and not given.get(cost) and cost not in self.errors:
            self.add_error(cost, _("Diga quanto custa."))
        return given

    def draft(self, *, image: str = "", status: str = "draft") -> CouponDraft:
        """The terms as the vouchers' room takes them. After validation."""
        given = self.cleaned_data
        kind, cost_unit = given["kind"], given["cost_unit"]
        return CouponDraft(
            name=given["name"],
            description=given["description"],
            image=image,
            status=status,
            kind=kind,
            is_listed=given["is_listed"],
            value_minor=given["value"] if kind in ("amount", "freebie", "upgrade") else None,
            value_bp=given["percent"] if kind == "percentage" else None,
            value_sku=given["gift"] if kind == "freebie" else "",
            value_key=given["benefit"] if kind == "upgrade" else "",
            max_discount_minor=given["max_discount"] if kind == "percentage" else None,
            min_purchase_minor=given["min_purchase"],
            cost_unit={"money": self.currency, "points": POINTS}.get(cost_unit, ""),
            cost_amount={"money": given["cost_money"], "points": given["cost_points"]}.get(cost_unit),
            period_from=given["period_from"],
            period_until=given["period_until"],
            usable_from_days=given["usable_from_days"],
            usable_from_next_sale=given["usable_from_next_sale"],
            valid_days=given["valid_days"],
            grace_days=given["grace_days"],
            holder=given["holder"] or None,
            stock=given["stock"],
            limit_per_customer=given["limit_per_customer"],
            uses=given["uses"],
            budget_minor=given["budget"],
            stores=tuple(UUID(each) for each in given["stores"]),
            weekdays=tuple(int(each) for each in given["weekdays"]),
            hours=given["hours"],
            plans=tuple(given["plans"]),
            tiers=tuple(given["tiers"]),
            segment=given["segment"],
            on_lapse=(given["on_lapse"] or "return") if cost_unit else "return",
            funded_by=given["funded_by"],
        )


def initial_of(coupon: CouponDraft, currency: str) -> dict[str, Any]:
    """A coupon as the form shows it."""
    is_money = coupon.cost_unit == currency
    return {
        "name": coupon.name,
        "description": coupon.description,
        "kind": coupon.kind,
        "is_listed": coupon.is_listed,
        "value": coupon.value_minor,
        "percent": coupon.value_bp,
        "gift": coupon.value_sku,
        "benefit": coupon.value_key,
        "max_discount": coupon.max_discount_minor,
        "min_purchase": coupon.min_purchase_minor,
        "cost_unit": "" if coupon.cost_amount is None else "money" if is_money else "points",
        "cost_money": coupon.cost_amount if is_money else None,
        "cost_points": None if is_money else coupon.cost_amount,
        "period_from": coupon.period_from,
        "period_until": coupon.period_until,
        "usable_from_days": coupon.usable_from_days,
        "usable_from_next_sale": coupon.usable_from_next_sale,
        "valid_days": coupon.valid_days,
        "grace_days": coupon.grace_days,
        "holder": coupon.holder or "",
        "stock": coupon.stock,
        "limit_per_customer": coupon.limit_per_customer,
        "uses": coupon.uses,
        "budget": coupon.budget_minor,
        "stores": [str(each) for each in coupon.stores],
        "weekdays": [str(each) for each in coupon.weekdays],
        "hours": ", ".join(f"{start}-{end}" for start, end in coupon.hours),
        "plans": list(coupon.plans),
        "tiers": list(coupon.tiers),
        "segment": coupon.segment,
        "on_lapse": coupon.on_lapse,
        "funded_by": coupon.funded_by,
    }


def copy_of(coupon: CouponDraft, name: str) -> CouponDraft:
    """The same terms under another name, as a draft."""
    return replace(coupon, name=name[:120], status="draft")
