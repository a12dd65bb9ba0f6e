"""Opening a programme and changing how it earns."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.db import IntegrityError, transaction

from programs.errors import ProgramChanged, ProgramNotFound, RuleTakesEffectInThePast
from programs.infos import ProgramInfo
from programs.models import Program, RuleVersion
from programs.rules import RuleSet, read_rules, write_rules
from programs.selectors.catalogue import get_program
from programs.services.budgets import count_what_was_given
from programs.services.checking import Start, checked_rules
from programs.services.given_before import count_in_periods
from programs.services.notices import NoticeDraft, add_notice, checked_notice, take_down
from smartbis.kernel.clock import now
from smartbis.kernel.errors import InvalidInput
from smartbis.kernel.people import Actor
from smartbis.kernel.units import POINTS
from smartbis.tenancy.errors import SlugTaken
from smartbis.tenancy.scope import forget, tenant_scope
from smartbis.tenancy.selectors import get_tenant
from smartbis.tenancy.services import record_audit

Kind = Literal["cashback", "points"]


def open_program(
    *,
    tenant: UUID,
    name: str,
    kind: Kind,
    spec: Any,
    actor: Actor,
    effective_at: datetime | None = None,
    segments: Collection[str] | None = None,
) -> ProgramInfo:
    """Open a programme whose first rule takes effect at `effective_at` (now).

    That may lie in the past, for a brand that brings its history along. `segments` are the keys of those that the brand
    has; without them rules may name any.

    Raises InvalidRule, InvalidInput, SlugTaken.
    """
    instant = now()
    starts = effective_at or instant
    rules = checked_rules(tenant=tenant, kind=kind, spec=spec, start=Start(starts, segments))
    if not 1 <= len(name.strip()) <= 80:
        raise InvalidInput({"name": ["Use 1 to 80 characters."]})
    with tenant_scope(tenant):
        unit = get_tenant(tenant=tenant).currency if kind == "cashback" else POINTS
        try:
            with transaction.atomic():
                program = Program.objects.create(
                    tenant_id=tenant, name=name.strip(), kind=kind, unit=unit, created_at=instant
                )
        except IntegrityError as error:
            raise SlugTaken from error
        _add_version(tenant, program.id, 1, rules, starts, actor)
        record_audit(tenant=tenant, actor=actor, action="program.open", object_kind="program", object_id=program.id)
        return get_program(tenant=tenant, program=program.id)


def publish_rule(
    *,
    tenant: UUID,
    program: UUID,
    spec: Any,
    actor: Actor,
    effective_at: datetime | None = None,
    based_on: int | None = None,
    notice: NoticeDraft | None = None,
    segments: Collection[str] | None = None,
) -> ProgramInfo:
    """Publish a new version of a programme's rule, in force from `effective_at` (now) until the next planned one.

    Sales that happened earlier keep earning by the version that was in force then. A version for the moment of a
    planned one replaces it. `based_on` is the number of the latest version that its author knew,
    `segments` are as in `open_program`.
    A `notice` tells members of it: on the portal at once, by message in the background; that of a version which is
    replaced before it begins ends.
    Raises ProgramNotFound, ProgramChanged, InvalidRule, InvalidInput, RuleTakesEffectInThePast.
    """
    told = checked_notice(notice) if notice else None
    if effective_at and effective_at < now():
        raise RuleTakesEffectInThePast({"effective_at": [RuleTakesEffectInThePast.sentence]})
    with tenant_scope(tenant):
        row = Program.objects.select_for_update(no_key=True).filter(id=program).first()
        if row is None:
            raise ProgramNotFound
        versions = RuleVersion.objects.filter(program=row)
        newest = versions.order_by("-version").first()
        assert newest is not None
        if based_on not in (None, newest.version):
            raise ProgramChanged
        starts = effective_at or _at_once(newest)
        start = Start(starts, segments)
        rules = checked_rules(tenant=tenant, kind=row.kind, spec=spec, program=program, start=start)
        before = versions.filter(effective_at__lte=starts).order_by("-effective_at", "-version").first()
        added = _add_version(tenant, program, newest.version + 1, rules, starts, actor)
        count_what_was_given(tenant, program, rules)
        count_in_periods(tenant, program, rules, starts=starts)
        take_down(added)
        if told:
            add_notice(tenant, added, told)
        record_audit(
            tenant=tenant,
            actor=actor,
            action="program.publish_rule",
            object_kind="program",
            object_id=program,
            before=(before or newest).spec,
            after=write_rules(rules),
        )
        return get_program(tenant=tenant, program=program)


def _at_once(newest: RuleVersion) -> datetime:
    """Now, and not before what another machine, whose clock is ahead, published at once."""
    was_planned = newest.effective_at > newest.created_at
    return now() if was_planned else max(now(), newest.effective_at)


def set_program_status(*, tenant: UUID, program: UUID, status: str, actor: Actor) -> ProgramInfo:
    """Pause a programme, or let it earn again. Raises ProgramNotFound, InvalidInput."""
    if status not in Program.Status.values:
        raise InvalidInput({"status": ["Choose live or paused."]})
    with tenant_scope(tenant):
        if not Program.objects.filter(id=program).update(status=status):
            raise ProgramNotFound
        forget("rule book")
        record_audit(tenant=tenant, actor=actor, action=f"program.{status}", object_kind="program", object_id=program)
        return get_program(tenant=tenant, program=program)


def _add_version(
    tenant: UUID, program: UUID, version: int, rules: RuleSet, effective_at: datetime, actor: Actor
) -> RuleVersion:
    spec = write_rules(rules)
    # Whatever cannot be read back would stop every sale of the brand.
    assert read_rules(spec) == rules
    row = RuleVersion.objects.create(
        tenant_id=tenant,
        program_id=program,
        version=version,
        spec=spec,
        effective_at=effective_at,
        created_at=now(),
        created_by=actor.label[:80],
    )
    forget("rule book")
    return row
