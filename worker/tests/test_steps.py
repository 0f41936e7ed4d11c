"""What a step is made of: every comparison once, within the budget, for any number of processes; and its masks."""

import pytest
import torch
from support import config, row

from tiebreak_worker.data.layout import build_batch
from tiebreak_worker.data.names import PAIRS
from tiebreak_worker.data.plan import Division, epoch_steps, group_cost, micro_batches
from tiebreak_worker.data.rows import parse_row
from tiebreak_worker.data.select import ordered_pairs
from tiebreak_worker.data.tokenise import Template, tokenise_row
from tiebreak_worker.models.load import load_tokenizer
from tiebreak_worker.train.objectives import DpoObjective, Totals
from tiebreak_worker.train.schedule import rate_at


@pytest.fixture
def items(tiny_llama):
    """Forty comparisons of twenty prompts, some with an edit."""
    template = Template(load_tokenizer(tiny_llama))
    records = [parse_row(row(n // 2, edited=n % 4 == 0, id=f"row-{n}"), "") for n in range(40)]
    return [
        tokenise_row(
            template,
            record,
            ("edited", "chosen", "rejected") if record.edited else ("chosen", "rejected"),
            ordered_pairs(record, PAIRS, "none"),
        )
        for record in records
    ]


def _ids(items):
    return sorted(item.row.id for item in items)


@pytest.mark.parametrize("group", [True, False])
def test_an_epoch_shows_every_comparison_once_and_each_epoch_in_another_order(items, group):
    first, second = (list(epoch_steps(items, 7, seed=0, epoch=epoch, group=group)) for epoch in (0, 1))
    assert [len(step) for step in first] == [7] * 5 + [5]
    assert _ids(item for step in first for item in step) == _ids(items)
    assert [_ids(step) for step in first] != [_ids(step) for step in second]
    assert first == list(epoch_steps(items, 7, seed=0, epoch=0, group=group))


@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize("processes", [1, 3])
def test_micro_batches_keep_the_budget_and_lose_nothing(items, shared, processes):
    budget = 400
    divided = micro_batches(items, Division(shared, "packed", budget), processes)
    assert len({len(share) for share in divided}) == 1
    flat = [micro for share in divided for micro in share]
    assert _ids(item for micro in flat for item in micro) == _ids(items)
    for micro in flat:
        if len(micro) > 1:
            batch = build_batch(micro, shared=shared, layout="packed", pad_id=0)
            assert batch.input_ids.numel() <= budget


def test_padded_micro_batches_count_their_padding(items):
    for micro in micro_batches(items, Division(False, "rows", 600))[0]:
        if len(micro) > 1:
            assert build_batch(micro, shared=False, layout="rows", pad_id=0).input_ids.numel() <= 600


def test_sharing_counts_a_prompt_once(items):
    twins = [item for item in items if item.prompt == items[0].prompt]
    assert len(twins) == 2
    answers = {answer.ids for item in twins for answer in item.answers}
    assert group_cost(twins, shared=True) == len(items[0].prompt) + sum(map(len, answers))
    assert group_cost(twins, shared=False) > 2 * group_cost(twins, shared=True) - len(items[0].prompt) * 2


def test_format_tokens_move_the_likelihood_but_not_the_preference(items):
    """Gradients of the two terms, token by token."""
    batch = build_batch(items[:4], shared=True, layout="packed", pad_id=0)
    batch = type(batch)(**(vars(batch) | {"reference": torch.zeros(len(batch.last))}))
    gradients = {}
    for mask, weight in ((True, 0.0), (False, 0.0), (True, 0.2)):
        output = torch.full((len(batch.targets),), -1.0, requires_grad=True)
        objective = DpoObjective("sigmoid", 0.1, 0.0, 0.0, mask_format=mask, nll_weight=weight)
        objective.loss(batch, output, Totals.of(items[:4]))[0].backward()
        gradients[mask, weight] = output.grad
    ends = ~batch.content
    assert ends.sum() == len(batch.last)
    assert gradients[True, 0.0][ends].abs().max() == 0
    assert gradients[False, 0.0][ends].abs().min() > 0
    best = batch.best[batch.owner] > 0
    assert (gradients[True, 0.2][ends & best] < 0).all()
    assert gradients[True, 0.2][ends & ~best].abs().max() == 0


def test_the_learning_rate_rises_then_falls_to_a_tenth(tmp_path):
    settings = config("rm", tmp_path, tmp_path, tmp_path, learning_rate=1.0)
    rates = [rate_at(step, 200, settings) for step in range(200)]
    # 3 % of 200 is 6 steps, the last of which has the full rate; then half a cosine down to a tenth.
    assert rates[:6] == pytest.approx([1 / 6, 2 / 6, 3 / 6, 4 / 6, 5 / 6, 1.0])
    assert rates[6] == 1.0
    assert rates[103] == pytest.approx(0.55, abs=0.01)
    assert rates[-1] == pytest.approx(0.1, abs=0.001)
    assert rate_at(0, 100, config("rm", tmp_path, tmp_path, tmp_path, learning_rate=1.0)) == pytest.approx(0.2)
    constant = config("rm", tmp_path, tmp_path, tmp_path, learning_rate=1.0, schedule="constant", warmup=0.0)
    assert {rate_at(step, 50, constant) for step in range(50)} == {1.0}
