"""What backtests refuse."""

from smartbis.kernel.errors import DomainError, NotFound


class BacktestNotFound(NotFound):
    """No such backtest in this tenant."""

    code = "backtest_not_found"
    sentence = "There is no such backtest."


class BacktestEnded(DomainError):
    """Only a backtest that waits or runs can be stopped."""

    code = "backtest_ended"
    sentence = "This backtest has ended already."


class TooManyBacktests(DomainError):
    """A few backtests of a brand may wait at a time; `params`: limit."""

    code = "backtests_waiting"
    sentence = "Too many backtests are waiting: stop one, or wait for them to end."
