"""From messages to tokens, through the model's own chat template.

The prompt is encoded up to and including the header of the assistant's turn, and each response by itself after it:
that is what the model will see when it generates, and it lets one prompt stand before several responses.
"""

from dataclasses import dataclass, field

from tiebreak_worker.data.rows import Message, Row
from tiebreak_worker.data.select import Pair
from tiebreak_worker.errors import WorkerError


@dataclass(frozen=True)
class Answer:
    """One response: its token ids, and for each token whether it is content (True) or formatting (False)."""

    name: str
    ids: tuple[int, ...]
    content: tuple[bool, ...]


@dataclass(frozen=True)
class Item:
    """One comparison as tokens. `pairs` index into `answers`; `row` is where it came from."""

    row: Row
    prompt: tuple[int, ...]
    answers: tuple[Answer, ...]
    pairs: tuple[Pair, ...]

    @property
    def longest(self) -> int:
        """Tokens of the prompt with its longest response."""
        return len(self.prompt) + max(len(answer.ids) for answer in self.answers)

    def tokens(self, shared: bool) -> int:
        """Tokens that the model reads for this item, with the prompt once (`shared`) or before every response."""
        answers = sum(len(answer.ids) for answer in self.answers)
        return answers + len(self.prompt) * (1 if shared else len(self.answers))


@dataclass
class TokenReport:
    """What became of the rows: every one is either an item or counted here."""

    rows: int = 0
    items: int = 0
    over_long: list[str] = field(default_factory=list)
    truncated: list[str] = field(default_factory=list)
    longest: int = 0


class Template:
    """The tokenizer's chat template, as text pieces whose tokens join without a seam."""

    def __init__(self, tokenizer) -> None:
        if not tokenizer.chat_template:
            raise WorkerError(
                "The model's tokenizer has no chat template, so its turns cannot be told apart. "
                "Start from a chat model, or give a template with --chat-template FILE.",
                phase="model",
            )
        self.tokenizer = tokenizer

    def render(self, prompt: tuple[Message, ...], answer: tuple[Message, ...]) -> tuple[str, str]:
        """The text of the prompt with the header of the next turn, and the text of the response after it."""
        render = self.tokenizer.apply_chat_template
        head = render(list(prompt), tokenize=False, add_generation_prompt=True)
        whole = render([*prompt, *answer], tokenize=False)
        if not whole.startswith(head):
            # Templates without a generation prompt, as encoders have, open the turn with the response itself.
            head = render(list(prompt), tokenize=False)
        if not whole.startswith(head):
            raise WorkerError(
                "The chat template writes a prompt differently once a response follows it, so prompt and response "
                f"cannot be told apart. Prompt alone: {head[-80:]!r}; with the response: {whole[: len(head)][-80:]!r}.",
                phase="preflight",
            )
        return head, whole[len(head) :]

    def encode_prompt(self, text: str) -> tuple[int, ...]:
        """Token ids of the rendered prompt; the template itself has written any special tokens."""
        return tuple(self.tokenizer(text, add_special_tokens=False).input_ids)

    def encode_answer(self, name: str, text: str, answer: tuple[Message, ...]) -> Answer:
        """Token ids of the rendered response, with the tokens that overlap a message's own words marked as content."""
        encoded = self.tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
        spans, cursor = [], 0
        for message in answer:
            words = message["content"].strip()
            begin = text.find(words, cursor)
            if begin < 0:
                return self._without_special_tokens(name, encoded.input_ids)
            cursor = begin + len(words)
            spans.append((begin, cursor))
        content = tuple(
            any(start < end and start < stop and end > begin for begin, stop in spans)
            for start, end in encoded.offset_mapping
        )
        return Answer(name, tuple(encoded.input_ids), content)

    def _without_special_tokens(self, name: str, ids: list[int]) -> Answer:
        """Used where the template rewrites the words, so that they cannot be found: special tokens are the
        formatting.
        """
        special = set(self.tokenizer.all_special_ids)
        return Answer(name, tuple(ids), tuple(token not in special for token in ids))

    def conversation(self, messages: list[Message]) -> tuple[int, ...]:
        """Token ids of a whole conversation that ends on a response: what a reward model scores."""
        cut = len(messages)
        while cut and messages[cut - 1]["role"] == "assistant":
            cut -= 1
        head, tail = self.render(tuple(messages[:cut]), tuple(messages[cut:]))
        return self.encode_prompt(head) + self.encode_prompt(tail)


def tokenise_row(template: Template, row: Row, names: tuple[str, ...], pairs: list[Pair]) -> Item:
    """Tokenise the named responses (`edited`, `chosen`, `rejected`) of a row behind its prompt."""
    prompt: tuple[int, ...] = ()
    answers = []
    for name in names:
        head, tail = template.render(row.prompt, getattr(row, name))
        prompt = prompt or template.encode_prompt(head)
        answers.append(template.encode_answer(name, tail, getattr(row, name)))
    return Item(row, prompt, tuple(answers), tuple(pairs))


def fit(item: Item, limit: int, over_long: str, report: TokenReport) -> Item | None:
    """Apply the choice for rows longer than `limit` tokens; None means kept out. Every such row is named in the report.

    Truncation cuts the oldest tokens of the prompt first, down to a quarter of the limit, and then the ends of
    responses.
    """
    report.rows += 1
    report.longest = max(report.longest, item.longest)
    if item.longest > limit:
        report.over_long.append(item.row.id)
        if over_long == "fail":
            raise WorkerError(
                f"Row {item.row.id} has {item.longest} tokens and the limit is {limit}. Raise --max-tokens, "
                "or choose --over-long keep-out or truncate.",
                phase="data",
            )
        if over_long == "keep-out":
            return None
        report.truncated.append(item.row.id)
        item = _truncate(item, limit)
    report.items += 1
    return item


def _truncate(item: Item, limit: int) -> Item:
    room = limit - min(len(item.prompt), max(1, limit // 4))
    answers = tuple(Answer(answer.name, answer.ids[:room], answer.content[:room]) for answer in item.answers)
    left = limit - max(len(answer.ids) for answer in answers)
    return Item(item.row, item.prompt[-left:], answers, item.pairs)
