"""What an operator typed or scanned, told by its shape alone."""

import re
from dataclasses import dataclass
from typing import Literal

from smartbis.kernel.codes import normalise_code, parse_qr
from smartbis.kernel.documents import InvalidCpf, normalise_cpf
from smartbis.kernel.phones import InvalidPhone, is_mobile, normalise_phone

LONGEST = 200
SHORTEST_NAME = 2
_CPF_AS_WRITTEN = re.compile(r"^\d{3}\.\d{3}\.\d{3}-\d{2}$")
_NUMBER = re.compile(r"^[\d\s()+./-]+$")


@dataclass(frozen=True)
class Shape:
    """What a text may be: a scanned voucher, an e-mail address, a number, a code, a name; or nothing.

    Of a number, `phone` is E.164 and `cpf` eleven digits, each None where it cannot be one; `is_cpf_first` says which
    is looked for first. Of a code, `is_perhaps_name` says that it holds no digit.
    """

    kind: Literal["qr", "email", "number", "code", "name", "nothing"]
    text: str
    phone: str | None = None
    cpf: str | None = None
    is_cpf_first: bool = False
    is_perhaps_name: bool = False


def shape_of(text: str, area_code: str) -> Shape:
    """The shape of a text; `area_code` completes local phone numbers."""
    text = " ".join(text.split())[:LONGEST]
    if not text or not text.isprintable():
        return Shape("nothing", "")
    if token := parse_qr(text):
        return Shape("qr", token)
    if "@" in text:
        return Shape("email", text)
    if _NUMBER.match(text):
        return _number(text, area_code)
    has_digit = any(character.isdigit() for character in text)
    if has_digit or normalise_code(text):
        return Shape("code", text, is_perhaps_name=not has_digit)
    return Shape("name", text) if len(text) >= SHORTEST_NAME else Shape("nothing", "")


def _number(text: str, area_code: str) -> Shape:
    phone, cpf = _phone(text, area_code), _cpf(text)
    # Eleven digits may be both; who writes the dots means the CPF, and a mobile is likelier than a landline.
    is_cpf_first = cpf is not None and (bool(_CPF_AS_WRITTEN.match(text)) or phone is None or not is_mobile(phone))
    return Shape("number", text, phone=phone, cpf=cpf, is_cpf_first=is_cpf_first)


def _phone(text: str, area_code: str) -> str | None:
    try:
        return normalise_phone(text, area_code=area_code or None)
    except InvalidPhone:
        return None


def _cpf(text: str) -> str | None:
    try:
        return normalise_cpf(text)
    except InvalidCpf:
        return None
