"""Where the worker keeps things. What the platform names becomes a place on this disk only through here.

Whatever stands in a claim may have been written by another worker: a checkpoint's paths, a model's. So each name is
checked when its place is asked for, before anything is written, whatever the platform has checked before.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tiebreak_worker.errors import WorkerError

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
SHA256 = re.compile(r"[0-9a-f]{64}")
# As the contract has it (app/contract/jobs.ts): one name of a path, neither `.` nor `..`.
NAME = re.compile(r"(?!\.{1,2}\Z)[^/\\\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
STEP = re.compile(r"step-[0-9]+")


@dataclass(frozen=True)
class Places:
    """Places of the worker, all below its work folder."""

    root: Path

    @property
    def cache(self) -> Path:
        """Downloads by hash."""
        return self.root / "cache"

    @property
    def models(self) -> Path:
        """Models by registry id, ready to be served."""
        return self.root / "models"

    def model(self, model_id: Any) -> Path:
        """The folder of one model."""
        return self.models / checked(UUID, model_id)

    def release(self, content_hash: Any) -> Path:
        """The folder of a release, by the hash of its content."""
        return self.root / "releases" / checked(SHA256, content_hash)

    def run(self, job_id: Any) -> Path:
        """The folder of one job, kept until the job ends."""
        return self.root / "runs" / checked(UUID, job_id)


def checked(pattern: re.Pattern[str], name: Any) -> str:
    """The name, when it is one of this kind. Raises WorkerError otherwise."""
    if not isinstance(name, str) or not pattern.fullmatch(name):
        raise refusal(name)
    return name


def inside(folder: Path, relative: Any) -> Path:
    """The place of a relative path below a folder. Raises WorkerError when it would lie outside."""
    if not isinstance(relative, str) or not all(NAME.fullmatch(name) for name in relative.split("/")):
        raise refusal(relative)
    place = (folder / relative).resolve()
    if not place.is_relative_to(folder.resolve()) or place == folder.resolve():
        raise refusal(relative)
    return place


def refusal(name: Any) -> WorkerError:
    """What to say of a name that could lead out of its folder."""
    return WorkerError(f"The platform named a file outside its folder: {name!r}. Nothing was written.", phase="data")
