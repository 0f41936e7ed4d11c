"""A platform and workers for the tests of the protocol."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from scenery import ROOT, Platform, RunningWorker


@pytest.fixture(scope="session")
def platform(tiny_llama) -> Iterator[Platform]:
    """The built application with one release and one tiny model. npm run build comes first, as in npm test."""
    if shutil.which("node") is None or not (ROOT / "build" / "index.js").exists():
        pytest.fail("the web application is not built; run `npm run build` first")
    folder = Path(tempfile.mkdtemp(prefix="tiebreak-platform-"))
    made = Platform(folder, tiny_llama)
    yield made
    made.stop()
    shutil.rmtree(folder)


@pytest.fixture
def start_worker(platform, tmp_path) -> Iterator[Callable[..., RunningWorker]]:
    """Start workers that do not serve, unless told to; all are ended after the test."""
    started: list[RunningWorker] = []

    def start(name: str = "lab", *options: str, file_bytes: int | None = None) -> RunningWorker:
        worker = RunningWorker(platform, tmp_path / name, *(options or ("--no-serve",)), file_bytes=file_bytes)
        started.append(worker)
        return worker

    yield start
    for worker in started:
        if worker.process.poll() is None:
            worker.stop()
