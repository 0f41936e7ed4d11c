"""The samples that the platform's tests read too: what one side writes, the other understands."""

import dataclasses
import json
from pathlib import Path

import pytest

from tiebreak_worker.jobs import PROTOCOL
from tiebreak_worker.jobs.spool import MetricsFile, Spool
from tiebreak_worker.jobs.upload import describe
from tiebreak_worker.jobs.work import METHODS, train_settings
from tiebreak_worker.train.config import TrainConfig, from_dict

CONTRACT = Path(__file__).resolve().parents[3] / "tests" / "contract"
PARAMS = json.loads((CONTRACT / "jobs" / "params.json").read_text())
MESSAGES = json.loads((CONTRACT / "jobs" / "messages.json").read_text())
SCHEMA = json.loads((CONTRACT / "jobs.schema.json").read_text())["$defs"]


def spec(kind: str, params: dict, tmp_path: Path) -> dict:
    return {"type": kind, "params": params, "release": "/release", "base": "/base", "out": str(tmp_path)}


@pytest.mark.parametrize(("kind", "sample"), [(kind, sample) for kind in METHODS for sample in PARAMS[kind]])
def test_the_trainer_takes_every_sample_of_a_recipe(kind, sample, tmp_path):
    config = from_dict(train_settings(spec(kind, sample, tmp_path)))
    for name, value in sample.items():
        found = getattr(config, name)
        assert (list(found) if isinstance(found, tuple) else found) == value


@pytest.mark.parametrize("kind", METHODS)
def test_the_form_shows_the_trainers_own_defaults(kind, tmp_path):
    shown = {
        name: item["default"] for name, item in SCHEMA[f"params.{kind}"]["properties"].items() if "default" in item
    }
    assert len(shown) > 20
    config = dataclasses.asdict(from_dict(train_settings(spec(kind, {}, tmp_path))))
    for name, default in shown.items():
        own = list(config[name]) if isinstance(config[name], tuple) else config[name]
        assert own == default, f"{name}: the form says {default!r}, the trainer {own!r}"


@pytest.mark.parametrize("kind", METHODS)
def test_every_setting_of_the_form_is_one_of_the_trainer(kind):
    known = {field.name for field in dataclasses.fields(TrainConfig)}
    assert set(SCHEMA[f"params.{kind}"]["properties"]) <= known


def test_a_chat_template_reaches_the_trainer_as_a_file(tmp_path):
    settings = train_settings(spec("train_sft", {"chat_template": "{{ messages }}"}, tmp_path))
    assert Path(settings["chat_template"]).read_text() == "{{ messages }}"


def test_metrics_are_spooled_in_the_form_of_the_sample(tmp_path):
    job = {"fence": 2, "metricSeq": 40, "logBytes": 1200}
    spool = Spool(tmp_path, job)
    MetricsFile(tmp_path / "metrics.jsonl").add({"seq": 7, "step": 12, "loss": 0.61, "accuracy": float("nan")})
    spool.log("step 12 … ε ok")
    (metric,) = spool.next_metrics()
    sample = MESSAGES["metrics.request"][0]["metrics"][0]
    assert metric.keys() == sample.keys()
    assert (metric["seq"], metric["step"]) == (41, 12)
    assert metric["values"] == {"loss": 0.61, "accuracy": None}
    assert len(metric["at"]) == len(sample["at"])
    assert spool.next_log() == {"offset": 1200, "text": "step 12 … ε ok\n"}


def test_files_are_described_in_the_form_of_the_sample(tmp_path):
    (tmp_path / "step-200").mkdir()
    (tmp_path / "step-200" / "state.pt").write_text("state2")
    assert describe(tmp_path) == MESSAGES["checkpoint.request"][0]["files"]


def test_the_protocol_is_the_one_of_the_schema():
    schema = json.loads((CONTRACT / "jobs.schema.json").read_text())
    assert schema["title"] == f"Tiebreak worker protocol {PROTOCOL}"
