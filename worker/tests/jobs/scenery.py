"""A whole platform for the worker's tests: the built web application on an embedded database, and workers beside it."""

import json
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parents[3]
LEASE_SECONDS = 6
# For a machine that does other things too; nothing waits longer than it must.
PATIENCE = 600


class Platform:
    """A running web application. `scene` calls tests/support/scene.ts, which does what an admin does."""

    def __init__(self, folder: Path, model: Path) -> None:
        """`folder` is the data folder; a database that runs as another user must be able to enter what is above it."""
        self.folder = folder
        self._environment = {
            **os.environ,
            "TIEBREAK_DATA_DIR": str(folder),
            "TIEBREAK_SEED": "none",
            "TIEBREAK_WORKER_LEASE_SECONDS": str(LEASE_SECONDS),
            "LOG_LEVEL": "warn",
            "NODE_ENV": "production",
        }
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.start()
        self.facts = self.scene("setup", str(model))

    def start(self) -> None:
        """Start the web process and wait until it answers."""
        self._log = (self.folder / "platform.log").open("ab")
        self._process = subprocess.Popen(
            ["node", "--import", "tsx", "bin/serve.ts"],
            cwd=ROOT,
            env={**self._environment, "PORT": str(self.port)},
            stdout=self._log,
            stderr=self._log,
        )
        until(self._answers, f"the platform starts; see {self._log.name}")

    def _answers(self) -> bool:
        assert self._process.poll() is None, (self.folder / "platform.log").read_text()
        try:
            return httpx.get(f"{self.url}/healthz", timeout=2).is_success
        except httpx.TransportError:
            return False

    def stop(self) -> None:
        """Stop the web process and its database."""
        self._process.terminate()
        self._process.wait(60)
        self._log.close()

    def kill(self) -> None:
        """kill -9 of the web process: away at once, where stopping lets open requests end. `start` brings it back."""
        self._process.kill()
        self._process.wait(30)
        self._log.close()

    def scene(self, command: str, argument: str) -> Any:
        """What the scene's command answers."""
        done = subprocess.run(
            ["node", "--import", "tsx", "tests/support/scene.ts", command, argument],
            cwd=ROOT,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    def start_job(self, kind: str = "train_rm", **changes: Any) -> str:
        """Queue a job on the scene's release and model, and return its id."""
        job = {
            "name": kind,
            "type": kind,
            "releaseId": self.facts["releaseId"],
            "baseModelId": self.facts["baseModelId"],
            "params": {"batch_size": 8, "learning_rate": 0.003, "checkpoint_every": 2},
        }
        return self.scene("start", json.dumps({**job, **changes}))["id"]

    def job(self, job_id: str) -> dict[str, Any]:
        """Everything about a job."""
        return self.scene("show", job_id)

    def ended(self, job_id: str) -> dict[str, Any]:
        """The job once it is done, failed or cancelled."""
        return until(lambda: found if (found := self.job(job_id))["finishedAt"] else None, f"job {job_id} ends")


class RunningWorker:
    """A worker process of its own, with its own work folder; `file_bytes` is the largest file that it may write."""

    def __init__(self, platform: Platform, folder: Path, *options: str, file_bytes: int | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.output = folder / "output.txt"
        token = folder / "token"
        token.write_text(platform.facts["token"])
        command = [sys.executable, "-m", "tiebreak_worker", "run", "--server", platform.url, "--token-file", str(token)]
        command += ["--work-dir", str(folder / "work"), "--name", folder.name, *options]
        with self.output.open("ab") as stream:
            self.process = subprocess.Popen(command, stdout=stream, stderr=stream)
        if file_bytes is not None:
            resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (file_bytes, file_bytes))

    def kill(self) -> None:
        """kill -9."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(30)

    def stop(self) -> int:
        """SIGTERM, and the exit code."""
        if self.process.poll() is None:
            self.process.terminate()
        return self.process.wait(90)

    def runs(self, job_id: str) -> Path:
        """The folder of a job's run."""
        return self.folder / "work" / "runs" / job_id


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(look: Callable[[], Any], what: str, seconds: float = PATIENCE) -> Any:
    """Look until there is something, and return it."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.3)
    raise AssertionError(f"after {seconds} s still not: {what}")
