"""Addresses of this door."""

from django.urls import include, path, re_path

from api.problems import no_such_route
from api.views import (
    adjustments,
    balances,
    coupons,
    customers,
    docs,
    imports,
    merging,
    messages,
    participations,
    programs,
    purchases,
    reports,
    vouchers,
    webhooks,
)

v1 = [
    path("openapi.json", docs.OpenApi.as_view(), name="openapi"),
    path("customers", customers.Customers.as_view(), name="customers"),
    path("customers/<uuid:customer>", customers.OneCustomer.as_view(), name="customer"),
    path("customers/<uuid:customer>/merge", merging.CustomerMerge.as_view(), name="customer-merge"),
    path("customers/<uuid:customer>/balances", balances.Balances.as_view(), name="balances"),
    path("customers/<uuid:customer>/statement", balances.Statement.as_view(), name="statement"),
    path("customers/<uuid:customer>/offers", balances.Offers.as_view(), name="offers"),
    path(
        "customers/<uuid:customer>/adjustments",
        adjustments.CustomerAdjustments.as_view(),
        name="customer-adjustments",
    ),
    path("adjustments", adjustments.Adjustments.as_view(), name="adjustments"),
    path("adjustments/<uuid:adjustment>/approve", adjustments.AdjustmentApproval.as_view(), name="adjustment-approve"),
    path("adjustments/<uuid:adjustment>/refuse", adjustments.AdjustmentRefusal.as_view(), name="adjustment-refuse"),
    path("purchases", purchases.Purchases.as_view(), name="purchases"),
    path("purchases/batch", purchases.PurchaseBatch.as_view(), name="purchase-batch"),
    path("purchases/<uuid:purchase>", purchases.OnePurchase.as_view(), name="purchase"),
    path("purchases/<uuid:purchase>/confirm", purchases.PurchaseConfirmation.as_view(), name="purchase-confirm"),
    path("purchases/<uuid:purchase>/cancel", purchases.PurchaseCancellation.as_view(), name="purchase-cancel"),
    path("purchases/<uuid:purchase>/refunds", purchases.PurchaseRefunds.as_view(), name="purchase-refunds"),
    path("participations", participations.Participations.as_view(), name="participations"),
    path("coupons", coupons.Coupons.as_view(), name="coupons"),
    path("coupons/<uuid:coupon>", coupons.OneCoupon.as_view(), name="coupon"),
    path("vouchers", vouchers.Vouchers.as_view(), name="vouchers"),
    path("vouchers/<str:code>", vouchers.OneVoucher.as_view(), name="voucher"),
    path("vouchers/<str:code>/validate", vouchers.VoucherValidation.as_view(), name="voucher-validate"),
    path("vouchers/<str:code>/redeem", vouchers.VoucherRedemption.as_view(), name="voucher-redeem"),
    path("redemptions/<uuid:redemption>/reverse", vouchers.RedemptionReversal.as_view(), name="redemption-reverse"),
    path("programs", programs.Programs.as_view(), name="programs"),
    path("imports", imports.Imports.as_view(), name="imports"),
    path("imports/<uuid:import_id>", imports.OneImport.as_view(), name="import"),
    path("imports/<uuid:import_id>/errors.csv", imports.ImportErrors.as_view(), name="import-errors"),
    path("imports/<uuid:import_id>/undo", imports.ImportUndo.as_view(), name="import-undo"),
    path("reports/returns", reports.Returns.as_view(), name="report-returns"),
    path("reports/liability", reports.Liability.as_view(), name="report-liability"),
    path("conversations", messages.Conversations.as_view(), name="conversations"),
    path(
        "conversations/<uuid:conversation>/messages",
        messages.ConversationMessages.as_view(),
        name="conversation-messages",
    ),
    path("messages", messages.Messages.as_view(), name="messages"),
]

urlpatterns = [
    path("api/v1/", include((v1, "api"))),
    path("api/docs/", docs.Docs.as_view(), name="api-docs"),
    path("webhooks/whatsapp/<str:channel>/", webhooks.whatsapp, name="whatsapp-webhook"),
    re_path(r"^api/.*$", no_such_route, name="api-unknown"),
]
