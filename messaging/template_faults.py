"""What Meta would refuse in a template, found before it is asked: lengths, places of values, buttons.

Source: "Template components" of the Cloud API and the codes of its refusals (2388040, 2388047, 2388072, 2388073,
2388293, 2388299). Pure: the same draft has the same faults.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from urllib.parse import urlsplit

from messaging.own_templates import LINK_KINDS, ButtonKind, TemplateButton, TemplateDraft, filled, placeholders
from messaging.template_specs import PLACEHOLDER, TemplateSpec

BODY_LIMIT = 1024
SHORT_LIMIT = 60  # header and footer
LABEL_LIMIT = 25
ADDRESS_LIMIT = 2000
BUTTONS_LIMIT = 10
ADDRESSES_LIMIT = 2
PHONES_LIMIT = 1
CODES_LIMIT = 1
CODE_LIMIT = 20
WORDS_A_VALUE = 3  # fewer words beside a value and Meta calls the ratio wrong
_BRACES = re.compile(r"[{}]")
_BLANKS = re.compile(r"\n{3,}| {5,}|\t")
_MARKS = re.compile(r"[*_~`\n]|[\U0001F000-\U0001FAFF\u2600-\u27BF]")
_PHONE = re.compile(r"\+[1-9][0-9]{7,14}")
# Addresses that hide where they lead are refused, and so are those that lead back into WhatsApp.
_HIDDEN = frozenset({"bit.ly", "tinyurl.com", "goo.gl", "ow.ly", "is.gd", "t.co", "cutt.ly", "encurtador.com.br"})
_WHATSAPP = frozenset({"wa.me", "api.whatsapp.com", "chat.whatsapp.com", "whatsapp.com", "www.whatsapp.com"})


@dataclass(frozen=True)
class Fault:
    """What is wrong with one part: `where` is header, body, footer, buttons or button-N; `params` is for the words."""

    where: str
    code: str
    params: Mapping[str, str | int] = field(default_factory=dict)

    @property
    def meta_code(self) -> int:
        """The code, or the subcode, that Meta's refusal would bear."""
        return _META_CODES.get(self.code) or _META_PARTS.get(self.where, _META_INVALID)


_META_CODES = {"too_long": 2388040, "value_at_edge": 2388299, "too_many_values": 2388293}
_META_PARTS = {"header": 2388047, "body": 2388072, "footer": 2388073}
_META_INVALID = 100


def faults_of(draft: TemplateDraft, spec: TemplateSpec, language: str, *, has_shop: bool) -> tuple[Fault, ...]:
    """Everything Meta would refuse, in the order of the parts. `has_shop`: whether the brand's shop has an address."""
    samples = spec.samples(language)
    return (
        *_header(draft, samples),
        *_body(draft.body, samples),
        *_footer(draft.footer),
        *_buttons(draft.buttons, samples, has_shop=has_shop),
    )


def _header(draft: TemplateDraft, samples: Mapping[str, str]) -> Iterator[Fault]:
    text = draft.header
    if draft.media:
        if draft.media.id is None and not draft.media.filename:
            yield Fault("header", "no_file")
        return
    if not text:
        return
    yield from _values("header", text, samples)
    yield from _length("header", text, samples, SHORT_LIMIT)
    if len(placeholders(text)) > 1:
        yield Fault("header", "one_value")
    if found := _MARKS.search(PLACEHOLDER.sub("", text)):
        yield Fault("header", "plain_text", {"found": found[0].replace("\n", "↵")})


def _body(text: str, samples: Mapping[str, str]) -> Iterator[Fault]:
    if not text.strip():
        yield Fault("body", "empty")
        return
    yield from _values("body", text, samples)
    yield from _length("body", text, samples, BODY_LIMIT)
    if _BLANKS.search(text):
        yield Fault("body", "blanks")
    bare = text.strip()
    found = list(PLACEHOLDER.finditer(bare))
    if not found:
        return
    # Punctuation alone does not make an end: Meta reads "{{1}}." as a value at the end.
    if found[0].start() == 0 or not re.search(r"\w", bare[found[-1].end() :]):
        yield Fault("body", "value_at_edge")
    if any(not re.search(r"\w", bare[one.end() : two.start()]) for one, two in pairwise(found)):
        yield Fault("body", "values_touch")
    words = len(re.findall(r"\w+", PLACEHOLDER.sub(" ", bare)))
    if words < WORDS_A_VALUE * len(found):
        yield Fault("body", "too_many_values", {"words": WORDS_A_VALUE * len(found), "has": words})


def _footer(text: str) -> Iterator[Fault]:
    if len(text) > SHORT_LIMIT:
        yield Fault("footer", "too_long", {"limit": SHORT_LIMIT, "has": len(text)})
    if _BRACES.search(text):
        yield Fault("footer", "no_values")
    if "\n" in text:
        yield Fault("footer", "one_line")


def _values(where: str, text: str, samples: Mapping[str, str]) -> Iterator[Fault]:
    if _BRACES.search(PLACEHOLDER.sub("", text)):
        yield Fault(where, "braces")
    for name in placeholders(text):
        if not samples.get(name, "").strip():
            yield Fault(where, "unknown_value", {"name": name})


def _length(where: str, text: str, samples: Mapping[str, str], limit: int) -> Iterator[Fault]:
    """Both count: the text as it is submitted, with doubled braces, and as a person reads it."""
    has = max(len(PLACEHOLDER.sub(r"{{\1}}", text)), len(filled(text, samples)))
    if has > limit:
        yield Fault(where, "too_long", {"limit": limit, "has": has})


def _buttons(buttons: tuple[TemplateButton, ...], samples: Mapping[str, str], *, has_shop: bool) -> Iterator[Fault]:
    kinds = Counter(button.kind for button in buttons)
    if len(buttons) > BUTTONS_LIMIT:
        yield Fault("buttons", "too_many_buttons", {"limit": BUTTONS_LIMIT})
    if sum(kinds[kind] for kind in (*LINK_KINDS, ButtonKind.ADDRESS)) > ADDRESSES_LIMIT:
        yield Fault("buttons", "too_many_addresses", {"limit": ADDRESSES_LIMIT})
    if kinds[ButtonKind.PHONE] > PHONES_LIMIT:
        yield Fault("buttons", "too_many_phones", {"limit": PHONES_LIMIT})
    if kinds[ButtonKind.COPY] > CODES_LIMIT:
        yield Fault("buttons", "too_many_codes", {"limit": CODES_LIMIT})
    labels = Counter(button.text.strip().casefold() for button in buttons if button.kind is not ButtonKind.COPY)
    for place, button in enumerate(buttons):
        if button.kind is ButtonKind.COPY:
            yield from _code(f"button-{place}", button.value, samples)
            continue
        yield from _button(f"button-{place}", button, has_shop=has_shop)
        if button.text.strip() and labels[button.text.strip().casefold()] > 1:
            yield Fault(f"button-{place}", "same_label")


def _button(where: str, button: TemplateButton, *, has_shop: bool) -> Iterator[Fault]:
    if not button.text.strip():
        yield Fault(where, "no_label")
    if len(button.text) > LABEL_LIMIT:
        yield Fault(where, "too_long", {"limit": LABEL_LIMIT, "has": len(button.text)})
    if _BRACES.search(button.text) or "\n" in button.text:
        yield Fault(where, "no_values")
    if button.kind is ButtonKind.SHOP and not has_shop:
        yield Fault(where, "no_shop")
    if button.kind is ButtonKind.PHONE and not _PHONE.fullmatch(button.value):
        yield Fault(where, "phone")
    if button.kind is ButtonKind.ADDRESS:
        yield from _address(where, button.value)


def _code(where: str, code: str, samples: Mapping[str, str]) -> Iterator[Fault]:
    """A fixed code, or a datum that is one. What the button says is WhatsApp's own."""
    if not code.strip():
        yield Fault(where, "no_code")
    yield from _values(where, code, samples)
    has = len(filled(code, samples))
    if has > CODE_LIMIT:
        yield Fault(where, "code_too_long", {"limit": CODE_LIMIT, "has": has})


def _address(where: str, address: str) -> Iterator[Fault]:
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").lower()
    except ValueError:
        host = ""
    is_plain = host and parts.scheme in ("http", "https") and not re.search(r"[\s{}]", address)
    if not is_plain or "." not in host or len(address) > ADDRESS_LIMIT:
        yield Fault(where, "address")
    elif host in _HIDDEN:
        yield Fault(where, "shortened", {"host": host})
    elif host in _WHATSAPP:
        yield Fault(where, "back_to_whatsapp", {"host": host})
