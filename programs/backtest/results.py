"""A backtest's result as it is kept and handed out: figures of both sides next to each other."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from programs.backtest.tallies import STEPS, Cell, Figures, RuleTally, SideTally, Tally
from programs.models import Backtest, Program, RuleVersion
from programs.rules import PointValue, read_rules
from programs.selectors.catalogue import version_rules
from smartbis.kernel.clock import now
from smartbis.kernel.money import half_up
from smartbis.kernel.units import is_currency

_BASIS = 10_000


def result_of(row: Backtest, tally: Tally) -> dict[str, Any]:
    """The result of a backtest that is through. Runs in the tenant's scope."""
    unit = Program.objects.get(id=row.program_id).unit
    values = _live_value(row), read_rules(row.draft).point_value
    whole = Figures()
    for each in tally.cells.values():
        whole.add(each)
    net_sales = whole.sales_minor - whole.refunded_minor
    live = _side(tally.live, unit, values[0], net_sales)
    draft = _side(tally.draft, unit, values[1], net_sales)
    return {
        "unit": unit,
        "sales": whole.sales,
        "sales_minor": whole.sales_minor,
        "refunded_minor": whole.refunded_minor,
        "live": live,
        "draft": draft,
        "difference": draft["net"] - live["net"],
        "difference_minor": None
        if None in (live["cost_minor"], draft["cost_minor"])
        else draft["cost_minor"] - live["cost_minor"],
        "customers": {
            "bought": tally.customers_seen,
            "gaining": tally.gaining,
            "losing": tally.losing,
            "unchanged": tally.customers_seen - tally.gaining - tally.losing,
            "steps": [
                {"from": since, "to": None if until is None else until - 1, "customers": count}
                for since, until, count in zip((None, *STEPS), (*STEPS, None), tally.steps, strict=True)
            ],
        },
        "rules": _rules(tally, [rule.key for rule in read_rules(row.draft).rules]),
        "by_store": _by(tally.cells, lambda cell: cell[0]),
        "by_tier": _by(tally.cells, lambda cell: cell[1]),
        "by_month": sorted(_by(tally.cells, lambda cell: cell[2]), key=lambda each: str(each["key"])),
        "by_segment": _listed(tally.segments.items()),
        "fidelity": {
            "awards": tally.fidelity.awards,
            "equal": tally.fidelity.equal,
            "reasons": [
                {"reason": reason, **vars(each)}
                for reason, each in sorted(tally.fidelity.reasons.items(), key=lambda pair: -pair[1].times)
            ],
        },
        "spending": {what: vars(each) for what, each in tally.spending.items()},
    }


def _live_value(row: Backtest) -> PointValue | None:
    versions = RuleVersion.objects.filter(program_id=row.program_id, effective_at__lte=now())
    newest = versions.order_by("-effective_at", "-version").first()
    return version_rules(newest).point_value if newest else None


def _side(side: SideTally, unit: str, value: PointValue | None, net_sales: int) -> dict[str, Any]:
    net = side.granted - side.reversed
    cost = net if is_currency(unit) else half_up(net * value.minor, value.points) if value else None
    return {
        "sales": side.sales,
        "granted": side.granted,
        "reversed": side.reversed,
        "net": net,
        "cost_minor": cost,
        "share_bp": half_up(cost * _BASIS, net_sales) if cost is not None and net_sales > 0 else None,
        "tier_points": side.tier_points,
        "gifts": side.gifts,
    }


def _rules(tally: Tally, order: list[str]) -> list[dict[str, Any]]:
    """Every rule of either side by its key, in the draft's order; then those that only the live rules have."""
    met = {**tally.draft.rules, **tally.live.rules}
    keys = [key for key in dict.fromkeys([*order, *sorted(met)]) if key in met]
    return [
        {
            "key": key,
            "name": (tally.draft.rules.get(key) or tally.live.rules[key]).name,
            "kind": (tally.draft.rules.get(key) or tally.live.rules[key]).kind,
            "live": _rule(tally.live.rules.get(key)),
            "draft": _rule(tally.draft.rules.get(key)),
        }
        for key in keys
    ]


def _rule(rule: RuleTally | None) -> dict[str, Any] | None:
    if rule is None:
        return None
    return {
        "times": rule.times,
        "granted": rule.granted,
        "reversed": rule.reversed,
        "net": rule.granted - rule.reversed,
        "times_cut": rule.times_cut,
        "amount_cut": rule.amount_cut,
        "times_empty": rule.times_empty,
        "cut_by": rule.cut_by,
    }


def _by(cells: dict[Cell, Figures], name: Callable[[Cell], str]) -> list[dict[str, Any]]:
    found: defaultdict[str, Figures] = defaultdict(Figures)
    for cell, each in cells.items():
        found[name(cell)].add(each)
    return _listed(found.items())


def _listed(named: Iterable[tuple[str, Figures]]) -> list[dict[str, Any]]:
    rows = [{"key": key, **vars(each), "difference": each.draft - each.live} for key, each in named]
    return sorted(rows, key=lambda each: -int(each["sales_minor"]))
