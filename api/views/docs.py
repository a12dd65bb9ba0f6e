"""The description of REST v1, and its pages."""

from typing import Any

from drf_spectacular.renderers import OpenApiJsonRenderer2
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerSplitView
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import TemplateHTMLRenderer


class OpenApi(SpectacularJSONAPIView):
    """`/api/v1/openapi.json`"""

    renderer_classes = [OpenApiJsonRenderer2]
    throttle_classes: list[Any] = []
    content_negotiation_class = DefaultContentNegotiation


class Docs(SpectacularSwaggerSplitView):
    """`/api/docs/`: Swagger UI from our own server, its start-up script apart, as the content policy wants."""

    renderer_classes = [TemplateHTMLRenderer]
    throttle_classes: list[Any] = []
    template_name = "api/docs.html"
    url_name = "api:openapi"
