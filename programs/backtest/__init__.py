"""Backtests: a draft of rules replayed over the brand's own sales and refunds, beside the live rules."""

from programs.backtest.errors import BacktestEnded, BacktestNotFound, TooManyBacktests
from programs.backtest.infos import BacktestInfo, CustomerDifference
from programs.backtest.selectors import (
    backtests_page,
    customers_csv,
    differences_csv,
    get_backtest,
    most_changed,
    usual_period,
)
from programs.backtest.services import start_backtest, stop_backtest

__all__ = [
    "BacktestEnded",
    "BacktestInfo",
    "BacktestNotFound",
    "CustomerDifference",
    "TooManyBacktests",
    "backtests_page",
    "customers_csv",
    "differences_csv",
    "get_backtest",
    "most_changed",
    "start_backtest",
    "stop_backtest",
    "usual_period",
]
