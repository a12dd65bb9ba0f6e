"""E-mail addresses as identities."""

import re

from smartbis.kernel.errors import InvalidInput

_SHAPE = re.compile(r"^[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+$")


class InvalidEmail(InvalidInput):
    """The text is no e-mail address."""

    code = "email_invalid"
    sentence = "This is not an e-mail address."


def normalise_email(raw: str) -> str:
    """Trimmed and in lower case. Raises InvalidEmail."""
    text = raw.strip().lower()
    if len(text) > 254 or not _SHAPE.match(text):
        raise InvalidEmail({"email": [InvalidEmail.sentence]})
    return text


def mask_email(email: str) -> str:
    """Enough to recognise: `m****@casa.com.br`."""
    name, _, host = email.partition("@")
    return f"{name[:1]}****@{host}"
