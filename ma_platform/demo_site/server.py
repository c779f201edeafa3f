"""The site over HTTP: known pages and files only, nothing looked up by what a visitor typed."""

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from ma_platform.demo_site import connection, pages

HERE = Path(__file__).parent
KINDS = {
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".pdf": "application/pdf",
}
MOVED = {"/careers/": "/recruit/", "/resources/": "/whitepaper/", "/download/": "/whitepaper/"}


def serve(*, host: str, port: int) -> None:
    """Until interrupted. Raises OSError when the port is taken."""
    with Site((host, port), Visitor) as server:
        server.serve_forever()


class Site(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A visitor who goes away in mid-answer is no news; everything else is."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type] # socketserver's own alias is private


def files() -> dict[str, Path]:
    """Addresses of everything that is not a page: `/assets/…` and `/files/…`."""
    found = [path for folder in ("assets", "files") for path in (HERE / folder).iterdir() if path.suffix in KINDS]
    return {f"/{path.parent.name}/{path.name}": path for path in found}


class Visitor(BaseHTTPRequestHandler):
    """One request of one visitor."""

    protocol_version = "HTTP/1.1"
    server_version = "mirai"
    sys_version = ""

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if path in (known := pages.addresses()):
            self._page(200, known[path], path)
        elif path in (stored := files()):
            self._answer(200, stored[path].read_bytes(), KINDS[stored[path].suffix], "max-age=300")
        elif (target := self._target(path, known)) is not None:
            self._redirect(target)
        else:
            self._page(404, pages.FOLDER / "_missing.html", path)

    do_HEAD = do_GET

    def log_message(self, format: str, *args: object) -> None:
        """Quiet: `make run` shows the platform's own log."""

    def _target(self, path: str, known: dict[str, Path]) -> str | None:
        folder = path.rstrip("/") + "/"
        if folder in MOVED:
            return MOVED[folder]
        return folder if folder in known else None

    def _redirect(self, target: str) -> None:
        query = urlsplit(self.path).query
        self.send_response(301)
        self.send_header("Location", target + (f"?{query}" if query else ""))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _page(self, status: int, file: Path, address: str) -> None:
        html = pages.render(file, address=address, connection=connection.current())
        self._answer(status, html.encode(), "text/html; charset=utf-8", "no-cache")

    def _answer(self, status: int, body: bytes, kind: str, cache: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", cache)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "strict-origin-when-cross-origin")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
