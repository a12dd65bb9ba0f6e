"""Programmes and their rules, what each gave and why, the brand's articles, and what was imported."""

from programs.models.adjustment import Adjustment, AdjustmentLimit
from programs.models.article import Article
from programs.models.award import Award, AwardReversal
from programs.models.backtest import Backtest, BacktestCustomer, BacktestDifferences
from programs.models.challenge import Challenge, ChallengeTaker
from programs.models.checkout import BalanceChoice, Checkout, TillTerms
from programs.models.gathering import Gathering, Registration
from programs.models.imported import ImportBatch, ImportRow
from programs.models.notice import NoticeSeen, RuleNotice
from programs.models.plan import Plan, PlanArticle, PlanMember, PlanPeriod, PlanPeriodEnd, PlanReceipt
from programs.models.program import Participation, Program, RuleVersion
from programs.models.referral import Referral, ReferralTerms, Referrer
from programs.models.tier import TierChange, TierLadder, TierStanding
from programs.models.usage import RuleGift, RuleUse

__all__ = [
    "Adjustment",
    "AdjustmentLimit",
    "Article",
    "Award",
    "AwardReversal",
    "Backtest",
    "BacktestCustomer",
    "BacktestDifferences",
    "BalanceChoice",
    "Challenge",
    "ChallengeTaker",
    "Checkout",
    "Gathering",
    "ImportBatch",
    "ImportRow",
    "NoticeSeen",
    "Participation",
    "Plan",
    "PlanArticle",
    "PlanMember",
    "PlanPeriod",
    "PlanPeriodEnd",
    "PlanReceipt",
    "Program",
    "Referral",
    "ReferralTerms",
    "Referrer",
    "Registration",
    "RuleGift",
    "RuleNotice",
    "RuleUse",
    "RuleVersion",
    "TierChange",
    "TierLadder",
    "TierStanding",
    "TillTerms",
]
