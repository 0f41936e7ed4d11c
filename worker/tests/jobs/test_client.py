"""The client of the platform against a bare HTTP server."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Event, Thread

import pytest

from tiebreak_worker.jobs.client import Interrupted, Platform, is_here


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = b'{"via": "nobody"}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    httpd = HTTPServer(("127.0.0.1", 0), _Handler)
    Thread(target=httpd.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{httpd.server_port}"
    httpd.shutdown()


def test_a_platform_on_this_machine_is_not_looked_for_at_the_proxy(
    server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://proxy.invalid:3128")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    give_up = Event()
    platform = Platform(server, "token", on_outage=lambda _: give_up.set())
    assert platform.call("GET", "/models", give_up=give_up).json() == {"via": "nobody"}
    # One elsewhere is.
    elsewhere = Platform("http://platform.example.org", "token", on_outage=lambda _: give_up.set())
    with pytest.raises(Interrupted):
        elsewhere.call("GET", "/models", give_up=give_up)


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("http://127.0.0.1:3000", True),
        ("http://localhost:3000", True),
        ("http://[::1]:3000/", True),
        ("https://prefs.example.org", False),
        ("http://10.0.0.1", False),
        ("http://localhost.example.org", False),
    ],
)
def test_what_is_on_this_machine(url: str, here: bool) -> None:
    assert is_here(url) is here
