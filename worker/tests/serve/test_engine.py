"""The decode loop against transformers' own generate, on several architectures."""

import pytest
import torch
from transformers import (
    Gemma3ForCausalLM,
    Gemma3TextConfig,
    GPT2Config,
    GPT2LMHeadModel,
    LlamaConfig,
    LlamaForCausalLM,
    MambaConfig,
    MambaForCausalLM,
    MistralConfig,
    MistralForCausalLM,
    Qwen2Config,
    Qwen2ForCausalLM,
)
from transformers.integrations.sdpa_attention import sdpa_attention_forward

from tiebreak_worker.serve import attention
from tiebreak_worker.serve.engine import Engine, UnsupportedModel
from tiebreak_worker.serve.slots import SlotCache

SHAPE = {
    "vocab_size": 300,
    "hidden_size": 32,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "intermediate_size": 64,
    "pad_token_id": 0,
    "bos_token_id": 1,
    "eos_token_id": 2,
}
LAYERS = ["sliding_attention", "full_attention", "sliding_attention"]
MODELS = {
    "llama": lambda: LlamaForCausalLM(LlamaConfig(**SHAPE)),
    "mistral, window of 6": lambda: MistralForCausalLM(MistralConfig(**SHAPE, sliding_window=6)),
    "gemma3, every other window": lambda: Gemma3ForCausalLM(
        Gemma3TextConfig(**SHAPE, head_dim=8, sliding_window=6, layer_types=LAYERS)
    ),
    "qwen2, some windows": lambda: Qwen2ForCausalLM(
        Qwen2Config(**SHAPE, use_sliding_window=True, sliding_window=6, max_window_layers=1)
    ),
    "gpt2, learned positions": lambda: GPT2LMHeadModel(
        GPT2Config(vocab_size=300, n_embd=32, n_layer=2, n_head=4, bos_token_id=1, eos_token_id=2)
    ),
    "llama, eager attention": lambda: LlamaForCausalLM(LlamaConfig(**SHAPE, attn_implementation="eager")),
}
PROMPTS = [[5, 6, 7, 8, 9, 10, 11, 12, 13], [20, 21, 22], [40, 41, 42, 43, 44, 45]]


def build(name: str):
    torch.manual_seed(0)
    model = MODELS[name]().eval()
    # Weights as wide as these make every step's best token clear, and the text depend on all that came before.
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.ndim > 1:
                parameter.normal_(0, 0.3)
    return model


def generated(model, prompt: list[int], tokens: int) -> list[int]:
    ids = torch.tensor([prompt])
    return model.generate(ids, max_new_tokens=tokens, do_sample=False, eos_token_id=None)[0, len(prompt) :].tolist()


@pytest.mark.parametrize("name", MODELS)
def test_rows_of_different_lengths_decode_as_each_alone(name):
    model = build(name)
    engine, cache = Engine(model), SlotCache(torch.device("cpu"))
    prefilled = engine.prefill(PROMPTS)
    cache.reserve(3, 40)
    for source, length in enumerate(prefilled.lengths):
        cache.join(prefilled.cache, source, length, 1)
    rows = [[token] for token in prefilled.logits.argmax(-1).tolist()]
    for _ in range(19):
        logits = engine.step([row[-1] for row in rows], cache)
        for row, token in zip(rows, logits.argmax(-1).tolist(), strict=True):
            row.append(token)
    assert rows == [generated(model, prompt, 20) for prompt in PROMPTS]


def test_rows_join_and_leave_without_disturbing_the_others():
    model = build("llama")
    engine, cache = Engine(model), SlotCache(torch.device("cpu"))
    owners: list[int] = []
    texts: dict[int, list[int]] = {}

    def join(number: int) -> None:
        prefilled = engine.prefill([PROMPTS[number]])
        cache.reserve(len(owners) + 1, 40)
        cache.join(prefilled.cache, 0, prefilled.lengths[0], 1)
        owners.append(number)
        texts[number] = [int(prefilled.logits.argmax())]

    def steps(count: int) -> None:
        for _ in range(count):
            logits = engine.step([texts[owner][-1] for owner in owners], cache)
            for owner, token in zip(owners, logits.argmax(-1).tolist(), strict=True):
                texts[owner].append(token)

    join(0)
    steps(4)
    join(1)
    steps(3)
    join(2)
    steps(5)
    cache.leave(0)
    owners[0] = owners.pop()
    steps(6)
    for number, text in texts.items():
        assert text == generated(model, PROMPTS[number], len(text)), number
    assert {number: len(text) for number, text in texts.items()} == {0: 13, 1: 15, 2: 12}


def test_decoding_reads_keys_and_values_in_place_where_it_gives_the_same_logits():
    assert Engine(build("llama")).model.config._attn_implementation == attention.NAME
    assert Engine(build("llama, eager attention")).model.config._attn_implementation == "eager"


@pytest.mark.parametrize("masked", [True, False])
def test_decoding_in_place_equals_transformers_own_attention(masked):
    torch.manual_seed(0)
    query = torch.randn(3, 1, 4, 8).transpose(1, 2)
    key, value = torch.randn(2, 3, 2, 9, 8)
    mask = (torch.arange(9) <= torch.tensor([[8], [3], [5]]))[:, None, None] if masked else None
    module = torch.nn.Module()
    module.num_key_value_groups = 2
    ours, theirs = (
        attend(module, query, key, value, mask, 0.0, 0.25)[0]
        for attend in (attention.decode_attention, sdpa_attention_forward)
    )
    assert ours.shape == (3, 1, 4, 8)
    torch.testing.assert_close(ours, theirs)


def test_copies_of_one_prompt_share_its_prefill():
    engine, cache = Engine(build("llama")), SlotCache(torch.device("cpu"))
    prefilled = engine.prefill([PROMPTS[0]])
    cache.reserve(3, 20)
    cache.join(prefilled.cache, 0, prefilled.lengths[0], 3)
    logits = engine.step([7, 7, 9], cache)
    assert torch.equal(logits[0], logits[1])
    assert not torch.allclose(logits[0], logits[2])


def test_measures_the_cache_a_token_takes():
    # Three layers, keys and values, two heads of eight float32 numbers.
    assert Engine(build("llama")).token_bytes == 3 * 2 * 2 * 8 * 4


def test_an_architecture_with_recurrent_state_is_refused():
    model = MambaForCausalLM(MambaConfig(vocab_size=300, hidden_size=32, num_hidden_layers=2, state_size=4)).eval()
    with pytest.raises(UnsupportedModel):
        Engine(model)


def test_a_layer_kind_that_is_not_known_is_refused_by_name():
    model = build("llama")
    model.config.layer_types = ["full_attention", "linear_attention", "full_attention"]
    with pytest.raises(UnsupportedModel, match="linear_attention"):
        Engine(model)
