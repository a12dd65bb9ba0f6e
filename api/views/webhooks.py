"""What Meta asks and posts: plain views, judged by the signature and never by a key."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from api.parsing import BodyTooLarge
from api.problems import Problem, of_domain
from messaging.errors import ChannelNotFound
from messaging.services import MAX_BODY_BYTES, receive_webhook, verify_subscription
from smartbis.kernel.errors import DomainError


@csrf_exempt
@require_http_methods(["GET", "POST"])
def whatsapp(request: HttpRequest, channel: str) -> HttpResponse:
    """`/webhooks/whatsapp/<channel>/`: the subscription's handshake, and signed bodies, kept as they come."""
    if not channel.isprintable():
        return of_domain(ChannelNotFound())
    try:
        return _verify(request, channel) if request.method == "GET" else _receive(request, channel)
    except DomainError as error:
        return of_domain(error)


def _verify(request: HttpRequest, channel: str) -> HttpResponse:
    asked = request.GET
    challenge = verify_subscription(
        channel, asked.get("hub.mode", ""), asked.get("hub.verify_token", ""), asked.get("hub.challenge", "")
    )
    return HttpResponse(challenge, content_type="text/plain; charset=utf-8")


def _receive(request: HttpRequest, channel: str) -> HttpResponse:
    """Read at most one byte more than the limit, so that nothing oversized is held in memory."""
    declared = request.headers.get("Content-Length", "")
    body = b"" if declared.isdigit() and int(declared) > MAX_BODY_BYTES else request.read(MAX_BODY_BYTES + 1)
    if len(body) > MAX_BODY_BYTES or (declared.isdigit() and int(declared) > MAX_BODY_BYTES):
        return Problem(413, BodyTooLarge.default_code, BodyTooLarge.default_detail)
    receive_webhook(channel, body, request.headers.get("X-Hub-Signature-256", ""))
    return HttpResponse(status=200)
