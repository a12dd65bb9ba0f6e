"""Names cut into tokens that a prefix search can use.

Under row-level security only leakproof operators may use an index ahead of the policy. LIKE, ILIKE and trigrams are
not; the prefix operator `^@` is. So names are kept as normalised tokens, and a search is a prefix of each word.
"""

import re
import unicodedata

MAX_TOKENS = 10
MAX_TOKEN_LENGTH = 40

_WORD = re.compile(r"[^\W_]+")


def name_tokens(name: str) -> tuple[str, ...]:
    """The words of a name, each once, in lower case without accents: `João d'Ávila` → `joao`, `d`, `avila`."""
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    words = dict.fromkeys(word[:MAX_TOKEN_LENGTH] for word in _WORD.findall(plain))
    return tuple(words)[:MAX_TOKENS]


def clean_name(name: str) -> str:
    """The name as it is kept: control characters gone, blanks single, at most 200 characters."""
    printable = "".join(char if char.isprintable() else " " for char in name)
    return " ".join(printable.split())[:200]


def first_name(name: str) -> str:
    """The word to greet a person with; empty for a customer without a name."""
    return name.split(" ", 1)[0]
