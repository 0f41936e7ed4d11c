"""The canonical row of a release, and the reader that reports every bad line with its number and field."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tiebreak_worker.data.names import STRENGTHS

Message = dict[str, str]


@dataclass(frozen=True)
class Row:
    """One comparison: a prompt with its rejected, chosen and, when the annotator improved it, edited response.

    `strength` is None for votes on a scale without levels, `votes` and `agreement` (0 to 1) come from comparisons
    judged more than once, and `chosen_side` (`left` or `right`) is there only when the release says where the
    response was shown. `imported` is true of a vote that came with a file: nobody saw it on this platform's pages.
    """

    id: str
    prompt: tuple[Message, ...]
    chosen: tuple[Message, ...]
    rejected: tuple[Message, ...]
    edited: tuple[Message, ...] | None = None
    strength: str | None = None
    margin: float | None = None
    pool: str | None = None
    round: int | None = None
    votes: int | None = None
    agreement: float | None = None
    chosen_side: str | None = None
    imported: bool = False

    @property
    def prompt_hash(self) -> str:
        """SHA-256 of the prompt's messages: rows with the same prompt must stay in the same split."""
        return hashlib.sha256(json.dumps(self.prompt, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class BadRow:
    """A line that is no row: where it stands (counted from 1), which field is wrong, and why."""

    file: str
    line: int
    field: str
    reason: str

    def __str__(self) -> str:
        return f"{self.file} line {self.line}, field {self.field}: {self.reason}"


class FieldError(Exception):
    """A field of a record that is not what it must be, and why."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field


class NotYet(FieldError):
    """A field that is as it may be, and that this version cannot read to a model: the row is left out and counted."""


@dataclass(frozen=True)
class LeftOutRow(BadRow):
    """A good line that this version cannot take."""


_OTHER_ROLES = ("developer", "tool", "function")
_OTHER_FIELDS = {"tool_calls": "calls tools", "tool_call_id": "answers a tool call", "name": "names who speaks"}
CANNOT = "which cannot be trained on, sampled or scored yet"


def _refuse_tools(where: str, message: dict[str, Any]) -> None:
    """Raise NotYet for a message that would lose what it says if only its role and its text were read."""
    for key, what in _OTHER_FIELDS.items():
        if message.get(key):
            raise NotYet(f"{where}.{key}", f"{what}, {CANNOT}")
    if message.get("role") in _OTHER_ROLES:
        raise NotYet(f"{where}.role", f"is {message['role']}, {CANNOT}")


def refuse_offered_tools(record: dict[str, Any]) -> None:
    """Raise NotYet for a row whose prompt offers tools, without which it is another prompt."""
    if record.get("tools"):
        raise NotYet("tools", f"are offered, {CANNOT}")


def messages_of(record: dict[str, Any], field: str) -> tuple[Message, ...]:
    """Check a list of messages; a plain string stands for one message, as TRL and OpenRLHF allow. Raises FieldError,
    and NotYet for messages of more than a role and a text.
    """
    value = record.get(field)
    if isinstance(value, str):
        value = [{"role": "user" if field == "prompt" else "assistant", "content": value}]
    if not isinstance(value, list) or not value:
        raise FieldError(field, "missing" if value is None else "must be a non-empty list of messages or a string")
    for index, message in enumerate(value):
        where = f"{field}[{index}]"
        if not isinstance(message, dict):
            raise FieldError(where, "must be an object with role and content")
        _refuse_tools(where, message)
        for key in ("role", "content"):
            if not isinstance(message.get(key), str):
                raise FieldError(f"{where}.{key}", "must be a string")
        if field != "prompt" and message["role"] != "assistant":
            raise FieldError(f"{where}.role", f"must be assistant in a response, not {message['role']}")
    if field == "prompt" and value[-1]["role"] == "assistant":
        raise FieldError("prompt", "must end on a user turn, not on an assistant turn")
    return tuple({"role": message["role"], "content": message["content"]} for message in value)


def _number(record: dict[str, Any], field: str, low: float = float("-inf"), high: float = float("inf")) -> float | None:
    value = record.get(field)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise FieldError(field, f"must be a number from {low:g} to {high:g} or null, not {value!r}")
    return value


def _text(record: dict[str, Any], field: str, allowed: tuple[str, ...] | None = None) -> str | None:
    value = record.get(field)
    if value is None:
        return None
    if not isinstance(value, str) or (allowed and value not in allowed):
        raise FieldError(field, f"must be {' or '.join(allowed) if allowed else 'a string'} or null, not {value!r}")
    return value


def _flag(record: dict[str, Any], field: str) -> bool:
    value = record.get(field)
    if value is not None and not isinstance(value, bool):
        raise FieldError(field, f"must be true, false or null, not {value!r}")
    return bool(value)


def parse_row(record: Any, default_id: str) -> Row:
    """Turn one parsed JSON value into a Row; raises FieldError naming the field that is wrong, or NotYet."""
    if not isinstance(record, dict):
        raise FieldError("(row)", "must be a JSON object")
    refuse_offered_tools(record)
    votes, round_ = _number(record, "votes", low=1), _number(record, "round")
    row = Row(
        id=_text(record, "id") or default_id,
        prompt=messages_of(record, "prompt"),
        chosen=messages_of(record, "chosen"),
        rejected=messages_of(record, "rejected"),
        edited=None if record.get("edited") is None else messages_of(record, "edited"),
        strength=_text(record, "strength", STRENGTHS),
        margin=_number(record, "margin"),
        pool=_text(record, "pool"),
        round=None if round_ is None else int(round_),
        votes=None if votes is None else int(votes),
        agreement=_number(record, "agreement", 0, 1),
        chosen_side=_text(record, "chosen_side", ("left", "right")),
        imported=_flag(record, "imported"),
    )
    if row.chosen == row.rejected:
        raise FieldError("rejected", "is the same text as chosen, so the row says nothing")
    return row


def read_rows(path: Path) -> Iterator[Row | BadRow]:
    """Read a JSON-lines file as a stream: a Row for each good line, a LeftOutRow for one that cannot be taken yet, a
    BadRow for each bad one; blank lines are skipped.
    """
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                yield parse_row(json.loads(line), default_id=f"{path.stem}:{number}")
            except (json.JSONDecodeError, UnicodeDecodeError) as error:
                yield BadRow(path.name, number, "(row)", f"is not valid JSON: {error}")
            except NotYet as error:
                yield LeftOutRow(path.name, number, error.field, str(error))
            except FieldError as error:
                yield BadRow(path.name, number, error.field, str(error))
