"""From what an operator typed to the customer, the voucher or the next question."""

from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from dashboard.counter.access import CounterRequest
from dashboard.counter.shapes import Shape, shape_of
from programs.checkouts.terms import till_terms
from smartbis.customers.infos import CustomerInfo
from smartbis.customers.selectors import customers_by_name, find_customer
from smartbis.kernel.codes import group_code, normalise_code
from smartbis.kernel.errors import InvalidInput
from vouchers.errors import VoucherNotFound
from vouchers.rotating import read_rotating
from vouchers.selectors import find_by_qr, get_voucher

MOST_NAMES = 5


@dataclass(frozen=True)
class FoundCustomer:
    """One customer."""

    customer: UUID


@dataclass(frozen=True)
class FoundSeveral:
    """A few customers to choose from; `more` when there are others."""

    people: tuple[CustomerInfo, ...]
    more: bool


@dataclass(frozen=True)
class FoundNobody:
    """A number that nobody has: somebody new."""

    phone: str | None
    cpf: str | None


@dataclass(frozen=True)
class FoundVoucher:
    """A voucher by its stored code."""

    code: str


@dataclass(frozen=True)
class UnknownCode:
    """A code that is no voucher's here, as it reads."""

    text: str


@dataclass(frozen=True)
class OldPicture:
    """A voucher's QR that is not of now: a picture of one, where the brand's codes change."""


@dataclass(frozen=True)
class NotUnderstood:
    """Nothing to look for, and why in words."""

    problem: str


Found = FoundCustomer | FoundSeveral | FoundNobody | FoundVoucher | UnknownCode | OldPicture | NotUnderstood


def look_up(request: CounterRequest, text: str) -> Found:
    """What the text names in this brand, within the actor's reach."""
    if (rotating := read_rotating(tenant=request.tenant, text=text)) is not None:
        return _by_qr(request, rotating.token) if rotating.is_fresh else OldPicture()
    shape = shape_of(text, request.store.area_code or request.brand.default_area_code)
    if shape.kind == "qr":
        return _by_qr(request, shape.text, is_lasting=True)
    if shape.kind == "email":
        return _by_email(request, shape.text)
    if shape.kind == "number":
        return _by_number(request, shape)
    if shape.kind == "code":
        return _by_code(request, shape)
    if shape.kind == "name":
        return _by_name(request, shape.text)
    return NotUnderstood(_("Digite um telefone, um nome, um CPF ou um código."))


def _by_qr(request: CounterRequest, token: str, *, is_lasting: bool = False) -> Found:
    """The voucher of a token. A lasting QR of a person's own voucher is refused where its code changes."""
    scanned = find_by_qr(tenant=request.tenant, token=token, actor=request.actor)
    if scanned is None:
        return UnknownCode("")
    if (
        is_lasting
        and scanned.is_personal
        and scanned.kind != "entry"
        and (scanned.rotates_code or till_terms(tenant=request.tenant).rotates_codes)
    ):
        return OldPicture()
    return FoundVoucher(scanned.code)


def _by_email(request: CounterRequest, text: str) -> Found:
    try:
        person = find_customer(tenant=request.tenant, email=text)
    except InvalidInput:
        return NotUnderstood(_("Este e-mail parece incompleto."))
    return FoundCustomer(person.id) if person else NotUnderstood(_("Ninguém com este e-mail. Peça o telefone."))


def _by_number(request: CounterRequest, shape: Shape) -> Found:
    order = [("phone", shape.phone), ("cpf", shape.cpf)]
    for kind, value in reversed(order) if shape.is_cpf_first else order:
        if value and (person := find_customer(tenant=request.tenant, **{kind: value})):
            return FoundCustomer(person.id)
    if voucher := voucher_named(request, shape.text):
        return voucher
    if shape.is_cpf_first or (shape.cpf and not shape.phone):
        return FoundNobody(None, shape.cpf)
    if shape.phone:
        return FoundNobody(shape.phone, None)
    digits = sum(character.isdigit() for character in shape.text)
    if digits in (8, 9):
        return NotUnderstood(_("Falta o DDD: digite o telefone com os dois números da cidade."))
    return NotUnderstood(_("Este número não é um telefone nem um CPF. Confira os dígitos."))


def _by_code(request: CounterRequest, shape: Shape) -> Found:
    if voucher := voucher_named(request, shape.text):
        return voucher
    if shape.is_perhaps_name:
        return _by_name(request, shape.text)
    code = normalise_code(shape.text)
    return UnknownCode(group_code(code) if code else shape.text[:40])


def voucher_named(request: CounterRequest, text: str) -> FoundVoucher | None:
    """The voucher of this code, if there is one."""
    try:
        return FoundVoucher(get_voucher(tenant=request.tenant, code=text, actor=request.actor).code)
    except VoucherNotFound:
        return None


def _by_name(request: CounterRequest, text: str) -> Found:
    if request.actor.partner is not None:
        return NotUnderstood(_("Peça o telefone ou o CPF, ou leia o voucher."))
    people = customers_by_name(tenant=request.tenant, prefix=text, limit=MOST_NAMES + 1)
    if not people:
        return NotUnderstood(_("Ninguém com este nome. Para cadastrar, digite o telefone."))
    if len(people) == 1:
        return FoundCustomer(people[0].id)
    return FoundSeveral(people[:MOST_NAMES], more=len(people) > MOST_NAMES)
