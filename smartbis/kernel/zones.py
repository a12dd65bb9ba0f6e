"""The clock by which a person lives, told from their number. Pure."""

# Area codes of the states that do not keep Brasília's time. What of Amazonas lies further west has no code of its own.
_AREAS = {
    **dict.fromkeys(("92", "97"), "America/Manaus"),
    **dict.fromkeys(("65", "66"), "America/Cuiaba"),
    "67": "America/Campo_Grande",
    "68": "America/Rio_Branco",
    "69": "America/Porto_Velho",
    "95": "America/Boa_Vista",
}
_BRAZIL = "+55"
# Countries with one zone, by calling code; none is the beginning of another.
_COUNTRIES = {
    "+595": "America/Asuncion",
    "+598": "America/Montevideo",
    "+591": "America/La_Paz",
    "+54": "America/Argentina/Buenos_Aires",
    "+57": "America/Bogota",
    "+51": "America/Lima",
    "+244": "Africa/Luanda",
    "+39": "Europe/Rome",
    "+44": "Europe/London",
    "+49": "Europe/Berlin",
    "+33": "Europe/Paris",
    "+81": "Asia/Tokyo",
}


def zone_of_phone(e164: str) -> str | None:
    """The zone of a number in E.164; None where its country is not known here, or has several zones."""
    if e164.startswith(_BRAZIL):
        return _AREAS.get(e164[3:5], "America/Sao_Paulo")
    return next((zone for code, zone in _COUNTRIES.items() if e164.startswith(code)), None)
