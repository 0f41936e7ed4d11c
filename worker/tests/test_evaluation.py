"""The evaluation's numbers against hand-worked ones, and the report from a real model to JSON and HTML."""

import json
from html.parser import HTMLParser

import pytest
from support import Recorder, config, row, write_release, write_rows

from tiebreak_worker.errors import WorkerError
from tiebreak_worker.evaluate import EvaluateSettings, evaluate
from tiebreak_worker.evaluate.html import page
from tiebreak_worker.evaluate.metrics import (
    Judged,
    accuracy,
    agreement_ceiling,
    calibration,
    histogram,
    length_bias,
    pair_report,
    perplexity,
    position_bias,
    share,
    wilson,
)
from tiebreak_worker.jobs.work import figures
from tiebreak_worker.models.scoring import load_for_scoring, score_conversations
from tiebreak_worker.train import run


def _pair(gap, longer=1, **more):
    return Judged("id", gap, 0.0, 10 + longer, 10, **more)


def test_wilsons_interval_by_hand():
    # 8 of 10: (0.8 + 3.8415 / 20 -+ 1.96 * sqrt(0.016 + 3.8415 / 400)) / 1.38415
    assert wilson(8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    assert wilson(10, 10) == pytest.approx((0.7225, 1.0), abs=1e-4)
    assert wilson(0, 0) == (0.0, 1.0)


def test_a_tie_counts_half():
    assert accuracy([_pair(1.0), _pair(-1.0), _pair(0.0)])["value"] == 0.5


def test_calibration_by_hand():
    # sigmoid(0.8473) = 0.7, in the bin from 0.7 to 0.75: three of four right is 0.75, so the error is 0.05.
    pairs = [_pair(0.847298), _pair(0.847299), _pair(0.847298), _pair(-0.847298)]
    result = calibration(pairs)
    assert result["expected_calibration_error"] == pytest.approx(0.05, abs=1e-5)
    assert [entry["count"] for entry in result["curve"] if entry["count"]] == [4]
    # A model that is sure and right is calibrated; one that is sure and wrong is not.
    assert calibration([_pair(30.0)])["expected_calibration_error"] == pytest.approx(0.0, abs=1e-6)
    assert calibration([_pair(-30.0)])["expected_calibration_error"] == pytest.approx(1.0, abs=1e-6)


def test_a_histogram_keeps_signs_apart_and_loses_nothing():
    values = [-2.0, -0.1, 0.1, 0.2, 5.0]
    entries = histogram(values)
    assert sum(entry["count"] for entry in entries) == 5
    assert sum(entry["count"] for entry in entries if entry["to"] <= 1e-9) == 2


def test_length_bias_sees_a_model_that_only_counts_words():
    pairs = [_pair(1.0, longer=4), _pair(1.0, longer=4), _pair(-1.0, longer=-4)]
    bias = length_bias(pairs)
    assert bias["model_prefers_longer"]["value"] == 1.0
    assert bias["votes_prefer_longer"]["value"] == pytest.approx(2 / 3)
    assert bias["accuracy_chosen_longer"]["value"] == 1.0
    assert bias["accuracy_chosen_shorter"]["value"] == 0.0
    assert bias["correlation_gap_length"] == pytest.approx(1.0)


def test_position_bias_and_ceiling_are_there_only_when_the_release_says_so():
    assert position_bias([_pair(1.0)]) is None
    assert agreement_ceiling([_pair(1.0, votes=1, agreement=1.0)]) is None
    sided = [_pair(1.0, chosen_side="left"), _pair(1.0, chosen_side="left"), _pair(-1.0, chosen_side="right")]
    sided.append(_pair(1.0, chosen_side="right", imported=True))
    assert position_bias(sided[3:]) is None
    assert position_bias(sided)["votes_left"]["value"] == pytest.approx(2 / 3)
    assert position_bias(sided)["accuracy_chosen_right"]["value"] == 0.0
    several = [_pair(1.0, votes=3, agreement=1.0), _pair(-1.0, votes=3, agreement=2 / 3), _pair(1.0, votes=1)]
    ceiling = agreement_ceiling(several)
    assert (ceiling["count"], ceiling["ceiling"]) == (2, pytest.approx(5 / 6))
    assert ceiling["accuracy"]["value"] == 0.5


def test_strengths_stand_in_their_order():
    pairs = [_pair(g, strength=s) for g, s in ((0.1, "marginally_better"), (2.0, "significantly_better"), (1.0, None))]
    names = [group["name"] for group in pair_report(pairs)["per_strength"]]
    assert names == ["significantly_better", "marginally_better", "not given"]


class _Outside(HTMLParser):
    """Collects everything by which a page could reach outside itself."""

    def __init__(self):
        super().__init__()
        self.found = []
        self.tags = set()

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        self.found += [value for name, value in attributes if name in ("src", "href", "xlink:href")]


def test_a_reward_model_is_reported_as_the_server_scores_it(tmp_path, tiny_llama):
    rows = [row(n, edited=n % 2 == 0, votes=3, agreement=1.0) for n in range(8)]
    release = write_release(tmp_path / "release", train=rows, test=rows[:6])
    result = run(config("rm", release, tiny_llama, tmp_path / "out", epochs=20, learning_rate=5e-3), Recorder())
    report = json.loads((tmp_path / "out" / "evaluation" / "report.json").read_text())
    assert report == json.loads(json.dumps(result.evaluation))
    assert report["split"] == "test"
    assert report["accuracy"]["value"] == 1.0
    model, tokenizer = load_for_scoring(result.model, device="cpu")
    talks = [[*r["prompt"], *r[name]] for r in rows[:6] for name in ("chosen", "rejected")]
    scores = score_conversations(model, tokenizer, talks)
    gaps = [a - b for a, b in zip(scores[::2], scores[1::2], strict=True)]
    assert report["mean_gap"] == pytest.approx(sum(gaps) / 6, abs=1e-3)
    parser = _Outside()
    parser.feed((tmp_path / "out" / "evaluation" / "report.html").read_text())
    assert parser.found == []
    assert {"svg", "table", "circle", "rect"} <= parser.tags
    assert "script" not in parser.tags


def test_a_report_says_first_when_it_is_of_too_few_pairs_and_when_the_validation_loss_has_risen():
    report = {"kind": "rm", "model": "m", "split": "test", "release": "0" * 64, "rows": 30}
    report |= {"kept_out_too_long": [], "left_out_rows": []}
    report |= pair_report([_pair(1.0)] * 30)
    report |= {"edited_over_chosen": share(0, 0), "edited_over_rejected": share(0, 0)}
    assert "<p class=big>100.0% (88.6% to 100.0%, 30 pairs)</p>" in page(report)
    few = page(report | {"rows": 1} | pair_report([_pair(1.0)]))
    assert "1 row." in few
    assert -1 < few.find("<p class=big>Too few to say</p><p>It was tested on 1 pair;") < few.find("<p>100.0% (20.7%")
    went = {"best_step": 3, "best_loss": 0.5, "last_step": 9, "last_loss": 0.75, "saved_step": 9, "risen": True}
    assert "has risen since step 3, from 0.5 to 0.75 at step 9: " in page(report | {"validation": went})
    assert "risen" not in page(report | {"validation": went | {"risen": False}})


def test_dpo_and_sft_models_are_measured_by_likelihood(tmp_path, tiny_llama):
    data = write_rows(tmp_path / "rows.jsonl", [row(n) for n in range(8)])
    result = run(config("dpo", data, tiny_llama, tmp_path / "out", epochs=20, learning_rate=3e-3), Recorder())
    settings = {"data": str(data), "split": "train", "held_out": 0.0}
    paths = {"model": str(result.model), "out": str(tmp_path / "e")}
    report = evaluate(EvaluateSettings(**settings, **paths, reference=str(tiny_llama)))
    assert report["kind"] == "dpo"
    assert report["accuracy"]["value"] == 1.0
    before = evaluate(EvaluateSettings(**settings, model=str(tiny_llama), out=str(tmp_path / "e")))
    after = evaluate(EvaluateSettings(**settings, **paths))
    assert before["kind"] == "sft"
    assert after["nll"] < before["nll"] - 1
    html = (tmp_path / "e" / "report.html").read_text()
    head = f"<p>Loss {after['nll']:.4f}, perplexity {perplexity(after['nll']):.4g}</p>"
    assert -1 < html.find("<p class=big>Too few to say</p><p>It was tested on 8 pairs") < html.find(head)
    assert -1 < html.find(head) < html.find(f"{after['accuracy']['value']:.1%}")
    assert "Calibration" not in html
    registered = figures({"loss": 0.5}, after)
    assert registered["held_out_loss"] == after["nll"]
    assert "calibration_error" not in registered
    assert "held_out_loss" not in figures({}, report)


def test_an_empty_split_and_a_language_model_as_reward_model_are_refused(tmp_path, tiny_llama):
    data = write_rows(tmp_path / "rows.jsonl", [row(n) for n in range(3)])
    base = {"model": str(tiny_llama), "data": str(data), "out": str(tmp_path / "e"), "held_out": 0.0}
    with pytest.raises(WorkerError, match="The test split is empty"):
        evaluate(EvaluateSettings(**base))
    with pytest.raises(WorkerError, match="is a language model, not a reward model"):
        evaluate(EvaluateSettings(**base, split="train", kind="rm"))
