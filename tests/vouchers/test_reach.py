"""What partners and the people of single stores can see and do."""

from dataclasses import dataclass

import pytest

from smartbis.kernel.people import Actor
from smartbis.tenancy.errors import StoreUnknown
from smartbis.tenancy.selectors import StoreInfo, TenantInfo
from smartbis.tenancy.services import add_partner, add_store
from tests.factories import actor, store_of
from tests.vouchers.shop import coupon_of, everything, issued, redeemed
from vouchers.errors import CouponNotFound, RedemptionNotFound, VoucherNotFound, VoucherWrongStore
from vouchers.selectors import (
    coupons,
    find_by_qr,
    find_voucher_by_id,
    get_coupon,
    get_redemption,
    get_voucher,
    redemptions_page,
)
from vouchers.services import reverse_redemption, validate_voucher


@dataclass
class Partner:
    north: StoreInfo
    south: StoreInfo
    actor: Actor


@pytest.fixture
def partner(aurora: TenantInfo) -> Partner:
    info = add_partner(tenant=aurora.id, name="Livraria do Bairro")
    north, south = (
        add_store(tenant=aurora.id, code=code, name=code.title(), kind="partner", partner=info.id)
        for code in ("norte", "sul")
    )
    return Partner(north, south, actor("partner", partner=info.id))


def test_a_partner_sees_only_what_it_takes_part_in(aurora: TenantInfo, partner: Partner) -> None:
    shared = coupon_of(aurora, name="shared", stores=(partner.north.id, store_of(aurora).id), uses=2)
    brands_own, everywhere = coupon_of(aurora, name="own", stores=(store_of(aurora).id,)), coupon_of(aurora)
    ours, theirs, open_one = (issued(aurora, each) for each in (shared, brands_own, everywhere))
    before = everything(aurora)
    assert [each.name for each in coupons(tenant=aurora.id, actor=partner.actor)] == ["shared"]
    for hidden, coupon in ((theirs, brands_own), (open_one, everywhere)):
        with pytest.raises(CouponNotFound):
            get_coupon(tenant=aurora.id, coupon=coupon.id, actor=partner.actor)
        with pytest.raises(VoucherNotFound):
            get_voucher(tenant=aurora.id, code=hidden.code, actor=partner.actor)
        assert find_by_qr(tenant=aurora.id, token=hidden.qr_payload, actor=partner.actor) is None
        assert find_voucher_by_id(tenant=aurora.id, voucher=hidden.id, actor=partner.actor) is None
        with pytest.raises(VoucherNotFound):
            validate_voucher(tenant=aurora.id, code=hidden.code, store=partner.north.id, actor=partner.actor)
        with pytest.raises(VoucherNotFound):
            redeemed(aurora, hidden, store=partner.north.id, actor=partner.actor)
    with pytest.raises(StoreUnknown):
        redeemed(aurora, ours, actor=partner.actor)
    with pytest.raises(VoucherWrongStore) as refusal:
        redeemed(aurora, ours, store=partner.south.id, actor=partner.actor)
    assert refusal.value.params == {"stores": ["Norte"]}
    assert everything(aurora) == before
    found = find_by_qr(tenant=aurora.id, token=ours.qr_payload, actor=partner.actor)
    assert found is not None
    assert found.id == ours.id
    assert redeemed(aurora, ours, store=partner.north.id, actor=partner.actor).store_id == partner.north.id


def test_an_unnamed_partner_store_is_the_wrong_store_for_the_brands_people_too(
    aurora: TenantInfo, partner: Partner
) -> None:
    with pytest.raises(VoucherWrongStore) as refusal:
        redeemed(aurora, issued(aurora, coupon_of(aurora)), store=partner.north.id)
    assert refusal.value.params == {"stores": ["Loja Centro", "Loja Moema"]}


def test_uses_elsewhere_are_not_found(aurora: TenantInfo, boreal: TenantInfo, partner: Partner) -> None:
    coupon = coupon_of(aurora, stores=(partner.north.id, store_of(aurora).id), uses=2, funded_by="store")
    voucher = issued(aurora, coupon)
    here, there = redeemed(aurora, voucher), redeemed(aurora, voucher, store=partner.north.id)
    assert there.funded_by == "store"
    of_moema = actor("operator", stores=frozenset({store_of(aurora, "moema").id}))
    for who, seen in ((None, [there, here]), (partner.actor, [there]), (of_moema, [])):
        page = redemptions_page(tenant=aurora.id, actor=who)
        assert [each.id for each in page.items] == [each.id for each in seen]
    before = everything(aurora)
    for who, use in ((partner.actor, here), (of_moema, here), (of_moema, there)):
        with pytest.raises(RedemptionNotFound):
            get_redemption(tenant=aurora.id, redemption=use.id, actor=who)
        with pytest.raises(RedemptionNotFound):
            reverse_redemption(tenant=aurora.id, redemption=use.id, reason="troca", key="k", actor=who)
    with pytest.raises(RedemptionNotFound):
        get_redemption(tenant=boreal.id, redemption=here.id)
    assert everything(aurora) == before
    reverse_redemption(tenant=aurora.id, redemption=there.id, reason="troca", key="k", actor=partner.actor)
