"""The reward of a renewal comes with it, and comes back with what it renews."""

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from programs.models import Award, Participation, Plan, PlanPeriod, RuleGift
from programs.periods import Laid
from programs.services.participations import record_participation
from smartbis.customers.selectors import active_customers, merged_ids

RENEWAL = "renewal"
# What a rule gives is no renewal of somebody's own doing: else one could feed the other for ever.
_REWARDED = frozenset({PlanPeriod.Cause.SALE, PlanPeriod.Cause.PAYMENT, PlanPeriod.Cause.POINTS})


def reward_renewal(*, tenant: UUID, plan: Plan, customer: UUID, period: PlanPeriod) -> None:
    """Let a period that renews a plan take part in the programme, where the brand wants it.

    Runs in the tenant's scope, the holder locked. Publishes ParticipationRecorded.
    """
    if plan.rewards_renewal and period.cause in _REWARDED:
        _record(tenant, customer, period, 1)


def reward_renewals_again(*, tenant: UUID, plan: Plan, customer: UUID, laid: Collection[Laid]) -> None:
    """What renews again, since what it renews came back, takes part once more if its reward had been taken back.

    Runs in the tenant's scope, the holder locked. Publishes ParticipationRecorded.
    """
    renewing = {each.bought.id for each in laid if each.renewal and each.adds_time}
    if not renewing or not plan.rewards_renewal:
        return
    recorded = renewals_recorded(tenant=tenant, plan=plan, customer=customer)
    known = PlanPeriod.objects.filter(id__in=[each for each in recorded if each in renewing])
    for period in known.order_by("bought_at", "number", "id"):
        if _is_taken_back(recorded[period.id]) and active_customers(tenant=tenant, customers=[customer]):
            _record(tenant, customer, period, len(recorded[period.id]) + 1)


def _record(tenant: UUID, customer: UUID, period: PlanPeriod, time: int) -> None:
    number = f"plan:{period.id}" if time == 1 else f"plan:{period.id}/{time}"
    record_participation(
        tenant=tenant, customer=customer, kind=RENEWAL, external_id=number, occurred_at=period.bought_at
    )


def renewals_recorded(*, tenant: UUID, plan: Plan, customer: UUID) -> dict[UUID, list[UUID]]:
    """The participations of each of a member's periods that was rewarded as a renewal, some of them more than once.

    Runs in the tenant's scope.
    """
    people = {customer, *merged_ids(tenant=tenant, customer=customer)}
    periods = PlanPeriod.objects.filter(plan=plan, customer_id__in=people).values_list("id", flat=True)
    period_of = {f"plan:{each}": each for each in periods}
    found: defaultdict[UUID, list[UUID]] = defaultdict(list)
    rows = Participation.objects.filter(customer_id__in=people, kind=RENEWAL).order_by("id")
    for participation, number in rows.values_list("id", "external_id"):
        if period := period_of.get(number.partition("/")[0]):
            found[period].append(participation)
    return found


def _is_taken_back(participations: Collection[UUID]) -> bool:
    """Whether participations gave something, and nothing of it stands."""
    awards = Award.objects.filter(participation_id__in=participations)
    gifts = RuleGift.objects.filter(participation_id__in=participations)
    taken = gifts.filter(status=RuleGift.Status.TAKEN_BACK)
    if awards.filter(reversed=0).exists() or gifts.exclude(id__in=taken.values("id")).exists():
        return False
    return awards.exists() or taken.exists()
