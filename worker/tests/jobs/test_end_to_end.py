"""The worker against the real platform over HTTP: from a job to a served model, and what happens when things break."""

from pathlib import Path

import httpx
from scenery import until


def test_a_job_becomes_a_model_that_is_registered_served_and_scores(platform, start_worker):
    job_id = platform.start_job(params={"batch_size": 8, "learning_rate": 0.003, "epochs": 2})
    start_worker("serving", "--serve")
    job = platform.ended(job_id)
    assert job["status"] == "done", job["error"]
    assert [metric["seq"] for metric in job["metrics"]] == list(range(1, len(job["metrics"]) + 1))
    assert job["metrics"][-1]["values"]["eval_accuracy"] > 0.8
    assert "preflight passed" in "".join(piece["text"] for piece in job["logs"])
    assert {"report.json", "report.html"} <= {file["path"] for file in job["files"]}
    made = job["made"]
    assert (made["task"], made["parents"][0]["parentId"]) == ("reward", platform.facts["baseModelId"])
    assert made["metrics"]["held_out_accuracy"] > 0.8

    target = until(lambda: platform.scene("served", made["id"]), "the new model is served")
    items = [
        {"prompt": "Question number 7: what would you say?", "response": text}
        for text in ("It is named after the river, and has two bridges.", "zzz zzz zzz zzz zzz")
    ]
    answer = httpx.post(
        f"{target['baseUrl']}/score",
        json={"model": target["model"], "items": items},
        headers={"Authorization": f"Bearer {target['key']}"},
        timeout=120,
    )
    assert answer.status_code == 200, answer.text
    good, bad = scores_of(answer.json())
    assert good > bad


def scores_of(answer: dict) -> list[float]:
    return [entry["score"] if isinstance(entry, dict) else entry for entry in answer.get("scores") or answer["data"]]


def weights_of(job: dict) -> str:
    return next(file["sha256"] for file in job["made"]["files"] if file["path"] == "model.safetensors")


def test_a_worker_that_is_killed_resumes_from_its_checkpoint_to_the_same_weights(platform, start_worker):
    params = {"batch_size": 4, "epochs": 6, "checkpoint_every": 2, "learning_rate": 0.001}
    job_id = platform.start_job(params=params)
    worker = start_worker("killed")
    checkpoints = worker.runs(job_id) / "out" / "checkpoints"
    until(lambda: list(checkpoints.glob("step-*")), "a checkpoint")
    worker.kill()
    again = start_worker("killed")
    job = platform.ended(job_id)
    assert job["status"] == "done", job["error"]
    assert (job["fence"], job["attempts"]) == (2, 2)
    assert again.process.poll() is None
    log = "".join(piece["text"] for piece in job["logs"])
    assert "going on from" in log
    assert [metric["seq"] for metric in job["metrics"]] == list(range(1, len(job["metrics"]) + 1))
    steps = {metric["step"] for metric in job["metrics"]}
    assert steps == set(range(1, max(steps) + 1))
    straight = platform.ended(platform.start_job(params=params))
    assert straight["attempts"] == 1
    assert weights_of(job) == weights_of(straight)


def test_sigterm_hands_the_job_back_and_another_worker_goes_on_from_the_uploaded_checkpoint(platform, start_worker):
    job_id = platform.start_job(params={"batch_size": 4, "epochs": 12, "checkpoint_every": 2, "learning_rate": 0.001})
    first = start_worker("first")
    until(lambda: list((first.runs(job_id) / "out" / "checkpoints").glob("step-*")), "a checkpoint")
    assert first.stop() == 0
    job = platform.job(job_id)
    assert (job["status"], job["attempts"]) == ("queued", 0)
    assert any(file["path"].startswith("checkpoint/step-") for file in job["files"])
    start_worker("second")
    job = platform.ended(job_id)
    assert job["status"] == "done", job["error"]
    assert "going on from" in "".join(piece["text"] for piece in job["logs"])
    assert not any(file["path"].startswith("checkpoint/") for file in job["files"])


def lines(file: Path) -> int:
    return file.read_bytes().count(b"\n")


def test_training_goes_on_while_the_platform_is_away(platform, start_worker):
    job_id = platform.start_job(params={"batch_size": 4, "epochs": 10, "checkpoint_every": 2, "learning_rate": 0.001})
    worker = start_worker("patient")
    metrics = worker.runs(job_id) / "metrics.jsonl"
    until(metrics.exists, "training starts")
    before = lines(metrics)
    platform.kill()
    until(lambda: lines(metrics) > before, "it goes on training alone")
    platform.start()
    job = platform.ended(job_id)
    assert job["status"] == "done", job["error"]
    assert job["attempts"] == 1
    assert [metric["seq"] for metric in job["metrics"]] == list(range(1, len(job["metrics"]) + 1))


def test_a_worker_that_is_killed_after_its_work_sends_it_without_doing_it_again(platform, start_worker):
    job_id = platform.start_job(params={"batch_size": 8, "epochs": 24, "learning_rate": 0.001})
    worker = start_worker("nearly")
    until((worker.runs(job_id) / "metrics.jsonl").exists, "training starts")
    # With the platform away, the work ends and waits to be sent.
    platform.kill()
    until((worker.runs(job_id) / "result.json").exists, "the work is done")
    worker.kill()
    platform.start()
    start_worker("nearly")
    job = platform.ended(job_id)
    assert (job["status"], job["attempts"]) == ("done", 2), job["error"]
    log = "".join(piece["text"] for piece in job["logs"])
    assert "The work was done before the worker stopped" in log
    assert log.count("preflight passed") == 1
    assert [metric["seq"] for metric in job["metrics"]] == list(range(1, len(job["metrics"]) + 1))


def test_two_workers_that_ask_at_once_share_the_jobs_and_not_one(platform, start_worker):
    for name in ("left", "right"):
        start_worker(name)
    ids = [platform.start_job(params={"batch_size": 32, "max_steps": 1, "seed": seed}) for seed in range(3)]
    jobs = [platform.ended(job_id) for job_id in ids]
    assert [(job["status"], job["fence"], job["attempts"]) for job in jobs] == [("done", 1, 1)] * 3
    assert {job["worker"]["name"] for job in jobs} == {"left", "right"}


def test_an_admins_cancel_stops_the_run_and_keeps_its_checkpoint(platform, start_worker):
    job_id = platform.start_job(params={"batch_size": 2, "epochs": 90, "checkpoint_every": 2})
    worker = start_worker()
    until(lambda: list((worker.runs(job_id) / "out" / "checkpoints").glob("step-*")), "a checkpoint")
    platform.scene("cancel", job_id)
    job = platform.ended(job_id)
    assert job["status"] == "cancelled"
    assert any(file["path"].startswith("checkpoint/") for file in job["files"])
    assert worker.process.poll() is None


def test_responses_are_sampled_and_scored_and_models_averaged(platform, start_worker):
    start_worker()
    pool = platform.facts["poolId"]
    sample = {"pool_id": pool, "limit": 3, "n": 2, "max_tokens": 8}
    sampled = platform.ended(platform.start_job("sample", releaseId=None, params=sample))
    assert sampled["status"] == "done", sampled["error"]
    assert {file["path"] for file in sampled["files"]} == {"samples.jsonl"}
    made = [
        platform.ended(platform.start_job(params={"batch_size": 32, "max_steps": 1, "seed": seed}))["made"]
        for seed in (1, 2)
    ]
    weights = [{"id": model["id"], "weight": 1} for model in made]
    mean = platform.ended(platform.start_job("average", releaseId=None, baseModelId=None, params={"models": weights}))
    assert mean["status"] == "done", mean["error"]
    assert {parent["parentId"] for parent in mean["made"]["parents"]} == {model["id"] for model in made}
    score = {"releaseId": None, "baseModelId": mean["made"]["id"], "params": {"samples_job_id": sampled["id"]}}
    scored = platform.ended(platform.start_job("score", **score))
    assert scored["status"] == "done", scored["error"]
    assert scored["result"]["rows"] > 0
    report = platform.ended(platform.start_job("evaluate", baseModelId=mean["made"]["id"], params={}))
    assert report["status"] == "done", report["error"]
    assert report["result"]["evaluation"]["split"] == "test"


def test_a_job_whose_base_model_is_not_there_fails_in_words(platform, start_worker):
    model = platform.scene("register", "/models/nowhere")
    job_id = platform.start_job(baseModelId=model["id"])
    start_worker()
    job = platform.ended(job_id)
    assert (job["status"], job["error"]["phase"]) == ("failed", "model")
    assert "/models/nowhere" in job["error"]["message"]


def test_a_release_that_was_changed_on_the_platform_is_refused(platform, start_worker):
    file = next((platform.folder / "releases").glob("*/train.jsonl"))
    before = file.read_bytes()
    file.write_bytes(before.replace(b"river", b"lake!", 1))
    try:
        job_id = platform.start_job()
        start_worker("fresh")
        job = platform.ended(job_id)
    finally:
        file.write_bytes(before)
    assert (job["status"], job["error"]["phase"]) == ("failed", "data")
    assert "train.jsonl" in job["error"]["message"]
    assert "SHA-256" in job["error"]["message"]


def test_another_protocol_version_and_a_wrong_token_are_turned_away_in_words(platform):
    headers = {"Authorization": f"Bearer {platform.facts['token']}"}
    for version, word in (("0", "Update the worker"), ("99", "Update the platform")):
        answer = httpx.get(f"{platform.url}/api/worker/v1/models", headers={**headers, "X-Tiebreak-Protocol": version})
        assert (answer.status_code, answer.json()["code"]) == (426, "protocol")
        assert word in answer.json()["error"]
    answer = httpx.get(
        f"{platform.url}/api/worker/v1/models",
        headers={"Authorization": "Bearer tbw_wrong", "X-Tiebreak-Protocol": "1"},
    )
    assert answer.status_code == 401


def test_two_workers_in_one_folder_do_not_mix(platform, start_worker):
    first = start_worker("shared")
    until(lambda: "works for" in first.output.read_text(), "the first worker starts")
    second = start_worker("shared")
    assert second.process.wait(60) == 1
    assert "Another worker runs in" in first.output.read_text()


def test_a_revoked_token_ends_the_worker_with_the_reason(platform, start_worker):
    worker = start_worker("revoked")
    until(lambda: "works for" in worker.output.read_text(), "the worker starts")
    platform.scene("revoke", platform.facts["tokenId"])
    assert worker.process.wait(60) == 1
    assert "401" in worker.output.read_text()
