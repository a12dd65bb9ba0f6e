"""Voucher codes that people can type, and tokens that only machines read.

A code is 11 random characters of Crockford's base 32 (https://www.crockford.com/base32.html), 55 bits, and one check
character of the same alphabet: the characters as elements of GF(32), each weighted by its own power of the generator,
summed. Every single wrong character and every swap of two is found before anything is looked up.
"""

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUE = {character: value for value, character in enumerate(ALPHABET)}
_FOLD = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None, ".": None})
_BODY = 11
_QR_PREFIX = "SBV1"
_TOKEN = 26


def _check_character(body: str) -> str:
    total = 0
    for character in body:
        total = _times_generator(total ^ _VALUE[character])
    return ALPHABET[total]


def _times_generator(element: int) -> int:
    """Multiply by x in GF(2)[x] / (x^5 + x^2 + 1)."""
    element <<= 1
    return element ^ 0b100101 if element & 32 else element


def new_code() -> str:
    """A new code of 12 characters, without separators."""
    bits = secrets.randbits(5 * _BODY)  # asked for once: a character each would cost ten times as much
    body = "".join([ALPHABET[(bits >> shift) & 31] for shift in range(0, 5 * _BODY, 5)])
    return body + _check_character(body)


def normalise_code(text: str) -> str | None:
    """The code in `text` as stored, or None when it cannot be one.

    Folds what people confuse (O and 0; I, L and 1), drops blanks, dots and dashes, and verifies the check character.
    """
    code = text.upper().translate(_FOLD).strip()
    if len(code) != _BODY + 1 or any(character not in _VALUE for character in code):
        return None
    return code if _check_character(code[:-1]) == code[-1] else None


def group_code(code: str) -> str:
    """A stored code as people read it: `8F3K-2QZP-7XMA`."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def new_token() -> str:
    """128 random bits in 26 characters of the same alphabet."""
    bits = secrets.randbits(128)
    return "".join(ALPHABET[(bits >> shift) & 31] for shift in range(125, -1, -5))


def qr_payload(token: str) -> str:
    """What a voucher's QR holds: the token behind a version mark, all in QR's compact alphanumeric mode."""
    return _QR_PREFIX + token


def parse_qr(text: str) -> str | None:
    """The token in a scanned text, or None when it is not a voucher's QR."""
    text = text.strip().upper()
    token = text.removeprefix(_QR_PREFIX)
    if token == text or len(token) != _TOKEN or any(character not in _VALUE for character in token):
        return None
    return token
