"""Words that people write to a brand's number and that mean something by themselves. Pure."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Literal

TextKind = Literal["stop", "join", "text", "media"]

_STOP = frozenset({"sair", "parar", "pare", "stop", "cancelar", "unsubscribe", "descadastrar"})
_STOP_PHRASES = frozenset(
    {"quero sair", "quero parar", "quero cancelar", "nao quero mais receber", "parar mensagens", "stop all"}
)
_JOIN = re.compile(r"\b(quero participar|i want to join|want to join|join the club)\b")
_JOIN_WORDS = frozenset({"participar", "join"})
_PLEASE = re.compile(r"\b(por favor|please|pf|pfv)\b")
_STORE_MARK = re.compile(r"#([a-z0-9_-]{1,40})")


def folded(text: str) -> str:
    """Lower case without accents, punctuation as blanks, blanks collapsed."""
    plain = unicodedata.normalize("NFKD", text.lower())
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    return " ".join(re.sub(r"[^\w\s#-]", " ", plain).split())


def text_kind(kind: str, text: str) -> TextKind:
    """What an inbound message asks for.

    A stop word counts only as the whole message (politeness apart): "quero cancelar meu pedido" is no opt-out.
    """
    words = " ".join(_PLEASE.sub(" ", folded(text)).split())
    if words in _STOP or words in _STOP_PHRASES:
        return "stop"
    if words in _JOIN_WORDS or _JOIN.search(words):
        return "join"
    return "text" if kind in ("text", "button", "interactive") else "media"


def store_hint(text: str, store_codes: Iterable[str]) -> str | None:
    """The store that a join message names: `#centro` as the poster's QR writes it, or the bare code as a word."""
    words = folded(text)
    codes = {folded(code): code for code in store_codes}
    if (mark := _STORE_MARK.search(words)) and mark[1] in codes:
        return codes[mark[1]]
    return next((codes[word] for word in words.split() if word in codes), None)


def join_text(store_code: str | None = None, referral: str = "") -> str:
    """What a poster's QR puts into the person's message field, with the code of who invited them, if anybody did."""
    return " ".join(
        ["Quero participar", *([f"#{store_code}"] if store_code else []), *([referral] if referral else [])]
    )
