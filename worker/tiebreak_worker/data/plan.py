"""Which comparisons make up each step, and how a step is cut into micro-batches and spread over processes.

Everything here is a pure function of the items, the seed and the number of processes, so that a resumed run, or a
run on another number of devices, sees the same steps.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import torch

from tiebreak_worker.data.tokenise import Item

# Micro-batches that still take groups. Groups come longest first, so older ones are about full, and looking at all
# of them would make the division of a whole data set (for evaluation) grow with its square.
OPEN = 64


@dataclass(frozen=True)
class Division:
    """How tokens are counted and divided: see `build_batch` for `shared` and `layout`; `budget` is tokens per pass."""

    shared: bool
    layout: str
    budget: int


def steps_per_epoch(count: int, batch_size: int) -> int:
    """Optimizer steps to see `count` comparisons once; the last one may be smaller."""
    return math.ceil(count / batch_size)


def epoch_steps(items: list[Item], batch_size: int, seed: int, epoch: int, group: bool) -> Iterator[list[Item]]:
    """Shuffle the comparisons and cut them into steps of `batch_size`.

    With `group`, comparisons of one prompt stay together, which lets them share it, and keeps an epoch from showing the
    same response in many separate steps (Ouyang et al., arXiv 2203.02155, section 3.5).
    """
    units: dict[object, list[Item]] = {}
    for number, item in enumerate(items):
        units.setdefault(item.prompt if group else number, []).append(item)
    unit_list = list(units.values())
    generator = torch.Generator().manual_seed(seed * 1_000_003 + epoch)
    order = torch.randperm(len(unit_list), generator=generator).tolist()
    flat = [item for index in order for item in unit_list[index]]
    for begin in range(0, len(flat), batch_size):
        yield flat[begin : begin + batch_size]


def group_cost(group: list[Item], shared: bool) -> int:
    """Tokens read for comparisons that stay in one micro-batch; shared prompts and equal responses count once."""
    if not shared:
        return sum(item.tokens(shared=False) for item in group)
    answers = {answer.ids for item in group for answer in item.answers}
    return len(group[0].prompt) + sum(map(len, answers))


def micro_batches(items: list[Item], division: Division, processes: int = 1) -> list[list[list[Item]]]:
    """Divide one step: per process, a list of micro-batches. Every process gets the same number, some perhaps empty.

    Groups go longest first to the least loaded process, then into the first micro-batch with room (first fit,
    decreasing). Long with long keeps padding low where the layout pads.
    """
    groups = sorted(_groups(items, division), key=lambda group: -group_cost(group, division.shared))
    loads = [0] * processes
    shares: list[list[list[Item]]] = [[] for _ in range(processes)]
    for group in groups:
        process = loads.index(min(loads))
        loads[process] += group_cost(group, division.shared)
        shares[process].append(group)
    divided = [_first_fit(share, division) for share in shares]
    most = max(map(len, divided))
    return [bins + [[]] * (most - len(bins)) for bins in divided]


def _groups(items: list[Item], division: Division) -> list[list[Item]]:
    if not division.shared:
        return [[item] for item in items]
    by_prompt: dict[tuple[int, ...], list[Item]] = {}
    for item in items:
        by_prompt.setdefault(item.prompt, []).append(item)
    groups = []
    for group in by_prompt.values():
        # A group over the budget gives up sharing between comparisons rather than memory.
        groups += [group] if group_cost(group, True) <= division.budget else [[item] for item in group]
    return groups


@dataclass
class _Bin:
    """A micro-batch in the making: how many rows it has, how wide the widest is, and its tokens without padding."""

    items: list[Item] = field(default_factory=list)
    rows: int = 0
    width: int = 0
    tokens: int = 0

    def with_group(self, group: list[Item], shared: bool) -> "_Bin":
        """The micro-batch with the group added."""
        return _Bin(
            self.items + group,
            self.rows + sum(len(item.answers) for item in group),
            max(self.width, *(item.longest for item in group)),
            self.tokens + group_cost(group, shared),
        )

    def cost(self, layout: str) -> int:
        """Tokens that the model reads; a padded micro-batch is as wide everywhere as its widest row."""
        return self.rows * self.width if layout == "rows" else self.tokens


def _first_fit(groups: list[list[Item]], division: Division) -> list[list[Item]]:
    bins: list[_Bin] = []
    for group in groups:
        for index in range(max(0, len(bins) - OPEN), len(bins)):
            grown = bins[index].with_group(group, division.shared)
            if grown.cost(division.layout) <= division.budget:
                bins[index] = grown
                break
        else:
            bins.append(_Bin().with_group(group, division.shared))
    return [current.items for current in bins]
