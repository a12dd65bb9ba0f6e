"""WhatsApp's text marks and links as safe HTML."""

import re
from html import escape

LINK = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]}]")
MARKS = (
    (re.compile(r"```(.+?)```", re.DOTALL), "code"),
    (re.compile(r"(?<![\w*])\*(\S(?:[^*\n]*\S)?)\*(?![\w*])"), "strong"),
    (re.compile(r"(?<![\w_])_(\S(?:[^_\n]*\S)?)_(?![\w_])"), "em"),
    (re.compile(r"(?<![\w~])~(\S(?:[^~\n]*\S)?)~(?![\w~])"), "s"),
)


def attribute(value: object) -> str:
    """Return `value` escaped for text or a quoted attribute."""
    return escape(str(value), quote=True)


def safe_link(url: str) -> str:
    """Return an http(s) address escaped for an attribute, or a harmless `#` for anything else."""
    return attribute(url) if url.lower().startswith(("http://", "https://")) else "#"


def text(value: str) -> str:
    """Return message text with marks, links and line breaks; links are kept whole, marks work between them."""
    pieces, last = [], 0
    for found in LINK.finditer(value):
        pieces.append(_marked(value[last : found.start()]))
        url = attribute(found[0])
        pieces.append(f'<a href="{url}" target="_blank" rel="noopener noreferrer">{url}</a>')
        last = found.end()
    pieces.append(_marked(value[last:]))
    return "".join(pieces)


def plain(value: str) -> str:
    """Return message text in one line without its marks, for a list."""
    for pattern, _ in MARKS:
        value = pattern.sub(r"\1", value)
    return " ".join(value.split())


def _marked(value: str) -> str:
    html = escape(value)
    for pattern, tag in MARKS:
        html = pattern.sub(rf"<{tag}>\1</{tag}>", html)
    return html.replace("\n", "<br>")
