"""A demo brand's plan and tiers: who pays the plan and when, and where its members stand in the end."""

from datetime import timedelta
from random import Random
from uuid import UUID

from programs.services import PlanTerms, confirm_payment, create_plan, set_ladder
from programs.services.plan_members import settle_due
from programs.services.standings import walk
from programs.tiers import Tier
from smartbis.kernel.clock import now
from smartbis.kernel.people import SYSTEM
from smartbis.local.demo.opening import OpenedBrand

PRICE_MINOR = 12_000
TERMS = PlanTerms(
    name="Associado anual",
    description="Um ano dentro da associação, com tudo o que ela faz.",
    benefits="Entrada livre nos saraus\nAlmoço de domingo pela metade\nVoto na assembleia",
    price_minor=PRICE_MINOR,
    price_points=2_500,
    skus=("ANUIDADE",),
    grace_days=15,
    reminder_days=(30, 7, 1),
    rewards_renewal=True,
    pix_key="tesouraria@marealta.example",
)
TIERS = (
    Tier("areia", "Areia", 0, "#c2a878", "star", "Novidades em primeira mão"),
    Tier("onda", "Onda", 400, "#0e7490", "sparkles", "Inscrição nas oficinas um dia antes"),
    Tier("mare", "Maré", 1_200, "#1d4ed8", "crown", "Mesa reservada nos saraus\nUm convidado sem custo"),
)


def open_membership(brand: OpenedBrand) -> None:
    """Open the brand's plan and its ladder, if it has a plan."""
    if not brand.plan.plan:
        return
    create_plan(tenant=brand.tenant, key=brand.plan.plan, terms=TERMS, actor=SYSTEM)
    set_ladder(
        tenant=brand.tenant,
        tiers=TIERS,
        measure="points",
        window="rolling",
        window_days=365,
        keep="days",
        keep_days=365,
        fall="one_step",
        warn_days=30,
        actor=SYSTEM,
    )


def pay_plan(brand: OpenedBrand, customer: UUID, random: Random) -> None:
    """A payment that the treasurer saw; some members were there before the brand came, and not all of them renew."""
    ago = random.randint(0, 420)
    times = [ago] if ago <= 365 or random.random() < 0.4 else [ago, ago - 360]
    for number, days in enumerate(times):
        confirm_payment(
            tenant=brand.tenant,
            customer=customer,
            plan_key=brand.plan.plan,
            amount_minor=PRICE_MINOR,
            reference=f"PIX {customer.hex[-12:]} {number + 1}",
            paid_at=now() - timedelta(days=days),
            actor=SYSTEM,
        )


def settle_membership(brand: OpenedBrand) -> None:
    """Let what time alone asks for happen, and judge everybody once by the whole history. Sets off no messages."""
    if not brand.plan.plan:
        return
    while settle_due(tenant=brand.tenant):
        pass
    while walk(tenant=brand.tenant):
        pass
