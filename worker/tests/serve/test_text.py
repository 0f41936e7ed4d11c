"""Tokens to text in pieces."""

import random

import pytest
from transformers import AutoTokenizer

from tiebreak_worker.serve.text import StopFilter, TextStream
from tiebreak_worker.serve.tokens import TokenBytes

TEXT = "Zoë saß im Café — 東京で、🦊🦊 and a family: 👩‍👩‍👧.\n\tEnd\u00a0of it."


@pytest.fixture(scope="module")
def tokenizer(tiny_llama):
    return AutoTokenizer.from_pretrained(tiny_llama)


def test_pieces_join_to_the_text_and_hold_only_whole_characters(tokenizer):
    stream = TextStream(tokenizer)
    pieces = [stream.push(token) for token in tokenizer.encode(TEXT, add_special_tokens=False)]
    assert "\ufffd" not in "".join(pieces)
    assert "".join(pieces) + stream.flush() == TEXT
    assert "🦊" in pieces


def test_any_bytes_come_out_as_the_tokenizer_would_decode_them(tokenizer):
    rng = random.Random(3)
    for _ in range(200):
        tokens = [rng.randrange(len(tokenizer)) for _ in range(30)]
        stream = TextStream(tokenizer)
        text = "".join(stream.push(token) for token in tokens) + stream.flush()
        assert text == tokenizer.decode(tokens, skip_special_tokens=True).replace("\0", "\u2400")


def test_an_unfinished_character_comes_out_at_the_end(tokenizer):
    stream = TextStream(tokenizer)
    tokens = tokenizer.encode("a🦊", add_special_tokens=False)[:-1]
    assert "".join(map(stream.push, tokens)) == "a"
    assert stream.flush() == "\ufffd"


def test_bytes_of_tokens_are_exact_where_their_text_is_not(tokenizer):
    tokens = tokenizer.encode(TEXT, add_special_tokens=False)
    lookup = TokenBytes(tokenizer)
    assert bytes(byte for token in tokens for byte in lookup.bytes(token)) == TEXT.encode()
    assert bytes(lookup.bytes(tokenizer.eos_token_id)).decode() == tokenizer.eos_token


@pytest.mark.parametrize("size", [1, 2, 5, 100])
@pytest.mark.parametrize(
    ("text", "stops", "expected"),
    [
        ("one two three", ["two"], "one "),
        ("one two three", ["three", "two"], "one "),
        ("ababac", ["abac"], "ab"),
        ("nothing here", ["absent"], "nothing here"),
        ("ends on a par", ["part"], "ends on a par"),
        ("a\n\nb", ["\n\n"], "a"),
        ("anything", [], "anything"),
    ],
)
def test_stop_strings_never_leak(text, stops, expected, size):
    stop, shown = StopFilter(stops), ""
    for start in range(0, len(text), size):
        shown += stop.push(text[start : start + size])
        assert expected.startswith(shown)
        if stop.stopped:
            break
    assert shown + stop.flush() == expected
    assert stop.stopped == (expected != text)
