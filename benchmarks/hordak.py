"""The peer of our ledger: django-hordak, double-entry accounting for Django, on a database of its own beside ours.

A settings module of its own for processes that are its own. One account of the brand, one for each customer; a movement
is `Account.transfer_to`, as its documentation posts one.
"""

import importlib
import os
import random
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import psycopg

from benchmarks.clients import Operation

NAME = "smartbis_bench_hordak"
ADDRESS = "SMARTBIS_BENCH_HORDAK"
CURRENCY = "BRL"


def made(owner_url: str, *, customers: int) -> str:
    """A fresh database with hordak's tables and its accounts; its address."""
    dropped(owner_url)
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {NAME}")
    url = urlsplit(owner_url)._replace(path=f"/{NAME}").geturl()
    subprocess.run(
        [sys.executable, "-m", "benchmarks.hordak", str(customers)],
        env={**os.environ, ADDRESS: url},
        cwd=Path(__file__).resolve().parent.parent,
        check=True,
    )
    return url


def dropped(owner_url: str) -> None:
    """Remove the database again."""
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")


def one_by_one(url: str, place: int) -> Operation:
    """A client that locks a customer's account, reads its balance and posts one movement, as ours does."""
    _set_up(url)
    from django.db import transaction

    accounts, brand, money, chance = *_world(), random.Random(place)
    models: Any = importlib.import_module("hordak.models")

    def operation() -> None:
        with transaction.atomic():
            account = models.Account.objects.select_for_update().get(id=chance.choice(accounts).id)
            account.get_simple_balance()
            brand.transfer_to(account, money)

    return operation


def many(url: str, place: int) -> Operation:
    """A client that writes a batch's legs together, past hordak's own call and its checks, no balance looked at."""
    _set_up(url)
    from django.db import transaction

    from benchmarks.movements import MOVEMENTS_A_BATCH

    accounts, brand, money, chance = *_world(), random.Random(place)
    models: Any = importlib.import_module("hordak.models")

    def operation() -> None:
        with transaction.atomic():
            posted = models.Transaction.objects.bulk_create(models.Transaction() for _ in range(MOVEMENTS_A_BATCH))
            models.Leg.objects.bulk_create(
                leg
                for each in posted
                for leg in (
                    models.Leg(transaction=each, account=brand, credit=money),
                    models.Leg(transaction=each, account=chance.choice(accounts), debit=money),
                )
            )

    return operation


def transfers(url: str, place: int) -> Operation:
    """A client that posts a batch of movements in one transaction by hordak's own call, no balance looked at."""
    _set_up(url)
    from django.db import transaction

    from benchmarks.movements import MOVEMENTS_A_BATCH

    accounts, brand, money, chance = *_world(), random.Random(place)

    def operation() -> None:
        with transaction.atomic():
            for account in chance.choices(accounts, k=MOVEMENTS_A_BATCH):
                brand.transfer_to(account, money)

    return operation


def _world() -> tuple[list[Any], Any, Any]:
    """The customers' accounts, the brand's, and what is moved."""
    models: Any = importlib.import_module("hordak.models")
    money: Any = importlib.import_module("moneyed")
    everybody = list(models.Account.objects.order_by("id"))
    return everybody[1:], everybody[0], money.Money("25.98", CURRENCY)


_setting_up = threading.Lock()


def _set_up(url: str) -> None:
    """Start Django with hordak and nothing else, once in a process."""
    from django.conf import settings

    with _setting_up:
        if not settings.configured:
            _configure(url)


def _configure(url: str) -> None:
    from django.conf import settings

    parts = urlsplit(url)
    query = parse_qs(parts.query)
    settings.configure(
        SECRET_KEY=os.urandom(16).hex(),
        INSTALLED_APPS=["django.contrib.contenttypes", "mptt", "djmoney", "hordak"],
        CURRENCIES=(CURRENCY,),
        DEFAULT_CURRENCY=CURRENCY,
        HORDAK_CURRENCIES=[CURRENCY],
        USE_TZ=True,
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": parts.path.lstrip("/"),
                "USER": unquote(parts.username or ""),
                "PASSWORD": unquote(parts.password or ""),
                "HOST": query.get("host", [parts.hostname or ""])[0],
                "PORT": str(query.get("port", [parts.port or "5432"])[0]),
                "CONN_MAX_AGE": None,
            }
        },
    )
    import django

    django.setup()


def _make(customers: int) -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    models: Any = importlib.import_module("hordak.models")
    kind = models.AccountType
    models.Account.objects.create(name="Brand", code="0", type=kind.expense, currencies=[CURRENCY])
    for number in range(customers):
        models.Account.objects.create(
            name=f"Customer {number}", code=str(number + 1), type=kind.liability, currencies=[CURRENCY]
        )


if __name__ == "__main__":
    _set_up(os.environ[ADDRESS])
    _make(int(sys.argv[1]))
