"""Streaming: the same answer in pieces, and an end to the work when nobody reads on."""

import time

import pytest


def joined(events: list[dict], index: int) -> str:
    deltas = [c["delta"].get("content", "") for event in events for c in event["choices"] if c["index"] == index]
    return "".join(deltas)


def last_of(events: list[dict], index: int) -> dict:
    return [choice for event in events for choice in event["choices"] if choice["index"] == index][-1]


def wait_until(true, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


@pytest.mark.parametrize("n", [1, 3])
def test_pieces_make_the_whole_answer(served, n):
    fields = {"n": n, "seed": 21, "max_tokens": 30, "temperature": 1.1}
    whole = served.chat(**fields)
    events = served.stream(**fields)
    for choice in whole["choices"]:
        last = last_of(events, choice["index"])
        assert joined(events, choice["index"]) == choice["message"]["content"]
        assert last["finish_reason"] == choice["finish_reason"]
        assert last["sampling"] == choice["sampling"]
    assert events[0]["choices"][0]["delta"]["role"] == "assistant"
    assert len({event["id"] for event in events}) == 1
    assert len(events) > 2 * n


def test_streamed_choices_are_held_back_until_they_differ(served):
    events = served.stream(n=10, seed=1, top_p=0.05, max_tokens=1)
    texts = [joined(events, index) for index in range(10)]
    assert len(set(texts)) == 10
    assert texts == served.texts(n=10, seed=1, top_p=0.05, max_tokens=1)


def test_usage_comes_last_when_asked_for(served):
    events = served.stream(seed=1, max_tokens=5, stream_options={"include_usage": True})
    assert events[-1]["choices"] == []
    assert events[-1]["usage"]["completion_tokens"] == 5
    assert not any("usage" in event for event in served.stream(seed=1, max_tokens=5))


def test_logprobs_come_with_the_pieces(served):
    fields = {"seed": 9, "max_tokens": 12, "logprobs": True, "top_logprobs": 1}
    whole = served.chat(**fields)["choices"][0]["logprobs"]["content"]
    pieces = [
        c["logprobs"]["content"] for event in served.stream(**fields) for c in event["choices"] if "logprobs" in c
    ]
    assert [token["bytes"] for piece in pieces for token in piece] == [token["bytes"] for token in whole]


def test_no_part_of_a_stop_string_leaks(served):
    (whole,) = served.texts(seed=11, max_tokens=40)
    stop = whole[9:15]
    events = served.stream(seed=11, max_tokens=40, stop=[stop])
    assert joined(events, 0) == whole[: whole.index(stop)]
    assert last_of(events, 0)["finish_reason"] == "stop"


def test_errors_before_the_first_piece_have_their_own_status(served):
    served.error(served.post("lama", stream=True), 404, "model_not_found")


@pytest.mark.parametrize("stream", [True, False])
def test_closing_the_connection_stops_the_work(model_folder, start, stream):
    client, _ = start(model_folder)
    client.chat(max_tokens=1)
    # At temperature 0 this model goes round in circles and never ends its turn: left alone it runs to the limit.
    body = {"model": "llama", "messages": [{"role": "user", "content": "Go on."}], "n": 8, "temperature": 0}
    request = client.http.build_request(
        "POST", "/v1/chat/completions", json={**body, "max_tokens": 4000, "stream": stream}
    )
    if stream:
        response = client.http.send(request, stream=True)
        lines = response.iter_lines()
        assert next(lines).startswith("data: ")
        assert client.status()["queue"]["running"] > 0
        response.close()
    else:
        request.extensions["timeout"] = {"connect": 5, "write": 5, "pool": 5, "read": 0.5}
        with pytest.raises(Exception, match="timed out"):
            client.http.send(request)
    wait_until(lambda: client.status()["queue"] == {"waiting": 0, "running": 0})
    wait_until(lambda: client.status()["memory"]["caches"] == 0)
    assert client.status()["generated_tokens"] < 8 * 4000
