"""Sales come in."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import compress
from uuid import UUID

from smartbis.customers.errors import CustomerNotFound
from smartbis.customers.selectors import get_customers, merged_ids
from smartbis.kernel.clock import now
from smartbis.kernel.errors import DomainError, InvalidInput
from smartbis.outbox.services import publish_all
from smartbis.purchases.drafts import check_sale, sale_hash
from smartbis.purchases.errors import CurrencyMismatch, PurchaseConflict, PurchaseNotFound
from smartbis.purchases.events import PurchaseRecorded
from smartbis.purchases.infos import BulkResult, PurchaseInfo, SaleDraft
from smartbis.purchases.models import Purchase
from smartbis.purchases.rows import with_items
from smartbis.purchases.statements import SaleRow, insert_sales, inserting, sale_row
from smartbis.tenancy.errors import StoreUnknown
from smartbis.tenancy.scope import Reading, read, tenant_scope
from smartbis.tenancy.selectors import get_tenant, stores

# Statements of a batch stay well under the statement time-out, whatever the batch.
SALES_A_STATEMENT = 1_000
LINES_A_STATEMENT = 20_000


def add_purchase(*, tenant: UUID, draft: SaleDraft) -> tuple[PurchaseInfo, bool]:
    """Record a sale as a fact, and whether it was there already.

    A store's number names one sale for ever: the same content again answers the recorded one and changes nothing.
    One statement writes the sale with its lines; a look-up follows only when it did not go in.
    Raises InvalidInput (CurrencyMismatch), StoreUnknown, CustomerNotFound, PurchaseConflict.
    Publishes PurchaseRecorded for a new sale.
    """
    with tenant_scope(tenant):
        adding = begin_purchase(tenant=tenant, draft=draft)
        return adding.end(read(adding.statement))


@dataclass(frozen=True)
class Adding:
    """A sale that was checked and is still to be written, by `statement`; its answer goes to `end`."""

    tenant: UUID
    draft: SaleDraft
    row: SaleRow
    statement: Reading[set[UUID]]

    def end(self, written: set[UUID]) -> tuple[PurchaseInfo, bool]:
        """What `add_purchase` answers, raises and publishes."""
        if written:
            _publish([self.row.info])
            return self.row.info, False
        verdict = _judge(self.tenant, [self.row])[0]
        stays = _merged_into(self.tenant, self.draft) if isinstance(verdict.error, CustomerNotFound) else None
        if stays is not None:
            return add_purchase(tenant=self.tenant, draft=replace(self.draft, customer=stays))
        if verdict.error is not None:
            raise verdict.error
        assert verdict.purchase is not None
        return verdict.purchase, True


def begin_purchase(*, tenant: UUID, draft: SaleDraft) -> Adding:
    """The first half of `add_purchase`, for callers who have more to say in the same round trip. Raises InvalidInput.

    Runs in the tenant's scope.
    """
    check_sale(draft)
    row = sale_row(draft=draft, content_hash=sale_hash(draft), recorded_at=now(), import_batch=None)
    return Adding(tenant, draft, row, inserting(tenant=tenant, rows=[row]))


def add_purchases_in_bulk(
    *, tenant: UUID, drafts: Sequence[SaleDraft], import_batch: UUID | None = None, publish: bool = True
) -> list[BulkResult]:
    """Record many sales, each judged on its own, a thousand to a statement; the answers stand in the drafts' order.

    A sale that cannot be recorded refuses nobody else. The sale of a customer who was merged is that of the one who
    stays. Repeats within the batch count as repeats. With `publish`
    false nothing is published: history that is loaded sets nothing off.
    Publishes PurchaseRecorded for each new sale if asked.
    """
    results: list[BulkResult | None] = [None] * len(drafts)
    rows: list[tuple[int, SaleRow]] = []
    recorded_at = now()
    for place, draft in enumerate(drafts):
        try:
            check_sale(draft)
        except InvalidInput as error:
            results[place] = BulkResult("invalid", error=error)
            continue
        row = sale_row(draft=draft, content_hash=sale_hash(draft), recorded_at=recorded_at, import_batch=import_batch)
        rows.append((place, row))
    with tenant_scope(tenant):
        for chunk in _chunks(rows):
            for place, result in _record_chunk(tenant, chunk, publish=publish):
                results[place] = result
    return [result for result in results if result is not None]


def lock_purchase(*, tenant: UUID, purchase: UUID) -> PurchaseInfo:
    """The sale with its lines, its row locked until commit. Raises PurchaseNotFound."""
    with tenant_scope(tenant):
        row = (
            Purchase.objects.select_for_update(no_key=True)
            .filter(tenant_id=tenant, id=purchase, undone_at__isnull=True)
            .first()
        )
        if row is None:
            raise PurchaseNotFound
        return with_items(tenant, [row])[0]


def lock_purchases(*, tenant: UUID, purchases: Collection[UUID]) -> None:
    """Lock sales until commit, in the order of their ids: nobody refunds or decides them meanwhile."""
    with tenant_scope(tenant):
        rows = Purchase.objects.select_for_update(no_key=True).filter(tenant_id=tenant, id__in=purchases)
        list(rows.order_by("id").values_list("id", flat=True))


def _record_chunk(
    tenant: UUID, chunk: Sequence[tuple[int, SaleRow]], *, publish: bool
) -> Iterable[tuple[int, BulkResult]]:
    written = insert_sales(tenant=tenant, rows=[row for _, row in chunk])
    went_in = [len(written) == len(chunk) or row.info.id in written for _, row in chunk]
    fresh = list(compress(chunk, went_in))
    if publish and fresh:
        _publish([row.info for _, row in fresh])
    others = [each for each, is_in in zip(chunk, went_in, strict=True) if not is_in]
    verdicts = _judge(tenant, [row for _, row in others]) if others else []
    yield from ((place, BulkResult("recorded", purchase=row.info)) for place, row in fresh)
    moved: list[tuple[int, SaleRow]] = []
    for (place, row), verdict in zip(others, verdicts, strict=True):
        stays = _merged_into(tenant, row.draft) if isinstance(verdict.error, CustomerNotFound) else None
        if stays is None:
            yield place, verdict
        else:
            moved.append((place, _row_of(replace(row.draft, customer=stays), row.info)))
    if moved:
        yield from _record_chunk(tenant, moved, publish=publish)


def _row_of(draft: SaleDraft, before: PurchaseInfo) -> SaleRow:
    return sale_row(
        draft=draft,
        content_hash=sale_hash(draft),
        recorded_at=before.recorded_at,
        import_batch=before.import_batch,
    )


def _merged_into(tenant: UUID, draft: SaleDraft) -> UUID | None:
    """The customer who stays, when the sale's was merged; None when there is no such customer at all."""
    if draft.customer is None:
        return None
    found = get_customers(tenant=tenant, customers=[draft.customer]).get(draft.customer)
    return found.id if found and found.status == "active" and found.id != draft.customer else None


def _judge(tenant: UUID, rows: Sequence[SaleRow]) -> list[BulkResult]:
    """Why sales did not go in: they are there already, or something they name is not."""
    wanted = {(row.info.store_id, row.info.external_id) for row in rows}
    there = Purchase.objects.filter(
        tenant_id=tenant,
        store_id__in={store for store, _ in wanted},
        external_id__in={number for _, number in wanted},
        undone_at__isnull=True,
    )
    hashes: dict[UUID, bytes] = {row.id: bytes(row.content_hash) for row in there}
    present = {(info.store_id, info.external_id): info for info in with_items(tenant, list(there))}
    missing = [row.info for row in rows if (row.info.store_id, row.info.external_id) not in present]
    faults = _faults(tenant, missing) if missing else {}
    results = []
    for row in rows:
        found = present.get((row.info.store_id, row.info.external_id))
        if found is None:
            results.append(BulkResult("invalid", error=faults[row.info.id]))
        elif hashes[found.id] == row.content_hash or hashes[found.id] in _earlier_hashes(tenant, row, found):
            results.append(BulkResult("repeated", purchase=found))
        else:
            results.append(BulkResult("conflict", purchase=found, error=PurchaseConflict(purchase=found.id)))
    return results


def _earlier_hashes(tenant: UUID, row: SaleRow, found: PurchaseInfo) -> set[bytes]:
    """The hashes of the same content as it was sent before its customer was merged into the one named now."""
    if found.customer_id is None or row.draft.customer is None:
        return set()
    ids = {found.customer_id, *merged_ids(tenant=tenant, customer=found.customer_id)}
    return {sale_hash(replace(row.draft, customer=each)) for each in ids} if row.draft.customer in ids else set()


def _faults(tenant: UUID, sales: Sequence[PurchaseInfo]) -> dict[UUID, DomainError]:
    """What each of these sales names that this tenant does not have."""
    currency = get_tenant(tenant=tenant).currency
    known_stores = {store.id for store in stores(tenant=tenant)}
    faults: dict[UUID, DomainError] = {}
    for sale in sales:
        if sale.store_id not in known_stores:
            faults[sale.id] = StoreUnknown()
        elif sale.currency != currency:
            faults[sale.id] = CurrencyMismatch({"currency": [CurrencyMismatch.sentence]}, expected=currency)
        else:
            faults[sale.id] = CustomerNotFound()
    return faults


def _chunks(rows: Sequence[tuple[int, SaleRow]]) -> Iterable[list[tuple[int, SaleRow]]]:
    chunk: list[tuple[int, SaleRow]] = []
    lines = 0
    for pair in rows:
        size = len(pair[1].info.items)
        if chunk and (len(chunk) >= SALES_A_STATEMENT or lines + size > LINES_A_STATEMENT):
            yield chunk
            chunk, lines = [], 0
        chunk.append(pair)
        lines += size
    if chunk:
        yield chunk


def _publish(sales: Iterable[PurchaseInfo]) -> None:
    publish_all(
        [
            PurchaseRecorded(
                purchase_id=sale.id,
                customer_id=sale.customer_id,
                store_id=sale.store_id,
                status=sale.status,
                amount_minor=sale.amount_minor,
                currency=sale.currency,
                occurred_at=sale.occurred_at.isoformat(),
            )
            for sale in sales
        ]
    )
