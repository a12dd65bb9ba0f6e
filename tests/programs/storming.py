"""One process of the storm: does at random, by its seed, what shops do, and writes down what it began and finished.

Started as `python -m tests.programs.storming DATABASE JOURNAL SEED SECONDS`, the shops pickled on its standard input.
Nothing here waits for the parent: it is killed at any moment.
"""

import base64
import json
import os
import pickle
import random
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

THREADS = 2
_TRIES = 8


def main(database_name: str, journal: str, seed: int, seconds: float) -> None:
    """Storm for a while from some threads, each with shops of its own of the same brands."""
    from django.db import connection, connections

    from smartbis.outbox import work

    connection.settings_dict["NAME"] = connections.settings["default"]["NAME"] = database_name
    work._poke = lambda queue: None
    shops = pickle.load(sys.stdin.buffer)
    writing = threading.Lock()

    def note(**line: Any) -> None:
        # One write for each line, which the system keeps though the process dies after it.
        with writing:
            os.write(descriptor, (json.dumps(line) + "\n").encode())

    descriptor = os.open(journal, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    threads = [
        threading.Thread(target=_storm, args=(pickle.loads(pickle.dumps(shops)), f"{seed}-{each}", seconds, note))
        for each in range(THREADS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _storm(shops: list[Any], name: str, seconds: float, note: Callable[..., None]) -> None:
    from smartbis.kernel.clock import frozen
    from tests.programs.operations import OPERATIONS, later

    luck = random.Random(name)
    for shop in shops:
        shop.started = f"{shop.started}-{name}"
    end = time.monotonic() + seconds
    number = 0
    with frozen(later(0)):
        while time.monotonic() < end:
            number += 1
            wish = luck.choice(OPERATIONS), *(luck.randrange(1_000_000) for _ in range(3))
            operation = luck.choice(shops).operation(*wish)
            if operation is None:
                continue
            label = f"{name}-{number}"
            note(begun=label, name=operation.name, repeats=operation.repeats, work=packed(operation.work))
            answer, result = attempt(operation.work)
            if answer == "done":
                operation.keep(result)
            note(ended=label, answer=answer)


def attempt(work: Callable[[], Any]) -> tuple[str, Any]:
    """Do it as a door and its client do: again when a rival was stronger, or the connection is gone.

    Answers `done` with the result, or the code of the refusal.
    """
    from django.db import DatabaseError, InterfaceError, connection

    from smartbis.kernel.errors import DomainError
    from smartbis.tenancy.once import patiently

    for left in reversed(range(_TRIES)):
        try:
            return "done", patiently(work)
        except DomainError as refusal:
            return refusal.code, None
        except (DatabaseError, InterfaceError) as error:
            if not left or not _may_pass(error):
                raise
            connection.close()
    raise AssertionError


def _may_pass(error: Exception) -> bool:
    """Whether the connection was lost, or somebody else was waited for too long."""
    cause = type(error.__cause__).__name__
    lost = ("AdminShutdown", "OperationalError", "InterfaceError", "LockNotAvailable", "DeadlockDetected", "NoneType")
    return cause in lost or "closed" in str(error)


def packed(work: Callable[[], Any]) -> str:
    """Work as text; services are named, their arguments kept."""
    return base64.b64encode(pickle.dumps(work)).decode()


def unpacked(text: str) -> Callable[[], Any]:
    """The work that was packed."""
    work: Callable[[], Any] = pickle.loads(base64.b64decode(text))
    return work


if __name__ == "__main__":
    import tests.environment

    assert tests.environment
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smartbis.settings")
    import django

    django.setup()
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4]))
