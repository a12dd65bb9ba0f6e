"""The WhatsApp channel, measured against the sandbox in a process of its own."""

from pathlib import Path

from benchmarks import table, web
from benchmarks.channel import brands, ceiling, door, house, rates
from benchmarks.database import Database
from benchmarks.peers import Figure

# A person is written to a few times while a rate is kept: far below the limit of a pair.
PEOPLE_A_SECOND = 16


def measured(
    database: Database, folder: Path, *, rounds: int, seconds: float, minute: float, postmaster: int | None
) -> list[Figure]:
    """Webhooks accepted, the ceiling of the send loop, the rates that numbers keep, and events turned into calls.

    `minute` is for how long a rate is to be kept, in seconds. Each is printed as it ends.
    """
    from django.conf import settings

    state = folder / "sandbox.sqlite"
    with house.sandbox(state) as sandbox, web.served(database) as address:
        settings.WHATSAPP_GRAPH_URL, settings.BASE_URL = sandbox, f"http://{address}"
        names, people = ("numero-1", "numero-2", "numero-3", "livre"), round(PEOPLE_A_SECOND * max(minute, 6))
        alone, *others, free = brands.make_senders(sandbox, names, people=people)
        made = _told(door.measured(free, rounds=rounds, seconds=seconds, postmaster=postmaster))
        made += _told(ceiling.measured(free, rounds=rounds, seconds=seconds, postmaster=postmaster))
        for sender in (alone, *others):
            ceiling.meet_everybody(sender)
        with house.workers(database, sandbox, address):
            rates.settled([alone, *others, free])  # what the door was given is nobody's to pay for here
            made += _told([rates.handed_over(alone, state, seconds=minute / 2, postmaster=postmaster)])
            made += _told([rates.kept([alone], state, seconds=minute, postmaster=postmaster)])
            made += _told([rates.kept([alone, *others], state, seconds=minute, postmaster=postmaster)])
    return made


def _told(made: list[Figure]) -> list[Figure]:
    print(table.printed(made), flush=True)
    return made
