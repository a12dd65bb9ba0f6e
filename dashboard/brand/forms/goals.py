"""The forms of referrals and challenges."""

import re
import unicodedata
from dataclasses import replace
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboard.brand.forms.base import DeskForm, LocalMoment
from programs.challenges.infos import ChallengeDraft
from programs.referrals.infos import ReferralTermsDraft
from smartbis.forms import MoneyField


class ReferralForm(DeskForm):
    """How referrals are rewarded."""

    is_live = forms.BooleanField(label=gettext_lazy("As indicações estão valendo"), required=False)
    minimum = MoneyField(
        label=gettext_lazy("Primeira compra a partir de"),
        required=False,
        help_text=gettext_lazy("Vazio: qualquer valor."),
    )
    wait_days = forms.IntegerField(
        label=gettext_lazy("Dias de espera"),
        min_value=0,
        max_value=365,
        initial=0,
        help_text=gettext_lazy("Uma devolução dentro deles anula a indicação."),
    )
    month_cap = forms.IntegerField(
        label=gettext_lazy("Máximo por mês, por pessoa"), required=False, min_value=1, max_value=100_000
    )
    life_cap = forms.IntegerField(
        label=gettext_lazy("Máximo no total, por pessoa"), required=False, min_value=1, max_value=100_000
    )
    rewards_friend = forms.BooleanField(
        label=gettext_lazy("Quem foi indicado também ganha (regra de participação “ser indicado”)"), required=False
    )

    def draft(self) -> ReferralTermsDraft:
        """The terms. After validation."""
        given = self.cleaned_data
        return ReferralTermsDraft(
            is_live=given["is_live"],
            minimum_minor=given["minimum"] or 0,
            wait_days=given["wait_days"],
            month_cap=given["month_cap"],
            life_cap=given["life_cap"],
            rewards_friend=given["rewards_friend"],
        )


class ChallengeForm(DeskForm):
    """A challenge. `kind` names its goal, so that the fields that belong to others are folded away."""

    needed = ("count", "money", "category", "starts_at", "ends_at", "days")
    # What was promised: it stays as it is once the challenge is published.
    promised = ("goal", "count", "money", "category", "period", "starts_at", "days", "opt_in")

    name = forms.CharField(label=gettext_lazy("Nome"), max_length=120)
    description = forms.CharField(
        label=gettext_lazy("Descrição"), required=False, max_length=500, widget=forms.Textarea({"rows": 2})
    )
    reward_words = forms.CharField(
        label=gettext_lazy("Prêmio, como o cliente lê"),
        required=False,
        max_length=120,
        help_text=gettext_lazy("O que a regra do programa dá, por exemplo: 50 pontos."),
    )
    goal = forms.ChoiceField(
        label=gettext_lazy("Meta"),
        choices=[
            ("purchases", gettext_lazy("Fazer tantas compras")),
            ("spend", gettext_lazy("Somar um valor em compras")),
            ("stores", gettext_lazy("Comprar em lojas diferentes")),
            ("category", gettext_lazy("Comprar de uma categoria")),
            ("events", gettext_lazy("Participar de eventos")),
        ],
        widget=forms.RadioSelect,
        initial="purchases",
    )
    count = forms.IntegerField(label=gettext_lazy("Quantas vezes"), required=False, min_value=1, max_value=10_000)
    money = MoneyField(label=gettext_lazy("Valor a somar"), required=False)
    category = forms.CharField(label=gettext_lazy("Categoria"), required=False, max_length=100)
    period = forms.ChoiceField(
        label=gettext_lazy("Quando vale"),
        choices=[
            ("fixed", gettext_lazy("Entre duas datas, para todos")),
            ("rolling", gettext_lazy("Por alguns dias, a partir da entrada de cada cliente")),
        ],
        widget=forms.RadioSelect,
        initial="fixed",
    )
    starts_at = LocalMoment(label=gettext_lazy("Começa"), required=False)
    ends_at = LocalMoment(label=gettext_lazy("Termina"), required=False)
    days = forms.IntegerField(label=gettext_lazy("Dias"), required=False, min_value=1, max_value=3660)
    opt_in = forms.BooleanField(label=gettext_lazy("O cliente precisa tocar em participar"), required=False)
    times = forms.IntegerField(
        label=gettext_lazy("Quantas vezes pode concluir"), min_value=1, max_value=1000, initial=1
    )
    wait_days = forms.IntegerField(
        label=gettext_lazy("Dias até o prêmio"),
        min_value=0,
        max_value=365,
        initial=0,
        help_text=gettext_lazy("Uma devolução dentro deles baixa o progresso."),
    )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        goal = given.get("goal")
        wanted = ["money" if goal == "spend" else "count"] + (["category"] if goal == "category" else [])
        wanted += ["days"] if given.get("period") == "rolling" else ["starts_at", "ends_at"]
        for name in wanted:
            if not given.get(name) and name not in self.errors:
                self.add_error(name, _("Preencha para esta meta."))
        return given

    def keep_promises(self) -> None:
        """Let what was promised be read, but not changed."""
        for name in self.promised:
            self.fields[name].disabled = True

    def draft(self) -> ChallengeDraft:
        """The terms as the programmes' room takes them. After validation."""
        given = self.cleaned_data
        is_rolling = given["period"] == "rolling"
        return ChallengeDraft(
            key=key_of(given["name"]),
            name=given["name"],
            goal=given["goal"],
            number=given["money"] if given["goal"] == "spend" else given["count"],
            description=given["description"],
            reward_words=given["reward_words"],
            category=given["category"] if given["goal"] == "category" else "",
            starts_at=None if is_rolling else given["starts_at"],
            ends_at=None if is_rolling else given["ends_at"],
            days=given["days"] if is_rolling else None,
            opt_in=given["opt_in"],
            times=given["times"],
            wait_days=given["wait_days"],
        )

    def draft_of(self, challenge: ChallengeDraft) -> ChallengeDraft:
        """A challenge that exists, with what may change of it. After validation."""
        words = ("name", "description", "reward_words", "times", "wait_days")
        given = self.cleaned_data
        ends_at = challenge.ends_at if challenge.days else given["ends_at"]
        return replace(challenge, **{name: given[name] for name in words}, ends_at=ends_at)


def initial_of(challenge: ChallengeDraft) -> dict[str, Any]:
    """A challenge as the form shows it."""
    is_money = challenge.goal == "spend"
    return {
        "name": challenge.name,
        "description": challenge.description,
        "reward_words": challenge.reward_words,
        "goal": challenge.goal,
        "count": None if is_money else challenge.number,
        "money": challenge.number if is_money else None,
        "category": challenge.category,
        "period": "rolling" if challenge.days else "fixed",
        "starts_at": challenge.starts_at,
        "ends_at": challenge.ends_at,
        "days": challenge.days,
        "opt_in": challenge.opt_in,
        "times": challenge.times,
        "wait_days": challenge.wait_days,
    }


def key_of(name: str) -> str:
    """A name as the rules name it: `Três visitas!` is `tres-visitas`."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40].strip("-") or "desafio"
