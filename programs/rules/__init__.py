"""Rules: how a programme earns and how its balance is spent. Pure Python: versioned data in, explained awards out."""

from programs.rules.changes import Changes, changes
from programs.rules.evaluate import Evaluation, Evaluator, Gain, Granted, Missed, evaluate
from programs.rules.facts import Article, Line, Member, Moment, ParticipationFacts, SaleFacts, lines_of
from programs.rules.faults import InvalidRule
from programs.rules.limits import Used, UsedByRule, bought_for, money_of, period_key
from programs.rules.reading import read_rule, read_rules, write_rule, write_rules
from programs.rules.refunds import refunded_share, still_to_reverse
from programs.rules.sentences import Names, describe, sentence
from programs.rules.spec import Percentage, PerUnit, PointValue, Rule, RuleSet, Spending
from programs.rules.spending import Spendable, least_sale, may_leave, spendable, together
from programs.rules.spending_words import spending_sentences

__all__ = [
    "Article",
    "Changes",
    "Evaluation",
    "Evaluator",
    "Gain",
    "Granted",
    "InvalidRule",
    "Line",
    "Member",
    "Missed",
    "Moment",
    "Names",
    "ParticipationFacts",
    "PerUnit",
    "Percentage",
    "PointValue",
    "Rule",
    "RuleSet",
    "SaleFacts",
    "Spendable",
    "Spending",
    "Used",
    "UsedByRule",
    "bought_for",
    "changes",
    "describe",
    "evaluate",
    "least_sale",
    "lines_of",
    "may_leave",
    "money_of",
    "period_key",
    "read_rule",
    "read_rules",
    "refunded_share",
    "sentence",
    "spendable",
    "spending_sentences",
    "still_to_reverse",
    "together",
    "write_rule",
    "write_rules",
]
