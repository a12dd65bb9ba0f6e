"""Versions and what they change, in the active language."""

from django.utils.translation import gettext as _

from programs.rules import Changes, Names, Rule, RuleSet, changes, sentence, spending_sentences


class Teller:
    """Says rules of one programme: its unit, the brand's currency, names and the language."""

    def __init__(self, *, unit: str, currency: str, locale: str, names: Names) -> None:
        self.unit, self.currency, self.locale, self.names = unit, currency, locale, names

    def rule(self, rule: Rule) -> str:
        """One rule in one sentence."""
        return sentence(rule, unit=self.unit, currency=self.currency, locale=self.locale, names=self.names)

    def version(self, rules: RuleSet) -> list[dict[str, str]]:
        """The rules of a version with their names, and how balance is used."""
        told = [{"name": rule.name, "sentence": self.rule(rule)} for rule in rules.rules]
        spending = spending_sentences(rules.spending, currency=self.currency, locale=self.locale, names=self.names)
        return told + [{"name": _("Uso do saldo"), "sentence": text} for text in spending]

    def changes(self, before: RuleSet, after: RuleSet) -> list[dict[str, str]]:
        """What a version changes: each with its kind, a word for it, and the sentences before and after."""
        found = changes(before, after)
        labels = {"added": _("entra"), "removed": _("sai"), "changed": _("muda")}
        told = [
            {
                "kind": each.kind,
                "label": labels[each.kind],
                "before": self.rule(each.before) if each.before else "",
                "after": self.rule(each.after) if each.after else "",
            }
            for each in found.rules
        ]
        return [self._own_words(row) for row in told] + self._other_changes(found, before, after)

    def news(self, before: RuleSet, after: RuleSet) -> str:
        """A notice's text, made from the sentences of what changes."""
        parts = []
        for row in self.changes(before, after):
            if row["kind"] == "removed":
                parts.append(_("Deixa de valer: %(rule)s") % {"rule": row["before"]})
            elif row["after"]:
                parts.append(row["after"])
        return " ".join(parts) or " ".join(each["sentence"] for each in self.version(after))

    def _own_words(self, row: dict[str, str]) -> dict[str, str]:
        """A rule whose sentence stays though something changed, such as its budget, says so."""
        if row["kind"] == "changed" and row["before"] == row["after"]:
            return {**row, "label": _("ajusta"), "before": ""}
        return row

    def _other_changes(self, found: Changes, before: RuleSet, after: RuleSet) -> list[dict[str, str]]:
        rows = []
        if found.spending:
            old, new = (
                " ".join(
                    spending_sentences(each.spending, currency=self.currency, locale=self.locale, names=self.names)
                )
                for each in (before, after)
            )
            free = _("O saldo pode ser usado sem restrição.")
            rows.append({"kind": "changed", "label": _("muda"), "before": old or free, "after": new or free})
        if found.point_value:
            rows.append({"kind": "changed", "label": _("muda"), "before": "", "after": _("O valor dos pontos mudou.")})
        return rows
