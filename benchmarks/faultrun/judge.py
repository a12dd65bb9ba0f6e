"""What became of every message: our rows held against what the sandbox took and delivered."""

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

# Meta took it; what came of it is in its statuses.
ARRIVED = ("accepted", "sent", "delivered", "read")
OPEN = ("queued", "sending")
# What ends a message short of its person, and has to say why.
ENDS = ("failed", "held", "unknown")


@dataclass
class Verdict:
    """The figures of a run, and what is wrong with it."""

    ends: Counter[str] = field(default_factory=Counter)
    copies: int = 0
    twice: int = 0
    faults: list[str] = field(default_factory=list)


def judged(tenant: UUID, state: Path) -> Verdict:
    """Compare our messages with the sandbox's, by the id that travels with each."""
    from dashboard.brand.states import message_reason
    from messaging.models import Message
    from smartbis.tenancy.scope import tenant_scope

    there = _taken(state)
    verdict = Verdict(copies=sum(len(each) for each in there.values()))
    with tenant_scope(tenant, read_only=True):
        rows = Message.objects.filter(direction="out").values_list(
            "id", "status", "reason", "category", "is_possible_duplicate", "error_code"
        )
        for message, status, reason, category, is_flagged, code in rows.iterator(chunk_size=2000):
            ours = str(message)
            taken = there.pop(ours, [])
            copies = [each for each in taken if each != "failed"]
            if status in ("accepted", "sent") and taken and not copies:
                reason = "it failed there, and the receipt was lost"
            end = f"{status} · {reason}" + (f" ({code})" if code and status == "failed" else "") if reason else status
            verdict.ends[f"{category}: {end}"] += 1
            is_told = not reason or status not in ENDS or message_reason(reason) != reason.replace("_", " ")
            verdict.faults += [] if is_told else [f"{ours}: {reason} has no words for people"]
            arrived = len(copies) or (status in ("accepted", "sent") and len(taken))
            verdict.faults += _wrong(ours, status, reason, category, arrived, is_flagged=is_flagged)
            verdict.twice += len(copies) > 1
    verdict.faults += [f"{tracker}: taken there, unknown here" for tracker in there]
    return verdict


def _wrong(message: str, status: str, reason: str, category: str, copies: int, *, is_flagged: bool) -> Sequence[str]:
    found = []
    if status in OPEN:
        found.append(f"{message}: still {status}")
    if status in ARRIVED and not copies:
        found.append(f"{message}: {status} here, never taken there")
    if status in ENDS and not reason:
        found.append(f"{message}: {status} without a reason")
    if status in ("failed", "held") and copies:
        found.append(f"{message}: {status} ({reason}) here, taken there")
    if copies > 1 and category == "marketing":
        found.append(f"{message}: an offer went {copies} times")
    if copies > 2 or (copies == 2 and not is_flagged):
        found.append(f"{message}: {copies} copies, flagged: {is_flagged}")
    return found


def _taken(state: Path) -> dict[str, list[str]]:
    """The statuses of every copy that the sandbox took, by our id; read from its state file."""
    found: dict[str, list[str]] = defaultdict(list)
    connection = sqlite3.connect(f"file:{state}?mode=ro", uri=True)
    try:
        rows = connection.execute("SELECT tracker, status FROM messages WHERE direction = 'out'")
        for tracker, status in rows:
            found[str(tracker)].append(str(status))
    finally:
        connection.close()
    return found


def kept(path: Path, figures: Mapping[str, object]) -> Path:
    """Write the figures down."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(figures, indent=2, ensure_ascii=False) + "\n")
    return path
