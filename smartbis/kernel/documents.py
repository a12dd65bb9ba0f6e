"""CPF, Brazil's number of a person."""

from stdnum.br import cpf as _cpf
from stdnum.exceptions import ValidationError

from smartbis.kernel.errors import InvalidInput


class InvalidCpf(InvalidInput):
    """The digits are no CPF: wrong length or wrong check digits."""

    code = "cpf_invalid"
    sentence = "This CPF does not exist. Please check the digits."


def normalise_cpf(raw: str) -> str:
    """The eleven digits. Raises InvalidCpf."""
    try:
        digits = str(_cpf.validate(raw))
    except ValidationError as error:
        raise InvalidCpf({"cpf": [InvalidCpf.sentence]}) from error
    if len(set(digits)) == 1:
        raise InvalidCpf({"cpf": [InvalidCpf.sentence]})
    return digits


def mask_cpf(digits: str) -> str:
    """Enough to recognise: `***.456.789-**`."""
    return f"***.{digits[3:6]}.{digits[6:9]}-**"
