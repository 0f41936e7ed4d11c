"""Every parameter of /v1/chat/completions is honoured, over real HTTP."""

import math

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer


@pytest.fixture(scope="module")
def llama(model_folder):
    folder = model_folder / "llama"
    return AutoModelForCausalLM.from_pretrained(folder).eval(), AutoTokenizer.from_pretrained(folder)


def prompt_ids(tokenizer, text: str) -> torch.Tensor:
    turns = [{"role": "user", "content": text}]
    return torch.tensor([tokenizer.apply_chat_template(turns, add_generation_prompt=True, return_dict=False)])


def test_greedy_text_is_that_of_transformers(served, llama):
    model, tokenizer = llama
    ids = prompt_ids(tokenizer, "Name a river.")
    expected = model.generate(ids, max_new_tokens=24, do_sample=False)[0, ids.shape[1] :]
    (text,) = served.texts(temperature=0, max_tokens=24)
    assert text == tokenizer.decode(expected, skip_special_tokens=True)


def test_same_seed_same_text_and_another_seed_another(served):
    first, again, other = (served.texts(seed=seed, max_tokens=16) for seed in (7, 7, 8))
    assert first == again
    assert first != other


def test_without_a_seed_answers_differ_and_report_the_seed_that_repeats_them(served):
    one, two = (served.chat(max_tokens=16)["choices"][0] for _ in range(2))
    assert one["message"] != two["message"]
    assert served.texts(seed=one["sampling"]["seed"], max_tokens=16) == [one["message"]["content"]]


def test_n_choices_each_with_a_record_that_repeats_it(served):
    answer = served.chat(n=5, seed=3, temperature=1.2, top_p=0.9, max_tokens=12)
    assert [choice["index"] for choice in answer["choices"]] == list(range(5))
    checkpoint = answer["choices"][0]["sampling"]["checkpoint"]
    assert len(checkpoint.removeprefix("sha256:")) == 64
    for choice in answer["choices"]:
        sampling = choice["sampling"]
        assert (sampling["model"], sampling["temperature"], sampling["top_p"]) == ("llama", 1.2, 0.9)
        assert sampling["checkpoint"] == checkpoint
        repeated = served.texts(seed=sampling["seed"], temperature=1.2, top_p=0.9, max_tokens=12)
        assert repeated == [choice["message"]["content"]]


def test_choices_are_never_equal_though_the_model_has_few_to_give(served):
    # The nucleus of 5 % holds about twenty tokens of this flat model, so ten single tokens would repeat.
    answer = served.chat(n=10, seed=1, top_p=0.05, max_tokens=1)
    texts = [choice["message"]["content"] for choice in answer["choices"]]
    assert len(set(texts)) == 10
    assert any(choice["sampling"]["attempts"] > 1 for choice in answer["choices"])
    assert all(choice["sampling"]["duplicate_of"] is None for choice in answer["choices"])


def test_equal_choices_that_cannot_be_avoided_are_named(served):
    # A nucleus of one token leaves nothing to draw.
    choices = served.chat(n=3, seed=1, top_p=1e-6, max_tokens=4)["choices"]
    assert [choice["sampling"]["duplicate_of"] for choice in choices] == [None, 0, 0]
    assert [choice["sampling"]["attempts"] for choice in choices] == [1, 8, 8]
    greedy = served.chat(n=2, temperature=0, max_tokens=4)["choices"]
    assert [choice["sampling"]["duplicate_of"] for choice in greedy] == [None, 0]


def test_temperature_widens_the_draw(served):
    few = {served.texts(seed=seed, temperature=0.01, max_tokens=1)[0] for seed in range(12)}
    many = {served.texts(seed=seed, temperature=2.0, max_tokens=1)[0] for seed in range(12)}
    assert len(few) < len(many)


@pytest.mark.parametrize("field", ["max_tokens", "max_completion_tokens"])
def test_limit_ends_with_length_and_is_counted(served, field):
    answer = served.chat(seed=2, **{field: 9})
    assert answer["choices"][0]["finish_reason"] == "length"
    assert answer["usage"]["completion_tokens"] == 9
    assert answer["usage"]["total_tokens"] == answer["usage"]["prompt_tokens"] + 9


def test_the_end_of_turn_ends_with_stop(served):
    # The end is one of about 512 equally likely tokens: of twelve choices some end within 200.
    choices = served.chat(n=12, seed=5, max_tokens=200)["choices"]
    assert any(choice["finish_reason"] == "stop" for choice in choices)
    assert not any("<|eot|>" in choice["message"]["content"] for choice in choices)


@pytest.mark.parametrize("as_list", [False, True])
def test_stop_cuts_before_the_stop_string(served, as_list):
    (whole,) = served.texts(seed=11, max_tokens=40)
    stop = whole[10:13]
    answer = served.chat(seed=11, max_tokens=40, stop=["never in it", stop] if as_list else stop)
    assert answer["choices"][0]["message"]["content"] == whole[: whole.index(stop)]
    assert answer["choices"][0]["finish_reason"] == "stop"


def test_logprobs_are_those_of_the_model(served, llama):
    model, tokenizer = llama
    ids = prompt_ids(tokenizer, "Name a river.")
    answer = served.chat(seed=4, temperature=0.7, top_p=0.9, max_tokens=6, logprobs=True, top_logprobs=3)
    content = answer["choices"][0]["logprobs"]["content"]
    assert len(content) == 6
    with torch.no_grad():
        logprobs = model(ids).logits[0, -1].log_softmax(-1)
    best = logprobs.topk(3)
    assert [top["logprob"] for top in content[0]["top_logprobs"]] == pytest.approx(best.values.tolist(), abs=1e-4)
    assert [top["token"] for top in content[0]["top_logprobs"]] == [tokenizer.decode([i]) for i in best.indices]
    assert any(math.isclose(content[0]["logprob"], value, abs_tol=1e-4) for value in logprobs.tolist())
    words = [byte for token in content if not token["token"].startswith("<|") for byte in token["bytes"]]
    assert bytes(words).decode(errors="replace").replace("\0", "\u2400") == answer["choices"][0]["message"]["content"]


def test_logprobs_are_absent_unless_asked_for(served):
    assert served.chat(seed=4, max_tokens=3)["choices"][0]["logprobs"] is None
    content = served.chat(seed=4, max_tokens=3, logprobs=True)["choices"][0]["logprobs"]["content"]
    assert [token["top_logprobs"] for token in content] == [[], [], []]


def test_parts_of_text_are_read_as_one_message(served):
    parts = [{"type": "text", "text": "Name "}, {"type": "text", "text": "a river."}]
    body = {"model": "llama", "messages": [{"role": "user", "content": parts}], "seed": 1, "max_tokens": 8}
    answer = served.http.post("/v1/chat/completions", json=body).json()
    assert [answer["choices"][0]["message"]["content"]] == served.texts(seed=1, max_tokens=8)


def test_neutral_values_of_fields_we_lack_pass(served):
    served.chat(max_tokens=1, frequency_penalty=0, presence_penalty=0.0, tools=None, response_format={"type": "text"})
