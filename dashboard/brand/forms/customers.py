"""Forms about one customer."""

from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboard.brand.forms.base import DeskForm
from smartbis.customers.infos import CustomerInfo
from smartbis.forms import PhoneInput
from vouchers.infos import CouponInfo


class CustomerForm(DeskForm):
    """Name and contacts. Contacts are only seen masked: an empty field keeps what is there."""

    name = forms.CharField(label=gettext_lazy("Nome"), max_length=120)
    phone = forms.CharField(label=gettext_lazy("Telefone"), required=False, widget=PhoneInput, max_length=24)
    email = forms.CharField(label=gettext_lazy("E-mail"), required=False, max_length=254, widget=forms.EmailInput)
    cpf = forms.CharField(label="CPF", required=False, max_length=14, widget=forms.TextInput({"inputmode": "numeric"}))
    external_id = forms.CharField(label=gettext_lazy("Código na loja"), required=False, max_length=80)

    def __init__(self, *positional: Any, customer: CustomerInfo, **options: Any) -> None:
        options["initial"] = {"name": customer.name, "external_id": customer.external_id}
        super().__init__(*positional, **options)
        for field, masked in (
            ("phone", customer.phone_masked),
            ("email", customer.email_masked),
            ("cpf", customer.cpf_masked),
        ):
            if masked:
                kept = _("Hoje: %(masked)s. Deixe vazio para manter.") % {"masked": masked}
                self.fields[field].help_text = kept


class ConsentForm(DeskForm):
    """What the person agreed to, told by somebody of the team."""

    category = forms.ChoiceField(
        label=gettext_lazy("Tipo de mensagem"),
        choices=[("utility", gettext_lazy("Avisos do programa")), ("marketing", gettext_lazy("Ofertas"))],
        widget=forms.RadioSelect,
    )
    granted = forms.ChoiceField(
        label=gettext_lazy("O cliente"),
        choices=[("yes", gettext_lazy("aceita receber")), ("no", gettext_lazy("não quer receber"))],
        widget=forms.RadioSelect,
    )
    told = forms.BooleanField(label=gettext_lazy("A pessoa me disse isto"), required=True)


class IssueForm(DeskForm):
    """A voucher given by hand."""

    coupon = forms.ChoiceField(label=gettext_lazy("Cupom"))

    def __init__(self, *positional: Any, coupons: tuple[CouponInfo, ...], **options: Any) -> None:
        super().__init__(*positional, **options)
        self.offer("coupon", [(str(each.id), each.name) for each in coupons])

    def chosen(self) -> UUID:
        """The coupon's id. After validation."""
        return UUID(self.cleaned_data["coupon"])


class MergeForm(DeskForm):
    """Which other record is joined, and whose CPF stays where both have one."""

    other = forms.UUIDField(widget=forms.HiddenInput)
    cpf_of = forms.ChoiceField(
        label=gettext_lazy("Qual CPF fica"), required=False, choices=[], widget=forms.RadioSelect
    )

    def ask_for_cpf(self, into: str, other: str) -> None:
        """Offer the masked CPFs of both."""
        self.offer("cpf_of", [("into", into), ("other", other)])
        self.fields["cpf_of"].required = True


class EraseForm(DeskForm):
    """Erasing asks for a word, so that it cannot happen by a slip."""

    typed = forms.CharField(
        label=gettext_lazy("Confirmação"), max_length=20, widget=forms.TextInput({"autocomplete": "off"})
    )

    def __init__(self, *positional: Any, **options: Any) -> None:
        super().__init__(*positional, **options)
        self.fields["typed"].label = _("Escreva %(word)s para confirmar") % {"word": _("APAGAR")}

    def clean_typed(self) -> str:
        typed = str(self.cleaned_data["typed"]).strip()
        if typed.upper() != _("APAGAR"):
            raise ValidationError(_("Escreva %(word)s, com todas as letras.") % {"word": _("APAGAR")})
        return typed
