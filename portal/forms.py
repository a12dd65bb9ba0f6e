"""What customers type at the portal."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from portal.services.challenges import DIGITS
from smartbis.forms import MoneyField, OneTimeCodeInput, PhoneInput
from smartbis.tenancy.selectors import TenantInfo

ERASE_WORDS = {"apagar", "erase"}


class PhoneForm(forms.Form):
    """A WhatsApp number."""

    phone = forms.CharField(label=_("Seu WhatsApp, com DDD"), max_length=30, widget=PhoneInput)


class VoucherCodeForm(forms.Form):
    """A voucher's code, as it is printed."""

    code = forms.CharField(
        label=_("Código do voucher"),
        max_length=80,
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )


class CodeForm(forms.Form):
    """The six digits."""

    code = forms.CharField(label=_("Código de 6 números"), max_length=20, widget=OneTimeCodeInput({"autofocus": ""}))

    def clean_code(self) -> str:
        digits = re.sub(r"\D", "", self.cleaned_data["code"])
        if len(digits) != DIGITS:
            raise ValidationError(_("O código tem 6 números."), code="invalid")
        return digits


class MemberForm(forms.Form):
    """Who somebody is and what they agree to. Nothing is ticked before they tick it."""

    name = forms.CharField(
        label=_("Seu nome"), max_length=120, widget=forms.TextInput({"autocomplete": "name", "autocapitalize": "words"})
    )
    utility = forms.BooleanField(required=False)
    marketing = forms.BooleanField(required=False)

    def __init__(self, *args: Any, brand: TenantInfo, **options: Any) -> None:
        super().__init__(*args, **options)
        label_consents(self, brand)

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        if not any(character.isalpha() for character in name) or not name.isprintable():
            raise ValidationError(_("Escreva o seu nome."), code="invalid")
        return name


class JoinForm(MemberForm):
    """The same, with the number that a code will prove."""

    phone = forms.CharField(label=_("Seu WhatsApp, com DDD"), max_length=30, widget=PhoneInput)
    field_order = ["name", "phone", "utility", "marketing"]


class NameForm(forms.Form):
    """The name the brand calls a customer by."""

    name = forms.CharField(label=_("Seu nome"), max_length=120, widget=forms.TextInput({"autocomplete": "name"}))
    clean_name = MemberForm.clean_name


class ConsentForm(forms.Form):
    """What a customer wants to be sent."""

    utility = forms.BooleanField(required=False)
    marketing = forms.BooleanField(required=False)

    def __init__(self, *args: Any, brand: TenantInfo, **options: Any) -> None:
        super().__init__(*args, **options)
        label_consents(self, brand)


class ConvertForm(forms.Form):
    """How much of a balance becomes a voucher; `available` None leaves the judgement to who does it."""

    amount = MoneyField(label=_("Valor do voucher"))

    def __init__(self, *args: Any, available: int | None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.available = available

    def clean_amount(self) -> int:
        amount: int = self.cleaned_data["amount"]
        if self.available is not None and amount > self.available:
            raise ValidationError(_("Seu saldo não chega a esse valor."), code="insufficient_balance")
        return amount


class EraseForm(forms.Form):
    """The word that shows that leaving is meant."""

    word = forms.CharField(
        label=_("Para confirmar, escreva APAGAR"),
        max_length=20,
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "characters"}),
    )

    def clean_word(self) -> str:
        word: str = self.cleaned_data["word"].strip().casefold()
        if word not in ERASE_WORDS:
            raise ValidationError(_("Escreva APAGAR, ou volte se não quiser sair."), code="invalid")
        return word


def label_consents(form: forms.Form, brand: TenantInfo) -> None:
    """The texts that are agreed to; `brand.terms_version` names them in the proof."""
    form.fields["utility"].label = _("Quero avisos no WhatsApp sobre minha conta: o que ganhei, saldo e vouchers.")
    form.fields["marketing"].label = _("Quero também ofertas e novidades no WhatsApp.")
