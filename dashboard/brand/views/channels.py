"""The brand's WhatsApp numbers: connecting one with a live check, how each is, and trying it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.brand import words
from dashboard.brand.access import desk
from dashboard.brand.forms.settings import ChannelForm
from dashboard.brand.pages import render_page
from dashboard.brand.requests import DeskRequest
from dashboard.brand.states import channel_notice, channel_quality, channel_stop
from dashboard.brand.views.messages import frame
from messaging.infos import ChannelInfo
from messaging.selectors import channels
from messaging.services import ChannelDraft, check_channel, connect_checked, send_test
from smartbis.kernel.errors import DomainError, NotFound


@desk(reads="message.see", writes="message.change")
def index(request: DeskRequest) -> HttpResponse:
    """The brand's numbers with their health; a posted form connects one once Meta confirmed each field."""
    sent = request.POST if request.method == "POST" else None
    form = ChannelForm(sent)
    if sent is not None and form.is_valid():
        draft = ChannelDraft(**{name: value for name, value in form.cleaned_data.items() if name != "nonce"})
        try:
            info = connect_checked(tenant=request.tenant, draft=draft, actor=request.actor)
        except DomainError as error:
            form.refuse(error)
        else:
            _tell(request, info)
            return HttpResponseRedirect(reverse("dashboard:channel"))
    may_change = request.may("message.change")
    context = frame("channel") | {
        "lines": [_line(info, may_change=may_change) for info in channels(tenant=request.tenant)],
        "form": form if may_change else None,
    }
    return render_page(request, "dashboard/channel.html", context, status=422 if form.errors else 200)


@desk(writes="message.change")
def check(request: DeskRequest, number: UUID) -> HttpResponse:
    """Ask Meta how a number is."""
    try:
        info = check_channel(tenant=request.tenant, channel=number, actor=request.actor)
    except NotFound:
        raise
    except DomainError as error:
        messages.error(request, words.refusal(error))
    else:
        _tell(request, info)
    return HttpResponseRedirect(reverse("dashboard:channel"))


@desk(writes="message.change")
def test(request: DeskRequest, number: UUID) -> HttpResponse:
    """Answer whoever wrote to the number last."""
    try:
        send_test(tenant=request.tenant, channel=number, actor=request.actor)
    except NotFound:
        raise
    except DomainError as error:
        messages.error(request, words.refusal(error))
        return HttpResponseRedirect(reverse("dashboard:channel"))
    messages.success(request, _("Teste na fila. Veja abaixo o que foi feito dele."))
    return HttpResponseRedirect(reverse("dashboard:messages"))


def _tell(request: DeskRequest, info: ChannelInfo) -> None:
    if info.is_subscribed:
        messages.success(request, _("A Meta confirmou o número, e os avisos dela chegam aqui."))
    else:
        messages.warning(
            request,
            _("A Meta confirmou o número, mas não alcança o endereço dos avisos. Confira o endereço e peça de novo."),
        )


def _line(info: ChannelInfo, *, may_change: bool) -> dict[str, Any]:
    return {
        "info": info,
        "quality": channel_quality(info.quality),
        "notice": channel_notice(info.notice),
        "stop": channel_stop(info.stop_reason),
        "check_url": reverse("dashboard:channel_check", args=[info.id]) if may_change else "",
        "test_url": reverse("dashboard:channel_test", args=[info.id]) if may_change else "",
    }
