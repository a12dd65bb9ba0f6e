"""Phone numbers, WhatsApp ids and message ids as Meta writes them.

Brazil: accounts opened before the ninth digit keep a `wa_id` of 12 digits although people dial 13. Both forms reach
the same person, so personas are kept under the 13-digit form.
"""

import base64
import hashlib
import random
import re

MIN_DIGITS = 7
MAX_DIGITS = 15
BR_SHORT = 12  # 55 + area code + 8 digits
BR_LONG = 13


def digits(text: str) -> str:
    """Return only the ASCII digits of `text`."""
    return re.sub(r"[^0-9]", "", text)


def canonical(number: str) -> str:
    """Return the digits under which a person is kept: Brazilian mobiles always with the ninth digit."""
    plain = digits(number)
    if len(plain) == BR_SHORT and plain.startswith("55") and plain[4] in "6789":
        return f"{plain[:4]}9{plain[4:]}"
    return plain


def without_ninth_digit(phone: str) -> str:
    """Return the 12-digit form of a Brazilian mobile, any other number unchanged."""
    if len(phone) == BR_LONG and phone.startswith("55") and phone[4] == "9":
        return phone[:4] + phone[5:]
    return phone


def country_code(number: str) -> str:
    """Return the calling code of a business number (1 to 3 digits), by the ITU's zones."""
    plain = digits(number)
    if plain[:1] in ("1", "7"):
        return plain[:1]
    two = {
        "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46", "47", "48", "49",
        "51", "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63", "64", "65", "66", "81", "82", "84",
        "86", "90", "91", "92", "93", "94", "95", "98",
    }  # fmt: skip
    return plain[:2] if plain[:2] in two else plain[:3]


def dialled(to: str, sender: str) -> str | None:
    """Return the canonical digits `to` reaches when sent from `sender`, or None when it cannot be a number.

    Without a plus, Meta prefixes the sender's calling code unless the number already starts with it.
    """
    if not re.fullmatch(r"\+?[0-9()\-.\s]+", to):
        return None
    plain = digits(to)
    if not to.strip().startswith("+"):
        prefix = country_code(sender)
        # A Brazilian or American number without calling code has 10 or 11 digits.
        complete = plain.startswith(prefix) and len(plain) >= len(prefix) + 10
        if not complete and len(plain) <= 11:
            plain = prefix + plain
    return canonical(plain) if MIN_DIGITS <= len(plain) <= MAX_DIGITS else None


def scoped_user_id(waba_id: str, phone: str) -> str:
    """Return the business-scoped id of a person (`BR.` and digits): stable per business account, tells no phone."""
    number = int.from_bytes(hashlib.sha256(f"{waba_id}/{phone}".encode()).digest()[:7], "big")
    country = "BR" if phone.startswith("55") else "US" if phone.startswith("1") else "ZZ"
    return f"{country}.{number:017d}"


def message_id(rng: random.Random, wa_id: str, *, inbound: bool) -> str:
    """Return a fresh `wamid.…` in the layout of Meta's own ids (framed wa_id, direction byte, random part)."""
    unique = f"{rng.getrandbits(80):020X}".encode()
    who = wa_id.encode()
    direction = b"\x12" if inbound else b"\x11"
    raw = (
        b"\x1c\x18" + bytes([len(who)]) + who + b"\x15\x02\x00"
        + direction + b"\x18" + bytes([len(unique)]) + unique + b"\x00"
    )  # fmt: skip
    return "wamid." + base64.b64encode(raw).decode()


def numeric_id(rng: random.Random, length: int = 16) -> str:
    """Return a random Graph object id of `length` digits."""
    return str(rng.randrange(10 ** (length - 1), 10**length))


def trace_id(rng: random.Random) -> str:
    """Return a value in the shape of `fbtrace_id`."""
    return "A" + base64.urlsafe_b64encode(rng.randbytes(17)).decode().rstrip("=")
