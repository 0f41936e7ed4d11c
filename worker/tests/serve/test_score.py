"""/v1/score over real HTTP: raw logits, the same ones that the trainer's evaluation computes."""

import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from tiebreak_worker.models.scoring import load_for_scoring, score_conversations


def items(count: int) -> list[dict]:
    rng = random.Random(5)
    words = ["river", "a", "hedge", "counts", "nine", "légs", "\n", "and", "the", "Peru."]
    return [
        {
            "prompt": [{"role": "user", "content": " ".join(rng.choices(words, k=rng.randrange(1, 60)))}],
            "response": " ".join(rng.choices(words, k=rng.randrange(1, 120))),
        }
        for _ in range(count)
    ]


def score(client, model: str, asked: list[dict]) -> list[float]:
    response = client.http.post("/v1/score", json={"model": model, "items": asked})
    assert response.status_code == 200, response.text
    return [row["score"] for row in response.json()["data"]]


@pytest.mark.parametrize("model", ["rm", "rm-lora"])
def test_scores_are_those_of_the_evaluation(served, model_folder, model):
    asked = items(90)
    conversations = [[*item["prompt"], {"role": "assistant", "content": item["response"]}] for item in asked]
    expected = score_conversations(*load_for_scoring(model_folder / model, device="cpu"), conversations)
    assert max(expected) - min(expected) > 0.1
    assert score(served, model, asked) == pytest.approx(expected, abs=1e-3)


def test_every_way_to_say_a_conversation_gives_the_same_score(served):
    turns = [{"role": "user", "content": "Name a river."}, {"role": "assistant", "content": "The Elbe."}]
    same = [
        {"prompt": "Name a river.", "response": "The Elbe."},
        {"prompt": turns[:1], "response": "The Elbe."},
        {"prompt": turns[:1], "response": turns[1:]},
        {"messages": turns},
    ]
    scores = score(served, "rm", same)
    assert scores == pytest.approx([scores[0]] * 4, abs=1e-5)
    assert score(served, "rm", [{"prompt": "Name a river.", "response": "The Oder."}]) != scores[:1]


def test_answer_says_model_checkpoint_and_lengths(served):
    body = {"model": "rm", "items": items(3)}
    answer = served.http.post("/v1/score", json=body).json()
    assert answer["model"] == "rm"
    assert len(answer["checkpoint"].removeprefix("sha256:")) == 64
    assert [row["index"] for row in answer["data"]] == [0, 1, 2]
    assert answer["usage"]["prompt_tokens"] == sum(row["tokens"] for row in answer["data"])


@pytest.mark.parametrize(
    ("item", "words"),
    [
        ({"prompt": "a"}, "items.0: the conversation must end on an assistant turn"),
        ({"prompt": "a", "messages": [], "response": "b"}, "not both"),
        ({"prompt": "a", "response": "word " * 3000}, "reads 4096 at most"),
    ],
)
def test_an_item_that_cannot_be_scored_is_named(served, item, words):
    assert words in served.error(
        served.http.post("/v1/score", json={"model": "rm", "items": [item]}), 400, "invalid_value"
    )


def test_scoring_and_chatting_go_on_together(served):
    expected = score(served, "rm", items(40)), served.texts(seed=1, max_tokens=20)
    with ThreadPoolExecutor(4) as threads:
        scores = [threads.submit(score, served, "rm", items(40)) for _ in range(2)]
        texts = [threads.submit(served.texts, seed=1, max_tokens=20) for _ in range(2)]
        assert all(future.result() == pytest.approx(expected[0], abs=1e-5) for future in scores)
        assert all(future.result() == expected[1] for future in texts)
