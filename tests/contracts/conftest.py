"""Two brands with something in every table."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from messaging.whatsapp.guard import tolerating_test_transaction
from tests.contracts.world import World, make_world
from tests.messaging import graph as fake


@pytest.fixture
def worlds(db: None, settings: Any) -> Iterator[tuple[World, World]]:
    """Ours and theirs: whoever is ours must never see, name or change anything of theirs."""
    settings.API_RATE_PER_SECOND = settings.API_RATE_BURST = 10**6
    with fake.running() as graph, tolerating_test_transaction(len(connection.atomic_blocks)):
        settings.WHATSAPP_GRAPH_URL = graph.url
        ours = make_world("nossa", "canarionosso", number="1001", phone="11987650001", cpf="529.982.247-25")
        theirs = make_world("deles", "canariodeles", number="2002", phone="11987650002", cpf="111.444.777-35")
        yield ours, theirs
