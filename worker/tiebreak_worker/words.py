"""Counts in words."""


def plural(count: int, one: str, many: str | None = None) -> str:
    """`1 pair`, `2 pairs`: one of something is no plural."""
    return f"{count} {one if count == 1 else many or one + 's'}"
