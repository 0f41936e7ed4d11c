"""Concurrent requests: batched for speed, without a trace in what they say."""

from concurrent.futures import ThreadPoolExecutor

from tiebreak_worker.serve import backend
from tiebreak_worker.serve.engine import Engine
from tiebreak_worker.serve.templates import load_words

REQUESTS = [
    {"text": "Name a river.", "seed": 1, "max_tokens": 24, "temperature": 1.0},
    {"text": "Tell me in a few words what a hedge is good for.", "seed": 2, "max_tokens": 9, "temperature": 0.7},
    {"text": "Why?", "seed": 3, "max_tokens": 30, "temperature": 1.3, "top_p": 0.8},
    {"text": "How many legs has a spider? " * 6, "seed": 4, "max_tokens": 16, "temperature": 0},
    {"text": "Boil the water.", "seed": 5, "max_tokens": 12, "n": 3},
    {"text": "Boil the water.", "seed": 6, "max_tokens": 20, "model": "lora-a"},
    {"text": "And then?", "seed": 7, "max_tokens": 18, "model": "runs/qwen3", "temperature": 0.9},
]


def test_text_does_not_depend_on_what_else_is_batched(served):
    alone = [served.texts(**request) for request in REQUESTS]
    with ThreadPoolExecutor(len(REQUESTS) * 2) as threads:
        together = list(threads.map(lambda request: served.texts(**request), REQUESTS * 2))
    assert together == alone * 2


def test_more_choices_than_rows_are_taken_in_turns(model_folder, start):
    client, _ = start(model_folder, max_rows=4)
    choices = client.chat(n=11, seed=8, max_tokens=10)["choices"]
    for choice in choices:
        repeated = client.texts(seed=choice["sampling"]["seed"], max_tokens=10)
        assert repeated == [choice["message"]["content"]]


def test_short_memory_means_waiting_and_not_failing(model_folder, start, monkeypatch):
    client, backend = start(model_folder)
    expected = [client.texts(seed=seed, max_tokens=40) for seed in range(8)]
    # Room for about three rows of this length beside the models.
    room = 3 * 64 * 512 + backend._pool.weight_bytes
    monkeypatch.setattr(backend._pool, "budget", int(room / 0.9))
    peaks = []
    settle = backend._scheduler._note_caches
    monkeypatch.setattr(backend._scheduler, "_note_caches", lambda: (settle(), peaks.append(backend._pool.cache_bytes)))
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda seed: client.texts(seed=seed, max_tokens=40), range(8)))
    assert answers == expected
    assert 0 < max(peaks) <= 3 * 64 * 512


def test_models_that_do_not_fit_together_take_turns(model_folder, start, monkeypatch):
    client, backend = start(model_folder)
    models = ["llama", "runs/qwen3", "lora-a"]
    expected = [client.texts(model, seed=1, max_tokens=12) for model in models]
    body = {"model": "rm", "items": [{"prompt": "Name a river.", "response": "The Elbe."}]}
    score = client.http.post("/v1/score", json=body).json()["data"]
    largest = max(resident.bytes for resident in backend._pool.residents.values())
    monkeypatch.setattr(backend._pool, "budget", int(1.2 * largest))
    with ThreadPoolExecutor(16) as threads:
        texts = [threads.submit(client.texts, model, seed=1, max_tokens=12) for model in models * 3]
        scores = [threads.submit(client.http.post, "/v1/score", json=body) for _ in range(2)]
        assert [text.result(timeout=60) for text in texts] == expected * 3
        assert all(answer.result(timeout=60).json()["data"] == score for answer in scores)
    assert len(client.status()["loaded"]) == 1


def test_requests_that_come_together_are_prefilled_together(model_folder, start, monkeypatch):
    """One forward pass over all prompts, and from then on rows that are equally far, which need no mask."""
    client, _ = start(model_folder)
    client.chat(max_tokens=1)
    sizes = []
    prefill = Engine.prefill

    def counted(self, prompts):
        sizes.append(len(prompts))
        return prefill(self, prompts)

    monkeypatch.setattr(Engine, "prefill", counted)
    # Readers that hold the scheduler back until all are in, however slow the machine is.
    monkeypatch.setattr("tiebreak_worker.serve.entrance.LONGEST", 60.0)
    monkeypatch.setattr("tiebreak_worker.serve.entrance.SETTLE", 1.0)
    with ThreadPoolExecutor(6) as threads:
        list(threads.map(lambda seed: client.texts(seed=seed, max_tokens=4), range(6)))
    assert sizes == [6]


def test_a_request_that_is_refused_holds_nobody_back(model_folder, start, monkeypatch):
    client, _ = start(model_folder)
    client.error(client.post(n=0), 400, "invalid_value")
    monkeypatch.setattr("tiebreak_worker.serve.entrance.LONGEST", 600.0)
    assert client.texts(max_tokens=1, seed=1)


def test_a_tokenizer_is_loaded_once(model_folder, start, monkeypatch):
    client, _ = start(model_folder)
    loaded = []
    monkeypatch.setattr(backend, "load_words", lambda checkpoint: loaded.append(checkpoint) or load_words(checkpoint))
    for seed in range(3):
        client.texts(seed=seed, max_tokens=1)
    assert len(loaded) == 1
