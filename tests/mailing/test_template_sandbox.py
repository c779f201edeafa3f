"""Customers' templates: what they may say, and what happens to those who try more."""

import pytest

from mailing import grammar, template
from mailing.grammar import TemplateRefused

ATTACKS = [
    ("{{ ''.__class__ }}", "the attribute __class__"),
    ("{{ lead.__class__ }}", "the attribute __class__"),
    ("{{ lead._x }}", "the attribute _x"),
    ("{{ _sign }}", "the name _sign"),
    ("{{ lead.email.upper() }}", "a call"),
    ("{{ 'a' * 10**7 }}", "mul"),
    ("{{ 1 + 1 }}", "add"),
    ("{{ -1 }}", "neg"),
    ("{{ 'a' ~ 'b' }}", "joining with ~"),
    ("{% for i in range(2000000) %}{% endfor %}", "a loop over anything but a given list"),
    ("{% for a in lead.tags if a %}{% endfor %}", "recursive, filtered or else in a loop"),
    ("{% for a in [1,2] %}{% endfor %}", "a loop over anything but a given list"),
    ("{% include 'x' %}", "include"),
    ("{% import 'x' as y %}", "import"),
    ("{% from 'x' import y %}", "import"),
    ("{% extends 'x' %}", "extends"),
    ("{% macro m() %}{% endmacro %}", "macro"),
    ("{% set x = 1 %}", "set"),
    ("{% set x %}a{% endset %}", "set"),
    ("{% block b %}{% endblock %}", "block"),
    ("{% filter upper %}a{% endfilter %}", "a filter block"),
    ("{{ lead['email'] }}", "an index or slice"),
    ("{{ lead.email[0:9] }}", "an index or slice"),
    ("{{ lead.email|attr('x') }}", "the filter attr"),
    ("{{ lead.x|center(100000000) }}", "the filter center"),
    ("{{ 'a' if lead.x else 'b' }}", "an inline if"),
    ("{{ [1] }}", "a list"),
    ("{{ {'a': 1} }}", "a dict"),
    ("{{ lead.x|default(lead.y) }}", "such an argument of default"),
    ("{{ self }}", "the name self"),
]


@pytest.mark.parametrize(("source", "construct"), ATTACKS)
def test_what_is_not_allowed_is_refused_by_line_and_construct(source: str, construct: str) -> None:
    with pytest.raises(TemplateRefused) as refused:
        template.parse("first line\n" + source)

    assert (refused.value.line, refused.value.construct) == (2, construct)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{ lead.last_name }} 様", "山田 様"),
        ("{{ lead.first_name|default('ご担当者') }} 様", "ご担当者 様"),
        ("{{ lead.nobody.knows }}", ""),
        ("{{ lead.none }}", ""),
        ("{{ lead.items }}", ""),
        ("{{ lead.amount|number }}円", "1,234,567円"),
        ("{% for tag in lead.tags %}{{ loop.index }}{{ tag }} {% endfor %}", "1展示会 2<b> "),
        ("{% if lead.amount > 5 and not lead.none %}big{% else %}small{% endif %}", "big"),
        ("{{ lead.last_name|date('%9999999Y') }}", "山田"),
        ("{{ lead.long|truncate(3) }}", "aa…"),
    ],
)
def test_what_is_allowed_prints_plain_values(source: str, text: str) -> None:
    values = {
        "lead": {"last_name": "山田", "none": None, "tags": ["展示会", "<b>"], "amount": 1234567, "long": "aaaaaaaa"}
    }

    assert template.render(template.compile_part(source, html=False).template, values) == text


def test_html_escapes_every_value() -> None:
    compiled = template.compile_part('<p title="{{ lead.x }}">{{ lead.x }}</p>', html=True)

    assert template.render(compiled.template, {"lead": {"x": '"><script>'}}) == (
        '<p title="&#34;&gt;&lt;script&gt;">&#34;&gt;&lt;script&gt;</p>'
    )


def test_data_is_never_compiled() -> None:
    compiled = template.compile_part("{{ lead.x }}", html=False)

    assert template.render(compiled.template, {"lead": {"x": "{{ 7 }}"}}) == "{{ 7 }}"


def test_output_over_512_kilobytes_is_stopped_while_it_streams() -> None:
    compiled = template.compile_part(
        "{% for a in lead.list %}{% for b in lead.list %}{{ lead.x }}{% endfor %}{% endfor %}", html=False
    )

    with pytest.raises(template.OutputTooLarge):
        template.render(compiled.template, {"lead": {"list": ["a"] * 200, "x": "あ" * 5000}})


def test_a_comparison_that_does_not_fit_is_an_error_of_that_mail() -> None:
    compiled = template.compile_part("{% if lead.amount > 5 %}x{% endif %}", html=False)

    with pytest.raises(template.RenderFailed):
        template.render(compiled.template, {"lead": {"amount": "many"}})


def test_output_is_counted_in_bytes() -> None:
    compiled = template.compile_part("{{ lead.x }}", html=False)

    assert len(template.render(compiled.template, {"lead": {"x": "a" * 512 * 1024}})) == 512 * 1024
    with pytest.raises(template.OutputTooLarge):
        template.render(compiled.template, {"lead": {"x": "あ" * 200 * 1024}})


@pytest.mark.parametrize(
    "source",
    [
        "a" * (256 * 1024 + 1),
        "{% for a in x %}{% for b in x %}{% for c in x %}{% endfor %}{% endfor %}{% endfor %}",
        "{% for a in x %}{% endfor %}" * 21,
        "{% if a %}" * 70 + "{% endif %}" * 70,
        "{{ " + "(" * 5000 + "a" + ")" * 5000 + " }}",
        "{{ " + "not " * 5000 + "a }}",
        "{{ a }}" * 9000,
    ],
)
def test_size_loops_and_depth_are_bounded(source: str) -> None:
    with pytest.raises(TemplateRefused):
        template.compile_part(source, html=False)


def test_fields_without_fallback_are_required_unless_guarded() -> None:
    tree = template.parse(
        "{{ lead.a }}{{ lead.b|default('x') }}{% if lead.c %}{{ lead.c }}{% endif %}{{ lead.d|upper }}"
    )

    assert grammar.required_paths(tree) == {"lead.a", "lead.d"}
    assert grammar.printed_paths(tree) == {"lead.a", "lead.b", "lead.c", "lead.d"}
