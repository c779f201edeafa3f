"""The demo customer's site, through HTTP as a visitor."""

import json
import re
import threading
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest

from ma_platform.demo_site import pages
from ma_platform.demo_site.connection import Connection, read_connection
from ma_platform.demo_site.server import Site, Visitor, files

CONNECTED = Connection(tag_host="http://127.0.0.1:8000", write_key='wk_"1', form="frm_1", contact_form="frm_2")
VARIABLES = ("DEMO_TAG_HOST", "DEMO_WRITE_KEY", "DEMO_FORM", "DEMO_CONTACT_FORM")


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("DEMO_SITE_CONFIG", str(tmp_path / "site.json"))
    return tmp_path / "site.json"


@pytest.fixture
def visitor(config: Path) -> Iterator[HTTPConnection]:
    server = Site(("127.0.0.1", 0), Visitor)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    connection = HTTPConnection("127.0.0.1", server.server_port, timeout=5)
    yield connection
    connection.close()
    server.shutdown()
    server.server_close()


def get(visitor: HTTPConnection, path: str) -> tuple[HTTPResponse, str]:
    visitor.request("GET", path)
    answer = visitor.getresponse()
    return answer, answer.read().decode("utf-8", errors="replace")


def rendered(address: str) -> str:
    return pages.render(pages.addresses()[address], address=address, connection=CONNECTED)


def test_the_pages_a_story_needs_are_there() -> None:
    story = {"/", "/products/", "/products/mirai-sense/", "/pricing/", "/cases/", "/whitepaper/", "/thanks/"}

    assert story | {"/contact/", "/recruit/", "/privacy/"} == set(pages.addresses())


def test_every_link_inside_the_site_leads_somewhere() -> None:
    html = "".join(rendered(address) for address in pages.addresses())
    targets = {link.split("#")[0] for link in re.findall(r'(?:href|src)="(/[^"]*)"', html)}

    assert targets - set(pages.addresses()) - set(files()) == set()


def test_the_tag_and_the_forms_are_on_their_pages_and_escaped() -> None:
    assert '<script async src="http://127.0.0.1:8000/t.js" data-key="wk_&quot;1"></script>' in rendered("/pricing/")
    assert '<script async src="http://127.0.0.1:8000/f/frm_1.js"></script>' in rendered("/whitepaper/")
    assert '<script async src="http://127.0.0.1:8000/f/frm_2.js"></script>' in rendered("/contact/")


def test_no_placeholder_is_left_on_any_page() -> None:
    assert "[[" not in "".join(rendered(address) for address in pages.addresses())


def test_pages_show_without_a_tag_until_the_demo_is_seeded(visitor: HTTPConnection, config: Path) -> None:
    before, unconnected = get(visitor, "/whitepaper/")
    config.write_text(json.dumps({"tag_host": "http://t.example/", "write_key": "wk_1", "form": "frm_1"}))
    _, connected = get(visitor, "/whitepaper/")

    assert before.status == 200
    assert "t.js" not in unconnected
    assert 'src="http://t.example/t.js" data-key="wk_1"' in connected
    assert 'src="http://t.example/f/frm_1.js"' in connected


def test_the_environment_wins_over_the_file(config: Path) -> None:
    config.write_text('{"write_key": "wk_file", "form": "frm_file"}')

    found = read_connection({"DEMO_SITE_CONFIG": str(config), "DEMO_WRITE_KEY": "wk_env"})

    assert found == Connection(write_key="wk_env", form="frm_file")


@pytest.mark.parametrize(
    "path", ["/../server.py", "/assets/../server.py", "/pages/_frame.html", "/_frame/", "/nowhere/"]
)
def test_only_known_addresses_are_answered(visitor: HTTPConnection, path: str) -> None:
    answer, html = get(visitor, path)

    assert answer.status == 404
    assert "ページが見つかりません" in html


@pytest.mark.parametrize(
    ("path", "target"), [("/careers?a=1", "/recruit/?a=1"), ("/pricing", "/pricing/"), ("/download/", "/whitepaper/")]
)
def test_other_spellings_lead_to_the_page_with_their_campaign(visitor: HTTPConnection, path: str, target: str) -> None:
    answer, _ = get(visitor, path)

    assert (answer.status, answer.getheader("Location")) == (301, target)


def test_the_catalogue_is_a_pdf(visitor: HTTPConnection) -> None:
    answer, body = get(visitor, "/files/mirai-sense-catalog.pdf")

    assert answer.getheader("Content-Type") == "application/pdf"
    assert body.startswith("%PDF-")
