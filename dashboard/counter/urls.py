"""Addresses of the counter, below `/counter/`."""

from django.urls import path

from dashboard.counter.views import (
    events,
    lines,
    people,
    queue,
    quotes,
    refunds,
    sales,
    statements,
    stores,
    till,
    vouchers,
)

app_name = "counter"
urlpatterns = [
    path("", till.home, name="home"),
    path("search/", till.search, name="search"),
    path("customers/", people.enrol, name="enrol"),
    path("sales/", sales.sell, name="sale"),
    path("sales/lines/", lines.change, name="lines"),
    path("sales/<uuid:purchase>/", sales.receipt_page, name="receipt"),
    path("sales/<uuid:purchase>/undo/", sales.undo, name="undo_sale"),
    path("queue/", queue.send, name="queue"),
    path("offline/", queue.offline, name="offline"),
    path("worker.js", queue.worker, name="worker"),
    path("quotes/", quotes.again, name="quote_again"),
    path("quotes/commit/", quotes.commit, name="quote_commit"),
    path("quotes/cancel/", quotes.cancel, name="quote_cancel"),
    path("redemptions/", vouchers.redeem, name="redeem"),
    path("redemptions/<uuid:redemption>/undo/", vouchers.undo, name="undo_redemption"),
    path("refunds/", refunds.refund, name="refund"),
    path("events/", events.index, name="events"),
    path("events/<uuid:gathering>/", events.show, name="event"),
    path("events/<uuid:gathering>/check-ins/", events.arrive, name="event_check_in"),
    path("events/<uuid:gathering>/walk-ins/", events.walk_in_now, name="event_walk_in"),
    path("events/<uuid:gathering>/check-ins/undo/", events.go_back, name="event_undo"),
    path("statement/", statements.show, name="statement"),
    path("store/", stores.choose, name="store"),
]
