"""Two brands with something in every table: whoever is ours must never see, name or change anything of theirs."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import override_settings

from messaging.whatsapp.guard import tolerating_test_transaction
from tests.contracts.world import World, make_world
from tests.messaging import graph as fake
from tests.pokes import hold_pokes

BOUNDLESS = {"API_RATE_PER_SECOND": 10**6, "API_RATE_BURST": 10**6}


@contextmanager
def made() -> Iterator[tuple[World, World]]:
    """Ours and theirs."""
    with (
        fake.running() as graph,
        override_settings(**BOUNDLESS, WHATSAPP_GRAPH_URL=graph.url),
        tolerating_test_transaction(len(connection.atomic_blocks)),
    ):
        ours = make_world("nossa", "canarionosso", number="1001", phone="11987650001", cpf="529.982.247-25")
        theirs = make_world("deles", "canariodeles", number="2002", phone="11987650002", cpf="111.444.777-35")
        yield ours, theirs


@pytest.fixture
def worlds(db: None) -> Iterator[tuple[World, World]]:
    """The two for one test alone, which may break them."""
    with made() as both:
        yield both


@pytest.fixture(scope="module")
def standing_worlds(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[World, World]]:
    """The two for a module's tests, in a transaction that is undone after them: making them takes longer than most."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch, transaction.atomic():
        hold_pokes(patch)
        with made() as both:
            yield both
        transaction.set_rollback(True)


@pytest.fixture
def shared_worlds(standing_worlds: tuple[World, World], db: None) -> Iterator[tuple[World, World]]:
    """The same for one of them, whose own effects are undone after it."""
    with tolerating_test_transaction(len(connection.atomic_blocks)):
        yield standing_worlds
