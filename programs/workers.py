"""Background work of the programmes' room."""

from datetime import timedelta
from functools import partial
from uuid import UUID

from programs.backtest.runner import work_on_backtests
from programs.challenges.services import settle_due as settle_due_challenge
from programs.challenges.walking import walk as walk_back
from programs.checkouts.holding import EXPIRED_A_TURN, expire_checkout, expired_checkouts
from programs.gatherings.services import remind_of_gatherings, settle_cancelled
from programs.imports.runner import work_on_imports
from programs.imports.services import sweep_files
from programs.models import Award
from programs.referrals.services import settle_due as settle_due_referral
from programs.services.giving import hand_out, waiting_gifts, wake_for_next_gift
from programs.services.merging import gather_after_merge
from programs.services.plan_members import settle_due
from programs.services.refunds import release_due, wake_for_next_release
from programs.services.standings import judge_due, walk
from smartbis.customers.selectors import merged_since
from smartbis.kernel.clock import now
from smartbis.outbox.work import each_alone, worker
from smartbis.tenancy.scope import tenant_scope

CUSTOMERS_A_TURN = 100
# Every hour has a turn, so that each merge is gathered after at least once.
GATHERED_FOR = timedelta(hours=2)
GIFTS_A_TURN = 100


@worker(queue="relay")
def release_due_awards(*, tenant: UUID) -> bool:
    """Make awards whose return period has ended available, each customer in a transaction of its own."""
    with tenant_scope(tenant, read_only=True):
        due = list(
            Award.objects.filter(status="pending", available_at__lte=now())
            .order_by("customer_id")
            .values_list("customer_id", flat=True)
            .distinct()[:CUSTOMERS_A_TURN]
        )
    each_alone([partial(_release, tenant, customer) for customer in due])
    with tenant_scope(tenant):
        wake_for_next_release()
    return len(due) == CUSTOMERS_A_TURN


def _release(tenant: UUID, customer: UUID) -> None:
    with tenant_scope(tenant):
        release_due(tenant, customer=customer)


@worker(queue="relay")
def release_expired_checkouts(*, tenant: UUID) -> bool:
    """Let go of what abandoned checkouts hold, each in a transaction of its own."""
    over = expired_checkouts(tenant=tenant)
    released = each_alone([partial(expire_checkout, tenant=tenant, checkout=checkout) for checkout in over])
    return len(over) == EXPIRED_A_TURN and any(released)


@worker(queue="relay")
def hand_out_gifts(*, tenant: UUID) -> bool:
    """Hand out what rules promised, each gift in a transaction of its own."""
    found = waiting_gifts(tenant=tenant, limit=GIFTS_A_TURN)
    each_alone([partial(hand_out, tenant=tenant, gift=gift) for gift in found])
    with tenant_scope(tenant):
        wake_for_next_gift()
    return len(found) == GIFTS_A_TURN


@worker(queue="relay")
def judge_due_tiers(*, tenant: UUID) -> bool:
    """Warn of tiers that will end, and judge those whose time has come."""
    return judge_due(tenant=tenant)


@worker(queue="relay")
def settle_due_plans(*, tenant: UUID) -> bool:
    """Remind members of the end of their plan, and let plans lapse."""
    return settle_due(tenant=tenant)


@worker(queue="bulk")
def walk_ladder(*, tenant: UUID) -> bool:
    """Judge everybody anew after the ladder changed, a thousand customers a turn."""
    return walk(tenant=tenant)


@worker(queue="bulk")
def walk_challenges(*, tenant: UUID) -> bool:
    """Count what was done before a challenge was announced or changed, or came in by a file."""
    return walk_back(tenant=tenant)


@worker(queue="bulk")
def gather_merged(*, tenant: UUID) -> bool:
    """Bring along, once more, what was being written about customers while they were merged."""
    merged = merged_since(tenant=tenant, since=now() - GATHERED_FOR)
    each_alone([partial(gather_after_merge, tenant=tenant, merged=customer) for customer in merged])
    return False


@worker(queue="bulk")
def run_imports(*, tenant: UUID) -> bool:
    """Load, or take back, the tenant's oldest open import for a while."""
    return work_on_imports(tenant=tenant)


@worker(queue="bulk")
def run_backtests(*, tenant: UUID) -> bool:
    """Replay the next parts of the tenant's oldest open backtest."""
    return work_on_backtests(tenant=tenant)


@worker(queue="relay")
def settle_cancelled_gatherings(*, tenant: UUID) -> bool:
    """Take everybody off the lists of gatherings that were called off."""
    return settle_cancelled(tenant=tenant)


@worker(queue="bulk")
def remind_of_next_gatherings(*, tenant: UUID) -> bool:
    """Remind who has a place at a gathering, from nine in the morning of the day before it on."""
    return remind_of_gatherings(tenant=tenant)


@worker(queue="relay")
def settle_due_referrals(*, tenant: UUID) -> bool:
    """Reward referrals whose purchase can no longer come back."""
    return settle_due_referral(tenant=tenant)


@worker(queue="relay")
def settle_due_challenges(*, tenant: UUID) -> bool:
    """Reward challenges whose purchases can no longer come back."""
    return settle_due_challenge(tenant=tenant)


@worker(queue="bulk")
def sweep_import_files(*, tenant: UUID) -> bool:
    """Remove files that were taken in and never became an import."""
    sweep_files(tenant=tenant)
    return False
