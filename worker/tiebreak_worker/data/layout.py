"""From items to the tensors of one micro-batch, in one of three layouts.

`packed`: all tokens in one long row without padding; each segment attends to itself causally and, when the prompt is
shared, to its prompt before that (Llama 3's one-row trick, made exact by restarted positions and no view of sibling
responses). `dense`: one padded row per prompt with the same rule written as a 4-D mask; the slow, plain reading that
`packed` is tested against. `rows`: one padded row per response with a 2-D mask, for encoders and for architectures
with their own attention.
"""

from dataclasses import dataclass, field, replace

import torch

from tiebreak_worker.data.tokenise import Answer, Item

LAYOUTS = ("packed", "dense", "rows")


@dataclass(frozen=True)
class Segment:
    """Tokens [start, end) of the packed row, which also see the prompt at [prefix_start, prefix_end)."""

    start: int
    end: int
    prefix_start: int = 0
    prefix_end: int = 0


@dataclass(frozen=True)
class Batch:
    """One micro-batch of A responses with N response tokens, over B rows of L tokens. Flat indices count in B * L."""

    input_ids: torch.Tensor  # (B, L)
    position_ids: torch.Tensor  # (B, L)
    attention_mask: torch.Tensor | None  # None, (B, L), or (B, 1, L, L)
    segments: tuple[Segment, ...] | None  # packed layout only
    last: torch.Tensor  # (A,) flat index of each response's last token
    predict: torch.Tensor  # (N,) flat index of the state that predicts each response token
    targets: torch.Tensor  # (N,) the response tokens
    owner: torch.Tensor  # (N,) the response that each token belongs to
    content: torch.Tensor  # (N,) True for words, False for header and end-of-turn tokens
    better: torch.Tensor  # (P,) response that won each pair
    worse: torch.Tensor  # (P,) response that lost it
    margin: torch.Tensor  # (P,)
    weight: torch.Tensor  # (P,)
    best: torch.Tensor  # (A,) how many items have this as their best response
    items: tuple[Item, ...] = ()
    answer_index: tuple[dict[str, int], ...] = ()  # per item: response name to index in A
    reference: torch.Tensor | None = field(default=None)  # (A,) the reference model's log-probabilities

    def to(self, device: torch.device) -> "Batch":
        """The same batch with its tensors on another device."""
        moved = {
            name: value.to(device, non_blocking=True)
            for name, value in vars(self).items()
            if isinstance(value, torch.Tensor)
        }
        return replace(self, **moved)


@dataclass
class _Tree:
    """A prompt with the responses that follow it, each standing for the same response of one or more items."""

    prompt: tuple[int, ...]
    answers: list[Answer] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)


def _trees(items: list[Item], shared: bool) -> tuple[list[_Tree], list[dict[str, int]], int]:
    """Group responses behind their prompts and number them.

    When shared, items with one prompt share it, and a response that occurs in several comparisons is computed once.
    """
    trees: dict[object, _Tree] = {}
    known: dict[object, int] = {}
    index: list[dict[str, int]] = []
    for item in items:
        names = {}
        for answer in item.answers:
            same = (item.prompt, answer.ids, answer.content) if shared else len(known)
            if same not in known:
                tree = trees.setdefault(item.prompt if shared else same, _Tree(item.prompt))
                known[same] = len(known)
                tree.answers.append(answer)
                tree.numbers.append(known[same])
            names[answer.name] = known[same]
        index.append(names)
    return list(trees.values()), index, len(known)


@dataclass
class _Placed:
    """Where one response stands: flat index of its first token, and of the prompt token before it."""

    answer: Answer
    number: int
    start: int
    before: int


def build_batch(items: list[Item], *, shared: bool, layout: str, pad_id: int) -> Batch:
    """Lay the items out. `shared` puts each prompt once before its responses; `rows` cannot share."""
    if layout == "rows" and shared:
        raise ValueError("the rows layout holds one response per row, so it cannot share prompts")
    trees, index, count = _trees(items, shared)
    if layout == "packed":
        ids, positions, segments, placed = _pack(trees)
        tensors = (torch.tensor([ids]), torch.tensor([positions]), None, tuple(segments))
    else:
        tensors, placed = _pad(trees, layout, pad_id)
    placed.sort(key=lambda place: place.number)
    return Batch(*tensors, **_answer_tensors(placed), **_pair_tensors(items, index, count))


def _pack(trees: list[_Tree]) -> tuple[list[int], list[int], list[Segment], list[_Placed]]:
    ids: list[int] = []
    positions: list[int] = []
    segments: list[Segment] = []
    placed: list[_Placed] = []
    for tree in trees:
        begin, length = len(ids), len(tree.prompt)
        ids += tree.prompt
        positions += range(length)
        if len(tree.answers) == 1:
            # One response continues its prompt in one causal segment: nothing to share, and one kernel call less.
            answer = tree.answers[0]
            ids += answer.ids
            positions += range(length, length + len(answer.ids))
            segments.append(Segment(begin, len(ids)))
            placed.append(_Placed(answer, tree.numbers[0], begin + length, begin + length - 1))
            continue
        segments.append(Segment(begin, begin + length))
        for answer, number in zip(tree.answers, tree.numbers, strict=True):
            start = len(ids)
            ids += answer.ids
            positions += range(length, length + len(answer.ids))
            segments.append(Segment(start, len(ids), begin, begin + length))
            placed.append(_Placed(answer, number, start, begin + length - 1))
    return ids, positions, segments, placed


def _pad(trees: list[_Tree], layout: str, pad_id: int) -> tuple[tuple, list[_Placed]]:
    """One right-padded row per tree; for `dense` with a 4-D mask that is True where a token may look."""
    rows = [_pack([tree]) for tree in trees]
    longest = max(len(ids) for ids, _, _, _ in rows)
    input_ids = torch.full((len(rows), longest), pad_id)
    position_ids = torch.zeros((len(rows), longest), dtype=torch.long)
    mask = torch.zeros((len(rows), longest), dtype=torch.long)
    see = torch.eye(longest, dtype=torch.bool).repeat(len(rows), 1, 1)  # (B, L, L); padding sees itself, never nothing
    placed = []
    for number, (ids, positions, segments, places) in enumerate(rows):
        input_ids[number, : len(ids)] = torch.tensor(ids)
        position_ids[number, : len(ids)] = torch.tensor(positions)
        mask[number, : len(ids)] = 1
        for segment in segments:
            own = slice(segment.start, segment.end)
            see[number, own, own] = torch.ones(segment.end - segment.start, segment.end - segment.start).tril().bool()
            see[number, own, segment.prefix_start : segment.prefix_end] = True
        offset = number * longest
        placed += [_Placed(p.answer, p.number, p.start + offset, p.before + offset) for p in places]
    attention = see.unsqueeze(1) if layout == "dense" else mask
    return (input_ids, position_ids, attention, None), placed


def _answer_tensors(placed: list[_Placed]) -> dict[str, torch.Tensor]:
    predict: list[int] = []
    targets: list[int] = []
    owner: list[int] = []
    content: list[bool] = []
    for place in placed:
        length = len(place.answer.ids)
        predict += [place.before, *range(place.start, place.start + length - 1)]
        targets += place.answer.ids
        owner += [place.number] * length
        content += place.answer.content
    return {
        "last": torch.tensor([place.start + len(place.answer.ids) - 1 for place in placed]),
        "predict": torch.tensor(predict),
        "targets": torch.tensor(targets),
        "owner": torch.tensor(owner),
        "content": torch.tensor(content, dtype=torch.bool),
    }


def _pair_tensors(items: list[Item], index: list[dict[str, int]], count: int) -> dict[str, object]:
    pairs = [(names[p.better], names[p.worse], p) for item, names in zip(items, index, strict=True) for p in item.pairs]
    best = torch.zeros(count)
    for item, names in zip(items, index, strict=True):
        # Responses stand best first: edited, chosen, rejected.
        best[names[item.answers[0].name]] += 1.0
    return {
        "better": torch.tensor([better for better, _, _ in pairs], dtype=torch.long),
        "worse": torch.tensor([worse for _, worse, _ in pairs], dtype=torch.long),
        "margin": torch.tensor([pair.margin for _, _, pair in pairs], dtype=torch.float32),
        "weight": torch.tensor([pair.weight for _, _, pair in pairs], dtype=torch.float32),
        "best": best,
        "items": tuple(items),
        "answer_index": tuple(index),
    }
