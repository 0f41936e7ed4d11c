"""Drawing tokens: the right distribution, from nothing but seed and position."""

import pytest
import torch

from tiebreak_worker.serve.noise import MAX_SEED, derive_seed, fresh_seed, gumbel, noise_key
from tiebreak_worker.serve.sampling import draw, nucleus


def test_draws_follow_the_softmax():
    probabilities = torch.tensor([0.5, 0.3, 0.15, 0.05])
    rows = 20_000
    keys = [noise_key(seed, 0) for seed in range(rows)]
    logits = probabilities.log().repeat(rows, 1)
    tokens = torch.tensor(draw(logits, [1.0] * rows, [1.0] * rows, keys, None).tokens)
    shares = torch.bincount(tokens, minlength=4) / rows
    # Four standard deviations of the least certain share.
    assert (shares - probabilities).abs().max() < 4 * (0.25 / rows) ** 0.5
    sharpened = torch.tensor(draw(logits, [0.5] * rows, [1.0] * rows, keys, None).tokens)
    expected = probabilities**2 / (probabilities**2).sum()
    assert (torch.bincount(sharpened, minlength=4) / rows - expected).abs().max() < 4 * (0.25 / rows) ** 0.5


def test_noise_is_gumbel_and_independent_between_positions():
    noise = gumbel(torch.tensor([noise_key(1, position) for position in range(40)]), 5000)
    # The mean of the standard Gumbel distribution is Euler's constant, its variance pi squared over six.
    assert noise.mean().item() == pytest.approx(0.5772, abs=0.01)
    assert noise.var().item() == pytest.approx(1.6449, abs=0.03)
    correlation = torch.corrcoef(noise)
    assert (correlation - torch.eye(40)).abs().max() < 0.08
    assert torch.isfinite(noise).all()


def test_noise_of_a_row_does_not_depend_on_the_others():
    keys = torch.tensor([noise_key(seed, 3) for seed in (5, 6, 7)])
    assert torch.equal(gumbel(keys, 100)[1], gumbel(keys[1:2], 100)[0])


def test_nucleus_keeps_the_fewest_tokens_that_reach_top_p():
    logits = torch.tensor([[0.1, 0.5, 0.1, 0.3]]).log().repeat(4, 1)
    kept = nucleus(logits, torch.tensor([0.45, 0.7, 0.85, 1.0])).isfinite().tolist()
    assert kept == [
        [False, True, False, False],
        [False, True, False, True],
        [True, True, False, True],
        [True, True, True, True],
    ]


def test_rows_of_a_batch_keep_their_own_parameters():
    logits = torch.tensor([[0.0, 3.0, 1.0]]).repeat(3, 1)
    drawn = draw(logits, [0.0, 1.0, 50.0], [1.0, 1e-9, 1.0], [noise_key(seed, 0) for seed in (1, 2, 3)], 2)
    assert drawn.tokens[:2] == [1, 1]
    expected = logits[0].log_softmax(-1)
    assert drawn.logprobs[0] == pytest.approx(expected[1].item())
    assert [token for token, _ in drawn.top[2]] == [1, 2]
    assert draw(logits, [0.0] * 3, [1.0] * 3, [noise_key(0, 0)] * 3, None).logprobs is None


def test_seeds():
    assert derive_seed(42, 0) == 42
    derived = {derive_seed(42, index, attempt) for index in range(30) for attempt in range(8)}
    assert len(derived) == 240
    assert all(0 <= seed <= MAX_SEED for seed in derived)
    assert fresh_seed() != fresh_seed()
