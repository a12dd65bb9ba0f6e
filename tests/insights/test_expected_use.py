"""What of today's value will be used, by what became of the value of the months before."""

from insights.expected import expected_use
from smartbis.ledger.aging import ENOUGH_HOLDERS, Cohort


def month(months: int, used: int, holders: int = ENOUGH_HOLDERS) -> Cohort:
    """A month in which 1000 were earned."""
    return Cohort(months, 1_000, 1_000 - used, holders)


def test_each_age_goes_on_from_what_is_used_at_its_age() -> None:
    use = (month(1, 200), month(3, 500), month(6, 600), month(12, 800))
    assert expected_use((1_000, 0, 0, 0, 0), use) == 800
    assert expected_use((0, 1_000, 0, 0, 0), use) == 750  # 80 - 20 of the 80 that are left in 100
    assert expected_use((0, 0, 1_000, 0, 0), use) == 600
    assert expected_use((0, 0, 0, 1_000, 0), use) == 500
    assert expected_use((0, 0, 0, 0, 1_000), use) == 0
    assert expected_use((100, 100, 100, 100, 100), use) == 80 + 75 + 60 + 50


def test_a_month_that_was_used_less_than_a_younger_one_takes_nothing_back() -> None:
    assert expected_use((0, 0, 1_000, 0, 0), (month(1, 500), month(3, 400))) == 0


def test_what_is_used_up_at_once_leaves_nothing_to_expect() -> None:
    assert expected_use((500, 500, 0, 0, 0), (month(1, 1_000),)) == 500


def test_few_customers_tell_nothing() -> None:
    assert expected_use((1_000, 0, 0, 0, 0), (month(1, 900, ENOUGH_HOLDERS - 1),)) is None
    assert expected_use((1_000, 0, 0, 0, 0), ()) is None
    assert expected_use((1_000, 0, 0, 0, 0), (month(1, 900, 3), month(2, 100))) == 100
