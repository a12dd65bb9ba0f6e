"""A chunk of a vouchers file: vouchers of another system that are still good, under the codes printed on them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from programs.imports.cells import currency_of, reader
from programs.imports.errors import RowError
from programs.imports.people import NOBODY, Key, Person, customers_for, person_reader
from programs.imports.reading import Row
from programs.imports.run import Run
from programs.imports.values import instant, money
from programs.models import ImportRow
from smartbis.kernel.clock import now
from smartbis.kernel.errors import InvalidInput
from vouchers.infos import OpenVoucherDraft
from vouchers.services import import_open_vouchers

MOST = 10**12


@dataclass(frozen=True, slots=True)
class _Open:
    row: Row
    person: Key
    name: str
    draft: OpenVoucherDraft


class Vouchers:
    """Settles chunks of one vouchers file."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.get = {field: reader(run.mapping, field) for field in ("code", "value", "valid_until", "issued_at")}
        self.person = person_reader(run.mapping)
        currency, self.digits = currency_of(run.mapping, run.brand.currency)
        self.is_foreign = currency != run.brand.currency
        self.zone = run.mapping.setting("timezone") or run.brand.timezone

    def settle(self, rows: Sequence[Row]) -> None:
        """Take over the chunk's vouchers; the same ones again change nothing. Runs in the tenant's scope."""
        read: list[_Open] = []
        for row in rows:
            try:
                read.append(self._read(row))
            except RowError as error:
                self.run.refuse(row.line, row.cells, error.code, error.detail)
        people = [Person(each.person, each.name) for each in read if each.person != NOBODY]
        customers, strangers = customers_for(self.run, people)
        named = []
        for each in read:
            if each.person in strangers:
                self.run.refuse(each.row.line, each.row.cells, strangers[each.person].code)
            else:
                named.append(replace(each, draft=replace(each.draft, customer=customers.get(each.person))))
        self._take_over(named)

    def _take_over(self, named: Sequence[_Open]) -> None:
        there = self._known(named)
        fresh: list[_Open] = []
        for each in named:
            known = there.get(each.draft.key)
            if known is None:
                there[each.draft.key] = _payload(each.draft)
                fresh.append(each)
            elif known.items() >= _payload(each.draft).items():
                self.run.tally.done += 1
                self.run.tally.repeated += 1
            else:
                self.run.refuse(each.row.line, each.row.cells, "voucher_conflict")
        made = self._import([each.draft for each in fresh])
        for each in fresh:
            voucher = made.get(each.draft.key)
            if voucher is None:
                self.run.refuse(each.row.line, each.row.cells, "voucher_code_taken")
                continue
            self.run.tally.done += 1
            self.run.tally.made += 1
            payload = {"voucher": str(voucher)} | _payload(each.draft)
            self.run.keep("made", each.row.line, payload=payload, key=each.draft.key)

    def _known(self, named: Sequence[_Open]) -> dict[str, dict[str, Any]]:
        """What the keys' vouchers were made of; rows of before say nothing of the customer, who may be anybody."""
        drafts = {each.draft.key: each.draft for each in named}
        rows = ImportRow.objects.filter(key__in=list(drafts), undone_at__isnull=True)
        return {row.key: {"customer": _payload(drafts[row.key])["customer"]} | row.payload for row in rows if row.key}

    def _import(self, drafts: Sequence[OpenVoucherDraft]) -> dict[str, UUID]:
        """Those that could be taken over; a draft that the vouchers' room refuses is left out like a taken code."""
        if not drafts:
            return {}
        try:
            return self._call(drafts)
        except InvalidInput as error:
            rest = [draft for draft in drafts if draft.key not in error.errors]
            return self._call(rest) if rest and len(rest) < len(drafts) else {}

    def _call(self, drafts: Sequence[OpenVoucherDraft]) -> dict[str, UUID]:
        coupon = self.run.mapping.setting("coupon")
        return import_open_vouchers(
            tenant=self.run.tenant,
            coupon=UUID(coupon) if coupon else None,
            drafts=drafts,
            batch=self.run.batch,
            actor=self.run.actor,
        )

    def _read(self, row: Row) -> _Open:
        if row.problem:
            raise RowError(row.problem)
        cell = {field: read(row.cells) for field, read in self.get.items()}
        if not "".join(cell["code"].split()):
            raise RowError("code_missing")
        if self.is_foreign:
            raise RowError("currency_mismatch")
        if not cell["value"]:
            raise RowError("amount_missing")
        value = money(cell["value"], self.digits, self.run.mapping.setting("decimal"))
        if value <= 0:
            raise RowError("amount_not_positive", cell["value"])
        if value > MOST:
            raise RowError("amount_too_large", cell["value"])
        until = self._until(cell["valid_until"])
        person, name = self.person(row.cells)
        draft = OpenVoucherDraft(
            key="voucher:" + "".join(cell["code"].upper().split()),
            customer=None,
            code=cell["code"],
            value_minor=value,
            valid_until=until,
            issued_at=self._instant(cell["issued_at"]) if cell["issued_at"] else None,
        )
        return _Open(row, person, name, draft)

    def _until(self, text: str) -> datetime | None:
        """The end of a voucher; a day alone is meant to its end."""
        if not text:
            return None
        until = self._instant(text)
        if ":" not in text:
            until = until.astimezone(ZoneInfo(self.zone)).replace(hour=23, minute=59, second=59)
        if until <= now():
            raise RowError("voucher_expired", text)
        return until

    def _instant(self, text: str) -> datetime:
        return instant(text, self.zone, self.run.mapping.setting("date_format"))


def _payload(draft: OpenVoucherDraft) -> dict[str, Any]:
    """What a key's voucher must be to be the same again."""
    return {"customer": str(draft.customer) if draft.customer else None, "value": draft.value_minor}
