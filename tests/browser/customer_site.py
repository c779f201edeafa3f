"""A customer's site and a collector that only remembers, on two origins, for the tag and the form embed."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

BUILT = Path(__file__).resolve().parents[2] / "static" / "dist" / "public"

DEFINITION = {
    "form": "frm_1",
    "token": "tok_1",
    "version": 3,
    "locale": "ja",
    "fields": [
        {"key": "last_name", "type": "text", "label": "姓", "required": True},
        {"key": "email", "type": "email", "label": "メールアドレス", "required": True},
    ],
    "consents": [{"topic": "newsletter", "text": "案内を受け取る", "required": False}],
    "submit_label": "送信する",
    "honeypot": "company_url_confirm",
}

# Rules real sites have: everything reset, everything loud.
HOSTILE_CSS = """
* { font-size: 3px !important; color: #f0f !important; float: left }
div, form, label, input { display: none !important; position: absolute }
button { width: 900px; transform: rotate(7deg) }
main, main * { display: block !important; float: none; position: static }
"""


@dataclass
class Collector:
    """What arrived, in order; `status` is what the next batches are answered with.

    `bad`: the event that has its whole batch refused; who asks for a visitor hears once `tells` is set, and `told`
    is set when they were answered.
    """

    address: str = ""
    batches: list[dict[str, Any]] = field(default_factory=list)
    answers: list[dict[str, Any]] = field(default_factory=list)
    refused: list[dict[str, Any]] = field(default_factory=list)
    status: int = 200
    bad: str = ""
    tells: threading.Event = field(default_factory=threading.Event)
    told: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.tells.set()

    @contextmanager
    def telling(self) -> Iterator[None]:
        """Answer once `tells` is set, and say so, also where the tag has hung up meanwhile."""
        self.tells.wait(20)
        try:
            yield
        finally:
            self.told.set()

    def take(self, body: dict[str, Any], kind: str | None) -> int:
        """Keeps a batch whole or not at all; the status to answer."""
        status = 400 if self.bad in [m.get("event") for m in body["batch"]] else self.status
        (self.batches if status == 200 else self.refused).append(body | {"kind": kind})
        return status

    def messages(self, name: str) -> list[dict[str, Any]]:
        """Messages of a type or an event name, each message id once."""
        found = {m["messageId"]: m for batch in self.batches for m in batch["batch"]}
        return [m for m in found.values() if name in (m["type"], m.get("event"))]


class QuietServer(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Pages that are left drop their connections; the tests look at what arrived."""


class Quiet(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:
        """Tests print what failed, not every request."""

    def answer(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        if self.path.startswith("/sandbox"):  # an opaque origin: storage and cookies throw when touched
            self.send_header("Content-Security-Policy", "sandbox allow-scripts")
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Access-Control-Allow-Headers", "content-type")
        self.end_headers()
        self.wfile.write(body)

    def bake(self, visitor: str) -> None:
        """What the real collector answers on the site's own tracking host."""
        self.send_response(200)
        self.send_header("Set-Cookie", f"_ma={visitor}; Max-Age=9999; Path=/; SameSite=Lax")
        self.send_header("Access-Control-Allow-Origin", self.headers["Origin"])
        self.send_header("Access-Control-Allow-Credentials", "true")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")


def collector_handler(collector: Collector) -> type[Quiet]:
    built = {name: (BUILT / name).read_bytes() for name in ("t.js", "form.js")}

    class Handler(Quiet):
        def do_GET(self) -> None:
            if self.path.endswith(".json"):
                self.answer(200, json.dumps(DEFINITION).encode(), "application/json")
                return
            if self.path.startswith("/v1/visitor"):
                with collector.telling():
                    self.bake(parse_qs(urlsplit(self.path).query)["v"][0])
                return
            name = "t.js" if self.path == "/t.js" else "form.js"
            self.answer(200, built[name], "text/javascript")

        def do_OPTIONS(self) -> None:
            self.answer(204, b"", "text/plain")

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if self.path == "/v1/batch":
                status = collector.take(body, self.headers["Content-Type"])
                self.answer(status, b'{"success": true}', "application/json")
                return
            collector.answers.append(body)
            status, reply = judged(body)
            self.answer(status, json.dumps(reply).encode(), "application/json")

    return Handler


def judged(answer: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    if answer["fields"]["email"].endswith("@gmail.com"):
        return 422, {"errors": {"email": "会社のメールアドレスをご入力ください。"}}
    return 200, {"ok": True, "submission": "sub_1", "after": {"message": "ありがとうございました。"}}


def site_handler(collector: Collector, pasted: dict[str, str] | None = None) -> type[Quiet]:
    """Every page has the tag; `pasted`: pages that have this instead, by path."""

    def line(path: str) -> str:
        if pasted and path in pasted:
            return pasted[path].replace("COLLECTOR", collector.address)
        if path.startswith("/own"):
            own = collector.address.replace("127.0.0.1", "localhost")
            return f'<script async src="{own}/t.js" data-key="wk_1" data-consent="required" data-first-party></script>'
        tag = f'<script async src="{collector.address}/t.js" data-key="wk_1"'
        if path.startswith("/consent"):
            tag += ' data-consent="required"'
        form = f'<script async src="{collector.address}/f/frm_1.js"></script>'
        style = f"<style>{HOSTILE_CSS}</style>" if path.startswith("/form") else ""
        return f"{style}{tag}></script><main>{form if style else ''}</main>"

    class Handler(Quiet):
        def do_GET(self) -> None:
            html = f"<!doctype html><html lang=ja><title>{self.path}</title>{line(self.path)}<p style='height:3000px'>"
            self.answer(200, html.encode(), "text/html; charset=utf-8")

    return Handler


@contextmanager
def served(handler: type[Quiet], host: str) -> Iterator[str]:
    server = QuietServer((host if host.startswith("127.") else "127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://{host}:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
