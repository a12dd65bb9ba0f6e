"""Phone numbers as E.164 text, and Brazil's ninth digit.

WhatsApp may know a Brazilian mobile without its leading 9 (`55 DDD` and eight digits), while the person dials nine;
both forms are one number. Landlines (eight digits from 2 to 5) are never given a 9.
"""

import re
from functools import cache

import phonenumbers

from smartbis.kernel.errors import InvalidInput

_OLD_MOBILE = re.compile(r"^\+55(\d{2})([6-9]\d{7})$")
_NEW_MOBILE = re.compile(r"^\+55(\d{2})9([6-9]\d{7})$")
# Nearly every number that comes in is a mobile of today, written out. The library's own pattern says whether it exists;
# reading it by the library takes a hundred times as long.
_PLAIN_MOBILE = re.compile(r"\+55 ?\(?(\d{2})\)? ?(9\d{4})[- ]?(\d{4})", re.ASCII)


class InvalidPhone(InvalidInput):
    """The text is no phone number that can be called; `params["reason"]` says why."""

    code = "phone_invalid"
    sentence = "This is not a phone number with its area code."


def normalise_phone(raw: str, *, area_code: str | None = None, region: str = "BR") -> str:
    """The number in E.164 (`+5511987654821`).

    A Brazilian mobile written with eight digits gets its ninth. `area_code` completes a local number.
    Raises InvalidPhone.
    """
    match = _PLAIN_MOBILE.fullmatch(raw)
    if match and _is_mobile_at_home("".join(match.groups())):
        return f"+55{match[1]}{match[2]}{match[3]}"
    digits = re.sub(r"\D", "", raw)
    if not raw.strip().startswith("+") and area_code and len(digits) in (8, 9):
        raw = area_code + digits
    for text in (raw, f"+{digits}") if len(digits) in (12, 13) and digits.startswith("55") else (raw,):
        try:
            number = phonenumbers.parse(text, region)
        except phonenumbers.NumberParseException:
            continue
        e164 = _with_ninth_digit(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
        if phonenumbers.is_valid_number(phonenumbers.parse(e164)):
            return e164
    reason = "area_code_missing" if len(digits) in (8, 9) else "not_a_number"
    raise InvalidPhone({"phone": [InvalidPhone.sentence]}, reason=reason)


def _is_mobile_at_home(national: str) -> bool:
    return _home_mobiles().fullmatch(national) is not None


@cache
def _home_mobiles() -> re.Pattern[str]:
    metadata = phonenumbers.PhoneMetadata.metadata_for_region("BR")
    assert metadata is not None
    assert metadata.mobile is not None
    assert metadata.mobile.national_number_pattern is not None
    return re.compile(metadata.mobile.national_number_pattern)


def _with_ninth_digit(e164: str) -> str:
    match = _OLD_MOBILE.match(e164)
    if match and not phonenumbers.is_valid_number(phonenumbers.parse(e164)):
        return f"+55{match[1]}9{match[2]}"
    return e164


def from_wa_id(wa_id: str) -> str:
    """The canonical E.164 form of a WhatsApp id (digits with country code, perhaps without the ninth digit).

    Never refuses: WhatsApp vouches that the account exists.
    """
    e164 = "+" + wa_id.lstrip("+")
    match = _OLD_MOBILE.match(e164)
    return f"+55{match[1]}9{match[2]}" if match and not _is_valid(e164) else e164


def _is_valid(e164: str) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(e164))
    except phonenumbers.NumberParseException:
        return False


def variants(e164: str) -> tuple[str, ...]:
    """The forms under which this number may be known, the canonical one first."""
    if match := _NEW_MOBILE.match(e164):
        return (e164, f"+55{match[1]}{match[2]}")
    if match := _OLD_MOBILE.match(e164):
        return (f"+55{match[1]}9{match[2]}", e164)
    return (e164,)


def country_of(e164: str) -> str:
    """The country that a number belongs to, two letters of ISO 3166; empty where that cannot be told."""
    if e164.startswith("+55"):
        return "BR"
    try:
        region = phonenumbers.region_code_for_number(phonenumbers.parse(e164))
    except phonenumbers.NumberParseException:
        return ""
    return region if region and region.isalpha() else ""


def is_mobile(e164: str) -> bool:
    """Whether WhatsApp may be tried on this number."""
    kind = phonenumbers.number_type(phonenumbers.parse(e164))
    return kind in (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)


def format_phone(e164: str) -> str:
    """As people write it at home: `(11) 98765-4821`."""
    number = phonenumbers.parse(e164)
    home = number.country_code == 55
    style = phonenumbers.PhoneNumberFormat.NATIONAL if home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, style)


def mask_phone(e164: str) -> str:
    """Enough to recognise, too little to call: `(11) 9****-4821`."""
    if match := re.match(r"^\+55(\d{2})(\d)\d+(\d{4})$", e164):
        return f"({match[1]}) {match[2]}****-{match[3]}"
    return f"{e164[:4]}****{e164[-4:]}"
