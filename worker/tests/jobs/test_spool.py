"""What a run said is on disk, and goes to the platform once, over outages and kills."""

import json

from tiebreak_worker.jobs.spool import MetricsFile, Spool


def job(fence: int, metrics: int = 0, log: int = 0) -> dict:
    return {"fence": fence, "metricSeq": metrics, "logBytes": log}


def test_a_restarted_worker_sends_what_the_platform_lacks(tmp_path):
    first = Spool(tmp_path, job(1))
    file = MetricsFile(tmp_path / "metrics.jsonl")
    for step in (1, 2, 3):
        file.add({"step": step, "loss": 1.0})
    first.log("one")
    first.log("two")
    again = Spool(tmp_path, job(2, metrics=1, log=4))
    assert [metric["seq"] for metric in again.next_metrics()] == [2, 3]
    assert again.next_log() == {"offset": 4, "text": "two\n"}


def test_a_line_that_a_kill_cut_is_dropped(tmp_path):
    spool = Spool(tmp_path, job(1))
    spool.log("whole")
    with (tmp_path / "metrics.jsonl").open("a") as stream:
        stream.write('{"step": 1, "at": "x", "values": {}}\n{"step": 2, "at"')
    with (tmp_path / "log.txt").open("a") as stream:
        stream.write("hal")
    again = Spool(tmp_path, job(2))
    MetricsFile(tmp_path / "metrics.jsonl").add({"step": 2, "loss": 0.5})
    assert [metric["step"] for metric in again.next_metrics()] == [1, 2]
    assert again.next_log()["text"] == "whole\n"


def test_after_another_worker_had_the_job_the_numbers_go_on_from_the_platforms(tmp_path):
    Spool(tmp_path, job(1)).log("of the first attempt")
    after = Spool(tmp_path, job(3, metrics=10, log=100))
    MetricsFile(tmp_path / "metrics.jsonl").add({"step": 5, "loss": 0.1})
    after.log("of the third")
    assert after.next_metrics()[0]["seq"] == 11
    assert after.next_log() == {"offset": 100, "text": "of the third\n"}


def test_a_long_log_goes_in_pieces_that_never_cut_a_character(tmp_path):
    spool = Spool(tmp_path, job(1))
    text = "ü" * 200_000 + "\n" + "second\n"
    spool.log(text)
    sent = ""
    while (piece := spool.next_log()) is not None:
        assert piece["offset"] == len(sent.encode())
        sent += piece["text"]
        spool.log_sent += len(piece["text"].encode())
    assert sent == text


def test_the_spool_is_readable_without_the_platform(tmp_path):
    MetricsFile(tmp_path / "metrics.jsonl").add({"step": 1, "loss": float("inf"), "name": "text is left out"})
    (line,) = (tmp_path / "metrics.jsonl").read_text().splitlines()
    assert json.loads(line)["values"] == {"loss": None}
