"""What makes Meta's review read a text as marketing, so that nobody is surprised by a dearer category.

A notice (UTILITY) tells somebody about something they did. Words of offers, urgency and invitation turn it into an
advertisement; a price does, unless its sentence tells of a transaction. Both languages are read in every text, since
brands mix them. Pure, and only advice: Meta decides, and may turn a notice into marketing later.
"""

import re
import unicodedata
from dataclasses import dataclass

from messaging.own_templates import TemplateDraft
from messaging.template_specs import PLACEHOLDER


@dataclass(frozen=True)
class Hint:
    """A phrase of the text, as it stands there, and why it reads as marketing.

    `reason`: discount, offer, gift, urgency, invitation or price. `where`: header, body, footer or button.
    """

    where: str
    phrase: str
    reason: str


# Folded: small letters without accents.
_REASONS: tuple[tuple[str, str], ...] = (
    (
        "discount",
        r"\d+ ?% (?:off|de desconto|discount)|\d+ ?% off|descontos?|discounts?|descontao|cupom de desconto|"
        r"metade do preco|half price|liquidacao|queima de estoque|clearance|black friday|cyber monday|\boff\b",
    ),
    (
        "offer",
        r"ofertas?|promoc(?:ao|oes)|promocional|promo|special offers?|offers?|deals?|on sale|sales?|sorteios?|concorra|"
        r"novidades?|nova colecao|new collection|new arrivals?|condic(?:ao|oes) especia(?:l|is)",
    ),
    (
        "gift",
        r"gratis|gratuit[oa]s?|de graca|brindes?|presentes?|for free|free gifts?|freebies?|giveaways?|"
        r"cashback em dobro|double cashback|(?:pontos|points) em dobro|double points|frete gratis|free shipping",
    ),
    (
        "urgency",
        r"so hoje|somente hoje|ultimas? (?:chances?|horas?|unidades?|dias?)|ultimos? dias?|imperdive(?:l|is)|nao perca|"
        r"por tempo limitado|enquanto durar|corra|aproveit(?:e|ar|a)|today only|last chance|hurry|don't miss|"
        r"do not miss|limited time|while stocks? lasts?|ends soon",
    ),
    (
        "invitation",
        r"compre|comprar agora|peca ja|garanta(?: o seu| ja)?|venha|visite|conheca|confira|experimente|convide|indique|"
        r"buy now|shop now|order now|come (?:and )?(?:see|visit)|visit us|check out|discover|try (?:it|our)|"
        r"invite (?:a )?friends?",
    ),
)
_LEXICON = tuple((reason, re.compile(rf"(?<!\w)(?:{words})(?!\w)")) for reason, words in _REASONS)
_PRICE = re.compile(r"(?:r\$|us\$|\$|€) ?\d+(?:[.,]\d+)*|\d+(?:[.,]\d+)* ?(?:reais|real|dollars?|euros?)(?!\w)")
_TRANSACTION = re.compile(
    r"(?<!\w)(?:compras?|comprou|pagamentos?|pagou|pagos?|pedidos?|saldo|credito|creditos|recebeu|estornos?|reembolsos?|"
    r"devoluc(?:ao|oes)|vouchers?|extrato|lancamentos?|fatura|cobranca|purchases?|bought|payments?|paid|orders?|balance|"
    r"credits?|credited|received|refunds?|refunded|statement|invoice|charged?)(?!\w)"
)
_SENTENCE = re.compile(r"[^.!?\n]*(?:[.,]\d[^.!?\n]*)*[.!?\n]?")


def hints_of(draft: TemplateDraft) -> tuple[Hint, ...]:
    """The phrases of a wording that read as marketing, in their order, each once for each part."""
    parts = [("header", draft.header), ("body", draft.body), ("footer", draft.footer)]
    parts += [("button", button.text) for button in draft.buttons]
    found = [Hint(where, phrase, reason) for where, text in parts for phrase, reason in _phrases(text)]
    return tuple(dict.fromkeys(found))


def _phrases(text: str) -> list[tuple[str, str]]:
    """Each phrase as it stands in the text, with the reason; of phrases that overlap, the longest."""
    plain = PLACEHOLDER.sub(lambda match: "\x00" * len(match[0]), text)
    folded = _folded(plain)
    spans = [(*match.span(), reason) for reason, pattern in _LEXICON for match in pattern.finditer(folded)]
    spans += [(start, end, "price") for start, end in _prices(folded)]
    chosen: list[tuple[int, int, str]] = []
    for start, end, reason in sorted(spans, key=lambda span: (span[0] - span[1], span[0])):
        if all(end <= other[0] or start >= other[1] for other in chosen):
            chosen.append((start, end, reason))
    return [(text[start:end], reason) for start, end, reason in sorted(chosen)]


def _prices(folded: str) -> list[tuple[int, int]]:
    """Amounts of money in sentences that tell of no transaction."""
    found = []
    for sentence in _SENTENCE.finditer(folded):
        if not _TRANSACTION.search(sentence[0]):
            at = sentence.start()
            found += [(at + price.start(), at + price.end()) for price in _PRICE.finditer(sentence[0])]
    return found


def _folded(text: str) -> str:
    """Small letters without accents, each in its own place, so that places mean the same in both."""
    return "".join(_letter(letter) for letter in text)


def _letter(letter: str) -> str:
    base = unicodedata.normalize("NFD", letter.lower())[0]
    return "'" if base == "\u2019" else base
