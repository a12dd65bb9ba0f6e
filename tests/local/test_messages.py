"""Catalogues: what is found in the sources."""

from smartbis.local import messages

TEMPLATE = """{% load i18n %}
{% translate "Saldo" %} {% translate 'Ofertas' as title %}
{% blocktranslate trimmed with name=x %}
  Olá, {{ name }}
{% endblocktranslate %}
{% blocktranslate count n=n trimmed %}{{ n }} ponto{% plural %}{{ n }} pontos{% endblocktranslate %}
{% translate "Conta" context "menu" %} {% include "x.html" with label=_("Enviar") %}
<p>sopa d'água (gettext)</p>
"""


def test_messages_of_a_template(tmp_path):
    path = tmp_path / "a.html"
    path.write_text(TEMPLATE)
    found = [(text, context) for _, text, context in messages.template_messages(path)]
    assert found == [
        ("Saldo", None),
        ("Ofertas", None),
        ("Olá, %(name)s", None),
        (("%(n)s ponto", "%(n)s pontos"), None),
        ("Conta", "menu"),
        ("Enviar", None),
    ]


def test_messages_of_python(tmp_path):
    path = tmp_path / "a.py"
    path.write_text('a = _("Um")\nb = ngettext_lazy("%(n)s loja", "%(n)s lojas", n)\nc = pgettext("menu", "Sair")\n')
    found = [(text, context) for _, text, context in messages.python_messages(path)]
    assert found[0] == ("Um", None)
    assert found[1] == (("%(n)s loja", "%(n)s lojas"), None)
    assert found[2][0][-1] == "Sair" if isinstance(found[2][0], tuple) else found[2] == ("Sair", "menu")
