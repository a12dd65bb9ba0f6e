"""Addresses of the customer's door, below `/p/`. Messages link to these pages: none may move."""

from django.urls import path

from portal.views import account, checking, events, frame, goals, home, joining, membership, offers, signing, vouchers

app_name = "portal"
urlpatterns = [
    path("<slug:slug>/", home.home, name="home"),
    path("<slug:slug>/offers/", offers.offers, name="offers"),
    path("<slug:slug>/offers/<uuid:coupon>/", offers.offer, name="offer"),
    path("<slug:slug>/offers/<uuid:coupon>/take/", offers.take, name="take"),
    path("<slug:slug>/convert/", offers.convert, name="convert"),
    path("<slug:slug>/check/", checking.check, name="check"),
    path("<slug:slug>/vouchers/", vouchers.vouchers, name="vouchers"),
    path("<slug:slug>/vouchers/<uuid:voucher>/", vouchers.show, name="voucher"),
    path("<slug:slug>/events/", events.events, name="events"),
    path("<slug:slug>/events/<uuid:gathering>/", events.event, name="event"),
    path("<slug:slug>/events/<uuid:gathering>/register/", events.enlist, name="event_register"),
    path("<slug:slug>/events/<uuid:gathering>/leave/", events.leave_event, name="event_leave"),
    path("<slug:slug>/membership/", membership.membership, name="membership"),
    path("<slug:slug>/membership/<slug:plan>/points/", membership.pay_with_points, name="plan_points"),
    path("<slug:slug>/i/<slug:code>/", joining.invited, name="invited"),
    path("<slug:slug>/refer/", goals.refer, name="refer"),
    path("<slug:slug>/challenges/", goals.challenges, name="challenges"),
    path("<slug:slug>/challenges/<uuid:goal>/join/", goals.join_challenge, name="challenge_join"),
    path("<slug:slug>/notices/<uuid:notice>/away/", home.put_notice_away, name="notice_away"),
    path("<slug:slug>/statement/", home.statement, name="statement"),
    path("<slug:slug>/account/", account.account, name="account"),
    path("<slug:slug>/account/name/", account.rename, name="rename"),
    path("<slug:slug>/account/consents/", account.consents, name="consents"),
    path("<slug:slug>/account/saving/", account.saving, name="saving"),
    path("<slug:slug>/account/export/", account.export, name="export"),
    path("<slug:slug>/account/erase/", account.erase, name="erase"),
    path("<slug:slug>/join/", joining.join, name="join"),
    path("<slug:slug>/join/finish/", joining.finish, name="finish"),
    path("<slug:slug>/how-it-works/", joining.how_it_works, name="how_it_works"),
    path("<slug:slug>/sign-in/", signing.sign_in, name="sign_in"),
    path("<slug:slug>/sign-in/code/", signing.code, name="code"),
    path("<slug:slug>/sign-in/resend/", signing.resend, name="resend"),
    path("<slug:slug>/sign-out/", signing.sign_out, name="sign_out"),
    path("<slug:slug>/language/", frame.language, name="language"),
    path("<slug:slug>/gone/", frame.gone, name="gone"),
    path("<slug:slug>/manifest.webmanifest", frame.manifest, name="manifest"),
    path("<slug:slug>/worker.js", frame.worker, name="worker"),
    path("<slug:slug>/offline/", frame.offline, name="offline"),
    path("<slug:slug>/icon-192.png", frame.icon, {"size": 192}, name="icon_192"),
    path("<slug:slug>/icon-512.png", frame.icon, {"size": 512}, name="icon_512"),
]
