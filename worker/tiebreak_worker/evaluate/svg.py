"""Small charts as inline SVG. Colours come from the page's style sheet, so they follow light and dark."""

from collections.abc import Sequence

from tiebreak_worker.words import plural

WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT = 520, 260, 48, 36, 12, 12


def _frame(body: str, title: str, x_label: str) -> str:
    axes = (
        f'<line class="axis" x1="{LEFT}" y1="{HEIGHT - BOTTOM}" x2="{WIDTH - RIGHT}" y2="{HEIGHT - BOTTOM}"/>'
        f'<line class="axis" x1="{LEFT}" y1="{TOP}" x2="{LEFT}" y2="{HEIGHT - BOTTOM}"/>'
    )
    label = f'<text x="{(WIDTH + LEFT) / 2}" y="{HEIGHT - 4}" text-anchor="middle">{x_label}</text>'
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{title}">{axes}{body}{label}</svg>'


def _x(value: float, low: float, high: float) -> float:
    return LEFT + (value - low) / (high - low) * (WIDTH - LEFT - RIGHT)


def _y(value: float, low: float, high: float) -> float:
    return HEIGHT - BOTTOM - (value - low) / (high - low) * (HEIGHT - TOP - BOTTOM)


def _y_ticks(low: float, high: float, form: str) -> str:
    ticks = (low, (low + high) / 2, high)
    return "".join(
        f'<text x="{LEFT - 6}" y="{_y(tick, low, high) + 4:.1f}" text-anchor="end">{tick:{form}}</text>'
        for tick in ticks
    )


def _x_ticks(low: float, high: float, form: str) -> str:
    return "".join(
        f'<text x="{_x(tick, low, high):.1f}" y="{HEIGHT - BOTTOM + 14}" text-anchor="middle">{tick:{form}}</text>'
        for tick in (low, (low + high) / 2, high)
    )


def reliability(curve: Sequence[dict]) -> str:
    """Accuracy against the model's own chance, both from 0.5 to 1; a dot's area grows with its pairs."""
    ideal = f'<line class="ideal" x1="{_x(0.5, 0.5, 1)}" y1="{_y(0.5, 0, 1)}" x2="{_x(1, 0.5, 1)}" y2="{_y(1, 0, 1)}"/>'
    most = max((entry["count"] for entry in curve), default=0) or 1
    dots = "".join(
        f'<circle class="dot" cx="{_x(entry["confidence"], 0.5, 1):.1f}" cy="{_y(entry["accuracy"], 0, 1):.1f}" '
        f'r="{3 + 9 * (entry["count"] / most) ** 0.5:.1f}"><title>{plural(entry["count"], "pair")}: said '
        f"{entry['confidence']:.2f}, right {entry['accuracy']:.2f}</title></circle>"
        for entry in curve
        if entry["count"]
    )
    body = ideal + dots + _y_ticks(0, 1, ".1f") + _x_ticks(0.5, 1, ".2f")
    return _frame(
        body, "Reliability plot: accuracy against the model's own chance", "the model's own chance of being right"
    )


def bars(entries: Sequence[dict]) -> str:
    """Histogram of reward gaps; bars under zero, where the model disagrees with the vote, have their own colour."""
    low, high = entries[0]["from"], entries[-1]["to"]
    most = max(entry["count"] for entry in entries)
    body = ""
    for entry in entries:
        left, right = _x(entry["from"], low, high), _x(entry["to"], low, high)
        top = _y(entry["count"], 0, most)
        kind = "wrong" if entry["to"] <= low + (high - low) / 2 + 1e-9 else "right"
        body += (
            f'<rect class="{kind}" x="{left + 0.5:.1f}" y="{top:.1f}" width="{max(0.5, right - left - 1):.1f}" '
            f'height="{HEIGHT - BOTTOM - top:.1f}"><title>{entry["from"]:.3g} to {entry["to"]:.3g}: {entry["count"]}'
            "</title></rect>"
        )
    return _frame(
        body + _y_ticks(0, most, ".0f") + _x_ticks(low, high, ".2g"),
        "Histogram of score gaps",
        "score of chosen minus score of rejected",
    )
