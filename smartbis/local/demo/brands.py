"""The two brands of the demo, as data."""

from dataclasses import dataclass, field
from typing import Any, Literal

TERMS = (
    "Ao participar você concorda em receber pelo WhatsApp os avisos do programa: o que ganhou, seus vouchers e prazos. "
    "Ofertas só chegam se você pedir. Você pode sair quando quiser, respondendo SAIR ou no portal, e pedir a cópia ou "
    "a exclusão dos seus dados."
)


@dataclass(frozen=True)
class DemoStore:
    """A place of sale; `weight` is its share of the sales."""

    code: str
    name: str
    kind: Literal["own", "partner", "online"] = "own"
    weight: int = 1


@dataclass(frozen=True)
class DemoCoupon:
    """A coupon's draft by the words of `CouponDraft`, and how eagerly members take it."""

    terms: dict[str, Any]
    appeal: int = 1


@dataclass(frozen=True)
class DemoBrand:
    """A brand, how it earns, what it offers, and how its members buy."""

    slug: str
    name: str
    tagline: str
    colour: str
    area_code: str
    partner: str
    stores: tuple[DemoStore, ...]
    program: str
    kind: Literal["cashback", "points"]
    spec: dict[str, Any]
    coupons: tuple[DemoCoupon, ...]
    products: tuple[tuple[str, str, str, int], ...]  # sku, name, category, price in minor units
    members: int
    visits_a_month: float
    plan: str = ""
    events: tuple[str, ...] = field(default=())


CARD = DemoBrand(
    slug="bom-vizinho",
    name="Cartão Bom Vizinho",
    tagline="20% de volta em cada serviço do bairro",
    colour="#0f766e",
    area_code="11",
    partner="Farmácia São Lucas",
    stores=(
        DemoStore("centro", "Loja Centro", weight=5),
        DemoStore("vila-nova", "Loja Vila Nova", weight=3),
        DemoStore("online", "Loja online", "online", weight=2),
        DemoStore("farmacia", "Farmácia São Lucas", "partner", weight=1),
    ),
    program="Cashback Bom Vizinho",
    kind="cashback",
    spec={"effect": {"kind": "percentage", "basis_points": 2000}, "base": "paid", "rounding": "half_up"},
    coupons=(
        DemoCoupon(
            {
                "name": "R$ 25 no próximo serviço",
                "kind": "amount",
                "value_minor": 2500,
                "cost_unit": "BRL",
                "cost_amount": 2000,
                "valid_days": 45,
                "min_purchase_minor": 5000,
                "description": "Troque R$ 20 do seu cashback por R$ 25 de desconto.",
            },
            appeal=5,
        ),
        DemoCoupon(
            {
                "name": "Lavagem simples grátis",
                "kind": "freebie",
                "value_sku": "LAV-SIMPLES",
                "cost_unit": "BRL",
                "cost_amount": 3000,
                "valid_days": 30,
                "stock": 150,
                "description": "Uma lavagem simples, em qualquer loja própria.",
            },
            appeal=3,
        ),
        DemoCoupon(
            {
                "name": "15% à tarde",
                "kind": "percentage",
                "value_bp": 1500,
                "max_discount_minor": 4000,
                "weekdays": (1, 2, 3, 4),
                "hours": (("14:00", "17:00"),),
                "valid_days": 20,
                "limit_per_customer": 2,
                "holder": "personal",
                "description": "De segunda a quinta, das 14h às 17h.",
                "rotates_code": True,
            },
            appeal=2,
        ),
    ),
    products=(
        ("LAV-SIMPLES", "Lavagem simples", "Lavanderia", 3500),
        ("LAV-EDREDOM", "Lavagem de edredom", "Lavanderia", 6900),
        ("COSTURA", "Conserto de costura", "Costura", 4500),
        ("CHAVE", "Cópia de chave", "Chaveiro", 1800),
        ("REV-BIKE", "Revisão de bicicleta", "Oficina", 12900),
        ("FAXINA-4H", "Faxina de 4 horas", "Limpeza", 15900),
        ("TELA-CEL", "Troca de tela de celular", "Assistência", 28900),
    ),
    members=120,
    visits_a_month=1.6,
)

ASSOCIATION = DemoBrand(
    slug="mare-alta",
    name="Associação Maré Alta",
    tagline="Cada participação conta",
    colour="#c2410c",
    area_code="21",
    partner="Livraria do Porto",
    stores=(
        DemoStore("sede", "Sede", weight=3),
        DemoStore("cantina", "Cantina", weight=4),
        DemoStore("loja", "Loja da associação", weight=2),
        DemoStore("livraria", "Livraria do Porto", "partner", weight=1),
    ),
    program="Pontos Maré",
    kind="points",
    spec={
        "effect": {"kind": "per_unit", "points": 1, "minor": 100},
        "participations": {
            "oficina": 30,
            "renewal": 200,
            "event": 50,
            "referral": 100,
            "referred": 40,
            "challenge:tres-visitas": 60,
        },
    },
    coupons=(
        DemoCoupon(
            {
                "name": "Almoço na cantina",
                "kind": "freebie",
                "value_sku": "ALMOCO",
                "cost_unit": "points",
                "cost_amount": 180,
                "valid_days": 60,
                "description": "Um prato do dia, de segunda a sexta.",
                "weekdays": (1, 2, 3, 4, 5),
            },
            appeal=5,
        ),
        DemoCoupon(
            {
                "name": "Entrada para o festival",
                "kind": "freebie",
                "value_sku": "FESTIVAL",
                "cost_unit": "points",
                "cost_amount": 300,
                "valid_days": 90,
                "stock": 80,
                "limit_per_customer": 2,
                "description": "Vale para um dia do festival de verão.",
            },
            appeal=3,
        ),
        DemoCoupon(
            {
                "name": "R$ 10 na loja",
                "kind": "amount",
                "value_minor": 1000,
                "cost_unit": "points",
                "cost_amount": 120,
                "valid_days": 45,
                "description": "Desconto em qualquer compra da loja da associação.",
            },
            appeal=4,
        ),
        DemoCoupon(
            {
                "name": "Oficina aberta",
                "kind": "upgrade",
                "value_key": "oficina",
                "plans": ("associado-anual",),
                "holder": "personal",
                "limit_per_customer": 1,
                "valid_days": 120,
                "description": "Uma oficina por ano, para quem está com a anuidade em dia.",
            },
            appeal=1,
        ),
    ),
    products=(
        ("ALMOCO", "Prato do dia", "Cantina", 2800),
        ("CAFE", "Café e pão de queijo", "Cantina", 1450),
        ("CAMISETA", "Camiseta Maré Alta", "Loja", 5900),
        ("CANECA", "Caneca", "Loja", 3900),
        ("CURSO-MES", "Mensalidade de curso", "Cursos", 9000),
        ("LIVRO", "Livro usado", "Livraria", 2200),
    ),
    members=95,
    visits_a_month=2.2,
    plan="associado-anual",
    events=(
        "roda-de-conversa",
        "mutirao-da-praia",
        "sarau",
        "feira-de-trocas",
        "assembleia",
        "cine-mare",
        "festa-junina",
    ),
)

BRANDS = (CARD, ASSOCIATION)

FIRST_NAMES = (
    *("Marina", "Paulo", "Beatriz", "Rafael", "Luciana", "Diego", "Camila", "Thiago", "Fernanda", "João", "Patrícia"),
    *("Lucas", "Renata", "Gustavo", "Aline", "Bruno", "Sônia", "Marcelo", "Vanessa", "André", "Juliana", "Felipe"),
    *("Carla", "Eduardo", "Débora", "Rodrigo", "Simone", "Vinícius", "Tatiane", "Leandro", "Helena", "Antônio"),
    *("Cecília", "Otávio", "Lívia", "Murilo", "Ivone", "Caio", "Rosana", "Davi", "Elisa", "Geraldo", "Nádia", "Hugo"),
)
LAST_NAMES = (
    *("Souza", "Oliveira", "Santos", "Lima", "Ferreira", "Costa", "Almeida", "Rocha", "Carvalho", "Gomes", "Martins"),
    *("Araújo", "Ribeiro", "Barbosa", "Cardoso", "Teixeira", "Moreira", "Nunes", "Correia", "Dias", "Freitas"),
    *("Batista", "Campos", "Moura", "Rezende", "Duarte", "Pires", "Farias", "Vieira", "Monteiro"),
)
