"""Statements whose plan must fit brands of every size."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("smartbis", "vouchers", "messaging", "programs", "insights", "automations", "dashboard", "portal", "api")


def _statements() -> Iterator[tuple[str, str]]:
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", node.value


def _changes_unnested_rows(statement: str) -> bool:
    words = " ".join(statement.split())
    changes = words.startswith(("UPDATE ", "DELETE FROM ")) or " AS ( UPDATE " in words or " AS ( DELETE " in words
    return changes and "unnest(" in words


def test_who_changes_unnested_rows_names_their_ids_once_more() -> None:
    """Without it a plan made for any brand joins by going through all rows of a large one."""
    found = {place: text for place, text in _statements() if _changes_unnested_rows(text)}
    assert len(found) > 5, "the search must find what there is"
    assert [place for place, text in found.items() if "ANY(%" not in text] == []
