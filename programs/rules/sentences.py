"""A rule in one sentence, in Portuguese and English: in the editor, in statements, on the public page."""

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from babel.dates import format_date
from babel.numbers import format_decimal

from programs.rules import words
from programs.rules.reading_conditions import clock
from programs.rules.spec import (
    PERIODS,
    Conditions,
    Fixed,
    Multiplier,
    NthPurchase,
    Percentage,
    PerUnit,
    PlanGift,
    Rule,
    RuleSet,
    TierPoints,
    VoucherGift,
)
from programs.rules.words import Words
from smartbis.kernel.money import format_money
from smartbis.kernel.units import is_currency


@dataclass(frozen=True)
class Names:
    """What people call that which rules name by code, key or id; what is missing is called by its key."""

    stores: Mapping[str, str] = field(default_factory=dict)
    coupons: Mapping[str, str] = field(default_factory=dict)
    plans: Mapping[str, str] = field(default_factory=dict)
    tiers: Mapping[str, str] = field(default_factory=dict)
    segments: Mapping[str, str] = field(default_factory=dict)
    participations: Mapping[str, str] = field(default_factory=dict)


NO_NAMES = Names()
MOST_SENTENCES = 64  # of one rule: its locales, and the brands that have the very same rule under other names


def describe(rules: RuleSet, *, unit: str, currency: str, locale: str, names: Names = NO_NAMES) -> str:
    """All rules of a version, a sentence each."""
    return " ".join(sentence(rule, unit=unit, currency=currency, locale=locale, names=names) for rule in rules.rules)


def sentence(rule: Rule, *, unit: str, currency: str, locale: str, names: Names = NO_NAMES) -> str:
    """The rule in one sentence of the locale; `unit` is what its programme gives.

    Composed once: statements, receipts and batches say the same few sentences thousands of times.
    """
    said = _said_of(rule)
    key = unit, currency, locale, _named(rule, names)
    text = said.get(key)
    if text is None:
        if len(said) >= MOST_SENTENCES:
            said.clear()
        text = said[key] = _Speaker(words.of(locale), unit, currency, names).sentence(rule)
    return text


def _said_of(rule: Rule) -> dict[Hashable, str]:
    """What was said of this very rule. It lives and dies with the rule, which cannot change."""
    said: dict[Hashable, str] = rule.__dict__.setdefault("_sentences", {})
    return said


def names_something(rule: Rule) -> bool:
    """Whether its sentence needs any names."""
    known: bool | None = rule.__dict__.get("_names_something")
    if known is None:
        known = rule.__dict__["_names_something"] = any(keys for _, keys in _asked(rule, NO_NAMES))
    return known


def _named(rule: Rule, names: Names) -> tuple[str | None, ...]:
    """The names that the sentence uses: what is called otherwise by now is another sentence."""
    if not names_something(rule):
        return ()
    return tuple(known.get(key) for known, keys in _asked(rule, names) for key in sorted(keys))


def _asked(rule: Rule, names: Names) -> list[tuple[Mapping[str, str], Collection[str]]]:
    when, effect = rule.when, rule.effect
    asked: list[tuple[Mapping[str, str], Collection[str]]] = [
        (names.stores, when.stores),
        (names.plans, when.plans),
        (names.tiers, when.tiers),
        (names.segments, when.segments),
        (names.participations, when.participations),
    ]
    if isinstance(effect, VoucherGift):
        asked.append((names.coupons, [effect.coupon]))
    if isinstance(effect, PlanGift):
        asked.append((names.plans, [effect.plan]))
    return asked


class _Speaker:
    def __init__(self, language: Words, unit: str, currency: str, names: Names) -> None:
        self.words = language
        self.unit = unit
        self.currency = currency
        self.names = names

    def sentence(self, rule: Rule) -> str:
        parts = [self._gain(rule), *self._conditions(rule.when), *self._limits(rule)]
        if rule.base == "gross":
            parts.append(self.words.gross)
        if rule.hold_days:
            parts.append(self.words.hold.format(days=self._count(self.words.days, rule.hold_days)))
        if rule.stacking.mode == "best":
            parts.append(self.words.best)
        if rule.stacking.mode == "exclusive":
            parts.append(self.words.exclusive)
        text = ", ".join(parts)
        return f"{text[:1].upper()}{text[1:]}."

    def _gain(self, rule: Rule) -> str:
        said, what = self.words, self._what(rule.when)
        match rule.effect:
            case Percentage(basis_points):
                rate = format_decimal(Decimal(basis_points) / 100, locale=said.babel)
                return said.percentage.format(rate=rate, what=what or said.every_sale)
            case PerUnit(points, minor):
                gain = said.per_unit.format(points=self._points(points), money=self._money(minor))
                return f"{gain} {what}".rstrip()
            case TierPoints(points, minor):
                gain = said.per_unit.format(points=self._count(said.tier_points, points), money=self._money(minor))
                return f"{gain} {what}".rstrip()
            case Fixed(amount):
                return f"{self._amount(amount)} {what or said.per_sale}"
            case Multiplier(factor_bp):
                factor = format_decimal(Decimal(factor_bp) / 10_000, locale=said.babel)
                return f"{said.factors.get(factor_bp, said.multiplier.format(factor=factor))} {what}".rstrip()
            case VoucherGift(coupon):
                return f"{said.voucher.format(coupon=self.names.coupons.get(coupon, coupon))} {what}".rstrip()
            case PlanGift(plan, periods):
                name = self.names.plans.get(plan, plan)
                return f"{said.plan.format(periods=self._count(said.periods, periods), plan=name)} {what}".rstrip()

    def _what(self, when: Conditions) -> str:
        """What earns: articles, or taking part; nothing for any sale."""
        said = self.words
        if when.participations:
            kinds = [self.names.participations.get(kind) or said.kinds.get(kind, kind) for kind in when.participations]
            return said.taking_part.format(kinds=self._list(sorted(kinds)))
        asked = [
            (said.products, when.products),
            (said.categories, when.categories),
            (said.item_tags, when.item_tags),
        ]
        parts = [text.format(names=self._list(sorted(names))) for text, names in asked if names]
        return said.on.format(what=f" {said.both} ".join(parts)) if parts else ""

    def _conditions(self, when: Conditions) -> Iterator[str]:
        said = self.words
        if when.minimum_minor:
            yield said.minimum.format(money=self._money(when.minimum_minor))
        if when.minimum_quantity:
            yield said.minimum.format(money=self._count(said.pieces, when.minimum_quantity))
        named = [
            (said.stores, when.stores, self.names.stores),
            (said.channels, when.channels, said.channel_names),
            (said.payment_methods, when.payment_methods, said.method_names),
        ]
        for text, keys, names in named:
            if keys:
                yield text.format(names=self._list(sorted(names.get(key, key) for key in keys), said.either))
        yield from self._times(when)
        if when.purchases:
            yield self._purchases(when.purchases)
        if when.birthday:
            yield said.birthdays[when.birthday]
        none: Mapping[str, str] = {}
        names_of = {"plan": self.names.plans, "tier": self.names.tiers, "segment": self.names.segments}
        for kind, keys in when.belonging.items():
            names = names_of.get(kind, none)
            yield said.belonging[kind].format(
                names=self._list(sorted(names.get(key, key) for key in keys), said.either)
            )

    def _times(self, when: Conditions) -> Iterator[str]:
        said = self.words
        if when.weekdays:
            yield said.on_weekdays + self._list(said.weekdays[day - 1] for day in sorted(when.weekdays))
        if when.hours:
            yield self._list(said.hours.format(start=clock(start), end=clock(end)) for start, end in when.hours)
        # 01/11/2026 in Portuguese; in English the month is written, since 11/1 means two days
        style = "short" if said.babel == "pt_BR" else "medium"
        since, until = (day and format_date(day, style, locale=said.babel) for day in (when.since, when.until))
        if since and until:
            yield said.between.format(since=since, until=until)
        elif since or until:
            yield said.since.format(day=since) if since else said.until.format(day=until)

    def _purchases(self, nth: NthPurchase) -> str:
        said = self.words
        if nth.until is None:
            return said.from_nth.format(nth=said.ordinal(nth.since))
        if nth.until == nth.since:
            return said.first_purchase if nth.since == 1 else said.nth_purchase.format(nth=said.ordinal(nth.since))
        return said.nth_range.format(since=said.ordinal(nth.since), until=said.ordinal(nth.until))

    def _limits(self, rule: Rule) -> Iterator[str]:
        said, limits = self.words, rule.limits
        if limits.per_purchase is not None:
            yield said.per_purchase.format(amount=self._given(rule, limits.per_purchase))
        for period in PERIODS:
            if period in limits.per_customer:
                amount = self._given(rule, limits.per_customer[period])
                yield said.per_customer[period].format(amount=amount)
            if period in limits.times_per_customer:
                times = self._count(said.times, limits.times_per_customer[period])
                yield said.per_customer[period].format(amount=times)
            if period in limits.per_rule:
                yield said.per_rule[period].format(amount=self._given(rule, limits.per_rule[period]))
        if limits.budget_minor is not None:
            yield said.budget

    def _given(self, rule: Rule, amount: int) -> str:
        """An amount of what the rule gives, as its limits count it."""
        if isinstance(rule.effect, TierPoints):
            return self._count(self.words.tier_points, amount)
        if isinstance(rule.effect, (VoucherGift, PlanGift)):
            return self._count(self.words.pieces, amount)
        return self._amount(amount)

    def _amount(self, amount: int) -> str:
        if is_currency(self.unit):
            return self.words.cashback.format(money=format_money(amount, self.unit, self.words.babel))
        return self._points(amount)

    def _points(self, count: int) -> str:
        return self._count(self.words.points, count)

    def _count(self, forms: tuple[str, str], count: int) -> str:
        return forms[count != 1].format(n=format_decimal(count, locale=self.words.babel))

    def _money(self, minor: int) -> str:
        return format_money(minor, self.currency, self.words.babel)

    def _list(self, names: Iterable[str], last: str | None = None) -> str:
        *before, end = sorted(names) if isinstance(names, frozenset) else list(names)
        return f"{', '.join(before)} {last or self.words.both} {end}" if before else end
