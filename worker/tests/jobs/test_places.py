"""Another worker may have written the paths in a claim: none of them leads out of the work folder."""

import contextlib
import hashlib
import json
import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from tiebreak_worker.errors import WorkerError
from tiebreak_worker.jobs.places import Places, inside
from tiebreak_worker.jobs.prepare import Preparation
from tiebreak_worker.jobs.stop import Stop

CONTRACT = Path(__file__).resolve().parents[3] / "tests" / "contract"
PATHS = json.loads((CONTRACT / "jobs" / "paths.json").read_text())
CONTENT = b"ssh-ed25519 AAAA somebody else"
SHA256 = hashlib.sha256(CONTENT).hexdigest()
JOB = "0198c0de-0000-7000-8000-000000000001"


class Answers:
    """A platform that has one file."""

    @contextlib.contextmanager
    def stream(self, url, start):
        yield SimpleNamespace(iter_bytes=lambda size: [CONTENT[start:]])


@pytest.fixture
def preparation(tmp_path):
    return Preparation(Places(tmp_path / "work"), Answers(), Stop().asked)


def named(path: str) -> dict:
    return {"path": path, "sha256": SHA256, "sizeBytes": len(CONTENT), "url": f"/api/worker/v1/artifacts/{SHA256}"}


def job(**changes) -> dict:
    nothing = {"release": None, "baseModelId": None, "models": [], "inputs": [], "checkpoint": []}
    return {"id": JOB, "type": "train_rm", "params": {}, **nothing, **changes}


def written_outside(tmp_path: Path) -> list[Path]:
    return [path for path in tmp_path.rglob("*") if path.is_file() and not path.is_relative_to(tmp_path / "work")]


def test_the_schema_takes_the_same_paths():
    schema = json.loads((CONTRACT / "jobs.schema.json").read_text())["$defs"]["checkpoint.request"]
    pattern = schema["properties"]["files"]["items"]["properties"]["path"]["pattern"]
    assert [path for path in PATHS["good"] + PATHS["bad"] if re.search(pattern, path)] == PATHS["good"]


@pytest.mark.parametrize("path", PATHS["good"])
def test_a_path_below_a_folder_is_that(path, tmp_path):
    assert inside(tmp_path, path) == tmp_path / path


@pytest.mark.parametrize("path", [*PATHS["bad"], None, 7])
def test_any_other_path_is_refused(path, tmp_path):
    with pytest.raises(WorkerError, match="outside its folder"):
        inside(tmp_path, path)


def test_a_path_through_a_link_that_leads_out_is_refused(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "out").symlink_to(tmp_path)
    with pytest.raises(WorkerError, match="outside its folder"):
        inside(tmp_path / "in", "out/file")


@pytest.mark.parametrize("tail", ["/{outside}/authorized_keys", "../../../../../../authorized_keys", "\n/../../x"])
def test_a_checkpoint_whose_path_leads_out_of_its_folder_writes_nothing(tail, preparation, tmp_path):
    claimed = job(checkpoint=[named("step-9/state.json"), named("step-9/" + tail.format(outside=tmp_path / "home"))])
    with pytest.raises(WorkerError, match="outside its folder"):
        preparation.spec(claimed)
    assert written_outside(tmp_path) == []
    assert not list((tmp_path / "work").rglob("state.json"))


@pytest.mark.parametrize("path", ["../state.json", "step-9x/state.json", ".ssh/state.json", "step-9", "step-9/"])
def test_a_checkpoint_is_a_folder_of_a_step(path, preparation, tmp_path):
    with pytest.raises(WorkerError, match="outside its folder"):
        preparation.spec(job(checkpoint=[named(path)]))
    assert written_outside(tmp_path) == []


def test_a_checkpoint_is_brought_back(preparation, tmp_path):
    preparation.spec(job(checkpoint=[named("step-9/state.json"), named("step-9/sharded/part-0.pt")]))
    folder = tmp_path / "work" / "runs" / JOB / "out" / "checkpoints"
    found = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    assert found == ["step-9/sharded/part-0.pt", "step-9/state.json"]


MODEL = {"id": JOB, "name": "m", "task": "causal", "path": None, "files": [named("config.json")], "baseId": None}
RELEASE = {"id": JOB, "number": 1, "name": "r", "contentHash": SHA256, "files": [named("train.jsonl")]}


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "../../other"},
        {"models": [{**MODEL, "id": "../../home"}]},
        {"models": [{**MODEL, "files": [named("config.json"), named("../../../x")]}]},
        {"models": [{**MODEL, "files": [{**named("config.json"), "sha256": "../../../x"}]}]},
        {"release": {**RELEASE, "contentHash": "../../../x"}},
        {"release": {**RELEASE, "files": [named("train.jsonl"), named("a//b")]}},
        {"inputs": [{**named("samples.jsonl"), "sha256": "/tmp/x"}]},
    ],
    ids=["job", "model", "file of a model", "hash of a file", "release", "file of a release", "input"],
)
def test_every_other_name_in_a_claim_is_checked_before_anything_is_written_for_it(changes, preparation, tmp_path):
    with pytest.raises(WorkerError, match="outside its folder"):
        preparation.spec(job(**changes))
    assert written_outside(tmp_path) == []
    assert [path.name for path in tmp_path.rglob("*") if path.is_file() and path.parent.name != "cache"] == []
