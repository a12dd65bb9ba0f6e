"""The coupon's form: what it gives, what it costs, and, folded away, where, when and for whom."""

import re
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboard.brand.forms.base import DeskForm, LocalMoment, PercentField
from dashboard.brand.forms.names import NONE_YET, NamesField, offer_belonging
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
    "campaign_id": "campaign",
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
    "limit_per_day",
    "conditions",
    "is_divisible",
    "given_with_plans",
    "uses_pool",
    "rotates_code",
)
AUDIENCE = ("plans", "tiers", "segment", "communities", "tags", "birthday", "new_within_days", "inactive_for_days")
NOTICES = [("30", "30"), ("15", "15"), ("7", "7"), ("3", "3"), ("1", "1")]


class CouponForm(DeskForm):
    """Every term of the contract. Money fields and choices become a `CouponDraft`."""

    needed = ("value", "percent", "gift", "benefit", "cost_money", "cost_points", "on_lapse")

    name = forms.CharField(
        label=gettext_lazy("Nome"), max_length=120, help_text=gettext_lazy("Como o cliente lê no portal.")
    )
    description = forms.CharField(
        label=gettext_lazy("Descrição"), required=False, max_length=4000, widget=forms.Textarea({"rows": 2})
    )
    conditions = forms.CharField(
        label=gettext_lazy("Regulamento"),
        required=False,
        max_length=8000,
        widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("O texto completo das condições, como o cliente lê no portal e no cartão impresso."),
    )
    campaign = forms.ChoiceField(label=gettext_lazy("Campanha"), required=False)
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
    limit_per_day = forms.IntegerField(
        label=gettext_lazy("Quantos por cliente por dia"),
        required=False,
        min_value=1,
        max_value=10**9,
        help_text=gettext_lazy("Vale para pegar e para usar."),
    )
    is_divisible = forms.BooleanField(
        label=gettext_lazy("Pode ser usado em partes, até acabar o valor"), required=False
    )
    stacks_with_vouchers = forms.BooleanField(
        label=gettext_lazy("Vale junto com outros vouchers na mesma compra"), required=False, initial=True
    )
    stacks_with_balance = forms.BooleanField(
        label=gettext_lazy("Vale junto com saldo na mesma compra"), required=False, initial=True
    )
    uses_pool = forms.BooleanField(
        label=gettext_lazy("Entregar códigos de outra empresa"),
        required=False,
        help_text=gettext_lazy("Depois de salvar, traga a lista de códigos; cada voucher leva um."),
    )
    rotates_code = forms.BooleanField(
        label=gettext_lazy("QR dos vouchers que muda a cada minuto"),
        required=False,
        help_text=gettext_lazy("Fotos e capturas de tela deixam de valer no balcão. O código digitado ainda vale."),
    )
    notice_days = forms.MultipleChoiceField(
        label=gettext_lazy("Avisar quantos dias antes de vencer"),
        required=False,
        choices=NOTICES,
        initial=["30", "7", "1"],
        widget=forms.CheckboxSelectMultiple,
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
    given_with_plans = NamesField(
        label=gettext_lazy("Dar um voucher a quem compra ou renova um destes planos"), required=False
    )
    communities = NamesField(label=gettext_lazy("Só para uma destas comunidades"), required=False)
    tags = NamesField(label=gettext_lazy("Só para quem tem uma destas etiquetas"), required=False)
    birthday = forms.ChoiceField(
        label=gettext_lazy("Só no aniversário"),
        required=False,
        choices=[
            ("", gettext_lazy("Qualquer data")),
            ("day", gettext_lazy("No dia do aniversário")),
            ("week", gettext_lazy("Até uma semana antes ou depois")),
            ("month", gettext_lazy("No mês do aniversário")),
        ],
    )
    new_within_days = forms.IntegerField(
        label=gettext_lazy("Só para clientes novos: cadastro há até quantos dias"),
        required=False,
        min_value=0,
        max_value=3660,
    )
    inactive_for_days = forms.IntegerField(
        label=gettext_lazy("Só para quem não compra há quantos dias"), required=False, min_value=1, max_value=3660
    )
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
        campaigns: Choices,
        **options: Any,
    ) -> None:
        super().__init__(*positional, **options)
        self.currency = currency
        self.offer("stores", [(str(each.id), each.name) for each in stores])
        offer_belonging(self, belonging, ("plans", "tiers", "communities", "tags"))
        given = self.fields["given_with_plans"]
        assert isinstance(given, NamesField)
        given.offer(belonging["plans"], self["given_with_plans"].value(), none_yet=NONE_YET["plans"])
        self.offer("campaign", [("", _("Nenhuma")), *campaigns])
        chosen = str(self["segment"].value() or "")
        segments = {"": _("Todos os clientes"), **({chosen: chosen} if chosen else {}), **dict(belonging["segments"])}
        self.offer("segment", segments.items())

    @property
    def is_unfolded(self) -> bool:
        """Whether something in the folded part is filled or wrong."""
        return self._has_any(ADVANCED)

    @property
    def is_for_some(self) -> bool:
        """Whether the coupon asks anything of its customers."""
        return self._has_any(AUDIENCE)

    def _has_any(self, names: tuple[str, ...]) -> bool:
        return any(name in self.errors or self[name].value() not in (None, "", [], False) for name in names)

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
            conditions=given["conditions"],
            campaign_id=UUID(given["campaign"]) if given["campaign"] else None,
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
            limit_per_day=given["limit_per_day"],
            is_divisible=given["is_divisible"] and kind == "amount",
            stacks_with_vouchers=given["stacks_with_vouchers"],
            stacks_with_balance=given["stacks_with_balance"],
            given_with_plans=tuple(given["given_with_plans"]),
            uses_pool=given["uses_pool"],
            rotates_code=given["rotates_code"],
            notice_days=tuple(int(each) for each in given["notice_days"]),
            uses=given["uses"],
            budget_minor=given["budget"],
            stores=tuple(UUID(each) for each in given["stores"]),
            weekdays=tuple(int(each) for each in given["weekdays"]),
            hours=given["hours"],
            plans=tuple(given["plans"]),
            tiers=tuple(given["tiers"]),
            segment=given["segment"],
            communities=tuple(given["communities"]),
            tags=tuple(given["tags"]),
            birthday=given["birthday"],
            new_within_days=given["new_within_days"],
            inactive_for_days=given["inactive_for_days"],
            on_lapse=(given["on_lapse"] or "return") if cost_unit else "return",
            funded_by=given["funded_by"],
        )
