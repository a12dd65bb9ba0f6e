"""The event's form: what, when, where, how many, what it costs, and, folded away, for whom."""

from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboard.brand.forms.base import DeskForm, LocalMoment
from dashboard.brand.forms.names import NamesField, offer_belonging
from dashboard.brand.pictures import PictureField
from dashboard.brand.selectors.belonging import Choices
from programs.gatherings.infos import GatheringDraft
from smartbis.forms import MoneyField
from smartbis.kernel.units import POINTS
from smartbis.tenancy.selectors import StoreInfo

# The domain's names of fields, by this form's.
FIELDS = {"price": "cost_unit", "image": "picture"}
ADVANCED = ("registers_from", "registers_until", "plans", "tiers", "tags")


class EventForm(DeskForm):
    """Every term of a gathering, as a `GatheringDraft`."""

    needed = ("cost_money", "cost_points", "refund_hours")

    name = forms.CharField(label=gettext_lazy("Nome"), max_length=120)
    description = forms.CharField(
        label=gettext_lazy("Descrição"), required=False, max_length=4000, widget=forms.Textarea({"rows": 3})
    )
    picture = PictureField(
        label=gettext_lazy("Foto"), required=False, side=1200, help_text=gettext_lazy("PNG, JPEG ou WebP, até 2 MB.")
    )
    starts_at = LocalMoment(label=gettext_lazy("Começa"))
    ends_at = LocalMoment(label=gettext_lazy("Termina"))
    place = forms.CharField(
        label=gettext_lazy("Onde"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("Como o cliente lê: a sala, o endereço, o ponto de encontro."),
    )
    store = forms.ChoiceField(
        label=gettext_lazy("Loja que recebe"),
        required=False,
        help_text=gettext_lazy("Chegadas marcadas no painel contam nesta loja."),
    )
    capacity = forms.IntegerField(
        label=gettext_lazy("Lugares"),
        required=False,
        min_value=1,
        max_value=1_000_000,
        help_text=gettext_lazy("Vazio: sem limite. Lotado, quem chega entra na lista de espera."),
    )
    cost_unit = forms.ChoiceField(
        label=gettext_lazy("Quanto custa"),
        choices=[
            ("", gettext_lazy("Nada: é grátis")),
            ("points", gettext_lazy("Pontos, descontados ao se inscrever")),
            ("money", gettext_lazy("Dinheiro, pago na porta ou por Pix")),
        ],
        widget=forms.RadioSelect,
        required=False,
    )
    cost_points = forms.IntegerField(
        label=gettext_lazy("Preço em pontos"), required=False, min_value=1, max_value=10**12
    )
    cost_money = MoneyField(label=gettext_lazy("Preço em dinheiro"), required=False)
    pay_words = forms.CharField(
        label=gettext_lazy("Como pagar"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("Por exemplo: Pix tesouraria@associacao.org.br, ou em dinheiro na entrada."),
    )
    refunds = forms.ChoiceField(
        label=gettext_lazy("Quem desiste recebe os pontos de volta"),
        choices=[("until", gettext_lazy("até algumas horas antes")), ("never", gettext_lazy("nunca"))],
        widget=forms.RadioSelect,
        initial="until",
        required=False,
    )
    refund_hours = forms.IntegerField(
        label=gettext_lazy("Horas antes do início"), required=False, min_value=0, max_value=24 * 365, initial=24
    )
    registers_from = LocalMoment(label=gettext_lazy("Inscrições abrem"), required=False)
    registers_until = LocalMoment(
        label=gettext_lazy("Inscrições se encerram"), required=False, help_text=gettext_lazy("Vazio: no início.")
    )
    plans = NamesField(label=gettext_lazy("Só para quem tem um destes planos"), required=False)
    tiers = NamesField(label=gettext_lazy("Só para quem está em um destes níveis"), required=False)
    tags = NamesField(label=gettext_lazy("Só para quem tem uma destas etiquetas"), required=False)

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
        own = [(str(each.id), each.name) for each in stores if each.kind == "own"]
        self.offer("store", [("", _("Qualquer loja própria")), *own])
        offer_belonging(self, belonging, ("plans", "tiers", "tags"))

    @property
    def is_unfolded(self) -> bool:
        """Whether something in the folded part is filled or wrong."""
        return any(name in self.errors or self[name].value() for name in ADVANCED)

    def clean_ends_at(self) -> Any:
        ends, starts = self.cleaned_data["ends_at"], self.cleaned_data.get("starts_at")
        if starts is not None and ends <= starts:
            raise ValidationError(_("O fim vem depois do início."), code="order")
        return ends

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        cost = {"money": "cost_money", "points": "cost_points"}.get(given.get("cost_unit", ""))
        if cost and not given.get(cost) and cost not in self.errors:
            self.add_error(cost, _("Diga quanto custa."))
        returns = given.get("cost_unit") == "points" and given.get("refunds") != "never"
        if returns and given.get("refund_hours") is None and "refund_hours" not in self.errors:
            self.add_error("refund_hours", _("Diga até quantas horas antes."))
        return given

    def draft(self, *, image: str = "", status: str = "draft") -> GatheringDraft:
        """The terms as the programmes' room takes them. After validation."""
        given = self.cleaned_data
        unit = {"money": self.currency, "points": POINTS}.get(given["cost_unit"], "")
        return GatheringDraft(
            name=given["name"],
            description=given["description"],
            image=image,
            status=status,
            starts_at=given["starts_at"],
            ends_at=given["ends_at"],
            place=given["place"],
            store=UUID(given["store"]) if given["store"] else None,
            registers_from=given["registers_from"],
            registers_until=given["registers_until"],
            capacity=given["capacity"],
            price_unit=unit,
            price_amount={"money": given["cost_money"], "points": given["cost_points"]}.get(given["cost_unit"]),
            pay_words=given["pay_words"] if given["cost_unit"] == "money" else "",
            plans=tuple(given["plans"]),
            tiers=tuple(given["tiers"]),
            tags=tuple(given["tags"]),
            refund_hours=None if given["refunds"] == "never" else given["refund_hours"],
        )


def initial_of(event: GatheringDraft, currency: str) -> dict[str, Any]:
    """An event as the form shows it."""
    is_money = event.price_unit == currency
    return {
        "name": event.name,
        "description": event.description,
        "starts_at": event.starts_at,
        "ends_at": event.ends_at,
        "place": event.place,
        "store": str(event.store or ""),
        "capacity": event.capacity,
        "cost_unit": "" if event.price_amount is None else "money" if is_money else "points",
        "cost_money": event.price_amount if is_money else None,
        "cost_points": None if is_money else event.price_amount,
        "pay_words": event.pay_words,
        "refunds": "never" if event.refund_hours is None else "until",
        "refund_hours": event.refund_hours,
        "registers_from": event.registers_from,
        "registers_until": event.registers_until,
        "plans": list(event.plans),
        "tiers": list(event.tiers),
        "tags": list(event.tags),
    }
