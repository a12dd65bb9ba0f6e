"""The ladder in thought: what figures earn, how long a tier is kept, where a fall leads."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from programs.tiers import Contribution, Ladder, Standing, Tier, corrected, facts_since, judge

SP = "America/Sao_Paulo"
SILVER, GOLD, BLACK = Tier("silver", "Prata", 100), Tier("gold", "Ouro", 500), Tier("black", "Black", 1_000)
YEAR = Ladder(
    tiers=(SILVER, GOLD, BLACK),
    measure="spend",
    window="calendar_year",
    window_days=365,
    keep="period_end",
    keep_days=365,
    fall="one_step",
    warn_days=30,
    zone=SP,
)
ROLLING = replace(YEAR, window="rolling", window_days=90, keep="while_earned", fall="earned")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def facts(*pairs: tuple[str, int]) -> list[Contribution]:
    return [Contribution(at(when), amount) for when, amount in pairs]


@pytest.mark.parametrize(
    ("amount", "tier"), [(0, ""), (99, ""), (100, "silver"), (499, "silver"), (500, "gold"), (5_000, "black")]
)
def test_a_figure_earns_the_highest_tier_it_reaches(amount: int, tier: str) -> None:
    verdict = judge(YEAR, Standing(), facts(("2026-05-01", amount)), at("2026-06-01"))
    assert (verdict.standing.tier, verdict.standing.figure) == (tier, amount)


def test_a_tier_reached_is_kept_until_the_years_end_in_the_brands_zone() -> None:
    standing = judge(YEAR, Standing(), facts(("2026-05-01", 600)), at("2026-06-01")).standing
    assert standing.keep_until == at("2027-01-01T03:00:00")  # midnight in São Paulo
    assert standing.reached_at == at("2026-06-01")


def test_at_the_years_end_the_year_that_ended_decides_and_the_next_is_granted() -> None:
    bought = facts(("2026-05-01", 600))
    before = judge(YEAR, Standing(), bought, at("2026-06-01")).standing
    after = judge(YEAR, before, bought, at("2027-01-01T03:00:00"))
    assert (after.standing.tier, after.standing.keep_until) == ("gold", at("2028-01-01T03:00:00"))
    assert (after.standing.figure, after.missing) == (0, 500)
    fallen = judge(YEAR, after.standing, bought, at("2028-01-01T03:00:01")).standing
    assert (fallen.tier, fallen.reached_at) == ("silver", at("2028-01-01T03:00:00"))


def test_falls_that_are_overdue_happen_one_after_another() -> None:
    bought = facts(("2026-05-01", 1_200))
    black = judge(YEAR, Standing(), bought, at("2026-06-01")).standing
    late = judge(YEAR, black, bought, at("2029-06-01")).standing
    assert late.tier == "silver"  # 2027 is kept for 2026, the end of 2027 makes it gold, the end of 2028 silver
    assert judge(YEAR, late, bought, at("2030-02-01")).standing.tier == ""


def test_a_fall_to_what_is_earned_takes_all_steps_at_once() -> None:
    ladder = replace(YEAR, fall="earned")
    bought = facts(("2026-05-01", 1_200), ("2027-05-01", 150))
    black = judge(ladder, Standing(), bought, at("2026-06-01")).standing
    kept = judge(ladder, black, bought, at("2027-06-01")).standing
    assert kept.tier == "black"
    assert judge(ladder, kept, bought, at("2028-01-02")).standing.tier == "silver"


def test_a_refund_follows_the_policy() -> None:
    gold = judge(YEAR, Standing(), facts(("2026-05-01", 600)), at("2026-06-01")).standing
    refunded = facts(("2026-05-01", 300))
    kept = judge(YEAR, gold, refunded, at("2026-07-01"))
    assert (kept.standing.tier, kept.missing) == ("gold", 200)
    assert judge(YEAR, kept.standing, refunded, at("2027-01-02")).standing.tier == "silver"
    earned = judge(ROLLING, replace(gold, keep_until=None), refunded, at("2026-06-02")).standing
    assert earned.tier == "silver"


def test_kept_for_ever_is_kept_and_a_change_of_mind_gives_a_term() -> None:
    ladder = replace(YEAR, keep="for_ever")
    gold = judge(ladder, Standing(), facts(("2026-05-01", 600)), at("2026-06-01")).standing
    assert gold.keep_until is None
    assert judge(ladder, gold, [], at("2036-01-01")).standing.tier == "gold"
    stricter = judge(YEAR, gold, [], at("2036-02-01")).standing
    assert (stricter.tier, stricter.keep_until) == ("gold", at("2037-01-01T03:00:00"))


def test_days_after_it_was_reached_a_tier_is_judged_by_the_days_before_its_end() -> None:
    ladder = replace(YEAR, window="rolling", window_days=30, keep="days", keep_days=60)
    bought = facts(("2026-05-01", 600), ("2026-06-20", 500))
    gold = judge(ladder, Standing(), bought, at("2026-05-02")).standing
    assert gold.keep_until == at("2026-07-01")
    renewed = judge(ladder, gold, bought, at("2026-07-15")).standing
    assert (renewed.tier, renewed.keep_until) == ("gold", at("2026-08-30"))
    assert judge(ladder, renewed, bought, at("2026-08-30")).standing.tier == "silver"


def test_a_tier_only_while_it_is_earned_knows_when_it_will_slip() -> None:
    bought = facts(("2026-05-01", 300), ("2026-05-20", 300), ("2026-06-01", 250))
    gold = judge(ROLLING, Standing(), bought, at("2026-06-02"))
    assert gold.standing.keep_until == at("2026-05-20") + timedelta(days=90)
    assert gold.missing == 250
    assert judge(ROLLING, gold.standing, bought, at("2026-08-17")).standing.tier == "gold"
    assert judge(ROLLING, gold.standing, bought, at("2026-08-18")).standing.tier == "silver"


def test_a_new_year_empties_a_calendar_years_figure_at_once_when_nothing_is_kept() -> None:
    ladder = replace(ROLLING, window="calendar_year")
    bought = facts(("2026-05-01", 600))
    gold = judge(ladder, Standing(), bought, at("2026-06-01")).standing
    assert gold.keep_until == at("2027-01-01T03:00:00")
    assert judge(ladder, gold, bought, at("2027-01-01T02:59:59")).standing.tier == "gold"
    assert judge(ladder, gold, bought, at("2027-01-01T03:00:00")).standing.tier == ""


def test_a_tier_that_the_ladder_has_no_longer_becomes_what_is_earned() -> None:
    gone = Standing("bronze", at("2026-01-01"), at("2027-01-01"), 50)
    assert judge(YEAR, gone, facts(("2026-05-01", 700)), at("2026-06-01")).standing.tier == "gold"
    assert judge(YEAR, gone, [], at("2026-06-01")).standing == Standing(figure=0)


def test_judging_again_changes_nothing() -> None:
    bought = facts(("2026-05-01", 600), ("2026-08-01", 10))
    for ladder in (YEAR, ROLLING, replace(YEAR, keep="for_ever")):
        once = judge(ladder, Standing(), bought, at("2026-08-02"))
        again = judge(ladder, once.standing, list(reversed(bought)), at("2026-08-02"))
        assert again == once


def test_facts_are_asked_for_as_far_back_as_any_window_reaches() -> None:
    overdue = Standing("gold", at("2026-01-01"), at("2026-02-01"), 600)
    assert facts_since(ROLLING, [overdue, Standing()], at("2026-06-01")) == at("2026-02-01") - timedelta(days=90)
    assert facts_since(YEAR, [Standing()], at("2026-06-01")) == at("2026-01-01T03:00:00")


def test_a_correction_goes_with_what_it_corrects() -> None:
    given = facts(("2026-01-01", 100), ("2026-07-20", -100), ("2026-10-28", 60))
    ladder = replace(ROLLING, window_days=365, tiers=(Tier("gold", "Ouro", 50),))
    gold = judge(ladder, Standing(), given, at("2026-10-28")).standing
    assert (gold.tier, gold.figure) == ("gold", 60)
    assert gold.keep_until == at("2027-10-28")
    later = judge(ladder, gold, given, at("2027-01-06")).standing
    assert (later.tier, later.figure) == ("gold", 60)


def test_a_correction_takes_the_newest_before_it_and_nothing_after_it() -> None:
    given = facts(("2026-05-20", 40), ("2026-05-01", 100), ("2026-06-01", -60), ("2026-06-02", 30))
    left = facts(("2026-05-01", 80), ("2026-06-02", 30))
    assert list(corrected(given)) == list(corrected(list(reversed(given)))) == left
    assert list(corrected(facts(("2026-05-01", -10), ("2026-05-02", 30)))) == facts(("2026-05-02", 30))
    both = facts(("2026-05-01", -10), ("2026-05-01", 30))
    assert list(corrected(both)) == facts(("2026-05-01", 20))
