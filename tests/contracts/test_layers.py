"""The import contracts hold, and no package of ours escapes them."""

import ast
import configparser
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOORS = ("dashboard", "portal", "api")
# Who is signed in to a portal is a row of the tenant, and the portal's own.
OWN_ROWS = ("portal/models.py", "portal/migrations/", "portal/services/")
# Not part of what runs for a tenant: tests and measurements may look everywhere.
OUTSIDE = {"tests", "benchmarks"}
OF_A_ROOM = {"models", "migrations", "services", "selectors", "subscribers", "workers"}


def _contracts() -> configparser.ConfigParser:
    parser = configparser.ConfigParser()
    parser.read(ROOT / ".importlinter")
    return parser


def test_the_import_contracts_hold(tmp_path: Path) -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-logo", "--cache-dir", tmp_path],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_top_level_package_is_under_the_contracts() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - OUTSIDE
    roots = set(_contracts()["importlinter"]["root_packages"].split())
    assert packages == roots


def test_every_room_with_models_keeps_them_to_itself() -> None:
    contracts = _contracts()
    guarded = {
        module
        for name in contracts.sections()
        if contracts[name].get("type") == "protected"
        for module in contracts[name]["protected_modules"].split()
    }
    homes = {
        ".".join(path.parent.relative_to(ROOT).parts)
        for pattern in ("*/models.py", "smartbis/*/models.py", "*/models/__init__.py", "smartbis/*/models/__init__.py")
        for path in ROOT.glob(pattern)
        if path.parts[-3] != ".venv"
    }
    homes = {home.removesuffix(".models") for home in homes}
    missing = {f"{home}.models" for home in homes} - guarded - {"smartbis.tenancy.models"}
    assert not missing, f"add a protected contract for {sorted(missing)} to .importlinter"


def _imported_names(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


@pytest.mark.parametrize("door", DOORS)
def test_a_door_reaches_no_model_by_the_back_way(door: str) -> None:
    """What import-linter cannot see: Django's own ways to a model, a connection or a transaction.

    A door may keep rows of its own (sessions); then its services and selectors read and write them, like any room's.
    """
    forbidden = (
        "django.apps.apps",
        "django.db",
        "django.contrib.auth.models",
        "django.contrib.contenttypes",
        "django.shortcuts.get_object_or_404",
        "django.shortcuts.get_list_or_404",
        "smartbis.tenancy.models",
    )
    allowed = {"django.db", "django.db.DataError", "django.db.OperationalError"}
    for path in (ROOT / door).rglob("*.py"):
        if OF_A_ROOM & {part.removesuffix(".py") for part in path.relative_to(ROOT / door).parts}:
            continue
        found = {name for name in _imported_names(path) if name.startswith(forbidden)} - allowed
        assert not found, f"{path.relative_to(ROOT)} imports {sorted(found)}"


def test_rules_are_pure() -> None:
    """`programs/rules/` knows no Django and no room."""
    for path in (ROOT / "programs" / "rules").rglob("*.py"):
        outside = {
            name
            for name in _imported_names(path)
            if name.split(".")[0] in {"django", "rest_framework", "celery", "psycopg", "smartbis", "programs"}
            and not name.startswith(("smartbis.kernel", "programs.rules"))
        }
        assert not outside, f"{path.relative_to(ROOT)} imports {sorted(outside)}"
