"""Wrong requests get a status, a code and a message that says what to do."""

import pytest


@pytest.mark.parametrize(
    ("fields", "code", "words"),
    [
        ({"best_of": 3}, "unsupported_field", "'best_of' is not supported"),
        ({"frequency_penalty": 0.5}, "unsupported_field", "refused rather than ignored"),
        ({"response_format": {"type": "json_object"}}, "unsupported_field", "Supported fields: model, messages"),
        ({"temperature": -1}, "invalid_value", "temperature: "),
        ({"temperature": "hot"}, "invalid_value", "temperature: "),
        ({"top_p": 0}, "invalid_value", "top_p: "),
        ({"n": 0}, "invalid_value", "n: "),
        ({"n": True}, "invalid_value", "n: "),
        ({"seed": 2**53}, "invalid_value", "seed: "),
        ({"max_tokens": 0}, "invalid_value", "max_tokens: "),
        ({"max_tokens": 3, "max_completion_tokens": 4}, "invalid_value", "mean the same"),
        ({"stop": [""]}, "invalid_value", "stop"),
        ({"top_logprobs": 2}, "invalid_value", "needs logprobs"),
        ({"logprobs": True, "top_logprobs": 21}, "invalid_value", "top_logprobs: "),
        ({"stream_options": {"include_usage": True}}, "invalid_value", "needs stream"),
        ({"messages": []}, "invalid_value", "messages: "),
        ({"messages": [{"role": "user"}]}, "missing_field", "messages.0.content: "),
        ({"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}, "invalid_value", "messages.0.content"),
    ],
)
def test_a_field_at_fault_is_named(served, fields, code, words):
    assert words in served.error(served.post(**fields), 400, code)


def test_unknown_model_lists_the_known_ones(served):
    message = served.error(served.post("lama"), 404, "model_not_found")
    assert "'lama'" in message
    assert "llama, lora-a, lora-b" in message


def test_reward_model_cannot_chat_and_causal_model_cannot_score(served):
    assert "/v1/score" in served.error(served.post("rm"), 400, "wrong_model_kind")
    body = {"model": "llama", "items": [{"prompt": "a", "response": "b"}]}
    message = served.error(served.http.post("/v1/score", json=body), 400, "wrong_model_kind")
    assert "/v1/chat/completions" in message


def test_too_long_for_the_context_says_the_lengths(served):
    message = served.error(served.post(max_tokens=4096), 400, "context_length_exceeded")
    assert "context of 4096 tokens" in message
    assert "4096 to generate" in message
    message = served.error(served.post(text="word " * 3000), 400, "context_length_exceeded")
    assert "at least one to generate" in message


def test_model_without_a_chat_template(served):
    assert "chat_template.jinja" in served.error(served.post("no-template"), 400, "no_chat_template")


def test_body_that_is_not_json_and_route_that_is_not_there(served):
    served.error(served.http.post("/v1/chat/completions", content=b"{"), 400, "invalid_json")
    served.error(served.http.post("/v1/chat/completions", content=b"[]"), 400, "invalid_json")
    assert "/v1/models" in served.error(served.http.get("/v1/engines"), 404, "no_such_route")
    served.error(served.http.get("/v1/score"), 405, "no_such_route")


def test_api_key_is_wanted_everywhere_but_for_health(model_folder, start):
    client, _ = start(model_folder, api_key="right-key")
    assert "Authorization: Bearer" in client.error(client.http.get("/v1/models"), 401, "invalid_api_key")
    client.error(client.http.get("/v1/models", headers={"Authorization": "Bearer wrong"}), 401, "invalid_api_key")
    client.error(client.post(), 401, "invalid_api_key")
    assert client.http.get("/healthz").json() == {"status": "ok"}
    client.http.headers["Authorization"] = "Bearer right-key"
    assert client.texts(max_tokens=1, seed=1)


def test_request_that_can_never_fit_says_what_would(model_folder, start, monkeypatch):
    client, backend = start(model_folder)
    client.chat(max_tokens=1)
    monkeypatch.setattr(backend._pool, "budget", backend._pool.weight_bytes + 600_000)
    message = client.error(client.post(max_tokens=4000), 400, "does_not_fit")
    assert "Lower max_tokens to" in message
    assert client.texts(max_tokens=4, seed=1)


def test_model_larger_than_the_memory_is_refused(model_folder, start, monkeypatch):
    client, backend = start(model_folder)
    monkeypatch.setattr(backend._pool, "budget", 1000)
    assert "--memory" in client.error(client.post(max_tokens=1), 400, "model_too_large")


def test_full_queue_refuses_with_a_time_to_come_back(model_folder, start):
    client, _ = start(model_folder, max_waiting=0)
    response = client.post(max_tokens=1)
    client.error(response, 503, "queue_full")
    assert int(response.headers["retry-after"]) > 0
