"""Forms of plans: the plan itself, and what a customer gets of one."""

import re
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import slugify
from django.utils.timezone import localdate, make_aware
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboard.brand.forms.base import DeskForm
from programs.selectors import PlanInfo
from programs.services import PlanTerms
from smartbis.forms import MoneyField
from smartbis.kernel.clock import now

# The domain's names of fields, by this form's.
FIELDS = {"price_minor": "price", "key": "name"}


class PlanForm(DeskForm):
    """Everything a brand says of a plan."""

    needed = ("count", "until")

    name = forms.CharField(label=gettext_lazy("Nome do plano"), max_length=80)
    description = forms.CharField(
        label=gettext_lazy("Em uma frase"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("Para quem lê no portal."),
    )
    benefits = forms.CharField(
        label=gettext_lazy("Vantagens"),
        required=False,
        max_length=2000,
        widget=forms.Textarea({"rows": 4}),
        help_text=gettext_lazy("Uma por linha."),
    )
    price = MoneyField(label=gettext_lazy("Preço em dinheiro"), required=False)
    price_points = forms.IntegerField(
        label=gettext_lazy("Preço em pontos"),
        required=False,
        min_value=1,
        help_text=gettext_lazy("Vazio: não se paga com pontos."),
    )
    length = forms.ChoiceField(
        label=gettext_lazy("Quanto dura"),
        choices=[
            ("months", gettext_lazy("meses a partir da compra")),
            ("days", gettext_lazy("dias a partir da compra")),
            ("until", gettext_lazy("até um dia fixo, igual para todos")),
        ],
        widget=forms.RadioSelect,
        initial="months",
    )
    count = forms.IntegerField(
        label=gettext_lazy("Quantos meses ou dias"), required=False, min_value=1, max_value=3650, initial=12
    )
    until = forms.DateField(
        label=gettext_lazy("Último dia"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    skus = forms.CharField(
        label=gettext_lazy("Artigos que compram o plano"),
        required=False,
        max_length=3000,
        widget=forms.Textarea({"rows": 2}),
        help_text=gettext_lazy("Códigos (SKU), um por linha. Vendê-los começa ou renova o plano, em qualquer canal."),
    )
    grace_days = forms.IntegerField(
        label=gettext_lazy("Dias de tolerância"),
        required=False,
        min_value=0,
        max_value=365,
        help_text=gettext_lazy("Depois do fim, ainda vale; quem renova nela continua de onde parou."),
    )
    reminder_days = forms.CharField(
        label=gettext_lazy("Lembretes"),
        required=False,
        max_length=40,
        initial="30, 7, 1",
        help_text=gettext_lazy("Dias antes do fim, separados por vírgula."),
    )
    rewards_renewal = forms.BooleanField(
        label=gettext_lazy("Renovar conta como participação “renovação”"),
        required=False,
        help_text=gettext_lazy("Uma regra do programa pode premiar esta participação com pontos ou cashback."),
    )
    pix_key = forms.CharField(
        label=gettext_lazy("Chave Pix da marca"),
        required=False,
        max_length=140,
        help_text=gettext_lazy("Vai no lembrete e no portal. O pagamento é conferido pela equipe."),
    )
    payment_link = forms.URLField(
        label=gettext_lazy("Link de pagamento"), required=False, max_length=300, assume_scheme="https"
    )

    def __init__(self, *positional: Any, plan: PlanInfo | None = None, **options: Any) -> None:
        if plan is not None:
            options.setdefault("initial", _initial(plan))
        super().__init__(*positional, **options)

    def clean_reminder_days(self) -> tuple[int, ...]:
        found = re.findall(r"\d+|[^\d\s,;]+", str(self.cleaned_data["reminder_days"]))
        if not all(each.isdecimal() for each in found):
            raise ValidationError(_("Escreva os dias com vírgulas, como 30, 7, 1."))
        return tuple(int(each) for each in found)

    def clean_skus(self) -> tuple[str, ...]:
        return tuple(line.strip() for line in str(self.cleaned_data["skus"]).splitlines() if line.strip())

    def key(self) -> str:
        """A key made from the name. After validation."""
        return slugify(self.cleaned_data["name"])[:60].strip("-_") or "plano"

    def terms(self) -> PlanTerms:
        """What the service takes. After validation."""
        given = self.cleaned_data
        return PlanTerms(
            name=given["name"],
            description=given["description"],
            benefits=given["benefits"],
            price_minor=given["price"],
            price_points=given["price_points"],
            length=given["length"],
            count=given["count"] or 1,
            until=given["until"],
            skus=given["skus"],
            grace_days=given["grace_days"] or 0,
            reminder_days=given["reminder_days"],
            rewards_renewal=given["rewards_renewal"],
            pix_key=given["pix_key"],
            payment_link=given["payment_link"],
        )


def _initial(plan: PlanInfo) -> dict[str, Any]:
    return {
        "name": plan.name,
        "description": plan.description,
        "benefits": "\n".join(plan.benefits),
        "price": plan.price_minor,
        "price_points": plan.price_points,
        "length": plan.length,
        "count": plan.count,
        "until": plan.until,
        "skus": "\n".join(plan.skus),
        "grace_days": plan.grace_days,
        "reminder_days": ", ".join(str(days) for days in plan.reminder_days),
        "rewards_renewal": plan.rewards_renewal,
        "pix_key": plan.pix_key,
        "payment_link": plan.payment_link,
    }


class GivePlanForm(DeskForm):
    """A customer gets a plan: a payment that was seen, points, or a gift with its reason."""

    needed = ("amount", "reference", "paid_on", "reason")

    plan = forms.ChoiceField(label=gettext_lazy("Plano"))
    way = forms.ChoiceField(label=gettext_lazy("Como"), choices=[], widget=forms.RadioSelect, initial="payment")
    periods = forms.IntegerField(label=gettext_lazy("Períodos"), min_value=1, max_value=60, initial=1)
    amount = MoneyField(label=gettext_lazy("Valor recebido"), required=False)
    reference = forms.CharField(
        label=gettext_lazy("Comprovante"),
        required=False,
        max_length=100,
        help_text=gettext_lazy("O código do Pix ou da transferência: o mesmo não conta duas vezes."),
    )
    paid_on = forms.DateField(
        label=gettext_lazy("Pago em"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("Vazio: agora. Quem pagou dentro da tolerância continua de onde parou."),
    )
    reason = forms.CharField(label=gettext_lazy("Motivo"), required=False, max_length=300)

    def __init__(self, *positional: Any, plans: tuple[PlanInfo, ...], may_give: bool, **options: Any) -> None:
        super().__init__(*positional, **options)
        self.offer("plan", [(each.key, each.name) for each in plans])
        ways = [("payment", _("Recebi o pagamento"))]
        if any(each.price_points for each in plans):
            ways.append(("points", _("Pagar com pontos do cliente")))
        if may_give:
            ways.append(("gift", _("Dar sem cobrar")))
        self.offer("way", ways)

    def clean_paid_on(self) -> date | None:
        day: date | None = self.cleaned_data["paid_on"]
        if day is not None and day > localdate(now()):
            raise ValidationError(_("Este dia ainda não chegou."))
        return day

    def paid_at(self) -> datetime | None:
        """When the payment came in: now (None), or with the beginning of a day of the brand's. After validation."""
        day: date | None = self.cleaned_data["paid_on"]
        return None if day is None or day == localdate(now()) else make_aware(datetime.combine(day, time()))

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        way = given.get("way")
        wanted = {"payment": ("amount", "reference"), "gift": ("reason",)}.get(way or "", ())
        for name in wanted:
            if not given.get(name) and name not in self.errors:
                self.add_error(name, _("Preencha este campo."))
        return given


class WithdrawForm(DeskForm):
    """Taking back what was not a sale asks for a reason."""

    source = forms.CharField(widget=forms.HiddenInput, max_length=120)
    reason = forms.CharField(label=gettext_lazy("Motivo"), min_length=3, max_length=300)
