"""The template library of every screen: `{% load ui %}` gives icons, amounts, codes and QR codes."""

from functools import lru_cache

from django import template
from django.templatetags.static import static
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext, to_locale

from smartbis.kernel import codes, phones
from smartbis.kernel.money import format_amount
from smartbis.kernel.qr import qr_svg
from smartbis.kernel.units import TIER_POINTS, is_currency

register = template.Library()

_SPRITE = "vendor/lucide/1.62.0/sprite.svg"
_MINUS = "\N{MINUS SIGN}"


@register.simple_tag
def icon(name: str) -> SafeString:
    """Draw one icon of the sprite. It is decoration: the words beside it carry the meaning."""
    return _drawn(name)


@lru_cache(maxsize=512)
def _drawn(name: str) -> SafeString:
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static(_SPRITE),
        name,
    )


@register.simple_tag
def amount(value: int, unit: str, sign: bool = False) -> str:
    """Write whole minor units or points for people: `R$ 18,50`, `1.230 pontos`; with `sign`, `+R$ 18,50`."""
    text = _amount(abs(value), unit)
    if value < 0:
        return f"{_MINUS}{text}"
    return f"+{text}" if sign and value > 0 else text


def _amount(value: int, unit: str) -> str:
    text = format_amount(value, unit, to_locale(get_language() or "pt-br"))
    if is_currency(unit):
        return text
    if unit == TIER_POINTS:
        return ngettext("%(count)s ponto de nível", "%(count)s pontos de nível", value) % {"count": text}
    return ngettext("%(count)s ponto", "%(count)s pontos", value) % {"count": text}


@register.simple_tag
def qr(payload: str) -> SafeString:
    """Draw a QR code. The caller says what it is, in words, on the element around it."""
    return mark_safe(qr_svg(payload))  # noqa: S308 - digits and markup made by segno, nothing of the payload's text


@register.simple_tag
def listed(*items: str) -> tuple[str, ...]:
    """Several words as one list, for an include."""
    return items


@register.filter
def number(value: object) -> object:
    """Write a whole number as people do: `402.701`, in English `402,701`. Anything else stays as it is."""
    return number_format(value, force_grouping=True) if type(value) is int else value


@register.filter
def grouped(code: str) -> str:
    """Write a stored voucher code as people read it: `8F3K-2QZP-7XMA`."""
    return codes.group_code(code)


@register.filter
def phone(e164: str) -> str:
    """Write a phone number as people do at home: `(11) 98765-4821`."""
    return phones.format_phone(e164)


@register.filter
def initial(name: str) -> str:
    """The letter that stands for a name where there is no picture."""
    return name.strip()[:1].upper() or "?"
