"""Files of prompts to answer, and of responses to score."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tiebreak_worker.data.rows import CANNOT, FieldError, Message, NotYet, messages_of, refuse_offered_tools
from tiebreak_worker.errors import WorkerError
from tiebreak_worker.jsonl import read_json_lines


@dataclass(frozen=True)
class Prompt:
    """A prompt to answer. `id` is the file's own, or else the hash of the messages."""

    id: str
    messages: tuple[Message, ...]


@dataclass(frozen=True)
class Candidates:
    """A prompt with the responses that are to be scored, by name (`chosen`, …) or by place ("0", …)."""

    id: str
    conversations: dict[str, list[Message]]


def read_prompts(path: Path, left_out: list[str]) -> Iterator[Prompt]:
    """Prompts from JSON lines with `messages` or `prompt` (messages or text) and maybe `id` or `external_id`; the
    rows of a release and of an import file are such. Those that cannot be taken yet are added to `left_out` in
    words. Raises WorkerError that names line and field."""
    seen: set[str] = set()
    for number, record in read_json_lines(path):
        try:
            messages = _prompt(record)
        except NotYet as error:
            left_out.append(f"line {number}, field {error.field}: {error}")
            continue
        except FieldError as error:
            raise WorkerError(f"{path} line {number}, field {error.field}: {error}.", phase="data") from error
        key = _id(record, messages)
        if key in seen:
            raise WorkerError(f"{path} line {number}: the id {key!r} stands in an earlier line too.", phase="data")
        seen.add(key)
        yield Prompt(key, messages)


def read_candidates(path: Path, left_out: list[str]) -> Iterator[Candidates]:
    """Responses to score, from rows of a release (`chosen`, `rejected`, `edited`), of `sample` (`responses`), or with
    one `response`. Those that cannot be taken yet are added to `left_out` in words. Raises WorkerError that names line
    and field."""
    for number, record in read_json_lines(path):
        try:
            prompt = _prompt(record)
            answers = dict(_answers(record))
            if not answers:
                raise FieldError("(row)", "has no response, responses, chosen, rejected or edited")
        except NotYet as error:
            left_out.append(f"line {number}, field {error.field}: {error}")
            continue
        except FieldError as error:
            raise WorkerError(f"{path} line {number}, field {error.field}: {error}.", phase="data") from error
        conversations = {name: [*prompt, *answer] for name, answer in answers.items()}
        yield Candidates(_id(record, prompt, number), conversations)


def tell_left_out(left_out: list[str], taken: int, what: str) -> None:
    """Say how many prompts or rows are left out, and why. Raises WorkerError when none is taken."""
    if not left_out:
        return
    note = f"left out {len(left_out)} of {len(left_out) + taken} {what}, as {left_out[0]}"
    if taken == 0:
        raise WorkerError(f"Nothing is left to do: {note}.", phase="data")
    print(note)


def _prompt(record: Any) -> tuple[Message, ...]:
    if not isinstance(record, dict):
        raise FieldError("(row)", "must be a JSON object")
    refuse_offered_tools(record)
    if "messages" in record:
        record = {"prompt": record["messages"]}
    return messages_of(record, "prompt")


def _answers(record: dict[str, Any]) -> Iterator[tuple[str, tuple[Message, ...]]]:
    responses = record.get("responses")
    if isinstance(responses, list):
        for index, response in enumerate(responses):
            if isinstance(response, dict) and response.get("tool_calls"):
                raise NotYet(f"responses[{index}].tool_calls", f"calls tools, {CANNOT}")
            if not isinstance(response, dict) or not isinstance(response.get("text"), str):
                raise FieldError(f"responses[{index}].text", "must be a string")
            yield str(index), ({"role": "assistant", "content": response["text"]},)
        return
    for name in ("response", "chosen", "rejected", "edited"):
        if record.get(name) is not None:
            yield name, messages_of(record, name)


def _id(record: dict[str, Any], messages: tuple[Message, ...], line: int | None = None) -> str:
    for field in ("id", "external_id"):
        if isinstance(record.get(field), str) and record[field]:
            return record[field]
    digest = hashlib.sha256(json.dumps(messages, sort_keys=True).encode()).hexdigest()
    # Rows to score may repeat a prompt with other responses, so their place tells them apart.
    return digest if line is None else f"{line}:{digest[:16]}"
