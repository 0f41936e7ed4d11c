"""Which rows of a split take part, by strength, and which ordered pairs and margins come of them."""

from collections import Counter
from dataclasses import dataclass

from tiebreak_worker.data.names import PAIRS, STRENGTHS
from tiebreak_worker.data.rows import Row
from tiebreak_worker.errors import WorkerError

# Per strength, strongest first. Llama 2 (arXiv 2307.09288), table 27; HelpSteer2-Preference (arXiv 2410.01257)
# scales by 3, 2, 1 and has no level below "slightly", so the lowest level shares that weight.
TABLES = {
    "llama2-small": dict(zip(STRENGTHS, (1.0, 2 / 3, 1 / 3, 0.0), strict=True)),
    "llama2-large": dict(zip(STRENGTHS, (3.0, 2.0, 1.0, 0.0), strict=True)),
    "scaled": dict(zip(STRENGTHS, (3.0, 2.0, 1.0, 1.0), strict=True)),
}


@dataclass(frozen=True)
class Pair:
    """`better` beat `worse` (names of responses); the loss asks for a gap of `margin` and counts `weight` times."""

    better: str
    worse: str
    margin: float
    weight: float


def filter_by_strength(
    rows: list[Row], strengths: tuple[str, ...], include_null: bool, split: str
) -> tuple[list[Row], Counter]:
    """Keep the rows whose strength is listed, and count those kept out per strength.

    A row without a strength is kept out of a filter unless `include_null` says otherwise; an empty `strengths` keeps
    all.
    """
    if not strengths:
        return rows, Counter()
    kept: list[Row] = []
    left_out: Counter = Counter()
    for row in rows:
        if row.strength in strengths or (row.strength is None and include_null):
            kept.append(row)
        else:
            left_out[row.strength or "none given"] += 1
    if rows and not kept and split == "train":
        counts = ", ".join(f"{count} {name}" for name, count in left_out.items())
        raise WorkerError(
            f"The strength filter ({', '.join(strengths)}) keeps out all {len(rows)} {split} rows: {counts}. "
            "Use --strengths all, or --include-null-strength for votes that carry no strength.",
            phase="data",
        )
    return kept, left_out


def ordered_pairs(row: Row, switched_on: tuple[str, ...], margins: str) -> list[Pair]:
    """The row's ordered pairs, edited > chosen > rejected, with the margin or weight that its strength asks for.

    The annotator's strength says how far chosen is above rejected. It says nothing about edited over chosen, so that
    pair has margin 0 and weight 1; edited over rejected is at least the row's own gap.
    Raises WorkerError when margins come from the row and the row has none.
    """
    if margins == "column" and row.margin is None:
        raise WorkerError(f"Row {row.id} has no margin, and --margins column needs one in every row.", phase="data")
    margin, weight = 0.0, 1.0
    if margins == "column":
        margin = float(row.margin or 0.0)
    elif margins == "scaled":
        weight = TABLES["scaled"].get(row.strength or "", 1.0)
    elif margins != "none":
        margin = TABLES[margins].get(row.strength or "", 0.0)
    pairs = []
    for name in PAIRS:
        better, worse = name.split(">")
        if name not in switched_on or (better == "edited" and row.edited is None):
            continue
        labelled = worse == "rejected"
        pairs.append(Pair(better, worse, margin if labelled else 0.0, weight if labelled else 1.0))
    return pairs
