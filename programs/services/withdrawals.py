"""What taking part in something gave is taken back, when it turns out that nobody took part."""

from uuid import UUID

from programs.infos import Reversed
from programs.models import Award, AwardReversal
from programs.services.giving import take_gifts_back
from programs.services.reversals import Split, free_limits, split_of
from smartbis.kernel.clock import now
from smartbis.ledger.accounts import Account
from smartbis.ledger.services import LockedHolder, Move, lock_holder, post
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import get_tenant


def withdraw_participation(*, tenant: UUID, participation: UUID) -> list[Reversed]:
    """Take back all that a participation earned: from pending, from what is available, the rest by the brand's policy.

    Again, it takes nothing. The participation itself stays on record, and so does its number.
    """
    with tenant_scope(tenant):
        first = Award.objects.filter(participation_id=participation).first()
        if first is None:
            return []
        holder = lock_holder(tenant=tenant, customer=first.customer_id)
        policy = get_tenant(tenant=tenant).shortfall_policy
        rows = (
            Award.objects.select_for_update(no_key=True, of=("self",))
            .filter(participation_id=participation)
            .select_related("program", "rule_version")
            .order_by("id")
        )
        taken = [(row, row.granted - row.reversed) for row in rows if row.granted > row.reversed]
        answers = [_take(row, holder, policy) for row, _ in taken]
        free_limits(tenant, taken)
        take_gifts_back(tenant=tenant, participations=[participation])
        return answers


def _take(award: Award, holder: LockedHolder, policy: str) -> Reversed:
    amount = award.granted - award.reversed
    pending = min(amount, holder.balance(award.unit).pending) if award.status == Award.Status.PENDING else 0
    rest = split_of(holder, award.unit, amount - pending, policy)
    split = Split(pending, rest.from_available, rest.owed, rest.written_off)
    post(
        tenant=award.tenant_id,
        holder=holder,
        moves=[
            Move(
                unit=award.unit,
                debit=account,
                credit=Account.ISSUED,
                amount=part,
                kind="reversal",
                explanation={"key": "participation_withdrawn", "program": award.program.name, "from": account.value},
                award_id=award.id,
            )
            for account, part in split.sources
        ],
    )
    award.reversed = award.granted
    award.save(update_fields=["reversed"])
    AwardReversal.objects.create(
        tenant_id=award.tenant_id,
        award=award,
        amount=amount,
        from_pending=split.from_pending,
        from_available=split.from_available,
        owed=split.owed,
        written_off=split.written_off,
        created_at=now(),
    )
    return Reversed(
        award_id=award.id,
        program=award.program.name,
        unit=award.unit,
        amount=amount,
        from_pending=split.from_pending,
        from_available=split.from_available,
        owed=split.owed,
        written_off=split.written_off,
    )
