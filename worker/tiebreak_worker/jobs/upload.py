"""Uploads by content: what the platform has is not sent again, and a broken upload goes on where it stopped."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tiebreak_worker.errors import WorkerError
from tiebreak_worker.jobs.cache import sha256_of
from tiebreak_worker.jobs.client import Platform, Refused

CHUNK = 1 << 20
PIECE = 64 << 20
ATTEMPTS_ON_WRONG_CONTENT = 2


def describe(folder: Path, skip: Callable[[str], bool] = lambda _: False) -> list[dict[str, Any]]:
    """Every file below a folder as the protocol names files, in order of path."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    named = [(path.relative_to(folder).as_posix(), path) for path in files]
    return [
        {"path": name, "sha256": sha256_of(path), "sizeBytes": path.stat().st_size}
        for name, path in named
        if not skip(name)
    ]


class Uploader:
    """Uploads for one job under one fence."""

    def __init__(self, platform: Platform, job_id: str, fence: int, give_up: threading.Event) -> None:
        self._platform = platform
        self._headers = {"X-Tiebreak-Job": job_id, "X-Tiebreak-Fence": str(fence)}
        self._give_up = give_up

    def send_all(self, folder: Path, files: list[dict[str, Any]]) -> None:
        """Send the described files of a folder, one after the other."""
        for file in files:
            self.send(folder / file["path"], file["sha256"])

    def send(self, path: Path, sha256: str) -> None:
        """Send one file. Raises WorkerError when it is changed while it is sent, StaleFence when the job is lost."""
        wrong = 0
        while True:
            start = self._received(sha256)
            if start is None:
                return
            try:
                if self._piece(path, sha256, start):
                    return
            except Refused as error:
                if error.status == 409 and "expected" in error.body:
                    continue
                wrong += 1
                if error.status != 422 or wrong == ATTEMPTS_ON_WRONG_CONTENT:
                    raise WorkerError(f"{path.name} was not taken: {error}", phase="upload", retryable=True) from error

    def _received(self, sha256: str) -> int | None:
        """The byte to go on from; None when the platform has the whole file."""
        answer = self._platform.call("HEAD", f"/artifacts/{sha256}", headers=self._headers, give_up=self._give_up)
        return None if answer.headers["X-Tiebreak-Done"] == "1" else int(answer.headers["X-Tiebreak-Received"])

    def _piece(self, path: Path, sha256: str, start: int) -> bool:
        total = path.stat().st_size
        end = min(total, start + PIECE)
        span = f"bytes {start}-{end - 1}/{total}" if total else "bytes */0"
        answer = self._platform.call(
            "PUT",
            f"/artifacts/{sha256}",
            headers={**self._headers, "Content-Range": span, "Content-Length": str(end - start)},
            content=_Bytes(path, start, end),
            timeout=600,
            give_up=self._give_up,
        )
        return bool(answer.json()["done"])


class _Bytes:
    """A part of a file as a stream that can be read again, for a call that has to be repeated."""

    def __init__(self, path: Path, start: int, end: int) -> None:
        self._path, self._start, self._end = path, start, end

    def __iter__(self) -> Iterator[bytes]:
        with self._path.open("rb") as stream:
            stream.seek(self._start)
            left = self._end - self._start
            while left > 0 and (chunk := stream.read(min(CHUNK, left))):
                left -= len(chunk)
                yield chunk
