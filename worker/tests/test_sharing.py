"""Llama 3's one-row trick must be exact: a shared prompt gives the numbers and gradients of separate rows."""

import pytest
import torch
from support import row
from transformers import AutoModelForCausalLM, AutoModelForSequenceClassification, AutoTokenizer

from tiebreak_worker.data.layout import Segment, build_batch
from tiebreak_worker.data.names import PAIRS
from tiebreak_worker.data.rows import parse_row
from tiebreak_worker.data.select import ordered_pairs
from tiebreak_worker.data.tokenise import Template, tokenise_row
from tiebreak_worker.losses.logprob import sum_by_owner
from tiebreak_worker.models import attention
from tiebreak_worker.models.modules import PolicyModule, RewardModule

FORMS = [("packed", True), ("packed", False), ("dense", True), ("rows", False)]


def _items(tokenizer):
    template = Template(tokenizer)
    records = [parse_row(row(n, edited=n % 2 == 0), "") for n in range(5)]
    items = []
    for record in records:
        names = ("edited", "chosen", "rejected") if record.edited else ("chosen", "rejected")
        items.append(tokenise_row(template, record, names, ordered_pairs(record, PAIRS, "none")))
    return items


def _responses(batch, values):
    """Values per item and response, so that batches with other numbering can be compared."""
    return {
        (item.row.id, name): values[index]
        for item, names in zip(batch.items, batch.answer_index, strict=True)
        for name, index in names.items()
    }


def _run(path, factory, wrapper, layout, shared, **extra):
    tokenizer = AutoTokenizer.from_pretrained(path)
    implementation = attention.register() if layout == "packed" else "sdpa"
    torch.manual_seed(0)
    model = factory.from_pretrained(path, attn_implementation=implementation, **extra)
    model.config.pad_token_id = tokenizer.pad_token_id
    module = wrapper(model)
    batch = build_batch(_items(tokenizer), shared=shared, layout=layout, pad_id=tokenizer.pad_token_id)
    output = module(batch)
    if wrapper is PolicyModule:
        output = sum_by_owner(output, batch.owner, len(batch.last))
    torch.nn.functional.softplus(output[batch.worse] - output[batch.better]).sum().backward()
    gradients = {name: p.grad for name, p in model.named_parameters() if p.grad is not None}
    return _responses(batch, output.detach()), gradients, batch.input_ids.numel()


@pytest.mark.parametrize("arch", ["tiny_llama", "tiny_qwen3"])
@pytest.mark.parametrize(
    ("factory", "wrapper", "extra"),
    [(AutoModelForCausalLM, PolicyModule, {}), (AutoModelForSequenceClassification, RewardModule, {"num_labels": 1})],
    ids=["dpo", "rm"],
)
def test_shared_prompts_equal_separate_rows(request, arch, factory, wrapper, extra):
    path = request.getfixturevalue(arch)
    results = {form: _run(path, factory, wrapper, *form, **extra) for form in FORMS}
    values, gradients, tokens = results["rows", False]
    for form, (other, other_gradients, _) in results.items():
        assert other.keys() == values.keys()
        for name, value in values.items():
            assert abs(value - other[name]) < 1e-4, (form, name)
        assert gradients.keys() == other_gradients.keys()
        for name, gradient in gradients.items():
            torch.testing.assert_close(other_gradients[name], gradient, atol=1e-4, rtol=1e-3, msg=f"{form} {name}")
    # What it is for: fewer tokens than separate rows, which are fewer than padded ones.
    assert results["packed", True][2] < results["packed", False][2] < tokens


def test_comparisons_of_one_prompt_share_it_and_their_common_responses(tiny_llama):
    template = Template(AutoTokenizer.from_pretrained(tiny_llama))
    first = parse_row(row(1), "")
    second = parse_row(row(1, id="again", rejected=[{"role": "assistant", "content": "A third one."}]), "")
    items = [
        tokenise_row(template, r, ("chosen", "rejected"), ordered_pairs(r, PAIRS, "none")) for r in (first, second)
    ]
    batch = build_batch(items, shared=True, layout="packed", pad_id=0)
    assert len(batch.last) == 3
    assert batch.better.tolist() == [0, 0]
    assert batch.worse.tolist() == [1, 2]
    assert batch.best.tolist() == [2, 0, 0]
    assert batch.input_ids.numel() == len(items[0].prompt) + sum(
        len(answer.ids) for answer in (*items[0].answers, items[1].answers[1])
    )


def _varlen(query, key, value, ends_q, ends_k, longest_q, longest_k, *, scale, window_size, enable_gqa):
    """What torch's documentation says of its kernel, in plain steps, for machines that lack it."""
    assert (window_size, enable_gqa) == ((-1, 0), query.shape[1] != key.shape[1])
    assert (longest_q, longest_k) == (int(ends_q.diff().max()), int(ends_k.diff().max()))
    assert ends_q.dtype == ends_k.dtype == torch.int32
    key, value = (tensor.repeat_interleave(query.shape[1] // key.shape[1], dim=1) for tensor in (key, value))
    rows = []
    for q, k in zip(ends_q.tolist()[:-1], ends_k.tolist()[:-1], strict=True):
        own, seen = (ends[ends.tolist().index(at) + 1] for ends, at in ((ends_q, q), (ends_k, k)))
        scores = torch.einsum("qhd,khd->hqk", query[q:own], key[k:seen]) * (scale or query.shape[-1] ** -0.5)
        late = torch.ones_like(scores, dtype=torch.bool).triu(scores.shape[2] - scores.shape[1] + 1)
        rows.append(torch.einsum("hqk,khd->qhd", scores.masked_fill(late, -torch.inf).softmax(-1), value[k:seen]))
    return torch.cat(rows)


def test_the_kernels_plan_gives_the_plain_paths_numbers_and_gradients(monkeypatch):
    """Only a GPU has the kernel; what is handed to it, and what comes of it, can be checked everywhere."""
    monkeypatch.setattr("torch.nn.attention.varlen.varlen_attn", _varlen)
    segments = (Segment(0, 7), Segment(7, 12), Segment(12, 15, 7, 12), Segment(15, 21, 7, 12), Segment(21, 22, 7, 12))
    results = []
    for attend in (attention._by_kernel, lambda *rest: attention._by_segment(*rest, 0.0)):
        torch.manual_seed(0)
        inputs = [torch.randn(1, heads, 22, 8, requires_grad=True) for heads in (4, 2, 2)]
        out = attend(*inputs, segments, 0.3)
        results.append([out, *torch.autograd.grad(out, inputs, torch.randn(1, 22, 4, 8))])
    for kernel, plain in zip(*results, strict=True):
        torch.testing.assert_close(kernel, plain, atol=1e-5, rtol=1e-5)


def test_segment_attention_refuses_to_run_without_segments(tiny_llama):
    model = AutoModelForCausalLM.from_pretrained(tiny_llama, attn_implementation=attention.register())
    with pytest.raises(ValueError, match="without segments"):
        model(torch.tensor([[1, 2, 3]]))


def test_architectures_with_sliding_windows_are_not_packed(tiny_llama):
    config = AutoModelForCausalLM.from_pretrained(tiny_llama).config
    assert attention.supports_segments(config)
    config.layer_types = ["full_attention", "sliding_attention"]
    assert not attention.supports_segments(config)
