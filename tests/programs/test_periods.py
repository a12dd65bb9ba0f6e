"""Periods laid one after another on the brand's calendar."""

from datetime import UTC, date, datetime, timedelta
from itertools import permutations

from programs.periods import Bought, Laid, lay

SP = "America/Sao_Paulo"


def bought(number: int, when: str, length: str = "months", count: int = 12, grace: int = 0, **given: object) -> Bought:
    at = datetime.fromisoformat(when).replace(tzinfo=UTC)
    until = given.get("until")
    return Bought(number, at, length, count, until, grace, ("s", number))  # type: ignore[arg-type]


def days(laid: list[Laid]) -> list[tuple[object, str, str, bool]]:
    """Each with its first and last day in São Paulo."""
    local = timedelta(hours=-3)
    return [
        (
            each.bought.id,
            (each.starts_at + local).date().isoformat(),
            (each.ends_at + local - timedelta(seconds=1)).date().isoformat(),
            each.renewal,
        )
        for each in laid
    ]


def test_a_year_ends_with_the_day_before_its_anniversary() -> None:
    (laid,) = lay([bought(1, "2026-01-10T18:00:00")], SP)
    assert laid.starts_at == datetime(2026, 1, 10, 18, tzinfo=UTC)
    assert laid.ends_at == datetime(2027, 1, 10, 3, tzinfo=UTC)


def test_a_renewal_goes_on_from_the_end_and_after_a_gap_a_new_run_starts() -> None:
    laid = lay([bought(1, "2026-01-10"), bought(2, "2026-12-01"), bought(3, "2028-03-01", count=1)], SP)
    assert days(laid) == [
        (1, "2026-01-09", "2027-01-08", False),
        (2, "2027-01-09", "2028-01-08", True),
        (3, "2028-02-29", "2028-03-28", False),
    ]


def test_within_its_grace_a_plan_goes_on_without_free_days() -> None:
    laid = lay([bought(1, "2026-01-10", count=1, grace=10), bought(2, "2026-02-15", count=1, grace=10)], SP)
    assert days(laid) == [(1, "2026-01-09", "2026-02-08", False), (2, "2026-02-09", "2026-03-08", True)]
    late = lay([bought(1, "2026-01-10", count=1, grace=10), bought(2, "2026-02-20", count=1, grace=10)], SP)
    assert days(late)[1] == (2, "2026-02-19", "2026-03-18", False)


def test_the_order_in_which_they_come_in_makes_no_difference() -> None:
    periods = [
        bought(1, "2026-01-31T15:00:00", count=1),
        bought(2, "2026-02-10", count=1),
        bought(3, "2026-02-11", "days", 10),
    ]
    answers = {tuple(days(lay(order, SP))) for order in permutations(periods)}
    assert len(answers) == 1


def test_a_thirty_first_does_not_wander() -> None:
    periods = [bought(number, f"2026-01-31T15:00:0{number}", count=1) for number in (1, 2, 3)]
    assert [end for _, _, end, _ in days(lay(periods, SP))] == ["2026-02-27", "2026-03-30", "2026-04-29"]


def test_taking_the_first_back_leaves_the_second_from_its_own_day() -> None:
    first, second = bought(1, "2026-01-10T12:00:00"), bought(2, "2026-03-01T12:00:00")
    assert days(lay([first, second], SP))[1] == (2, "2027-01-10", "2028-01-09", True)
    assert days(lay([second], SP)) == [(2, "2026-03-01", "2027-02-28", False)]


def test_a_fixed_end_is_the_same_for_everybody_and_is_not_pushed_on() -> None:
    end = date(2026, 12, 31)
    periods = [bought(1, "2026-05-01T12:00:00", "until", 1, until=end), bought(2, "2026-06-01", "until", 1, until=end)]
    laid = lay(periods, SP)
    assert [each.ends_at for each in laid] == [datetime(2027, 1, 1, 3, tzinfo=UTC)] * 2
