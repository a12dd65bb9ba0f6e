"""Programmes and their rules, what each gave and why, the brand's articles, and what was imported."""

from programs.models.article import Article
from programs.models.award import Award, AwardReversal
from programs.models.imported import ImportBatch, ImportRow
from programs.models.program import Participation, Program, RuleVersion

__all__ = [
    "Article",
    "Award",
    "AwardReversal",
    "ImportBatch",
    "ImportRow",
    "Participation",
    "Program",
    "RuleVersion",
]
