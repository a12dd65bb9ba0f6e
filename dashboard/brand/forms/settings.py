"""Forms of the set-up: stores, team, keys, the brand itself, its WhatsApp number."""

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboard.brand.forms.base import DeskForm
from dashboard.brand.pictures import PictureField
from messaging.errors import ChannelRefused
from programs.checkouts.terms import LEAST_MINUTES, MOST_MINUTES
from smartbis.forms import PhoneInput
from smartbis.kernel.colour import normalise_hex
from smartbis.kernel.errors import DomainError
from smartbis.kernel.phones import InvalidPhone, normalise_phone
from smartbis.tenancy.selectors import PartnerInfo, StoreInfo, TenantInfo
from smartbis.tenancy.services.keys import PUBLISHABLE_SCOPES, SCOPES

_CODE = re.compile(r"^[a-z0-9][a-z0-9-]{0,39}$")
_AREA = re.compile(r"^[1-9][1-9]$")
ROLES = [
    ("owner", gettext_lazy("Dono da conta: tudo, também equipe e chaves")),
    ("manager", gettext_lazy("Gerente: programa, cupons, clientes e relatórios")),
    ("attendant", gettext_lazy("Atendimento: clientes e mensagens")),
    ("operator", gettext_lazy("Operador de caixa: só o balcão")),
    ("analyst", gettext_lazy("Análise: vê tudo, não muda nada")),
    ("partner", gettext_lazy("Loja parceira: só o balcão das lojas dela")),
]


def _area_code(text: str) -> str:
    if text and not _AREA.match(text):
        raise ValidationError(_("O DDD tem dois dígitos, por exemplo 11."))
    return text


class TillForm(DeskForm):
    """How tills and checkouts use what customers have."""

    hold_minutes = forms.IntegerField(
        label=gettext_lazy("Minutos que uma compra reserva"),
        min_value=LEAST_MINUTES,
        max_value=MOST_MINUTES,
        help_text=gettext_lazy("Saldo e vouchers de uma compra em andamento esperam este tempo, e voltam sozinhos."),
    )
    uses_balance = forms.BooleanField(
        label=gettext_lazy("Procurar sozinho o melhor uso do saldo"),
        required=False,
        help_text=gettext_lazy("Desmarcado, o saldo só entra quando alguém pede."),
    )
    rotates_codes = forms.BooleanField(
        label=gettext_lazy("QR dos vouchers que muda a cada minuto"),
        required=False,
        help_text=gettext_lazy("Fotos e capturas de tela deixam de valer no balcão. O código digitado ainda vale."),
    )


class StoreForm(DeskForm):
    """A place of sale."""

    name = forms.CharField(label=gettext_lazy("Nome"), max_length=80)
    code = forms.CharField(
        label=gettext_lazy("Código"),
        max_length=40,
        help_text=gettext_lazy("Curto, sem espaços: vai nos arquivos e na API. Não muda depois."),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Tipo"),
        choices=[
            ("own", gettext_lazy("Própria")),
            ("online", gettext_lazy("Online")),
            ("partner", gettext_lazy("De uma parceira")),
        ],
        widget=forms.RadioSelect,
        initial="own",
    )
    partner = forms.ChoiceField(label=gettext_lazy("Parceira"), required=False)
    new_partner = forms.CharField(label=gettext_lazy("ou uma parceira nova"), required=False, max_length=80)
    area_code = forms.CharField(
        label="DDD", required=False, max_length=2, widget=forms.TextInput({"inputmode": "numeric"})
    )

    def __init__(self, *positional: Any, partners: list[PartnerInfo], **options: Any) -> None:
        super().__init__(*positional, **options)
        chosen = [("", "—"), *((str(each.id), each.name) for each in partners if each.is_active)]
        self.offer("partner", chosen)

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"]).strip().lower()
        if not _CODE.match(code):
            raise ValidationError(_("Use letras minúsculas, números e traços."))
        return code

    def clean_area_code(self) -> str:
        return _area_code(str(self.cleaned_data["area_code"]))

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if given.get("kind") == "partner" and not (given.get("partner") or given.get("new_partner")):
            self.add_error("partner", _("Escolha a parceira, ou escreva o nome de uma nova."))
        return given

    def partner_id(self) -> UUID | None:
        """The partner chosen from the list. After validation."""
        chosen = self.cleaned_data["partner"] if self.cleaned_data["kind"] == "partner" else ""
        return UUID(chosen) if chosen else None


class StoreChangeForm(DeskForm):
    """What can change of a store."""

    name = forms.CharField(label=gettext_lazy("Nome"), max_length=80)
    area_code = forms.CharField(
        label="DDD", required=False, max_length=2, widget=forms.TextInput({"inputmode": "numeric"})
    )

    def clean_area_code(self) -> str:
        return _area_code(str(self.cleaned_data["area_code"]))


class MemberForm(DeskForm):
    """A person of the team."""

    needed = ("partner",)

    name = forms.CharField(label=gettext_lazy("Nome"), max_length=80)
    email = forms.EmailField(label=gettext_lazy("E-mail"), max_length=254)
    role = forms.ChoiceField(label=gettext_lazy("Papel"), choices=ROLES, widget=forms.RadioSelect, initial="operator")
    partner = forms.ChoiceField(label=gettext_lazy("Parceira"), required=False)
    stores = forms.MultipleChoiceField(
        label=gettext_lazy("Lojas"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Nenhuma marcada: todas."),
    )

    def __init__(self, *positional: Any, stores: list[StoreInfo], partners: list[PartnerInfo], **options: Any) -> None:
        super().__init__(*positional, **options)
        self.offer("stores", [(str(each.id), each.name) for each in stores])
        chosen = [("", "—"), *((str(each.id), each.name) for each in partners if each.is_active)]
        self.offer("partner", chosen)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if given.get("role") == "partner" and not given.get("partner"):
            self.add_error("partner", _("Escolha a parceira."))
        return given

    def store_ids(self) -> list[UUID]:
        """The stores that limit the person; none is no limit. After validation."""
        return [UUID(each) for each in self.cleaned_data["stores"]]

    def partner_id(self) -> UUID | None:
        """The partner that the person works for. After validation."""
        return UUID(self.cleaned_data["partner"]) if self.cleaned_data["role"] == "partner" else None


class MemberChangeForm(DeskForm):
    """A person's role and stores. A partner's person stays a partner's."""

    needed = ("stores",)

    role = forms.ChoiceField(label=gettext_lazy("Papel"), choices=ROLES[:-1], widget=forms.RadioSelect)
    everywhere = forms.BooleanField(label=gettext_lazy("Todas as lojas, também as que vierem"), required=False)
    stores = forms.MultipleChoiceField(label=gettext_lazy("Lojas"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *positional: Any, stores: list[StoreInfo], is_partner: bool, **options: Any) -> None:
        super().__init__(*positional, **options)
        self.offer("stores", [(str(each.id), each.name) for each in stores])
        if is_partner:
            del self.fields["role"]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if given.get("everywhere") == bool(given.get("stores")):
            self.add_error("stores", _("Marque todas as lojas, ou ao menos uma da lista."))
        return given

    def changes(self) -> dict[str, Any]:
        """What `change_staff` takes. After validation."""
        limits = [UUID(each) for each in self.cleaned_data["stores"]]
        found: dict[str, Any] = {"store_ids": limits, "is_limited": bool(limits)}
        return found | ({"role": self.cleaned_data["role"]} if "role" in self.fields else {})


class KeyForm(DeskForm):
    """A key of the API."""

    needed = ("scopes",)

    name = forms.CharField(
        label=gettext_lazy("Nome"),
        max_length=80,
        help_text=gettext_lazy("Quem vai usar, por exemplo “Caixa da loja Centro”."),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Tipo"),
        choices=[
            ("secret", gettext_lazy("Secreta: para servidores")),
            ("publishable", gettext_lazy("Publicável: para páginas do site")),
        ],
        widget=forms.RadioSelect,
        initial="secret",
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("O que pode"),
        required=False,
        choices=[(each, each) for each in SCOPES],
        widget=forms.CheckboxSelectMultiple,
        initial=list(SCOPES),
    )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if given.get("kind") == "secret" and not given.get("scopes") and "scopes" not in self.errors:
            self.add_error("scopes", _("Marque ao menos uma coisa que a chave pode."))
        return given

    def chosen_scopes(self) -> tuple[str, ...]:
        """The scopes of the key. After validation."""
        if self.cleaned_data["kind"] == "publishable":
            return PUBLISHABLE_SCOPES
        return tuple(self.cleaned_data["scopes"])


class BrandForm(DeskForm):
    """How the brand appears, and what it promises."""

    name = forms.CharField(label=gettext_lazy("Nome da marca"), max_length=80)
    tagline = forms.CharField(label=gettext_lazy("Frase"), max_length=140, required=False)
    brand_colour = forms.CharField(label=gettext_lazy("Cor"), max_length=7, widget=forms.TextInput({"type": "color"}))
    logo = PictureField(
        label=gettext_lazy("Logo"), required=False, side=512, help_text=gettext_lazy("PNG, JPEG ou WebP, até 2 MB.")
    )
    remove_logo = forms.BooleanField(label=gettext_lazy("Tirar o logo"), required=False)
    support_phone = forms.CharField(
        label=gettext_lazy("Telefone de ajuda"), required=False, max_length=24, widget=PhoneInput
    )
    default_area_code = forms.CharField(
        label=gettext_lazy("DDD padrão"),
        required=False,
        max_length=2,
        widget=forms.TextInput({"inputmode": "numeric"}),
        help_text=gettext_lazy("Completa telefones digitados sem DDD."),
    )
    shop_url = forms.URLField(
        label=gettext_lazy("Endereço da loja na internet"),
        required=False,
        max_length=300,
        assume_scheme="https",
        help_text=gettext_lazy("Aonde levam os botões de comprar das mensagens."),
    )
    voucher_days = forms.IntegerField(
        label=gettext_lazy("Dias para usar um voucher de saldo"), min_value=1, max_value=3650
    )
    shortfall_policy = forms.ChoiceField(
        label=gettext_lazy("Devolução de uma compra cujo prêmio já foi gasto"),
        choices=[
            ("owe", gettext_lazy("O cliente fica devendo, e os próximos ganhos descontam")),
            ("pending_only", gettext_lazy("A marca assume o que já foi gasto")),
            ("negative", gettext_lazy("O saldo do cliente fica negativo até novos ganhos")),
        ],
        widget=forms.RadioSelect,
    )
    terms_version = forms.CharField(
        label=gettext_lazy("Versão dos termos"),
        max_length=20,
        help_text=gettext_lazy("Mude quando o texto mudar: fica na prova de cada aceite."),
    )
    terms_text = forms.CharField(
        label=gettext_lazy("Texto que o cliente aceita"),
        max_length=8000,
        required=False,
        widget=forms.Textarea({"rows": 6}),
    )
    service_basis = forms.BooleanField(
        label=gettext_lazy("Avisos do programa têm base legal própria da marca"),
        required=False,
        help_text=gettext_lazy(
            "Quem se cadastra recebe avisos do que ganhou, sem outro aceite. Ofertas sempre dependem de aceite."
        ),
    )

    def __init__(self, *positional: Any, brand: TenantInfo, **options: Any) -> None:
        initial = {name: getattr(brand, name) for name in self.base_fields if name in TenantInfo.__dataclass_fields__}
        initial.pop("logo", None)
        options["initial"] = initial
        super().__init__(*positional, **options)
        self.brand = brand
        if not brand.logo:
            del self.fields["remove_logo"]

    def clean_brand_colour(self) -> str:
        try:
            return normalise_hex(self.cleaned_data["brand_colour"])
        except ValueError:
            raise ValidationError(_("Use uma cor como #1e3a8a.")) from None

    def clean_default_area_code(self) -> str:
        return _area_code(str(self.cleaned_data["default_area_code"]))

    def clean_support_phone(self) -> str:
        text = str(self.cleaned_data["support_phone"])
        if not text:
            return ""
        try:
            return normalise_phone(text, area_code=self.data.get("default_area_code") or None)
        except InvalidPhone:
            raise ValidationError(_("Confira o telefone: DDD e número.")) from None

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        same_version = given.get("terms_version") == self.brand.terms_version
        if (
            same_version
            and given.get("terms_text", "").strip() != self.brand.terms_text.strip()
            and self.brand.terms_text
        ):
            self.add_error("terms_version", _("O texto mudou: dê a ele uma versão nova."))
        return given

    def settings(self) -> dict[str, Any]:
        """What `change_brand` takes, without the logo. After validation."""
        left_out = {"nonce", "logo", "remove_logo"}
        return {name: value for name, value in self.cleaned_data.items() if name not in left_out}


class ChannelForm(DeskForm):
    """A WhatsApp number of the Cloud API, as Meta's panel shows it. Meta tells the number itself, and its name."""

    display_name = forms.CharField(
        label=gettext_lazy("Nome neste painel"),
        max_length=80,
        required=False,
        help_text=gettext_lazy("Se ficar vazio, o nome verificado pela Meta."),
    )
    phone_number_id = forms.CharField(label=gettext_lazy("Phone number ID"), max_length=40)
    waba_id = forms.CharField(label=gettext_lazy("WhatsApp Business account ID"), max_length=40)
    token = forms.CharField(
        label=gettext_lazy("Token de acesso"), max_length=600, widget=forms.PasswordInput({"autocomplete": "off"})
    )
    app_secret = forms.CharField(
        label=gettext_lazy("App secret"), max_length=200, widget=forms.PasswordInput({"autocomplete": "off"})
    )
    verify_token = forms.CharField(
        label=gettext_lazy("Verify token"),
        max_length=200,
        widget=forms.PasswordInput({"autocomplete": "off"}),
        help_text=gettext_lazy("Uma palavra secreta sua, igual à que você escreve no painel da Meta."),
    )

    def refuse(self, error: DomainError, fields: Mapping[str, str] | None = None) -> None:
        """Say which field Meta finds wrong, and in small print how Meta puts it."""
        if not isinstance(error, ChannelRefused):
            super().refuse(error, fields)
            return
        for name, sentences in error.errors.items():
            metas = [each for each in sentences if each != error.sentence]
            self.add_error(name, [self._wrong(name), *metas])

    @staticmethod
    def _wrong(name: str) -> str:
        return {
            "token": _("A Meta não aceita este token: gere outro para o usuário do sistema."),
            "phone_number_id": _("Este token não abre este número: confira o Phone number ID e as permissões."),
            "waba_id": _("O número não é desta conta: confira o WhatsApp Business account ID."),
            "app_secret": _("O segredo não é do aplicativo deste token."),
        }.get(name, _("A Meta recusou este campo."))
