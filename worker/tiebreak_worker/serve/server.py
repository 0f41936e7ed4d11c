"""The HTTP server around a backend: in the foreground for the command line, in a thread for whoever embeds it."""

from __future__ import annotations

import ipaddress
import socket
import threading

import uvicorn

from tiebreak_worker.errors import WorkerError
from tiebreak_worker.serve.app import create_app
from tiebreak_worker.serve.backend import Backend

GRACE = 10
"""Seconds that open connections get when the server is asked to stop."""


def listen(host: str, port: int) -> socket.socket:
    """A listening socket: clients may connect from now on, and are answered once a server runs on it. Port 0 takes any
    free one. Raises WorkerError when the address is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
        bound.listen(128)
    except OSError as error:
        bound.close()
        raise WorkerError(
            f"cannot listen on {host}:{port}: {error.strerror}; choose another --port or --host", phase="serve"
        ) from error
    return bound


def is_loopback(host: str) -> bool:
    """True when only this machine can reach the address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def build(backend: Backend, api_key: str | None) -> uvicorn.Server:
    config = uvicorn.Config(
        create_app(backend, api_key), log_level="warning", access_log=False, timeout_graceful_shutdown=GRACE
    )
    return uvicorn.Server(config)


class HttpServer:
    """A running server in a thread of its own. `url` is where it listens."""

    def __init__(self, backend: Backend, *, host: str = "127.0.0.1", port: int = 0, api_key: str | None = None) -> None:
        self._socket = listen(host, port)
        self.url = f"http://{host}:{self._socket.getsockname()[1]}"
        self._server = build(backend, api_key)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), name="http", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop accepting, let open connections end within the grace period. The backend stays open."""
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()
