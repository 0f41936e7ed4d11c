"""JSON-lines files that grow row by row and go on after a kill."""

import errno
import json
import os
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tiebreak_worker.errors import WorkerError


class RowLog:
    """Appends rows to a file, each on the disk before `append` returns; `done` holds the ids of those there are.

    Every row also carries `settings`, and a file whose rows carry others is refused, so that one file never mixes two
    runs. A line that a kill left unfinished is cut off when the file is opened again.
    """

    def __init__(self, path: Path, settings: dict[str, Any]) -> None:
        self.path = path
        self._settings = settings
        self.done: set[str] = set()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.exists():
                os.truncate(path, self._read())
            self._file = path.open("ab", buffering=0)
        except OSError as error:
            raise self._unwritable(error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._file.close()

    def append(self, row: dict[str, Any]) -> None:
        """Write one row; raises WorkerError when the disk refuses, and then the file ends on the row before."""
        line = json.dumps({**row, **self._settings}, ensure_ascii=False).encode() + b"\n"
        whole = self._file.tell()
        try:
            if self._file.write(line) != len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(self._file.fileno())
        except OSError as error:
            self._file.truncate(whole)
            raise self._unwritable(error) from error
        self.done.add(row["id"])

    def _read(self) -> int:
        """Note what is done; returns where the last whole row ends, in bytes."""
        end = 0
        with self.path.open("rb") as stream:
            for number, line in enumerate(stream, 1):
                if line.endswith(b"\n"):
                    self._note(number, line)
                    end += len(line)
        return end

    def _note(self, number: int, line: bytes) -> None:
        try:
            row = json.loads(line)
            self.done.add(row["id"])
        except (ValueError, KeyError, TypeError) as error:
            raise WorkerError(
                f"{self.path} line {number} is no row of an earlier run: {error!r}. Choose another --out.", phase="data"
            ) from error
        for key, value in self._settings.items():
            if row.get(key) != value:
                raise WorkerError(
                    f"{self.path} was begun with another {key}: {row.get(key)!r}, and now it is {value!r}. Choose "
                    "another --out, or repeat the earlier settings to go on.",
                    phase="data",
                )

    def _unwritable(self, error: OSError) -> WorkerError:
        return WorkerError(
            f"{self.path} cannot be written: {error.strerror}. The rows before are intact; the same command goes on "
            "from there.",
            phase="data",
            retryable=True,
        )


def read_json_lines(path: Path) -> Iterator[tuple[int, Any]]:
    """Line numbers (from 1) and values of a JSON-lines file, as a stream; blank lines are skipped.

    Raises WorkerError with file and line for one that is not JSON, or when the file is not there.
    """
    try:
        with path.open("rb") as stream:
            for number, line in enumerate(stream, 1):
                if line.strip():
                    yield number, json.loads(line)
    except OSError as error:
        raise WorkerError(f"{path} cannot be read: {error.strerror}.", phase="data") from error
    except ValueError as error:
        raise WorkerError(f"{path} line {number} is not valid JSON: {error}.", phase="data") from error
