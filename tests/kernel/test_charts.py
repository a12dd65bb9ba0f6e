"""Charts tell the truth about their numbers, from zero, in words as well as in lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartbis.kernel import charts


def whole(value):
    return f"{value:.0f}"


def test_a_line_runs_from_edge_to_edge_on_a_scale_from_zero():
    chart = charts.line_chart(
        labels=["seg", "ter", "qua"], series=[charts.Series("Emitido", [0, 50, 100])], words=whole
    )
    assert chart.lines[0].path == "M0.00 100.00L50.00 50.00L100.00 0.00"
    assert chart.lines[0].area == "M0.00 100.00L50.00 50.00L100.00 0.00V100H0Z"
    assert chart.scale == ("100", "75", "50", "25", "0")
    assert chart.rows == (("seg", "0"), ("ter", "50"), ("qua", "100"))
    assert not chart.is_empty


def test_two_series_share_one_scale_and_one_table():
    chart = charts.line_chart(
        labels=["a", "b"], series=[charts.Series("x", [1, 2]), charts.Series("y", [30, 40])], words=whole
    )
    assert [line.number for line in chart.lines] == [1, 2]
    assert chart.scale[0] == "40"
    assert chart.rows[1] == ("b", "2", "40")


def test_long_periods_show_four_dates_with_both_ends():
    labels = [str(day) for day in range(90)]
    chart = charts.line_chart(labels=labels, series=[charts.Series("x", [1] * 90)], words=whole)
    assert chart.dates == ("0", "30", "59", "89")


def test_nothing_to_show_is_said_and_does_not_divide_by_zero():
    chart = charts.line_chart(labels=[], series=[charts.Series("x", [])], words=whole)
    assert chart.is_empty
    assert chart.lines[0].path == ""
    assert charts.bar_chart([("a", 0)], words=whole)[0].width == 0
    assert charts.funnel([], words=whole) == ()


def test_one_value_is_a_level_line():
    chart = charts.line_chart(labels=["hoje"], series=[charts.Series("x", [4])], words=whole)
    assert chart.lines[0].path == "M0.00 0.00L100.00 0.00"


def test_bars_are_relative_to_the_longest_and_shares_to_the_total():
    bars = charts.bar_chart([("Centro", 300), ("Moema", 100)], words=whole)
    assert [(bar.width, bar.share) for bar in bars] == [(100.0, "75%"), (33.33, "25%")]


def test_a_funnel_is_relative_to_its_first_step():
    bars = charts.funnel([("Ganharam", 200), ("Usaram", 50)], words=whole)
    assert [(bar.width, bar.share) for bar in bars] == [(100.0, "100%"), (25.0, "25%")]


@pytest.mark.parametrize("values", [[1], [1, 2, 3]])
def test_series_of_another_length_are_refused(values):
    with pytest.raises(ValueError, match="values for 2 labels"):
        charts.line_chart(labels=["a", "b"], series=[charts.Series("x", values)], words=whole)


def test_negative_values_are_refused():
    with pytest.raises(ValueError, match="negative"):
        charts.line_chart(labels=["a"], series=[charts.Series("x", [-1])], words=whole)


@given(st.floats(0, 1e12))
def test_the_top_of_the_scale_holds_the_highest_value_without_dwarfing_it(highest):
    top = charts.nice_ceiling(highest)
    assert top >= highest
    assert top <= max(4.0, highest * 2 + 1e-6)


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=400))
def test_every_point_stays_in_the_box(values):
    labels = [str(at) for at in range(len(values))]
    chart = charts.line_chart(labels=labels, series=[charts.Series("x", values)], words=whole)
    points = chart.lines[0].path.removeprefix("M").split("L")
    for point in points:
        across, down = (float(part) for part in point.split(" "))
        assert 0 <= across <= 100
        assert 0 <= down <= 100
    assert len(chart.rows) == len(values)


def test_a_sparkline_needs_two_values():
    assert charts.sparkline([3]) == ""
    assert charts.sparkline([0, 10]) == "M0.00 100.00L100.00 0.00"
