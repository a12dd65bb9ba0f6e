"""What other rooms may know of tenants, stores, people and keys."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from smartbis.kernel.pages import InvalidCursor, Page, decode_cursor, encode_cursor
from smartbis.kernel.people import Actor
from smartbis.tenancy.errors import StoreUnknown, TenantUnknown
from smartbis.tenancy.models import ApiKey, AuditEntry, Partner, Route, StaffMember, Store
from smartbis.tenancy.scope import Reading, forget, read, tenant_scope
from smartbis.tenancy.statements import one_trip, prepared_cursor


@dataclass(frozen=True)
class TenantInfo:
    """A brand and its settings."""

    id: UUID
    slug: str
    name: str
    status: str
    timezone: str
    currency: str
    locale: str
    brand_colour: str
    logo: str
    tagline: str
    default_area_code: str
    support_phone: str
    shop_url: str
    voucher_days: int
    shortfall_policy: str
    terms_version: str
    terms_text: str
    service_basis: bool


@dataclass(frozen=True)
class StoreInfo:
    """A place of sale."""

    id: UUID
    code: str
    name: str
    kind: str
    partner_id: UUID | None
    area_code: str
    is_active: bool


@dataclass(frozen=True)
class PartnerInfo:
    """A partner organisation."""

    id: UUID
    name: str
    may_register_sales: bool
    is_active: bool


@dataclass(frozen=True)
class StaffInfo:
    """A person of the team."""

    id: UUID
    user_id: UUID
    name: str
    email: str
    role: str
    is_limited: bool
    store_ids: frozenset[UUID]
    partner_id: UUID | None
    is_active: bool
    has_joined: bool

    def as_actor(self) -> Actor:
        """The person as one who acts; who is limited and has no store left reaches none."""
        return Actor(
            kind="staff",
            id=self.user_id,
            label=self.name or self.email,
            role=self.role,
            stores=self.store_ids if self.is_limited else None,
            partner=self.partner_id,
        )


@dataclass(frozen=True)
class ApiKeyInfo:
    """A key without its secret."""

    id: UUID
    name: str
    kind: str
    prefix: str
    scopes: frozenset[str]
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


def find_route(kind: str, key: str) -> UUID | None:
    """The tenant that `key` leads to. Needs no scope."""
    with prepared_cursor() as cursor:
        cursor.execute("SELECT leads_to FROM tenancy_route WHERE kind = %s AND key = %s", [kind, key])
        row = cursor.fetchone()
    return row[0] if row else None


def find_tenant_by_slug(slug: str) -> UUID | None:
    """The tenant of a slug. Needs no scope."""
    return find_route("slug", slug)


def tenants_of_user(user: UUID) -> list[UUID]:
    """The tenants a user works for. Needs no scope."""
    return list(
        Route.objects.filter(kind="user", key=str(user)).order_by("leads_to").values_list("leads_to", flat=True)
    )


def every_tenant() -> list[UUID]:
    """The ids of all tenants and nothing else of them, for schedules. Needs no scope."""
    return list(Route.objects.filter(kind="slug").order_by("leads_to").values_list("leads_to", flat=True).distinct())


def get_tenant(*, tenant: UUID) -> TenantInfo:
    """Raises TenantUnknown."""
    with tenant_scope(tenant, read_only=True):
        found = read(tenant_reading(tenant))
        if found is None:
            forget("tenant")
            raise TenantUnknown
        return found


# Every request and every use case reads these two, so they are said in fixed statements.
_TENANT = f"SELECT {', '.join(TenantInfo.__dataclass_fields__)} FROM tenancy_tenant WHERE id = %s"  # noqa: S608
_STORES = (
    "SELECT id, code, name, kind, partner_id, area_code, is_active FROM tenancy_store "
    "WHERE tenant_id = %s ORDER BY name, id"
)


def tenant_reading(tenant: UUID) -> Reading[TenantInfo | None]:
    """What `get_tenant` reads, to be read together with other things."""
    return Reading(_TENANT, (tenant,), lambda rows: TenantInfo(*rows[0]) if rows else None, "tenant")


# A key leads to its tenant, and opens nothing else: the route sets the scope in which the key and its tenant are read.
# No route leads to no tenant, of whom there is nothing to be seen.
_FOLLOW_KEY = (
    "SELECT set_config('app.tenant', COALESCE("
    "(SELECT leads_to::text FROM tenancy_route WHERE kind = 'api_key' AND key = %s), "
    "'00000000-0000-0000-0000-000000000000'), true)"
)
_KEY_COLUMNS = "id, name, kind, prefix, scopes, created_at, last_used_at, revoked_at"
_OPEN_KEY = (
    f"SELECT {', '.join(f't.{name}' for name in TenantInfo.__dataclass_fields__)}, "  # noqa: S608
    f"{', '.join(f'k.{name}' for name in _KEY_COLUMNS.split(', '))} "
    "FROM tenancy_apikey k JOIN tenancy_tenant t ON t.id = k.tenant_id "
    "WHERE k.tenant_id = current_setting('app.tenant')::uuid AND k.hash = %s AND k.revoked_at IS NULL"
)


def find_open_key(digest: bytes) -> tuple[TenantInfo, ApiKeyInfo] | None:
    """The tenant and the key with this hash that was not revoked, in one round trip. Needs no scope."""
    with prepared_cursor() as leading, prepared_cursor() as found, prepared_cursor() as leaving:
        with one_trip(), transaction.atomic():
            leading.execute(_FOLLOW_KEY, [digest.hex()])
            found.execute(_OPEN_KEY, [digest])
            leaving.execute("SELECT set_config('app.tenant', '', true)")
        row = found.fetchone()
    if row is None:
        return None
    size = len(TenantInfo.__dataclass_fields__)
    key = ApiKeyInfo(*row[size:])
    return TenantInfo(*row[:size]), replace(key, scopes=frozenset(key.scopes))


def stores_reading(tenant: UUID) -> Reading[list[StoreInfo]]:
    """What `stores` and `get_store` read, to be read together with other things."""
    return Reading(_STORES, (tenant,), lambda rows: [StoreInfo(*row) for row in rows], "stores")


def stores(*, tenant: UUID, actor: Actor | None = None, active_only: bool = True) -> list[StoreInfo]:
    """The brand's stores by name; those within the actor's reach when one is given."""
    with tenant_scope(tenant, read_only=True):
        return [
            store
            for store in read(stores_reading(tenant))
            if (store.is_active or not active_only) and (actor is None or _within_reach(store, actor))
        ]


def _within_reach(store: StoreInfo, actor: Actor) -> bool:
    return (actor.stores is None or store.id in actor.stores) and (
        actor.partner is None or store.partner_id == actor.partner
    )


def get_store(*, tenant: UUID, store: UUID, actor: Actor | None = None) -> StoreInfo:
    """Raises StoreUnknown, also for a store outside the actor's reach."""
    return _reachable(tenant, actor, lambda each: each.id == store)


def get_store_by_code(*, tenant: UUID, code: str, actor: Actor | None = None) -> StoreInfo:
    """Raises StoreUnknown, also for a store outside the actor's reach."""
    return _reachable(tenant, actor, lambda each: each.code == code)


def _reachable(tenant: UUID, actor: Actor | None, wanted: Callable[[StoreInfo], bool]) -> StoreInfo:
    found = next((store for store in stores(tenant=tenant, actor=actor) if wanted(store)), None)
    if found is None:
        raise StoreUnknown
    return found


def partners(*, tenant: UUID) -> list[PartnerInfo]:
    """The brand's partner organisations by name."""
    with tenant_scope(tenant, read_only=True):
        return [
            PartnerInfo(row.id, row.name, row.may_register_sales, row.is_active)
            for row in Partner.objects.order_by("name", "id")
        ]


def staff(*, tenant: UUID) -> list[StaffInfo]:
    """The team by name."""
    with tenant_scope(tenant, read_only=True):
        rows = StaffMember.objects.select_related("user").order_by("name", "id")
        return [_staff_info(row) for row in rows]


def find_staff_member(*, tenant: UUID, user: UUID) -> StaffInfo | None:
    """The active team member that a user is in this tenant."""
    with tenant_scope(tenant, read_only=True):
        return read(staff_reading(tenant, user))


# Every page of the dashboard and every till asks this.
_STAFF = """
SELECT m.id, m.user_id, m.name, u.email, m.role, m.is_limited, m.store_ids, m.partner_id, m.is_active,
    m.joined_at IS NOT NULL
FROM tenancy_staffmember m JOIN tenancy_user u ON u.id = m.user_id
WHERE m.tenant_id = %s AND m.user_id = %s AND m.is_active ORDER BY m.id LIMIT 1
"""


def staff_reading(tenant: UUID, user: UUID) -> Reading[StaffInfo | None]:
    """What `find_staff_member` reads, to be read together with other things; remembered where nothing is written."""

    def make(rows: list[tuple[Any, ...]]) -> StaffInfo | None:
        return replace(StaffInfo(*rows[0]), store_ids=frozenset(rows[0][6])) if rows else None

    return Reading(_STAFF, (tenant, user), make, ("staff", user), only_in_reading=True)


def api_keys(*, tenant: UUID) -> list[ApiKeyInfo]:
    """Every key, the newest first."""
    with tenant_scope(tenant, read_only=True):
        return [_key_info(row) for row in ApiKey.objects.order_by("-created_at", "id")]


@dataclass(frozen=True)
class AuditRow:
    """One line of the audit trail."""

    at: datetime
    actor: str
    action: str
    object_kind: str
    object_id: UUID | None
    reason: str


def audit_trail(*, tenant: UUID, limit: int = 100) -> list[AuditRow]:
    """The newest lines of the audit trail."""
    with tenant_scope(tenant, read_only=True):
        rows: Iterable[AuditEntry] = AuditEntry.objects.order_by("-at", "id")[:limit]
        return [
            AuditRow(row.at, row.actor_label, row.action, row.object_kind, row.object_id, row.reason) for row in rows
        ]


def audit_page(*, tenant: UUID, cursor: str | None = None, limit: int = 50) -> Page[AuditRow]:
    """The audit trail, the newest first. Raises InvalidCursor."""
    with tenant_scope(tenant, read_only=True):
        rows = AuditEntry.objects.order_by("-at", "-id")
        if cursor is not None:
            instant, last = decode_cursor(cursor, 2)
            try:
                at, row_id = datetime.fromisoformat(instant), UUID(last)
            except ValueError as error:
                raise InvalidCursor({"cursor": [InvalidCursor.sentence]}) from error
            rows = rows.filter(Q(at__lt=at) | Q(at=at, id__lt=row_id))
        found = list(rows[: limit + 1])
        lines = tuple(
            AuditRow(row.at, row.actor_label, row.action, row.object_kind, row.object_id, row.reason)
            for row in found[:limit]
        )
        more = found[limit - 1] if len(found) > limit else None
        return Page(lines, encode_cursor(more.at.isoformat(), more.id) if more else None)


def _store_info(row: Store) -> StoreInfo:
    return StoreInfo(row.id, row.code, row.name, row.kind, row.partner_id, row.area_code, row.is_active)


def _staff_info(row: StaffMember) -> StaffInfo:
    return StaffInfo(
        id=row.id,
        user_id=row.user_id,
        name=row.name,
        email=row.user.email,
        role=row.role,
        is_limited=row.is_limited,
        store_ids=frozenset(row.store_ids),
        partner_id=row.partner_id,
        is_active=row.is_active,
        has_joined=row.joined_at is not None,
    )


def _key_info(row: ApiKey) -> ApiKeyInfo:
    return ApiKeyInfo(
        id=row.id,
        name=row.name,
        kind=row.kind,
        prefix=row.prefix,
        scopes=frozenset(row.scopes),
        created_at=row.created_at,
        last_used_at=row.last_used_at,
        revoked_at=row.revoked_at,
    )


def teams_of_user(user: UUID) -> list[tuple[TenantInfo, StaffInfo]]:
    """The active brands for which a person works, by name, with what they are there. Opens each brand's scope."""
    found = []
    for tenant in tenants_of_user(user):
        member, brand = find_staff_member(tenant=tenant, user=user), get_tenant(tenant=tenant)
        if member is not None and brand.status == "active":
            found.append((brand, member))
    return sorted(found, key=lambda pair: (pair[0].name, str(pair[0].id)))
