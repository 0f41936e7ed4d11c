"""Reading releases: what is good is read, what is bad is named by line and field, and nothing is dropped in silence."""

import json
from pathlib import Path

import pytest
from support import Recorder, config, row, write_release, write_rows
from transformers import AutoTokenizer

from tiebreak_worker.data.names import PAIRS, STRENGTHS
from tiebreak_worker.data.prompts import read_candidates, read_prompts, tell_left_out
from tiebreak_worker.data.release import read_release
from tiebreak_worker.data.rows import BadRow, parse_row, read_rows
from tiebreak_worker.data.select import filter_by_strength, ordered_pairs
from tiebreak_worker.data.tokenise import Template, TokenReport, fit, tokenise_row
from tiebreak_worker.errors import WorkerError
from tiebreak_worker.train.dataset import load_dataset


@pytest.mark.parametrize(
    ("record", "field", "reason"),
    [
        ("not json", "(row)", "not valid JSON"),
        (["a list"], "(row)", "must be a JSON object"),
        (row(1, prompt=[]), "prompt", "non-empty"),
        ({k: v for k, v in row(1).items() if k != "chosen"}, "chosen", "missing"),
        (row(1, chosen=[{"role": "assistant"}]), "chosen[0].content", "must be a string"),
        (row(1, rejected=[{"role": "user", "content": "x"}]), "rejected[0].role", "must be assistant"),
        (row(1, prompt=[{"role": "assistant", "content": "x"}]), "prompt", "end on a user turn"),
        (row(1, strength="great"), "strength", "significantly_better or better"),
        (row(1, margin="much"), "margin", "must be a number"),
        (row(1, agreement=1.5), "agreement", "from 0 to 1"),
        (row(1, rejected=row(1)["chosen"]), "rejected", "same text as chosen"),
    ],
)
def test_a_bad_line_is_named_by_number_and_field(tmp_path, record, field, reason):
    text = record if isinstance(record, str) else json.dumps(record)
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps(row(0)) + "\n\n" + text + "\n" + json.dumps(row(2)) + "\n")
    good, bad, last = read_rows(path)
    assert (good.id, last.id) == ("row-0", "row-2")
    assert isinstance(bad, BadRow)
    assert (bad.line, bad.field) == (3, field)
    assert reason in bad.reason


def test_bad_lines_fail_a_release_unless_they_are_to_be_kept_out(tmp_path):
    path = write_rows(tmp_path / "r.jsonl", [row(0), row(1, strength="great"), row(2)])
    with pytest.raises(WorkerError, match=r"r\.jsonl line 2, field strength"):
        read_release(path)
    release = read_release(path, held_out=0, keep_out_bad_rows=True)
    assert [r.id for r in release.splits["train"]] == ["row-0", "row-2"]
    assert len(release.bad_rows) == 1


CALL = {"id": "c1", "type": "function", "function": {"name": "get_time", "arguments": "{}"}}
TOOL_ROWS = [
    (
        row(1, chosen=[{"role": "assistant", "content": "", "tool_calls": [CALL]}]),
        "chosen[0].tool_calls",
        "calls tools",
    ),
    (
        row(
            2,
            prompt=[
                {"role": "user", "content": "What time is it?"},
                {"role": "assistant", "content": "", "tool_calls": [CALL]},
                {"role": "tool", "content": "12:00", "tool_call_id": "c1"},
            ],
        ),
        "prompt[1].tool_calls",
        "calls tools",
    ),
    (
        row(3, prompt=[{"role": "developer", "content": "Be brief."}, *row(3)["prompt"]]),
        "prompt[0].role",
        "is developer",
    ),
    (row(4, tools=[{"type": "function", "function": {"name": "get_time"}}]), "tools", "are offered"),
    (row(5, prompt=[{"role": "user", "content": "Hi", "name": "bob"}]), "prompt[0].name", "names who speaks"),
]


def test_rows_with_tools_are_left_out_in_words_and_counted(tmp_path):
    records = [
        row(0),
        *(record for record, _, _ in TOOL_ROWS),
        row(6, tools=None, prompt=[{**row(6)["prompt"][0], "name": None}]),
    ]
    folder = write_release(tmp_path / "release", train=records, test=[row(7), TOOL_ROWS[0][0]])
    release = read_release(folder)
    assert [r.id for r in release.splits["train"]] == ["row-0", "row-6"]
    assert [(r.file, r.field) for r in release.left_out] == [
        *(("train.jsonl", field) for _, field, _ in TOOL_ROWS),
        ("test.jsonl", "chosen[0].tool_calls"),
    ]
    for left_out, (_, _, reason) in zip(release.left_out, TOOL_ROWS, strict=False):
        assert f"{reason}, which cannot be trained on, sampled or scored yet" in str(left_out)
    assert release.bad_rows == []
    assert release.left_out_note.startswith("6 rows with tool calls, tools or turns of other roles left out")


def test_the_account_of_a_training_names_what_is_left_out(tmp_path, tiny_llama):
    tools = [record for record, _, _ in TOOL_ROWS]
    tokenizer, hooks = AutoTokenizer.from_pretrained(tiny_llama), Recorder()
    some = write_release(tmp_path / "some", train=[row(0), *tools])
    account = load_dataset(config("sft", some, tiny_llama, tmp_path), tokenizer, 512, hooks).account
    assert (account["splits"]["train"]["rows"], len(account["left_out_rows"])) == (1, 5)
    assert hooks.lines[0].startswith("5 rows with tool calls, tools or turns of other roles left out")
    none = write_release(tmp_path / "none", train=tools)
    with pytest.raises(WorkerError, match="0 rows beside 5 with tool calls, tools or turns of other roles"):
        load_dataset(config("sft", none, tiny_llama, tmp_path), tokenizer, 512, hooks)


def test_prompts_and_responses_with_tools_are_not_read_as_plain_text(tmp_path, capsys):
    path = write_rows(tmp_path / "rows.jsonl", [row(0), *(record for record, _, _ in TOOL_ROWS)])
    left_out: list[str] = []
    assert [prompt.id for prompt in read_prompts(path, left_out)] == ["row-0", "row-1"]
    assert len(left_out) == 4
    left_out = []
    assert [candidates.id for candidates in read_candidates(path, left_out)] == ["row-0"]
    tell_left_out(left_out, 1, "rows")
    assert "left out 5 of 6 rows, as line 2, field chosen[0].tool_calls: calls tools" in capsys.readouterr().out
    with pytest.raises(WorkerError, match="Nothing is left to do: left out 5 of 5 rows"):
        tell_left_out(left_out, 0, "rows")


def test_a_file_that_is_not_the_manifests_is_refused(tmp_path):
    folder = write_release(tmp_path / "release", train=[row(0)], test=[row(1)])
    assert [r.id for r in read_release(folder).splits["test"]] == ["row-1"]
    # Another format of the same rows, which a worker need not fetch.
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"].append({"path": "sft/train.jsonl", "sha256": "0" * 64})
    (folder / "manifest.json").write_text(json.dumps(manifest))
    assert [r.id for r in read_release(folder).splits["train"]] == ["row-0"]
    write_rows(folder / "test.jsonl", [row(2)])
    with pytest.raises(WorkerError, match=r"test\.jsonl is not the file of the manifest"):
        read_release(folder)
    (folder / "test.jsonl").unlink()
    with pytest.raises(WorkerError, match=r"lacks test\.jsonl"):
        read_release(folder)


def test_the_platforms_own_rows_are_read_with_all_they_say():
    """The samples that the platform writes in its own tests."""
    samples = Path(__file__).parents[2] / "tests" / "contract" / "release-rows" / "canonical.jsonl"
    rows = list(read_rows(samples))
    records = [json.loads(line) for line in samples.read_text().split("\n") if line]
    assert [r.id for r in rows] == [record["id"] for record in records]
    for field in ("strength", "margin", "votes", "agreement", "round", "pool", "chosen_side"):
        assert [getattr(r, field) for r in rows] == [record.get(field) for record in records], field
    assert [r.imported for r in rows] == [record.get("imported", False) for record in records]
    assert [r.edited for r in rows] == [tuple(rec["edited"]) if "edited" in rec else None for rec in records]


def test_a_release_that_is_not_there_is_named(tmp_path):
    with pytest.raises(WorkerError, match="There is no release at"):
        read_release(tmp_path / "nowhere.jsonl")
    (tmp_path / "empty").mkdir()
    with pytest.raises(WorkerError, match=r"no manifest\.json"):
        read_release(tmp_path / "empty")


def test_a_prompt_is_on_one_side_of_the_split_only(tmp_path):
    records = [row(n, id=f"{n}-{twin}", round=twin) for n in range(60) for twin in (1, 2)]
    splits = read_release(write_rows(tmp_path / "r.jsonl", records), held_out=0.25).splits
    train, test = ({r.prompt_hash for r in splits[name]} for name in ("train", "test"))
    assert not train & test
    assert 5 <= len(test) <= 25
    assert len(splits["train"]) + len(splits["test"]) == 120


def test_the_strength_filter_counts_what_it_keeps_out_and_rows_without_strength():
    rows = [parse_row(row(n), "") for n in range(4)] + [parse_row(row(4, strength=None), "")]
    kept, left_out = filter_by_strength(rows, STRENGTHS[:2], False, "train")
    assert [r.strength for r in kept] == list(STRENGTHS[:2])
    assert left_out == {"slightly_better": 1, "marginally_better": 1, "none given": 1}
    kept, _ = filter_by_strength(rows, STRENGTHS[:2], True, "train")
    assert kept[-1].strength is None
    with pytest.raises(WorkerError, match=r"keeps out all 1 train rows: 1 none given.*--include-null-strength"):
        filter_by_strength(rows[4:], STRENGTHS[:2], False, "train")


def test_margins_are_llama_2s_tables_and_edits_have_no_margin_over_chosen():
    strong = parse_row(row(0, edited=True), "")
    assert [(p.better, p.worse, p.margin, p.weight) for p in ordered_pairs(strong, PAIRS, "llama2-large")] == [
        ("edited", "chosen", 0.0, 1.0),
        ("chosen", "rejected", 3.0, 1.0),
        ("edited", "rejected", 3.0, 1.0),
    ]
    small = [ordered_pairs(parse_row(row(n), ""), PAIRS, "llama2-small")[0].margin for n in range(4)]
    assert small == [1.0, 2 / 3, 1 / 3, 0.0]
    assert [ordered_pairs(parse_row(row(n), ""), PAIRS, "scaled")[0].weight for n in range(4)] == [3, 2, 1, 1]
    assert [p.better for p in ordered_pairs(strong, ("edited>chosen",), "none")] == ["edited"]
    assert ordered_pairs(parse_row(row(0, margin=0.4), ""), PAIRS, "column")[0].margin == 0.4
    with pytest.raises(WorkerError, match="Row row-0 has no margin"):
        ordered_pairs(strong, PAIRS, "column")


def test_tokens_are_the_templates_own_and_formatting_is_told_from_content(tiny_llama):
    tokenizer = AutoTokenizer.from_pretrained(tiny_llama)
    item = tokenise_row(Template(tokenizer), parse_row(row(3), ""), ("chosen", "rejected"), [])
    for answer in item.answers:
        whole = [*row(3)["prompt"], *row(3)[answer.name]]
        assert list(item.prompt + answer.ids) == tokenizer.apply_chat_template(whole, return_dict=False)
        assert tokenizer.convert_ids_to_tokens(
            [t for t, c in zip(answer.ids, answer.content, strict=True) if not c]
        ) == ["<|eot|>"]


def test_headers_inside_a_response_are_formatting(tiny_llama):
    tokenizer = AutoTokenizer.from_pretrained(tiny_llama)
    turns = [{"role": "assistant", "content": "One."}, {"role": "assistant", "content": "Two."}]
    item = tokenise_row(Template(tokenizer), parse_row(row(3, chosen=turns), ""), ("chosen",), [])
    answer = item.answers[0]
    content = tokenizer.decode([t for t, c in zip(answer.ids, answer.content, strict=True) if c])
    assert content == "One.Two."


def test_over_long_rows_are_counted_then_kept_out_truncated_or_refused(tiny_llama):
    template = Template(AutoTokenizer.from_pretrained(tiny_llama))
    item = tokenise_row(template, parse_row(row(3), ""), ("chosen", "rejected"), [])
    report = TokenReport()
    assert fit(item, item.longest, "fail", report) is item
    assert fit(item, item.longest - 1, "keep-out", report) is None
    cut = fit(item, item.longest - 5, "truncate", report)
    assert cut.longest == item.longest - 5
    assert cut.answers == item.answers
    assert cut.prompt == item.prompt[5:]
    tiny = fit(item, 16, "truncate", report)
    assert tiny.longest == 16
    assert tiny.answers[0].ids == item.answers[0].ids[:12]
    assert (report.rows, report.items, len(report.over_long), len(report.truncated)) == (4, 3, 3, 2)
    with pytest.raises(WorkerError, match=r"Row row-3 has .* tokens and the limit is 16"):
        fit(item, 16, "fail", report)


def test_a_tokenizer_without_a_chat_template_is_refused(tiny_llama):
    tokenizer = AutoTokenizer.from_pretrained(tiny_llama)
    tokenizer.chat_template = None
    with pytest.raises(WorkerError, match="has no chat template"):
        Template(tokenizer)
