"""Lending the device to a trainer: free, queue or refuse, and say which."""

import threading
from concurrent.futures import ThreadPoolExecutor

from test_stream import wait_until


def test_pause_frees_everything_and_refuses_with_the_reason(model_folder, start):
    client, backend = start(model_folder)
    client.chat(max_tokens=1)
    assert client.status()["memory"]["weights"] > 0
    assert backend.pause("training job 17", retry_after=45, timeout=60)
    status = client.status()
    assert (status["state"], status["reason"], status["new_requests"]) == ("paused", "training job 17", "refused")
    assert status["memory"]["weights"] == status["memory"]["caches"] == 0
    response = client.post(max_tokens=1)
    message = client.error(response, 503, "device_lent")
    assert "training job 17" in message
    assert response.headers["retry-after"] == "45"
    assert client.http.get("/v1/models").status_code == 200
    backend.resume()
    assert client.status()["state"] == "serving"
    assert client.texts(max_tokens=1, seed=1)


def test_queued_requests_are_answered_after_resume(model_folder, start):
    client, backend = start(model_folder)
    expected = client.texts(seed=1, max_tokens=8)
    backend.pause("evaluation", waiting="queue", timeout=60)
    assert client.status()["new_requests"] == "queued"
    with ThreadPoolExecutor(1) as thread:
        answer = thread.submit(client.texts, seed=1, max_tokens=8)
        wait_until(lambda: client.status()["queue"]["waiting"] == 1)
        assert not answer.done()
        backend.resume()
        assert answer.result(timeout=60) == expected


def test_running_requests_finish_within_the_grace_period(model_folder, start):
    client, backend = start(model_folder)
    expected = client.texts(seed=1, max_tokens=150)
    with ThreadPoolExecutor(1) as thread:
        answer = thread.submit(client.texts, seed=1, max_tokens=150)
        wait_until(lambda: client.status()["queue"]["running"] == 1)
        assert backend.pause("training", grace=60, timeout=60)
        assert answer.result(timeout=60) == expected


def test_requests_beyond_the_grace_period_are_told(model_folder, start):
    client, backend = start(model_folder)
    client.chat(max_tokens=1)
    with ThreadPoolExecutor(1) as thread:
        answer = thread.submit(client.post, temperature=0, n=8, max_tokens=4000)
        wait_until(lambda: client.status()["queue"]["running"] == 8)
        assert backend.pause("training", grace=0.1, timeout=60)
        assert "interrupted" in client.error(answer.result(timeout=60), 503, "device_lent")
    assert client.status()["generated_tokens"] < 8 * 4000
    assert client.status()["memory"]["caches"] == 0


def test_the_routes_do_the_same(model_folder, start):
    client, _ = start(model_folder)
    paused = client.http.post("/v1/device/pause", json={"reason": "a job elsewhere", "grace_seconds": 1})
    assert paused.json()["state"] == "paused"
    client.error(client.post(), 503, "device_lent")
    assert client.http.post("/v1/device/resume").json()["state"] == "serving"
    client.error(client.http.post("/v1/device/pause", json={}), 400, "missing_field")


def test_stopping_tells_whoever_still_waits(model_folder, start):
    client, backend = start(model_folder)
    client.chat(max_tokens=1)
    with ThreadPoolExecutor(1) as thread:
        answer = thread.submit(client.post, temperature=0, n=8, max_tokens=4000)
        wait_until(lambda: client.status()["queue"]["running"] == 8)
        backend.close()
        client.error(answer.result(timeout=60), 503, "stopping")
    assert not any(thread.name == "scheduler" and thread is backend._scheduler for thread in threading.enumerate())
    client.error(client.post(), 503, "stopping")
