"""Components: what they promise to readers, keyboards, and a strict content policy."""

import re
from types import SimpleNamespace

import pytest
from django import forms
from django.http import QueryDict
from django.template import engines
from django.utils import translation

from ma_platform.env import ROOT
from ma_platform.ui import icons

COMPONENTS = sorted(path.stem for path in (ROOT / "templates" / "cotton").glob("*.html"))
GUIDE = "".join(path.read_text() for path in sorted((ROOT / "templates" / "ui").rglob("*.html")))
TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*.html"))


def draw(source: str, **context: object) -> str:
    with translation.override("en"):
        return engines["django"].from_string(source).render(context).strip()


class OneField(forms.Form):
    email = forms.EmailField(help_text="We write to you here.")


def test_a_button_is_a_link_only_when_it_leads_somewhere():
    link = draw('{% cotton button href="/leads/" %}Leads{% endcotton %}')
    button = draw("{% cotton button %}Save{% endcotton %}")

    assert link.startswith('<a href="/leads/"')
    assert button.startswith('<button type="submit"')


def test_a_button_without_words_has_a_name():
    assert 'aria-label="Edit"' in draw('{% cotton button icon="edit" label="Edit" %}{% endcotton %}')


def test_unknown_attributes_reach_the_element():
    assert 'hx-get="/x/"' in draw('{% cotton button hx-get="/x/" %}X{% endcotton %}')


def test_attributes_do_not_leak_from_the_page_into_a_component():
    drawn = draw("{% cotton card %}body{% endcotton %}", title="the page's own title", footer="x")

    assert "own title" not in drawn
    assert "<footer" not in drawn


def test_text_given_to_a_component_is_escaped():
    assert "<script>" not in draw("{% cotton badge %}{{ name }}{% endcotton %}", name="<script>")


def test_a_wrong_field_ties_its_error_and_help_to_the_control():
    form = OneField({"email": "misaki@"})
    form.is_valid()

    drawn = draw('{% cotton field :field="form.email" %}{% endcotton %}', form=form)

    described = re.findall(r'aria-describedby="([^"]+)"', drawn)[0].split()
    assert sorted(described) == ["id_email_error", "id_email_helptext"]
    assert all(f'id="{name}"' in drawn for name in described)
    assert 'value="misaki@"' in drawn
    assert 'aria-invalid="true"' in drawn


def test_a_sorted_column_turns_round_and_starts_again_at_the_first_page():
    request = SimpleNamespace(GET=QueryDict("sort=-score&cursor=abc&stage=mql"))

    drawn = draw('{% cotton sort key="score" current="-score" %}Score{% endcotton %}', request=request)

    assert 'href="?stage=mql&amp;sort=score"' in drawn


def test_a_chart_carries_its_numbers_as_a_table():
    chart = {"labels": ["11/1", "11/2"], "series": [{"name": "Visits", "values": [3, 5]}]}

    drawn = draw('{% cotton chart :data="chart" label="Visits" %}{% endcotton %}', chart=chart)

    assert '<tr><th scope="row">11/2</th><td>5</td></tr>' in drawn


def test_json_of_an_island_cannot_close_its_script():
    chart = {"labels": ["</script><b>"], "series": [{"name": "x", "values": [1]}]}

    assert "</script><b>" not in draw('{% cotton chart :data="chart" label="x" %}{% endcotton %}', chart=chart)


def test_code_is_escaped_once_and_stands_without_the_template_s_indent():
    drawn = draw("{% cotton code %}\n    {{ snippet }}\n{% endcotton %}", snippet='<script src="x">')

    assert "<code>&lt;script src=&quot;x&quot;&gt;</code>" in drawn


@pytest.mark.parametrize("name", COMPONENTS)
def test_every_component_is_used_in_the_shell_or_the_style_guide(name):
    tag = f"<c-{name.replace('_', '-')}"
    others = "".join(path.read_text() for path in TEMPLATES if path.stem != name)

    assert re.search(rf"{tag}[\s/>]", GUIDE + others)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_no_template_needs_inline_code(path):
    """The content policy has no unsafe-inline: style attributes, handlers and inline scripts would be dead."""
    source = path.read_text()

    assert not re.search(r"<[^>]*\sstyle=[\"'](?!(ago|moment|short|day)[\"'])", source)
    assert not re.search(r"<[^>]*\son[a-z]+=", source)
    assert not re.search(r"<script(?![^>]*(src=|application/json))", source)
    assert "<style" not in source


def test_every_icon_a_template_names_exists():
    named = {name for path in TEMPLATES for name in re.findall(r'{% icon "([a-z-]+)"', path.read_text())}

    assert len(named) > 20
    assert named - icons.SHAPES.keys() == set()
