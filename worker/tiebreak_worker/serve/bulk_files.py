"""Bulk work from file to file: opening the backend, resuming, progress, stopping, and the account at the end."""

import argparse
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

from tqdm import tqdm

from tiebreak_worker.errors import Stopped, WorkerError
from tiebreak_worker.jsonl import RowLog
from tiebreak_worker.serve.backend import Backend, Settings
from tiebreak_worker.serve.bulk import Failed
from tiebreak_worker.serve.catalog import Source
from tiebreak_worker.serve.errors import ApiError
from tiebreak_worker.words import plural

SHOWN = 20


class Named(Protocol):
    """Something to work on, with an id that is its own in the file."""

    @property
    def id(self) -> str: ...


Item = TypeVar("Item", bound=Named)
Work = Callable[[Iterable[Item], Callable[[], bool]], Iterator[dict[str, Any] | Failed]]


@dataclass
class Tally:
    """What came of a run."""

    out: Path
    skipped: int
    written: int = 0
    failed: int = 0
    leaks: int = 0

    def __str__(self) -> str:
        return f"{self.out}: {plural(self.written, 'row')} written, {self.skipped} were there, {self.failed} failed"

    @property
    def exit_code(self) -> int:
        return 1 if self.failed else 0


@contextmanager
def opened_backend(args: argparse.Namespace, *paths: Path | None) -> Iterator[tuple[Backend, list[str]]]:
    """A backend over the models at `paths` (None is left out), and their names in that order. The first one is named
    by `--name` if given. Raises WorkerError for a path that holds no model."""
    sources: list[Source] = []
    for path in filter(None, paths):
        name = args.name if args.name and not sources else path.resolve().name
        taken = {source.name for source in sources}
        sources.append(Source(path.resolve(), f"{path.resolve().parent.name}/{name}" if name in taken else name))
    try:
        settings = Settings(device=args.device, dtype=args.dtype, memory=args.memory, max_rows=args.max_rows)
        with Backend(sources, settings) as backend:
            yield backend, [str(source.name) for source in sources]
    except (ApiError, ValueError) as error:
        raise WorkerError(str(error), phase="serve") from error


def write_rows(out: Path, settings: dict[str, Any], items: Sequence[Item], work: Work, *, unit: str) -> Tally:
    """Do `work` on the items whose rows are not in `out` yet, and append each row as it becomes ready.

    Items that fail are named on standard error and left for the next run. Raises Stopped on SIGINT or SIGTERM, once
    what was begun is written.
    """
    with RowLog(out, settings) as log, _stop_on_signals() as stopped:
        todo = [item for item in items if item.id not in log.done]
        tally = Tally(out, skipped=len(items) - len(todo))
        bar = tqdm(total=len(items), initial=tally.skipped, unit=unit, file=sys.stderr)
        with bar:
            for outcome in work(todo, stopped):
                bar.update()
                if isinstance(outcome, Failed):
                    tally.failed += 1
                    if tally.failed <= SHOWN:
                        bar.write(f"{unit} {outcome.id}: {outcome.reason}", file=sys.stderr)
                    continue
                log.append(outcome)
                tally.written += 1
                responses = outcome.get("responses", [])
                tally.leaks += sum(response["identity_leak"] is not None for response in responses)
        if stopped():
            raise Stopped(f"{tally}. Stopped on request; the same command goes on from here.", phase="serve")
    return tally


@contextmanager
def _stop_on_signals() -> Iterator[Callable[[], bool]]:
    """While entered, the first SIGINT or SIGTERM asks to stop, and a second SIGINT interrupts."""
    asked = threading.Event()

    def ask(number: int, frame: object) -> None:
        asked.set()
        signal.signal(signal.SIGINT, signal.default_int_handler)

    if threading.current_thread() is not threading.main_thread():
        yield asked.is_set
        return
    before = {number: signal.signal(number, ask) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield asked.is_set
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
