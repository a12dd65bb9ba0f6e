"""Money written out, so that a slipped digit is heard: three thousand is not three hundred."""

from smartbis.kernel.money import format_money
from smartbis.kernel.units import minor_digits


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split(" "))


_PT_SMALL = _words(
    "zero um dois três quatro cinco seis sete oito nove dez onze doze treze catorze quinze dezesseis dezessete"
    " dezoito dezenove"
)
_PT_TENS = ("", "", "vinte", "trinta", "quarenta", "cinquenta", "sessenta", "setenta", "oitenta", "noventa")
_PT_HUNDREDS = _words(" cento duzentos trezentos quatrocentos quinhentos seiscentos setecentos oitocentos novecentos")
_PT_SCALES = (("", ""), ("mil", "mil"), ("milhão", "milhões"), ("bilhão", "bilhões"), ("trilhão", "trilhões"))
_EN_SMALL = _words(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
    " eighteen nineteen"
)
_EN_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_EN_SCALES = ("", "thousand", "million", "billion", "trillion")
_LARGEST = 10**15


def money_in_words(minor: int, currency: str, locale: str = "pt_BR") -> str:
    """Whole minor units written out: `trezentos e oitenta e cinco reais`; cents too when there are any.

    A currency whose words are not known here is written in figures. Raises ValueError below zero.
    """
    if minor < 0:
        raise ValueError("money written out is not negative")
    english = locale.lower().startswith("en")
    names = _NAMES.get(("en" if english else "pt", currency))
    if names is None or minor_digits(currency) != 2:
        return format_money(minor, currency, locale)
    count = whole_in_english if english else whole_in_portuguese
    units, cents = divmod(minor, 100)
    parts = []
    if units or not cents:
        de = " de" if not english and units and units % 1_000_000 == 0 else ""
        parts.append(f"{count(units)}{de} {names[0] if units == 1 else names[1]}")
    if cents:
        parts.append(f"{count(cents)} {names[2] if cents == 1 else names[3]}")
    return (" and " if english else " e ").join(parts)


_NAMES = {
    ("pt", "BRL"): ("real", "reais", "centavo", "centavos"),
    ("en", "BRL"): ("real", "reais", "centavo", "centavos"),
    ("pt", "USD"): ("dólar", "dólares", "centavo", "centavos"),
    ("en", "USD"): ("dollar", "dollars", "cent", "cents"),
    ("pt", "EUR"): ("euro", "euros", "cêntimo", "cêntimos"),
    ("en", "EUR"): ("euro", "euros", "cent", "cents"),
    ("pt", "GBP"): ("libra", "libras", "pêni", "pence"),
    ("en", "GBP"): ("pound", "pounds", "penny", "pence"),
}


def whole_in_portuguese(number: int) -> str:
    """A whole number from 0 to below 10**15 in the words of Brazil."""
    groups = _groups(number)
    if not groups:
        return _PT_SMALL[0]
    parts = []
    for scale, group in groups:
        name = _PT_SCALES[scale][group != 1]
        parts.append("mil" if scale == 1 and group == 1 else f"{_pt_below_thousand(group)} {name}".strip())
    last = groups[-1][1]
    # "mil e cem", "mil e vinte", but "mil cento e vinte": the last group joins with "e" when it is round or small.
    joined = " e " if len(parts) > 1 and (last < 100 or last % 100 == 0) else " "
    return joined.join(filter(None, (" ".join(parts[:-1]), parts[-1])))


def _pt_below_thousand(number: int) -> str:
    if number == 100:
        return "cem"
    hundreds, rest = divmod(number, 100)
    parts = [_PT_HUNDREDS[hundreds]] if hundreds else []
    if rest >= 20:
        parts.append(_PT_TENS[rest // 10])
        rest %= 10
    if rest:
        parts.append(_PT_SMALL[rest])
    return " e ".join(parts)


def whole_in_english(number: int) -> str:
    """A whole number from 0 to below 10**15 in English words."""
    groups = _groups(number)
    parts = [f"{_en_below_thousand(group)} {_EN_SCALES[scale]}".strip() for scale, group in groups]
    return " ".join(parts) if parts else _EN_SMALL[0]


def _en_below_thousand(number: int) -> str:
    hundreds, rest = divmod(number, 100)
    parts = [f"{_EN_SMALL[hundreds]} hundred"] if hundreds else []
    if rest >= 20:
        tens, ones = divmod(rest, 10)
        parts.append(_EN_TENS[tens] + (f"-{_EN_SMALL[ones]}" if ones else ""))
    elif rest:
        parts.append(_EN_SMALL[rest])
    return " and ".join(parts)


def _groups(number: int) -> list[tuple[int, int]]:
    """The thousands of a number that are not zero, the greatest first: (power of a thousand, 1 to 999)."""
    if not 0 <= number < _LARGEST:
        raise ValueError("a whole number from 0 to below 10**15 is needed")
    found = []
    scale = 0
    while number:
        number, group = divmod(number, 1000)
        if group:
            found.append((scale, group))
        scale += 1
    return found[::-1]
