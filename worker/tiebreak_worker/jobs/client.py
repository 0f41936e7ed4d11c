"""The platform over HTTP: every call says who and which protocol, and waits out a platform that is not there."""

import ipaddress
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx

from tiebreak_worker.errors import WorkerError
from tiebreak_worker.jobs import PROTOCOL

LONGEST_PAUSE = 30.0
TIMEOUT = httpx.Timeout(60.0, connect=10.0)


class StaleFence(WorkerError):
    """The job was given to another worker, or ended. This run must stop and change nothing any more."""

    def __init__(self, message: str) -> None:
        super().__init__(message, phase="worker")


class Refused(WorkerError):
    """The platform understood and said no; the same call again gets the same answer."""

    def __init__(self, message: str, status: int, body: dict[str, Any]) -> None:
        super().__init__(message, phase="worker", retryable=True)
        self.status = status
        self.body = body


class TurnedAway(WorkerError):
    """The token was revoked, or one side is too old: no call will succeed before a person acts."""

    def __init__(self, message: str) -> None:
        super().__init__(message, phase="worker")


class Interrupted(WorkerError):
    """Waiting was given up because the worker stops."""

    def __init__(self) -> None:
        super().__init__("The worker is stopping.", phase="worker", retryable=True)


def is_here(url: str) -> bool:
    """Whether an address is on this machine. A proxy that the environment names would look for it on its own."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


class Platform:
    """Calls to one platform with one token. Safe to use from several threads.

    Calls are repeated until the platform answers: an outage of any length costs nothing but time. `on_outage` hears
    of the first failure of each outage and of its end.
    """

    def __init__(self, server: str, token: str, on_outage: Callable[[str], None] = lambda _: None) -> None:
        self.server = server.rstrip("/")
        headers = {"Authorization": f"Bearer {token}", "X-Tiebreak-Protocol": str(PROTOCOL)}
        self._http = httpx.Client(base_url=self.server, headers=headers, timeout=TIMEOUT, trust_env=not is_here(server))
        self._on_outage = on_outage

    def close(self) -> None:
        """Drop the connections."""
        self._http.close()

    def call(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        *,
        give_up: threading.Event | None = None,
        timeout: float | None = None,
        longest_pause: float = LONGEST_PAUSE,
        **options: Any,
    ) -> httpx.Response:
        """One call, repeated while the platform is not there or not well, with at most `longest_pause` seconds between.

        Raises StaleFence, TurnedAway and Refused by what the platform said, and Interrupted when `give_up` is set
        while it is away.
        """

        def attempt() -> httpx.Response:
            if timeout is not None:
                options["timeout"] = httpx.Timeout(timeout, connect=10.0)
            return self._http.request(method, f"/api/worker/v1{path}", json=body, **options)

        return self._patiently(attempt, give_up, longest_pause)

    @contextmanager
    def stream(self, url: str, start: int) -> Iterator[httpx.Response]:
        """A download from byte `start` on; a single attempt, since the caller knows how to go on."""
        headers = {"Range": f"bytes={start}-"} if start else {}
        with self._http.stream("GET", url, headers=headers) as response:
            if response.is_error:
                response.read()
                raise _explain(response)
            yield response

    def _patiently(
        self, attempt: Callable[[], httpx.Response], give_up: threading.Event | None, longest_pause: float
    ) -> httpx.Response:
        pause, away = 0.25, False
        while True:
            try:
                response = attempt()
                if response.status_code < 500 and response.status_code != 429:
                    if away:
                        self._on_outage("The platform is back.")
                    if response.is_error:
                        raise _explain(response)
                    return response
                reason = _message(response)
            except httpx.TransportError as error:
                reason = f"{type(error).__name__}: {error}"
            if not away:
                self._on_outage(f"The platform does not answer ({reason}). Work goes on; trying again until it does.")
            away = True
            wait(pause * random.uniform(0.5, 1.0), give_up)
            pause = min(longest_pause, pause * 2)


def wait(seconds: float, give_up: threading.Event | None) -> None:
    """Sleep; raises Interrupted as soon as `give_up` is set."""
    if give_up is None:
        time.sleep(seconds)
    elif give_up.wait(seconds):
        raise Interrupted


def _message(response: httpx.Response) -> str:
    try:
        return str(response.json()["error"])
    except (ValueError, KeyError, TypeError):
        return f"{response.status_code} {response.reason_phrase}"


def _explain(response: httpx.Response) -> WorkerError:
    message, status = _message(response), response.status_code
    if status in (401, 403, 426):
        return TurnedAway(f"{message} ({status})")
    try:
        body = response.json()
    except ValueError:
        body = {}
    body = body if isinstance(body, dict) else {}
    if status == 409 and body.get("code") == "stale_fence":
        return StaleFence(message)
    return Refused(f"{message} ({status} from {response.request.url.path})", status, body)
