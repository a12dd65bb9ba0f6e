"""Message catalogues without gettext's binaries: Babel extracts, merges and compiles.

The sources are written in Brazilian Portuguese, so only other languages have a catalogue.
"""

from __future__ import annotations

import ast
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract as babel_extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from smartbis.local.terminal import LocalError, say

ROOT = Path(__file__).resolve().parent.parent.parent
LOCALE = ROOT / "locale"
LANGUAGES = ("en",)
WITHOUT_MESSAGES = {
    "tests",
    "benchmarks",
    "sandbox",
    "static",
    "build",
    "migrations",
    "node_modules",
    "screenshots",
}
# which arguments are messages, as Babel writes it: a context first, then singular and plural
SOURCE_LANGUAGE = "pt_BR"
KEYWORDS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
_LITERAL = r"""u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
_CALL = re.compile(rf"(?<!\w)(\w*gettext|_)\(({_LITERAL}(?:,\s*{_LITERAL})*)(?:,\s*count)?\)", re.DOTALL)


def extract() -> None:
    """Bring every catalogue up to date: new messages come in empty, those gone from the sources go.

    Entries name files without lines, so that code that moves changes no catalogue.
    """
    found = source_catalogue()
    for language in LANGUAGES:
        path = LOCALE / language / "LC_MESSAGES" / "django.po"
        catalogue = _read(path, language)
        catalogue.update(found, no_fuzzy_matching=True, update_creation_date=False)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            write_po(file, catalogue, width=110, include_lineno=False, sort_by_file=True, ignore_obsolete=True)
        open_ones = sum(1 for message in catalogue if message.id and not _is_translated(message))
        say(f"{path.relative_to(ROOT)}: {len(catalogue)} messages, {open_ones} without a translation")


def check() -> None:
    """Prove that every message of the sources has a translation.

    Raises: LocalError naming those that have none.
    """
    found = source_catalogue()
    for language in LANGUAGES:
        catalogue = _read(LOCALE / language / "LC_MESSAGES" / "django.po", language)
        lacking = []
        for message in found:
            known = catalogue.get(message.id, context=message.context) if message.id else None
            if message.id and (known is None or not _is_translated(known)):
                lacking.append(message)
        if lacking:
            shown = "\n".join(f"  {message.id!r} ({message.locations[0][0]})" for message in lacking[:20])
            raise LocalError(
                f"{len(lacking)} messages have no {language} translation; make messages adds them:\n{shown}"
            )


def compile_changed() -> None:
    """Write the `.mo` beside every `.po` that is newer than it."""
    for source in sorted(LOCALE.glob("*/LC_MESSAGES/*.po")):
        catalogue = _read(source, source.parent.parent.name)
        _compile(catalogue, source.with_suffix(".mo"), source)
        _compile(as_it_stands(catalogue), LOCALE / SOURCE_LANGUAGE / "LC_MESSAGES" / f"{source.stem}.mo", source)


def as_it_stands(catalogue: Catalog) -> Catalog:
    """The same messages in the language of the sources, each said as it stands.

    Without it every look-up of a Portuguese message would go through the catalogues of Django and of all applications.
    """
    found = Catalog(locale=SOURCE_LANGUAGE, project="Smartbis", charset="utf-8")
    found.mime_headers = [("Plural-Forms", "nplurals=2; plural=(n != 1)")]
    for message in catalogue:
        if message.id:
            found.add(message.id, message.id, context=message.context)
    return found


def _compile(catalogue: Catalog, target: Path, source: Path) -> None:
    if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
        return
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_suffix(".mo.new")
    partial.write_bytes(compiled.getvalue())
    partial.replace(target)


def source_catalogue() -> Catalog:
    """Every message of the Python files and templates, with the files it stands in."""
    catalogue = Catalog(project="Smartbis", charset="utf-8")
    for path in source_files():
        where = str(path.relative_to(ROOT))
        messages = template_messages(path) if path.suffix in (".html", ".txt") else python_messages(path)
        for line, message, context in messages:
            catalogue.add(message, None, locations=[(where, line)], context=context)
    return catalogue


def source_files() -> Iterator[Path]:
    """The files that may hold messages, in a stable order."""
    rooms = [path.parent for path in ROOT.glob("*/__init__.py")] + [ROOT / "templates"]
    for room in sorted(room for room in rooms if room.name not in WITHOUT_MESSAGES):
        for path in sorted(room.rglob("*")):
            inside = path.relative_to(ROOT).parts
            wanted = path.suffix == ".py" or (path.suffix in (".html", ".txt") and "templates" in inside)
            if wanted and not WITHOUT_MESSAGES.intersection(inside[:-1]):
                yield path


def python_messages(path: Path) -> Iterator[tuple[int, Any, str | None]]:
    """Line, message (a pair for plurals) and context of every call in a Python file."""
    with path.open("rb") as file:
        yield from _with_babel(file)


def template_messages(path: Path) -> Iterator[tuple[int, Any, str | None]]:
    """Line, message and context of every translated text in a Django template."""
    calls = templatize(path.read_text(encoding="utf-8"))
    for match in _CALL.finditer(calls):
        line = calls.count("\n", 0, match.start()) + 1
        name = "gettext" if match[1] == "_" else match[1]
        texts = ast.literal_eval(f"({match[2]},)")
        context = texts[0] if name.startswith(("p", "np")) else None
        rest = texts[1:] if context is not None else texts
        yield line, rest if len(rest) > 1 else rest[0], context


def _with_babel(file: IO[bytes]) -> Iterator[tuple[int, Any, str | None]]:
    options = {"encoding": "utf-8"}
    for line, message, _, context in babel_extract("python", file, KEYWORDS, options=options):
        yield line, message, context


def _read(path: Path, language: str) -> Catalog:
    if not path.exists():
        return Catalog(locale=language, project="Smartbis", charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=language)


def _is_translated(message: Message) -> bool:
    texts = message.string if isinstance(message.string, (list, tuple)) else [message.string]
    return all(texts) and not message.fuzzy
