"""Pages: a body file in the common frame, with the tag and the forms filled in."""

import re
from dataclasses import dataclass
from html import escape
from pathlib import Path

from ma_platform.demo_site.connection import Connection

FOLDER = Path(__file__).parent / "pages"
HEAD = re.compile(r"\A<!--\s*title: (?P<title>.+?)\s*\|\s*description: (?P<description>.+?)\s*-->\n")
CONSENT = "window.ma=window.ma||function(){(ma.q=ma.q||[]).push(arguments)};"
NO_FORM = '<p class="notice">フォームは準備中です。お急ぎの方はお電話(03-0000-0123)でご連絡ください。</p>'


@dataclass(frozen=True)
class Page:
    title: str
    description: str
    body: str


def addresses() -> dict[str, Path]:
    """Every page's address and file; `index.html` of a folder is the folder's own address."""
    files = [path for path in FOLDER.rglob("*.html") if not path.name.startswith("_")]
    return {_address(path): path for path in files}


def render(path: Path, *, address: str, connection: Connection) -> str:
    page = _read(path)
    frame = (FOLDER / "_frame.html").read_text(encoding="utf-8")
    body = page.body.replace("[[form]]", form_line(connection, connection.form))
    body = body.replace("[[contact_form]]", form_line(connection, connection.contact_form))
    for name, text in {
        "title": escape(page.title),
        "description": escape(page.description),
        "tag": tag_line(connection),
        "body": body,
    }.items():
        frame = frame.replace(f"[[{name}]]", text)
    return _mark_current(frame, address)


def tag_line(connection: Connection) -> str:
    if not (connection.tag_host and connection.write_key):
        return "<!-- no tag: the site is not connected yet -->"
    src, key = escape(f"{connection.tag_host}/t.js"), escape(connection.write_key)
    return f'<script>{CONSENT}</script>\n<script async src="{src}" data-key="{key}"></script>'


def form_line(connection: Connection, form: str) -> str:
    if not (connection.tag_host and form):
        return NO_FORM
    return f'<script async src="{escape(f"{connection.tag_host}/f/{form}.js")}"></script>'


def _mark_current(html: str, address: str) -> str:
    section = "/" + address.strip("/").split("/")[0] + "/"
    return html.replace(f'<a class="nav" href="{section}">', f'<a class="nav" href="{section}" aria-current="page">')


def _read(path: Path) -> Page:
    text = path.read_text(encoding="utf-8")
    head = HEAD.match(text)
    assert head is not None, f"{path.name} opens without title and description"
    return Page(title=head["title"], description=head["description"], body=text[head.end() :])


def _address(path: Path) -> str:
    inside = path.relative_to(FOLDER).with_suffix("").as_posix()
    return "/" if inside == "index" else f"/{inside.removesuffix('/index')}/"
