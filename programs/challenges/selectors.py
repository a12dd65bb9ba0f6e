"""What can be read about challenges."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Sum

from programs.challenges.errors import ChallengeNotFound
from programs.challenges.infos import ChallengeDraft, ChallengeInfo, Progress
from programs.models import Challenge, ChallengeTaker
from smartbis.kernel.clock import now
from smartbis.tenancy.readings import rows_reading
from smartbis.tenancy.scope import read, tenant_scope

_TERMS = tuple(ChallengeDraft.__dataclass_fields__)


def challenges(*, tenant: UUID) -> list[ChallengeInfo]:
    """The brand's challenges, the newest first. Two queries."""
    with tenant_scope(tenant, read_only=True):
        return challenge_infos(list(Challenge.objects.order_by("-created_at", "-id")[:500]))


def get_challenge(*, tenant: UUID, challenge: UUID) -> ChallengeInfo:
    """Raises ChallengeNotFound."""
    with tenant_scope(tenant, read_only=True):
        row = Challenge.objects.filter(id=challenge).first()
        if row is None:
            raise ChallengeNotFound
        return challenge_infos([row])[0]


def progress_of(*, tenant: UUID, customer: UUID) -> list[Progress]:
    """How far a customer has come in what is open now, and what they completed. Three queries."""
    with tenant_scope(tenant, read_only=True):
        rows = read(rows_reading(Challenge, tenant, "ORDER BY row.created_at, row.id LIMIT 200"))
        if not rows:
            return []
        joined = read(rows_reading(ChallengeTaker, tenant, "AND row.customer_id = %s", (customer,)))
        takers = {row.challenge_id: row for row in joined}
        found = []
        for info in challenge_infos(rows):
            taker = takers.get(info.id)
            until = _until(info, taker)
            is_over = until is not None and until <= now()
            if (info.is_open() and not is_over) or (taker is not None and taker.done):
                found.append(_progress(info, taker, until))
        return found


def challenge_infos(rows: Sequence[Challenge]) -> list[ChallengeInfo]:
    """Challenges with their counts; one query for all. Two records of one person that were merged count as one."""
    counts = {
        row["challenge_id"]: (row["takers"], row["reached"])
        for row in ChallengeTaker.objects.filter(challenge_id__in=[row.id for row in rows])
        .exclude(customer__status="merged")
        .values("challenge_id")
        .annotate(takers=Count("id"), reached=Sum("done"))
        .order_by()
    }
    return [
        ChallengeInfo(
            **{name: getattr(row, name) for name in _TERMS},
            id=row.id,
            takers=counts.get(row.id, (0, 0))[0],
            reached=counts.get(row.id, (0, 0))[1] or 0,
            created_at=row.created_at,
        )
        for row in rows
    ]


def _until(info: ChallengeInfo, taker: ChallengeTaker | None) -> datetime | None:
    if info.days is None:
        return info.ends_at
    return taker.joined_at + timedelta(days=info.days) if taker else None


def _progress(info: ChallengeInfo, taker: ChallengeTaker | None, until: datetime | None) -> Progress:
    if taker is None:
        return Progress(
            challenge=info, joined=not info.opt_in, value=0, done=0, reached_at=None, due_at=None, until=until
        )
    towards = taker.total - taker.done * info.number
    is_all = taker.done >= info.times
    return Progress(
        challenge=info,
        joined=True,
        value=info.number if is_all else max(0, min(towards, info.number)),
        done=taker.done,
        reached_at=taker.reached_at,
        due_at=taker.due_at,
        until=until,
    )
