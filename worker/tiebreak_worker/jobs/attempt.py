"""One attempt at one job: the lease is renewed, the work is done by a process of its own, and its end is reported."""

import contextlib
import errno
import json
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from pathlib import Path
from typing import Any

from tiebreak_worker.errors import EXIT_STOPPED, WorkerError
from tiebreak_worker.jobs.cache import disk_error, link
from tiebreak_worker.jobs.client import Interrupted, Platform, StaleFence, TurnedAway
from tiebreak_worker.jobs.places import Places
from tiebreak_worker.jobs.prepare import Preparation
from tiebreak_worker.jobs.report import Pace, Reporter
from tiebreak_worker.jobs.serving import NoServing
from tiebreak_worker.jobs.spool import Spool
from tiebreak_worker.jobs.stop import AnyOf, Stop
from tiebreak_worker.jobs.upload import Uploader, describe

# After a cancel, a step and a checkpoint have this long before the process is ended, in seconds.
GRACE = 600
POLL = 0.1
# Last lines of the process that are kept in memory, for a disk that takes none.
TAIL = 20
# With less than this free, bytes, a process that left no word has most likely found the disk full.
NO_ROOM = 1 << 20


class Attempt:
    """Runs one claimed job to its end, or until it is cancelled, lost, or the worker stops."""

    def __init__(
        self,
        platform: Platform,
        job: dict[str, Any],
        places: Places,
        pace: Pace,
        stop: Stop,
        serving: NoServing,
    ) -> None:
        self.job = job
        self.run_folder = places.run(job["id"])
        self.run_folder.mkdir(parents=True, exist_ok=True)
        self._platform = platform
        self._places = places
        self._pace = pace
        self._stop = stop
        self._serving = serving
        self._lost = threading.Event()
        self.spool = Spool(self.run_folder, job)
        self.reporter = Reporter(platform, job, self.spool, pace, serving.report, self._lost)
        self._give_up = AnyOf(self._lost, stop.hurry)
        self._uploader = Uploader(platform, job["id"], job["fence"], self._give_up)
        self._uploaded_at = time.monotonic()
        self._tail: deque[str] = deque(maxlen=TAIL)

    def run(self) -> str:
        """Do it, and say how it ended: done, failed, queued, cancelled or lost. Raises TurnedAway."""
        with self.reporter:
            try:
                # The backend may take a while to end what it generates, so the lease is renewed by then.
                self._serving.lend(self.job)
                outcome = self._outcome()
            except (StaleFence, Interrupted):
                outcome = "lost"
            finally:
                self._serving.take_back()
        if self.reporter.turned_away is not None:
            raise self.reporter.turned_away
        if outcome in ("done", "failed", "cancelled"):
            shutil.rmtree(self.run_folder, ignore_errors=True)
        return outcome

    def _outcome(self) -> str:
        try:
            if (self.run_folder / "result.json").exists():
                self.spool.log("The work was done before the worker stopped; sending what it made.")
            else:
                ended = self._work()
                if ended is not None:
                    return ended
            return self._complete()
        except (StaleFence, Interrupted, TurnedAway):
            raise
        except WorkerError as error:
            if self._asked_to_stop():
                return self._give_back()
            return self._fail(error.phase, str(error), error.retryable)
        except OSError as error:
            refused = disk_error(error, self.run_folder)
            return self._fail(refused.phase, str(refused), refused.retryable)

    def _work(self) -> str | None:
        """Fetch the inputs and run the process; None when it left a result."""
        (self.run_folder / "failure.json").unlink(missing_ok=True)
        self.reporter.say("fetching", 0)
        give_up = AnyOf(self._stop.asked, self._lost, self.reporter.cancelled)
        try:
            Preparation(self._places, self._platform, give_up).spec(self.job)
        except Interrupted:
            if self._lost.is_set():
                raise
            return self._give_back()
        code = self._run_process()
        if self._lost.is_set():
            raise StaleFence("The job was lost while it ran.")
        if self._stop.hurry.is_set() and code == -signal.SIGKILL:
            raise Interrupted
        if (self.run_folder / "result.json").exists():
            return None
        # A signal that comes before the process listens, or when it is about to end, ends it as signals do.
        if code in (EXIT_STOPPED, -signal.SIGTERM) and self._asked_to_stop():
            return self._give_back()
        return self._report_failure(code)

    def _asked_to_stop(self) -> bool:
        return self._stop.asked.is_set() or self.reporter.cancelled.is_set()

    def _run_process(self) -> int:
        """Run the child until it ends; it is asked to stop on a cancel, and ended at once when the job is lost."""
        command = [sys.executable, "-m", "tiebreak_worker.jobs.child", str(self.run_folder)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        pump = threading.Thread(target=self._pump, args=(process,), name="log", daemon=True)
        pump.start()
        asked: float | None = None
        try:
            while process.poll() is None:
                if self._give_up.is_set() or (asked is not None and time.monotonic() - asked > GRACE):
                    process.kill()
                elif asked is None and self._asked_to_stop():
                    asked = time.monotonic()
                    process.send_signal(signal.SIGTERM)
                self._maybe_upload_checkpoint()
                time.sleep(POLL)
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()
            pump.join(timeout=10)
        return process.returncode

    def _pump(self, process: subprocess.Popen) -> None:
        """Copy the process's output to the log as whole lines of clean UTF-8; of a progress bar, its last state."""
        for raw in process.stdout or ():
            line = (
                raw.decode(errors="replace")
                .rstrip("\r\n")
                .rsplit("\r", 1)[-1]
                .replace("\0", "\N{REPLACEMENT CHARACTER}")
            )
            if line:
                self._tail.append(line)
                self.spool.log(line)

    def _maybe_upload_checkpoint(self) -> None:
        every = self._pace.checkpoint_every
        if every and time.monotonic() - self._uploaded_at > every:
            self._uploaded_at = time.monotonic()
            threading.Thread(target=self._upload_quietly, name="checkpoint", daemon=True).start()

    def _upload_quietly(self) -> None:
        try:
            self._upload_checkpoint()
        except (WorkerError, OSError) as error:
            self.spool.log(f"The checkpoint was not uploaded this time: {error}")

    def _upload_checkpoint(self) -> None:
        """Send the newest checkpoint, linked aside first, since the trainer drops old ones while it goes on."""
        found = sorted((self.run_folder / "out" / "checkpoints").glob("step-*"))
        if not found:
            return
        aside = self.run_folder / "uploading"
        shutil.rmtree(aside, ignore_errors=True)
        with contextlib.suppress(FileNotFoundError):
            for file in found[-1].rglob("*"):
                if file.is_file():
                    link(file, aside / found[-1].name / file.relative_to(found[-1]))
            files = describe(aside)
            self._uploader.send_all(aside, files)
            step = int(found[-1].name.removeprefix("step-"))
            body = {"fence": self.job["fence"], "step": step, "files": files}
            self._platform.call("POST", f"/jobs/{self.job['id']}/checkpoint", body, give_up=self._give_up)
        shutil.rmtree(aside, ignore_errors=True)

    def _give_back(self) -> str:
        """Stopped as asked: keep the checkpoint on the platform, where any worker finds it, and hand the job back."""
        self.reporter.say("uploading the checkpoint")
        self._upload_checkpoint()
        reason = "cancelled" if self.reporter.cancelled.is_set() else "stopping"
        return self._end("release", {"reason": reason})["status"]

    def _complete(self) -> str:
        """Upload what the work made and end the job; the model is kept here too, ready to be served."""
        result = json.loads((self.run_folder / "result.json").read_text())
        self.reporter.say("uploading", 0)
        body: dict[str, Any] = {"result": result["summary"], "metrics": result["metrics"], "model": None}
        body["files"] = [self._send_file(name, Path(place)) for name, place in result["files"].items()]
        model = result["model"]
        if model is not None:
            files = describe(Path(model["folder"]))
            self._uploader.send_all(Path(model["folder"]), files)
            body["model"] = {"task": model["task"], "files": files}
        answer = self._end("complete", body)
        if model is not None and answer["modelId"]:
            self._keep(Path(model["folder"]), self._places.model(answer["modelId"]))
        return "done"

    def _send_file(self, name: str, place: Path) -> dict[str, Any]:
        file = {**describe(place.parent, skip=lambda other: other != place.name)[0], "path": name}
        self._uploader.send(place, file["sha256"])
        return file

    def _keep(self, made: Path, place: Path) -> None:
        place.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(OSError):
            shutil.move(made, place)

    def _report_failure(self, code: int) -> str:
        file = self.run_folder / "failure.json"
        if file.exists():
            failure = json.loads(file.read_text())
            return self._fail(failure["phase"], failure["message"], failure["retryable"], failure["hint"])
        if code > 0 and shutil.disk_usage(self.run_folder).free < NO_ROOM:
            full = disk_error(OSError(errno.ENOSPC, "no room"), self.run_folder)
            return self._fail(full.phase, "\n".join([str(full), *self._tail]), full.retryable)
        name = signal.Signals(-code).name if code < 0 else f"code {code}"
        hint = (
            "The system ends processes when memory runs out: lower the tokens per forward pass, or close what else "
            "runs on the machine. The next attempt goes on from the last checkpoint."
        )
        return self._fail("worker", f"The process that did the work was ended from outside ({name}).", True, hint)

    def _fail(self, phase: str, message: str, retryable: bool, hint: str = "") -> str:
        self.spool.log(f"{phase}: {message}")
        if retryable:
            self._upload_quietly()
        body = {"phase": phase[:50], "message": message[:20_000], "hint": hint, "retryable": retryable}
        return self._end("fail", body)["status"]

    def _end(self, verb: str, body: dict[str, Any]) -> dict[str, Any]:
        """Send what is left of metrics and log, then the last word on this attempt."""
        self.reporter.flush()
        path = f"/jobs/{self.job['id']}/{verb}"
        return self._platform.call("POST", path, {"fence": self.job["fence"], **body}, give_up=self._give_up).json()
