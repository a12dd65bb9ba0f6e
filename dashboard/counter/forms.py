"""What a till sends. Every form carries a key made when it was rendered: sent twice, it has one effect."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from smartbis.forms import MAX_MINOR, MoneyField, MoneyInput, PhoneInput
from smartbis.kernel.clock import now
from smartbis.kernel.codes import ALPHABET
from smartbis.kernel.phones import InvalidPhone, is_mobile, normalise_phone
from smartbis.tenancy.selectors import TenantInfo

KEY_LENGTH = 12
CLOCK_LEEWAY = timedelta(minutes=5)
PAYMENT_METHODS = ("cash", "debit", "credit", "pix")


def new_key() -> str:
    """60 random bits that name one intent of an operator."""
    return "".join(secrets.choice(ALPHABET) for _ in range(KEY_LENGTH))


def number_of(key: str) -> str:
    """The number of a sale whose operator typed none: it comes from the form's key, so that a repeat has it too."""
    return f"B-{key[:6]}-{key[6:]}"


class KeyedForm(forms.Form):
    """A form with its key."""

    key = forms.RegexField(f"^[{ALPHABET}]{{{KEY_LENGTH}}}$", widget=forms.HiddenInput)

    @property
    def key_again(self) -> str:
        """The key that came, if it is one, for the same form shown again."""
        given = str(self.data.get("key", "") if self.is_bound else self.initial.get("key", ""))
        fitting = len(given) == KEY_LENGTH and all(character in ALPHABET for character in given)
        return given if fitting else new_key()


class AmountForm(KeyedForm):
    """A form whose amount fills from the cents."""

    @property
    def amount_text(self) -> str:
        """The amount as the field shows it: what was typed, or `38,50` for minor units given beforehand."""
        return MoneyInput().format_value(self["amount"].value()) or ""


class SaleNumberField(forms.CharField):
    """A till's own number of a sale."""

    def __init__(self, **options: Any) -> None:
        super().__init__(label=_("Número da venda"), max_length=60, **options)

    def clean(self, value: Any) -> str:
        number: str = super().clean(value)
        if not number.isprintable():
            raise ValidationError(_("Use só letras e números."), code="invalid")
        return number


class SaleForm(AmountForm):
    """A sale to a customer; with `use`, what the customer has is found and quoted first."""

    customer = forms.UUIDField(widget=forms.HiddenInput)
    amount = MoneyField(label=_("Valor da venda"))
    external_id = SaleNumberField(required=False)
    payment_method = forms.ChoiceField(choices=[(each, each) for each in PAYMENT_METHODS], required=False)
    use = forms.BooleanField(required=False)
    confirm = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)

    @property
    def number(self) -> str:
        """The sale's number: typed, or the key's."""
        return self.cleaned_data["external_id"] or number_of(self.cleaned_data["key"])


class QueuedForm(forms.Form):
    """A sale that a till kept while it had no line, with its real time; who bought may be named by phone."""

    key = forms.RegexField(f"^[{ALPHABET}]{{{KEY_LENGTH}}}$")
    store = forms.UUIDField()
    amount_minor = forms.IntegerField(min_value=1, max_value=MAX_MINOR)
    at = forms.DateTimeField()
    phone = forms.CharField(required=False, max_length=24)
    name = forms.CharField(required=False, max_length=120)

    def clean_at(self) -> datetime:
        at: datetime = self.cleaned_data["at"]
        if at > now() + CLOCK_LEEWAY:
            raise ValidationError(_("O relógio deste aparelho está adiantado: acerte a hora e envie de novo."))
        return at


class QuoteForm(forms.Form):
    """What is done with a quote: committed, cancelled, or asked for anew without some of what it uses."""

    checkout = forms.UUIDField(widget=forms.HiddenInput)
    number = SaleNumberField(widget=forms.HiddenInput)
    payment_method = forms.ChoiceField(choices=[(each, each) for each in PAYMENT_METHODS], required=False)
    without = forms.CharField(required=False, max_length=12)
    balance = forms.ChoiceField(choices=[("use", "use"), ("save", "save")], required=False)


class RedeemForm(AmountForm):
    """The use of a voucher."""

    code = forms.CharField(max_length=60, widget=forms.HiddenInput)
    customer = forms.UUIDField(required=False, widget=forms.HiddenInput)
    amount = MoneyField(label=_("Valor da venda"), required=False)
    external_id = SaleNumberField(required=False)

    @property
    def number(self) -> str:
        """The number of the sale it belongs to: typed, or the key's."""
        return self.cleaned_data["external_id"] or number_of(self.cleaned_data["key"])


class EnrolForm(KeyedForm):
    """Somebody new: the phone is there already, the name is asked for, the consent is read out."""

    phone = forms.CharField(label=_("Celular com WhatsApp"), max_length=24, widget=PhoneInput({"autocomplete": "off"}))
    name = forms.CharField(
        label=_("Nome"),
        min_length=2,
        max_length=120,
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "words", "data-focus": ""}),
    )
    cpf = forms.CharField(required=False, max_length=14, widget=forms.HiddenInput)
    referred_by = forms.CharField(
        label=_("Indicado por (código)"),
        required=False,
        max_length=12,
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "characters"}),
    )
    utility = forms.BooleanField(required=False, label=_("Aceita receber no WhatsApp o que ganhou e o saldo."))
    marketing = forms.BooleanField(required=False, label=_("Aceita receber ofertas."))

    def __init__(self, *arguments: Any, brand: TenantInfo, area_code: str, **options: Any) -> None:
        self.brand, self.area_code = brand, area_code
        super().__init__(*arguments, **options)

    def clean_phone(self) -> str:
        try:
            phone = normalise_phone(self.cleaned_data["phone"], area_code=self.area_code or None)
        except InvalidPhone as error:
            raise ValidationError(_("Escreva o celular com o DDD, por exemplo (11) 98765-4321.")) from error
        if not is_mobile(phone):
            raise ValidationError(_("Este telefone é fixo: peça o celular, para os avisos no WhatsApp."))
        return phone


class RefundForm(AmountForm):
    """How much of a sale is given back."""

    number = SaleNumberField()
    amount = MoneyField(label=_("Valor a devolver"))


class StoreForm(forms.Form):
    """Where the till stands."""

    store = forms.UUIDField()
