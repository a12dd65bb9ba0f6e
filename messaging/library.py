"""The templates that the product sends: wording, parameters and buttons, in Portuguese and English.

Worded to stay UTILITY: each tells a member about their own account after something they did, names no offer and
invites to no purchase. Values never stand at the start, at the end or side by side, as Meta's review demands.
"""

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from messaging.correction_templates import CORRECTIONS
from messaging.membership_templates import MEMBERSHIP
from messaging.own_templates import link_button
from messaging.template_specs import PLACEHOLDER, Category, TemplateSpec, Wording, notice

__all__ = [
    "LIBRARY",
    "SIGN_IN_CODE",
    "SIGN_IN_MINUTES",
    "Category",
    "ParametersMismatch",
    "TemplateSpec",
    "Wording",
    "body_values",
    "button_values",
    "check_parameters",
    "definition",
    "fingerprint",
    "language_for",
    "rendered",
    "template_spec",
]

SIGN_IN_CODE = "sign_in_code"
SIGN_IN_MINUTES = 10


_WELCOME = notice(
    "welcome",
    path="",
    examples={"first_name": "Ana", "brand": "Cartão Aurora"},
    pt=(
        "Olá, {first_name}! Seu cadastro em {brand} está ativo e ligado a este número. "
        "Informe o seu telefone no caixa para que cada compra seja registrada, e veja o saldo pelo botão abaixo.",
        "Abrir minha conta",
    ),
    en=(
        "Hello, {first_name}! Your account with {brand} is active and tied to this number. "
        "Give your phone at the till so that each purchase is kept, and see your balance with the button below.",
        "Open my account",
    ),
)

_PURCHASE_CREDITED = notice(
    "purchase_credited",
    path="statement/",
    examples={
        "first_name": "Ana",
        "store": "Loja Centro",
        "earned": "R$ 18,50",
        "balance": "R$ 42,00",
        "next_step": "o saldo já pode ser usado no caixa",
    },
    in_english={"earned": "R$18.50", "balance": "R$42.00", "next_step": "the balance can be used at the till"},
    pt=(
        "Olá, {first_name}! Registramos a sua compra em {store} e você recebeu {earned}. "
        "O seu saldo agora é {balance}. Situação da conta: {next_step}. Cada lançamento está no seu extrato.",
        "Ver extrato",
    ),
    en=(
        "Hello, {first_name}! We recorded your purchase at {store} and you received {earned}. "
        "Your balance is now {balance}. Account status: {next_step}. Every entry is on your statement.",
        "See statement",
    ),
)

_VOUCHER_ISSUED = notice(
    "voucher_issued",
    path="vouchers/",
    path_parameter="voucher_path",
    examples={"first_name": "Ana", "voucher": "Café", "code": "8F3K-2QZP-7XMA", "until": "até 31/12/2026"},
    in_english={"voucher": "Coffee", "until": "until 31 Dec 2026"},
    pt=(
        "Olá, {first_name}! O seu voucher {voucher} foi emitido com o código {code} e com validade {until}. "
        "Mostre o código ou o QR da página no caixa para usar.",
        "Abrir voucher",
    ),
    en=(
        "Hello, {first_name}! Your voucher {voucher} was issued with the code {code} and valid {until}. "
        "Show the code or the page's QR at the till to use it.",
        "Open voucher",
    ),
)

_VOUCHER_ENDING = notice(
    "voucher_ending",
    path="vouchers/",
    path_parameter="voucher_path",
    examples={"first_name": "Ana", "voucher": "Café", "day": "31/12/2026", "code": "8F3K-2QZP-7XMA"},
    in_english={"voucher": "Coffee", "day": "31 Dec 2026"},
    pt=(
        "Olá, {first_name}! O seu voucher {voucher} vence em {day} e ainda não foi usado. O código é {code}. "
        "Mostre o código ou o QR da página no caixa para usar.",
        "Abrir voucher",
    ),
    en=(
        "Hello, {first_name}! Your voucher {voucher} ends on {day} and has not been used. Its code is {code}. "
        "Show the code or the page's QR at the till to use it.",
        "Open voucher",
    ),
)

_VOUCHER_REDEEMED = notice(
    "voucher_redeemed",
    path="statement/",
    examples={"first_name": "Ana", "voucher": "Café", "store": "Loja Centro", "at": "21/11/2026 14:30"},
    in_english={"voucher": "Coffee", "at": "21 Nov 2026 14:30"},
    pt=(
        "Olá, {first_name}! O seu voucher {voucher} foi usado em {store} no dia {at}. "
        "Se não foi você, responda a esta mensagem para falar com a loja.",
        "Ver extrato",
    ),
    en=(
        "Hello, {first_name}! Your voucher {voucher} was used at {store} on {at}. "
        "If this was not you, reply to this message to reach the store.",
        "See statement",
    ),
)

_EVENT_REGISTERED = notice(
    "event_registered",
    path="vouchers/",
    path_parameter="voucher_path",
    examples={"first_name": "Ana", "event": "Sarau", "at": "12/12/2026 19:00", "code": "8F3K-2QZP-7XMA"},
    in_english={"event": "Open stage", "at": "12 Dec 2026 19:00"},
    pt=(
        "Olá, {first_name}! Sua inscrição em {event} está confirmada para {at}. O código da sua entrada é {code} "
        "e vale uma vez. Mostre o código ou o QR da página na porta.",
        "Abrir entrada",
    ),
    en=(
        "Hello, {first_name}! Your registration for {event} is confirmed for {at}. The code of your entry is "
        "{code} and counts once. Show the code or the page's QR at the door.",
        "Open entry",
    ),
)

_EVENT_PLACE_FREED = notice(
    "event_place_freed",
    path="vouchers/",
    path_parameter="voucher_path",
    examples={"first_name": "Ana", "event": "Sarau", "at": "12/12/2026 19:00", "code": "8F3K-2QZP-7XMA"},
    in_english={"event": "Open stage", "at": "12 Dec 2026 19:00"},
    pt=(
        "Olá, {first_name}! Abriu um lugar em {event} e ele é seu: saiu da lista de espera para o dia {at}. "
        "O código da sua entrada é {code} e vale uma vez. Se não puder ir, cancele na página.",
        "Abrir entrada",
    ),
    en=(
        "Hello, {first_name}! A place at {event} became free and it is yours: you left the waiting list for {at}. "
        "The code of your entry is {code} and counts once. If you cannot come, cancel on the page.",
        "Open entry",
    ),
)

_EVENT_STARTING = notice(
    "event_starting",
    path="vouchers/",
    path_parameter="voucher_path",
    examples={
        "first_name": "Ana",
        "event": "Sarau",
        "at": "12/12/2026 19:00",
        "place": "Sede",
        "code": "8F3K-2QZP-7XMA",
    },
    in_english={"event": "Open stage", "at": "12 Dec 2026 19:00", "place": "Clubhouse"},
    pt=(
        "Olá, {first_name}! Lembrete da sua inscrição em {event}: começa em {at}. O local é este: {place}. "
        "O código da sua entrada é {code} e vale uma vez na porta. Se não puder ir, cancele na página.",
        "Abrir entrada",
    ),
    en=(
        "Hello, {first_name}! A reminder of your registration for {event}: it starts on {at}. The venue is {place}. "
        "The code of your entry is {code} and counts once at the door. If you cannot come, cancel on the page.",
        "Open entry",
    ),
)

_EVENT_CANCELLED = notice(
    "event_cancelled",
    path="events/",
    examples={
        "first_name": "Ana",
        "event": "Sarau",
        "at": "12/12/2026 19:00",
        "reason": "chuva forte",
        "returned": "50 pontos voltaram ao saldo",
    },
    in_english={
        "event": "Open stage",
        "at": "12 Dec 2026 19:00",
        "reason": "heavy rain",
        "returned": "50 points are back on your balance",
    },
    pt=(
        "Olá, {first_name}! O evento {event} do dia {at} foi cancelado pelo organizador. "
        "Motivo informado: {reason}. Situação do seu pagamento: {returned}. A sua entrada deixou de valer.",
        "Ver eventos",
    ),
    en=(
        "Hello, {first_name}! The event {event} on {at} was cancelled by its organiser. "
        "The reason given: {reason}. Status of your payment: {returned}. Your entry is no longer valid.",
        "See events",
    ),
)

_REFERRAL_SETTLED = notice(
    "referral_settled",
    path="statement/",
    examples={"first_name": "Ana", "friend": "Bia", "earned": "100 pontos"},
    in_english={"earned": "100 points"},
    pt=(
        "Olá, {first_name}! A pessoa que você indicou, {friend}, concluiu a primeira compra. "
        "Pela indicação você recebeu {earned} na sua conta. Cada lançamento está no seu extrato.",
        "Ver extrato",
    ),
    en=(
        "Hello, {first_name}! The person you referred, {friend}, has completed a first purchase. "
        "For the referral you received {earned} on your account. Every entry is on your statement.",
        "See statement",
    ),
)

_CHALLENGE_REACHED = notice(
    "challenge_reached",
    path="challenges/",
    examples={"first_name": "Ana", "challenge": "Três visitas em dezembro", "earned": "50 pontos"},
    in_english={"challenge": "Three visits in December", "earned": "50 points"},
    pt=(
        "Olá, {first_name}! Você concluiu o desafio {challenge} do programa. "
        "Por isso recebeu {earned} na sua conta. O seu progresso está na página.",
        "Ver desafios",
    ),
    en=(
        "Hello, {first_name}! You have completed the challenge {challenge} of the programme. "
        "For this you received {earned} on your account. Your progress is on the page.",
        "See challenges",
    ),
)

_SIGN_IN_CODE = TemplateSpec(
    key=SIGN_IN_CODE,
    category=Category.AUTHENTICATION,
    examples={"code": "123456"},
    # Meta writes the text of authentication templates itself; this is how it reads.
    wordings={
        "pt_BR": Wording("Seu código de verificação é {code}. Para sua segurança, não o compartilhe.", "Copiar código"),
        "en": Wording("{code} is your verification code. For your security, do not share this code.", "Copy code"),
    },
)

_RULES_CHANGED = notice(
    "rules_changed",
    path="how-it-works/",
    examples={
        "first_name": "Ana",
        "program": "Clube Aurora",
        "from": "01/12/2026",
        "change": "1 ponto a cada R$ 1,00, em todas as lojas.",
    },
    in_english={"from": "1 Dec 2026", "change": "1 point for every R$1.00, in all stores."},
    pt=(
        "Olá, {first_name}! As regras de {program}, de que você participa, mudam em {from}. O que muda: {change} "
        "O que você já ganhou continua como está. As regras completas ficam na página do programa.",
        "Ver as regras",
    ),
    en=(
        "Hello, {first_name}! The rules of {program}, which you are a member of, change on {from}. What changes: "
        "{change} What you earned before stays as it is. The complete rules are on the programme's page.",
        "See the rules",
    ),
)

LIBRARY: Mapping[str, TemplateSpec] = {
    spec.key: spec
    for spec in (
        _WELCOME,
        _PURCHASE_CREDITED,
        _VOUCHER_ISSUED,
        _VOUCHER_ENDING,
        _VOUCHER_REDEEMED,
        _EVENT_REGISTERED,
        _EVENT_PLACE_FREED,
        _EVENT_STARTING,
        _EVENT_CANCELLED,
        _REFERRAL_SETTLED,
        _CHALLENGE_REACHED,
        _RULES_CHANGED,
        *MEMBERSHIP,
        *CORRECTIONS,
        _SIGN_IN_CODE,
    )
}


class ParametersMismatch(ValueError):
    """A caller brings other parameters than the template has: a programming error."""


def template_spec(key: str) -> TemplateSpec:
    """The template of that key. Raises ParametersMismatch for an unknown one."""
    try:
        return LIBRARY[key]
    except KeyError as error:
        raise ParametersMismatch(f"no template {key!r} in the library") from error


def check_parameters(spec: TemplateSpec, parameters: Mapping[str, str]) -> None:
    """Raise ParametersMismatch unless `parameters` are exactly the template's, none of them empty."""
    if set(parameters) != spec.parameters:
        raise ParametersMismatch(f"{spec.key} takes {sorted(spec.parameters)}, got {sorted(parameters)}")
    if empty := sorted(name for name, value in parameters.items() if not value.strip()):
        raise ParametersMismatch(f"{spec.key}: {empty} must not be empty")


def language_for(locale: str) -> str:
    """The library's language for a person's or brand's locale."""
    return "en" if locale.lower().startswith("en") else "pt_BR"


def rendered(spec: TemplateSpec, language: str, parameters: Mapping[str, str]) -> str:
    """The message's body as the person reads it; a value that was wiped shows as dots."""
    body = spec.wordings[language].body
    return PLACEHOLDER.sub(lambda match: parameters.get(match[1], "••••"), body)


def body_values(spec: TemplateSpec, language: str, parameters: Mapping[str, str]) -> Sequence[str]:
    """The values in the order of Meta's numbered placeholders."""
    return [parameters[name] for name in spec.placeholders(language)]


def button_values(spec: TemplateSpec, parameters: Mapping[str, str]) -> Mapping[int, str]:
    """Values of buttons by index that the parameters bring: the code to copy. Links are made when a message goes."""
    return {0: parameters["code"]} if spec.category is Category.AUTHENTICATION else {}


def definition(spec: TemplateSpec, language: str, portal_url: str) -> dict[str, Any]:
    """What is submitted to Meta. `portal_url` is the tenant's portal address with its closing slash."""
    if spec.category is Category.AUTHENTICATION:
        components = _authentication_components(spec.wordings[language])
    else:
        components = _utility_components(spec, language, portal_url)
    return {
        "name": spec.key,
        "language": language,
        "category": spec.category.value.upper(),
        "components": components,
    }


def fingerprint(components: Sequence[Mapping[str, Any]]) -> str:
    """Tells whether a definition changed since it was submitted."""
    return sha256(json.dumps(list(components), sort_keys=True).encode()).hexdigest()


def _authentication_components(wording: Wording) -> list[dict[str, Any]]:
    return [
        {"type": "BODY", "add_security_recommendation": True},
        {"type": "FOOTER", "code_expiration_minutes": SIGN_IN_MINUTES},
        {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "COPY_CODE", "text": wording.button}]},
    ]


def _utility_components(spec: TemplateSpec, language: str, portal_url: str) -> list[dict[str, Any]]:
    wording = spec.wordings[language]
    names, samples = spec.placeholders(language), spec.samples(language)
    numbered = PLACEHOLDER.sub(lambda match: f"{{{{{names.index(match[1]) + 1}}}}}", wording.body)
    button = link_button(wording.button, portal_url)
    return [
        {"type": "BODY", "text": numbered, "example": {"body_text": [[samples[name] for name in names]]}},
        {"type": "FOOTER", "text": wording.footer},
        {"type": "BUTTONS", "buttons": [button]},
    ]
