"""Two brands with something in every table."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import override_settings

from messaging.whatsapp.guard import tolerating_test_transaction
from smartbis.outbox import work
from tests.contracts.world import World, make_world
from tests.messaging import graph as fake


@pytest.fixture(scope="module")
def standing_worlds(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[World, World]]:
    """Made once for a module, in a transaction that is undone after it: making them takes longer than most tests."""
    rate = 10**6
    with (
        django_db_blocker.unblock(),
        fake.running() as graph,
        override_settings(API_RATE_PER_SECOND=rate, API_RATE_BURST=rate, WHATSAPP_GRAPH_URL=graph.url),
        pytest.MonkeyPatch.context() as patch,
        transaction.atomic(),
        tolerating_test_transaction(len(connection.atomic_blocks)),
    ):
        patch.setattr(work, "_poke", lambda queue: None)
        ours = make_world("nossa", "canarionosso", number="1001", phone="11987650001", cpf="529.982.247-25")
        theirs = make_world("deles", "canariodeles", number="2002", phone="11987650002", cpf="111.444.777-35")
        yield ours, theirs
        transaction.set_rollback(True)


@pytest.fixture
def worlds(standing_worlds: tuple[World, World], db: None) -> Iterator[tuple[World, World]]:
    """Ours and theirs: whoever is ours must never see, name or change anything of theirs."""
    with tolerating_test_transaction(len(connection.atomic_blocks)):
        yield standing_worlds
