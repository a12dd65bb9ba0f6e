"""The rule editor's forms: a card for each rule, what is common to a version, and a sale to try it on."""

from dashboard.brand.forms.rules.card import RuleCard
from dashboard.brand.forms.rules.editor import Editor
from dashboard.brand.forms.rules.trial import TrialForm, with_lines
from dashboard.brand.forms.rules.version import SpendingForm, VersionForm

__all__ = ["Editor", "RuleCard", "SpendingForm", "TrialForm", "VersionForm", "with_lines"]
