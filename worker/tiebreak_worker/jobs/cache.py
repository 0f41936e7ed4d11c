"""Downloads, kept under the SHA-256 of their content, so that no file is fetched twice and none is ever half there."""

import errno
import hashlib
import os
import shutil
import threading
from pathlib import Path
from typing import Any

import httpx

from tiebreak_worker.errors import WorkerError
from tiebreak_worker.files import sync_tree_parent
from tiebreak_worker.jobs.client import Platform, Refused, wait
from tiebreak_worker.jobs.places import SHA256, checked, inside

CHUNK = 1 << 20
ATTEMPTS_ON_WRONG_CONTENT = 2
FULL = (errno.ENOSPC, errno.EDQUOT)


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, in hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


class Cache:
    """Files by hash in `folder`; folders of a job's inputs are made of links into it."""

    def __init__(self, folder: Path, platform: Platform) -> None:
        self.folder = folder
        self._platform = platform

    def fetch(self, file: dict[str, Any], give_up: threading.Event) -> Path:
        """The file with this reference (`path`, `sha256`, `sizeBytes`, `url`), downloaded if it is not here.

        A broken download goes on where it stopped. Raises WorkerError when the content is not what the hash says,
        when there is no room, or when the platform does not have it.
        """
        whole = self.folder / checked(SHA256, file["sha256"])
        if whole.exists():
            return whole
        part = self.folder / f"{file['sha256']}.part"
        self.folder.mkdir(parents=True, exist_ok=True)
        for _ in range(ATTEMPTS_ON_WRONG_CONTENT):
            self._download(file, part, give_up)
            actual = sha256_of(part)
            if actual == file["sha256"]:
                os.replace(part, whole)
                sync_tree_parent(whole)
                return whole
            part.unlink()
        raise WorkerError(
            f"{file['path']} on the platform is not the file that the job names: its SHA-256 is {actual}, and "
            f"{file['sha256']} was expected. It was changed or damaged after it was made; cut the release again, or "
            "restore the data folder from a backup.",
            phase="data",
        )

    def _download(self, file: dict[str, Any], part: Path, give_up: threading.Event) -> None:
        pause = 0.5
        while True:
            have = part.stat().st_size if part.exists() else 0
            if have == file["sizeBytes"] and part.exists():
                return
            if have > file["sizeBytes"]:
                part.unlink()
                continue
            try:
                self._append(file["url"], part, have, give_up)
                if part.stat().st_size >= file["sizeBytes"]:
                    return
                raise WorkerError(
                    f"{file['path']} ends after {part.stat().st_size} bytes on the platform, {file['sizeBytes']} were "
                    "expected. It was cut short; restore the data folder from a backup.",
                    phase="data",
                )
            except httpx.TransportError:
                wait(pause, give_up)
                pause = min(30.0, pause * 2)
            except Refused as error:
                raise WorkerError(f"{file['path']} cannot be fetched: {error}", phase="data") from error

    def _append(self, url: str, part: Path, have: int, give_up: threading.Event) -> None:
        try:
            with self._platform.stream(url, have) as response, part.open("ab" if have else "wb") as stream:
                for chunk in response.iter_bytes(CHUNK):
                    stream.write(chunk)
                    if give_up.is_set():
                        wait(0, give_up)
                stream.flush()
                os.fsync(stream.fileno())
        except OSError as error:
            raise disk_error(error, part.parent) from error

    def folder_of(self, files: list[dict[str, Any]], target: Path, give_up: threading.Event) -> Path:
        """A folder with these files under their paths, made of hard links where the file system has them."""
        places = [inside(target, file["path"]) for file in files]
        for file, place in zip(files, places, strict=True):
            link(self.fetch(file, give_up), place)
        return target


def link(source: Path, target: Path) -> None:
    """Put a file in a second place without a second copy, if it can be done; a copy otherwise."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists() and target.samefile(source):
        return
    target.unlink(missing_ok=True)
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def disk_error(error: OSError, folder: Path) -> WorkerError:
    """In words what the disk refused."""
    if error.errno in FULL:
        free = shutil.disk_usage(folder).free / 2**20
        return WorkerError(
            f"The worker's disk is full: {folder} has {free:,.0f} MiB free. Make room there, or start the worker with "
            "another --work-dir; what is done so far is kept.",
            phase="worker",
            retryable=True,
        )
    return WorkerError(f"{folder} cannot be written: {error}.", phase="worker", retryable=True)
