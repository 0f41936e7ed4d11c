"""The inference backend beside the jobs: a process of its own, that lends the device to a job and takes it back."""

import os
import secrets
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import httpx

from tiebreak_worker.jobs.client import Platform
from tiebreak_worker.jobs.places import Places
from tiebreak_worker.jobs.prepare import Preparation

START_SECONDS = 120
KEY_VARIABLE = "TIEBREAK_SERVE_KEY"
GRACE_SECONDS = 20


class NoServing:
    """For a worker that was told not to serve."""

    def report(self) -> dict[str, Any] | None:
        """Nothing to say."""
        return None

    def lend(self, job: dict[str, Any]) -> None:
        """Nothing to lend."""

    def take_back(self) -> None:
        """Nothing to take back."""

    def offer(self, models: list[dict[str, Any]]) -> None:
        """Nothing is offered."""

    def close(self) -> None:
        """Nothing to end."""


class Serving(NoServing):
    """Runs `tiebreak-worker serve` over the models folder and speaks to it over HTTP.

    With a GPU the backend gives its memory back while a job runs, and refuses requests meanwhile with the reason; on a
    CPU both share the machine. `public_url` is what the platform is told, when it is not the address itself.
    """

    def __init__(self, places: Places, host: str, port: int, device: str, public_url: str | None = None) -> None:
        self._key = secrets.token_urlsafe(24)
        self._lends = device == "cuda"
        self._state = {"state": "serving", "reason": ""}
        self._models: list[str] = []
        self._places = places
        places.models.mkdir(parents=True, exist_ok=True)
        port = port or free_port(host)
        local = f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}"
        self.url = public_url or local
        self._command = [sys.executable, "-m", "tiebreak_worker", "serve", "--models", str(places.models)]
        self._command += ["--host", host, "--port", str(port), "--api-key-env", KEY_VARIABLE]
        self._log = (places.root / "serve.log").open("ab")
        self._process = self._start()
        # Our own process on this machine: never by a proxy.
        self._http = httpx.Client(
            base_url=local, headers={"Authorization": f"Bearer {self._key}"}, timeout=60, trust_env=False
        )

    def _start(self) -> subprocess.Popen:
        environment = {**os.environ, KEY_VARIABLE: self._key}
        return subprocess.Popen(self._command, env=environment, stdout=self._log, stderr=self._log)

    def report(self) -> dict[str, Any] | None:
        """What the platform is told, or None while the backend is not up."""
        if self._process.poll() is not None or not self._up():
            return None
        return {"url": self.url, "key": self._key, **self._state, "models": self._models}

    def _up(self) -> bool:
        try:
            return self._http.get("/healthz", timeout=2).is_success
        except httpx.HTTPError:
            return False

    def lend(self, job: dict[str, Any]) -> None:
        """Give a GPU's memory to a job."""
        if not self._lends:
            return
        reason = f"Job {job['number']} ({job['name']}) has the GPU. Ask again when it is done."
        self._state = {"state": "paused", "reason": reason}
        self._order("pause", {"reason": reason, "grace_seconds": GRACE_SECONDS})

    def take_back(self) -> None:
        """Serve again."""
        if self._lends:
            self._order("resume", {})
        self._state = {"state": "serving", "reason": ""}

    def _order(self, verb: str, body: dict[str, Any]) -> None:
        try:
            self._http.post(f"/v1/device/{verb}", json=body).raise_for_status()
        except httpx.HTTPError as error:
            self._state["reason"] = f"The inference backend does not answer: {error}"

    def offer(self, models: list[dict[str, Any]]) -> None:
        """Say which of the platform's models lie here and can be asked for. A backend that ended is started again."""
        if self._process.poll() is not None:
            self._process = self._start()
        self._models = [model["id"] for model in models if is_model(self._places.model(model["id"]))]

    def close(self) -> None:
        """End the process."""
        self._process.terminate()
        try:
            self._process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._http.close()
        self._log.close()


def sync_models(platform: Platform, places: Places, serving: NoServing, give_up: threading.Event, limit: int) -> None:
    """Fetch the platform's models that are not here, newest first, until `limit` bytes are here, and offer what is."""
    models = platform.call("GET", "/models", give_up=give_up).json()["models"]
    by_id = {model["id"]: model for model in models}
    preparation, used = Preparation(places, platform, give_up), 0
    for model in models:
        used += sum(file["sizeBytes"] for file in model["files"])
        if used <= limit and not is_model(places.model(model["id"])):
            preparation.try_model(model, by_id)
    serving.offer(models)


def is_model(folder: Path) -> bool:
    """Whether the folder holds a model or an adapter."""
    return (folder / "config.json").exists() or (folder / "adapter_config.json").exists()


def free_port(host: str) -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        return probe.getsockname()[1]
