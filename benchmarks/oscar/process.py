"""Fetching django-oscar, and starting Django with it in processes that are its own."""

import importlib
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

ADDRESS = "SMARTBIS_BENCH_OSCAR"
CURRENCY = "BRL"
ROOT = Path(__file__).resolve().parents[2]
LOCK = ROOT / "requirements" / "oscar.lock"
FOLDER = ROOT / "build" / "oscar"
_APPS = (
    *("analytics", "checkout", "address", "shipping", "catalogue", "communication", "partner", "basket"),
    *("payment", "offer", "order", "customer", "search", "voucher", "wishlists", "dashboard"),
)
_DESK = (
    *("reports", "users", "orders", "catalogue", "offers", "partners", "pages", "ranges", "reviews"),
    *("vouchers", "communications", "shipping"),
)


class NotFetched(Exception):
    """Django-oscar is not there, and pip cannot bring it."""


def fetch() -> None:
    """Have what the lock names in the folder. Raises NotFetched."""
    if FOLDER.exists():
        return
    coming = FOLDER.with_name(f"oscar.{os.getpid()}")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    done = subprocess.run(
        [*command, "--target", str(coming), "--requirement", str(LOCK)], check=False, capture_output=True, text=True
    )
    if done.returncode:
        raise NotFetched(done.stderr.strip().rpartition("\n")[2])
    coming.rename(FOLDER)


def told(url: str, *order: object) -> str:
    """What a process of its own, with oscar's settings, prints last. Raises RuntimeError."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.oscar", *map(str, order)],
        env={**os.environ, ADDRESS: url},
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"django-oscar, {order[0]}: {done.stderr[-2000:]}")
    return done.stdout.strip().rpartition("\n")[2]


_setting_up = threading.Lock()


def set_up(url: str) -> None:
    """Start Django with oscar and nothing else, once in a process: its own packages before all others."""
    with _setting_up:
        if str(FOLDER) not in sys.path:
            sys.path.insert(0, str(FOLDER))
            _configure(url)


def _configure(url: str) -> None:
    from django.conf import settings

    defaults: Any = importlib.import_module("oscar.defaults")
    settings.configure(
        **{name: value for name, value in vars(defaults).items() if name.isupper()}
        | {"OSCAR_DEFAULT_CURRENCY": CURRENCY},
        SECRET_KEY=os.urandom(16).hex(),
        INSTALLED_APPS=_installed(),
        SITE_ID=1,
        ROOT_URLCONF="",
        HAYSTACK_CONNECTIONS={"default": {"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}},
        LOGGING_CONFIG=None,
        USE_TZ=True,
        DATABASES={"default": _database(url)},
    )
    import django

    django.setup()


def _installed() -> list[str]:
    """All of oscar, as its documentation lists it: its shop starts with nothing less."""
    django = ("auth", "contenttypes", "sessions", "sites", "messages", "flatpages")
    return [
        *(f"django.contrib.{name}" for name in django),
        "oscar.config.Shop",
        *(f"oscar.apps.{name}.apps.{name.title()}Config" for name in _APPS),
        "oscar.apps.catalogue.reviews.apps.CatalogueReviewsConfig",
        *(f"oscar.apps.dashboard.{name}.apps.{name.title()}DashboardConfig" for name in _DESK),
        *("widget_tweaks", "haystack", "treebeard", "django_tables2"),
    ]


def _database(url: str) -> dict[str, object]:
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.get("host", [parts.hostname or ""])[0],
        "PORT": str(query.get("port", [parts.port or "5432"])[0]),
        "CONN_MAX_AGE": None,
    }
