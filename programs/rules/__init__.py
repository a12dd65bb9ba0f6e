"""Rules: how a programme earns. Pure Python: versioned data in, explained awards out."""

from programs.rules.evaluate import Evaluation, Granted, Missed, evaluate
from programs.rules.facts import ParticipationFacts, SaleFacts
from programs.rules.reading import InvalidRule, read_rule, write_rule
from programs.rules.sentences import sentence
from programs.rules.spec import Percentage, PerUnit, Rule

__all__ = [
    "Evaluation",
    "Granted",
    "InvalidRule",
    "Missed",
    "ParticipationFacts",
    "PerUnit",
    "Percentage",
    "Rule",
    "SaleFacts",
    "evaluate",
    "read_rule",
    "sentence",
    "write_rule",
]
