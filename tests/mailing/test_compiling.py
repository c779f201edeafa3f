"""From MJML or HTML with template code to what leaves: escaped, tracked, with a text part, and nothing smuggled."""

import pytest

from mailing import compiling, rendering
from mailing.document import Broken, parse
from mailing.tokens import Signer, Ticket

SIGNER = Signer(["s" * 40])
TICKET = Ticket(1, 6, "msg_" + "ab" * 16, "eml_" + "cd" * 16, 1_790_000_000)
VALUES = {
    "lead": {"last_name": "山田", "tags": ["a", "<i>"], "code": "x/y?z"},
    "company": {"name": '"><script>alert(1)</script>'},
    "workspace": {
        "name": "W",
        "sender_name": "株式会社サンプル",
        "sender_postal_address": "東京都千代田区1-1",
        "sender_contact": "03-0000-0000",
    },
}


def document(markup: str, form: str = "html", **more: object) -> dict[str, object]:
    return {
        "v": 1,
        "name": "n",
        "kind": "marketing",
        "topic": "newsletter",
        "subject": "件名",
        "body": {form: markup},
        **more,
    }


def mail(markup: str, form: str = "html", *, tracked: bool = True, **more: object) -> rendering.Rendered:
    parsed = parse(document(markup, form, **more))
    stored = compiling.Sources.from_json(compiling.compile_document(parsed).as_json())
    place = rendering.Place(
        "https://ma.example", 1, TICKET.email, "ja", marketing=parsed.kind == "marketing", tracked=tracked
    )
    return rendering.personalise(rendering.load(stored, place, SIGNER), VALUES, TICKET, SIGNER)


def click_target(text: str, start: str = "/c/") -> str:
    token = text.partition(start)[2]
    end = next(i for i, char in enumerate(token) if char in "\"' \n)")
    return SIGNER.read_click(token[:end])[1]


def test_a_link_is_signed_and_leads_where_it_was_written() -> None:
    out = mail('<a href="https://shop.example/資料?a=1&amp;b=2">x</a>')

    assert click_target(out.html) == "https://shop.example/%E8%B3%87%E6%96%99?a=1&b=2"
    assert click_target(out.text) == "https://shop.example/%E8%B3%87%E6%96%99?a=1&b=2"
    assert "shop.example" not in out.html


def test_variables_in_a_link_are_encoded_and_cannot_leave_the_host() -> None:
    out = mail('<a href="https://shop.example/{{ lead.code }}?n={{ company.name|default("a") }}">x</a>')

    assert click_target(out.html) == "https://shop.example/x%2Fy%3Fz?n=%22%3E%3Cscript%3Ealert%281%29%3C%2Fscript%3E"


def test_values_are_escaped_in_text_and_attributes() -> None:
    out = mail('<p>{{ company.name }}</p><img src="https://i.example/{{ lead.code }}.png" alt="{{ company.name }}">')

    assert "<script" not in out.html
    assert 'src="https://i.example/x%2Fy%3Fz.png"' in out.html
    assert 'alt="&#34;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"' in out.html
    assert '"><script>alert(1)</script>' in out.text


def test_code_hidden_in_entities_stays_text() -> None:
    out = mail(
        "<p>&#123;&#123; 7 * 7 &#125;&#125; &#123;% for a in lead.tags %} {&#123; lead.last_name }}</p>", tracked=False
    )

    assert "49" not in out.html
    assert "{{ 7 * 7 }}" in out.html.replace("&#123;", "{")
    assert "{{ 7 * 7 }} {% for a in lead.tags %} {{ lead.last_name }}" in out.text


def test_mjml_keeps_ifs_and_loops_where_they_were_written() -> None:
    out = mail(
        "<mjml><mj-body>{% if company.name %}<mj-section><mj-column><mj-text>"
        "{% for t in lead.tags %}[{{ t }}]{% endfor %}</mj-text></mj-column></mj-section>{% endif %}"
        "{% if lead.nothing %}<mj-section><mj-column>"
        "<mj-text>HIDDEN</mj-text></mj-column></mj-section>{% endif %}</mj-body></mjml>",
        "mjml",
    )

    assert "[a][&lt;i&gt;]" in out.html
    assert "[a][<i>]" in out.text
    assert "HIDDEN" not in out.html + out.text
    assert "jx" not in out.html


def test_styles_are_inlined_and_nothing_is_fetched() -> None:
    out = mail(
        "<style>.a{color:red}@media print{#x{color:blue}}</style>"
        '<link rel="stylesheet" href="https://x.example/a.css"><p class="a">x</p>'
    )

    assert 'style="color: red;"' in out.html
    assert "@media print" in out.html
    assert "x.example" not in out.html


def test_the_legal_block_and_pixel_are_there() -> None:
    out = mail("<p>x</p>")

    assert all(
        part in out.html and part in out.text
        for part in ("株式会社サンプル", "東京都千代田区1-1", "03-0000-0000", "配信停止はこちら")
    )
    assert out.refuse_url in out.html
    assert out.refuse_url in out.text
    assert SIGNER.read_track(out.html.partition("/o/")[2].partition(".gif")[0]) == TICKET


def test_operational_mail_has_no_refusal_block() -> None:
    out = mail("<p>x</p>", kind="operational")

    assert "配信停止" not in out.html + out.text


def test_the_preheader_stands_first_and_is_escaped() -> None:
    out = mail("<html><body><p>x</p></body></html>", preheader="<b> {{ company.name }}")

    assert "&lt;b&gt; &#34;&gt;&lt;script&gt;" in out.html


def test_a_text_part_of_ones_own_is_used_and_tracked() -> None:
    out = mail("<p>x</p>", text="こんにちは {{ lead.last_name }} 様\nhttps://shop.example/a\n")

    assert out.text.startswith("こんにちは 山田 様\nhttps://ma.example/c/")
    assert click_target(out.text) == "https://shop.example/a"


def test_required_fields_are_those_without_fallback() -> None:
    sources = compiling.compile_document(
        parse(document("<p>{{ lead.kana }} {{ lead.x|default('') }} {{ workspace.name }}</p>"))
    )

    assert sources.required == ("lead.kana",)


REFUSED = [
    ("<p>\n{{ lead.x.y() }}</p>", "/body/html", "line 2: a call"),
    ('<p>\n<a href="https://{{ lead.host }}/">x</a></p>', "/body/html", "line 2: a variable in the scheme or host"),
    ('<a href="{{ lead.url }}">x</a>', "/body/html", "line 1: a variable in the scheme or host"),
    ('<a href="https://good.example{{ lead.x }}/">x</a>', "/body/html", "a variable in the scheme or host"),
    ('<a href="javascript:alert(1)">x</a>', "/body/html", "an address that is not http(s)"),
    ('<a href="java&#x09;script:alert(1)">x</a>', "/body/html", "the address"),
    ('<a href="/relative">x</a>', "/body/html", "the address"),
    ('<a href="{% if lead.x %}https://a.example/{% endif %}">x</a>', "/body/html", "a statement inside a tag"),
    ("<p {% if lead.x %}class=a{% endif %}>x</p>", "/body/html", "not allowed"),
    ("<p {{ lead.x }}>x</p>", "/body/html", "a variable outside quotes"),
    ("<p title={{ lead.x }} {{ lead.y }}>x</p>", "/body/html", "a variable outside quotes"),
    ('<p style="color:{{ lead.x }}">x</p>', "/body/html", "a variable in the attribute style"),
    ("<style>a{color:{{ lead.x }}}</style>", "/body/html", "a variable inside a style sheet or comment"),
    ("<!-- {{ lead.x }} -->", "/body/html", "a variable inside a style sheet or comment"),
    ("<script>1</script>", "/body/html", "the element <script>"),
    ('<p onclick="x">a</p>', "/body/html", "the attribute onclick"),
    ("<iframe></iframe>", "/body/html", "the element <iframe>"),
    ("<div>" * 600, "/body/html", "such deep nesting"),
    ("{% raw %}{{ x }}{% endraw %}", "/body/html", "raw"),
]


@pytest.mark.parametrize(("markup", "path", "reason"), REFUSED)
def test_what_cannot_be_made_safe_is_refused(markup: str, path: str, reason: str) -> None:
    with pytest.raises(Broken) as refused:
        compiling.compile_document(parse(document(markup)))

    assert refused.value.path == path
    assert reason in refused.value.reason


def test_an_include_in_mjml_reads_no_file() -> None:
    with pytest.raises(Broken) as refused:
        compiling.compile_document(
            parse(document('<mjml><mj-body><mj-include path="file:///etc/passwd"/></mj-body></mjml>', "mjml"))
        )

    assert refused.value.path == "/body/mjml"


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"subject": "a\r\nBcc: x@y.example"}, "/subject"),
        ({"subject": ""}, "/subject"),
        ({"subject": "{{ 1 + 1 }}"}, "/subject"),
        ({"preheader": "{{ lead.x() }}"}, "/preheader"),
        ({"text": "{% set x = 1 %}"}, "/text"),
        ({"kind": "spam"}, "/kind"),
        ({"topic": "News Letter"}, "/topic"),
        ({"from": {"email": "a@b.example>\r\nBcc"}}, "/from/email"),
        ({"from": {"name": "a\nb"}}, "/from/name"),
        ({"reply_to": "a@b, c@d"}, "/reply_to"),
        ({"body": {}}, "/body"),
        ({"body": {"html": 5}}, "/body/html"),
        ({"v": 2}, "/v"),
        ({"extra": 1}, "/extra"),
    ],
)
def test_a_document_is_refused_at_its_path(change: dict[str, object], path: str) -> None:
    with pytest.raises(Broken) as refused:
        compiling.compile_document(parse({**document("<p>x</p>"), **change}))

    assert refused.value.path == path


def test_hostile_markup_is_refused_or_done_quickly() -> None:
    for hostile in ("<a " * 60_000, "<a '" * 60_000, '<a "' * 60_000, "<" * 200_000, "{" * 200_000, "<!--" * 60_000):
        try:
            compiling.compile_document(parse(document(hostile)))
        except Broken:
            continue
