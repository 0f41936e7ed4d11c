"""The report as one HTML page that needs nothing else: no script, no network, light and dark."""

from html import escape
from typing import Any

from tiebreak_worker.evaluate.metrics import FEW, perplexity
from tiebreak_worker.evaluate.svg import bars, reliability
from tiebreak_worker.words import plural

TITLES = {"rm": "Reward model", "dpo": "DPO model, implicit rewards", "sft": "Language model, likelihoods"}
STYLE = """
:root { color-scheme: light dark; --ink: #1c1c1e; --soft: #6b6b70; --paper: #fff; --line: #d8d8dc; --good: #2563eb;
--bad: #c2410c; }
@media (prefers-color-scheme: dark) { :root { --ink: #eee; --soft: #a1a1aa; --paper: #18181b; --line: #3f3f46;
--good: #60a5fa; --bad: #fb923c; } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 60rem;
margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1.5rem; }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid var(--line); }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
.big { font-size: 2rem; font-weight: 600; } .soft { color: var(--soft); }
svg { width: 100%; max-width: 40rem; height: auto; } svg text { fill: var(--soft); font-size: 12px; }
.axis { stroke: var(--line); } .ideal { stroke: var(--soft); stroke-dasharray: 4 4; }
.warning { border: 1px solid var(--bad); border-radius: 6px; padding: .5rem .8rem; }
.dot { fill: var(--good); fill-opacity: .75; } .right { fill: var(--good); } .wrong { fill: var(--bad); }
"""


def _percent(entry: dict[str, Any]) -> str:
    if entry["value"] is None:
        return "no pairs"
    return f"{entry['value']:.1%} ({entry['low']:.1%} to {entry['high']:.1%}, {plural(entry['count'], 'pair')})"


def _number(value: float | None, form: str = ".4g") -> str:
    return "not available" if value is None else f"{value:{form}}"


def _groups(title: str, groups: list[dict[str, Any]]) -> str:
    rows = "".join(
        f"<tr><td>{escape(group['name'].replace('_', ' '))}</td><td class=number>{_percent(group['accuracy'])}</td>"
        f"<td class=number>{_number(group['mean_gap'])}</td></tr>"
        for group in groups
    )
    return (
        f"<h2>Accuracy per {title}</h2><table><thead><tr><th>{title}</th><th class=number>accuracy (95 % interval)</th>"
        f"<th class=number>mean gap</th></tr></thead><tbody>{rows}</tbody></table>"
    )


def _facts(title: str, facts: list[tuple[str, str]]) -> str:
    rows = "".join(f"<tr><td>{escape(name)}</td><td class=number>{escape(value)}</td></tr>" for name, value in facts)
    return f"<h2>{title}</h2><table><tbody>{rows}</tbody></table>"


def _length(bias: dict[str, Any]) -> str:
    return _facts(
        "Length bias",
        [
            ("votes prefer the longer response", _percent(bias["votes_prefer_longer"])),
            ("the model prefers the longer response", _percent(bias["model_prefers_longer"])),
            ("accuracy where the longer one was chosen", _percent(bias["accuracy_chosen_longer"])),
            ("accuracy where the shorter one was chosen", _percent(bias["accuracy_chosen_shorter"])),
            ("correlation of score gap and length gap", _number(bias["correlation_gap_length"], ".3f")),
        ],
    )


def _position(bias: dict[str, Any] | None) -> str:
    if bias is None:
        return (
            "<h2>Position bias</h2><p>Not available: the release does not say on which side responses were shown.</p>"
        )
    return _facts(
        "Position bias",
        [
            ("votes for the left side", _percent(bias["votes_left"])),
            ("accuracy where the left one was chosen", _percent(bias["accuracy_chosen_left"])),
            ("accuracy where the right one was chosen", _percent(bias["accuracy_chosen_right"])),
        ],
    )


def _ceiling(ceiling: dict[str, Any] | None) -> str:
    if ceiling is None:
        return "<h2>Agreement ceiling</h2><p>Not available: no comparison here has several votes.</p>"
    return _facts(
        "Agreement ceiling",
        [
            ("comparisons with several votes", str(ceiling["count"])),
            ("one annotator agrees with the majority", _number(ceiling["ceiling"], ".1%")),
            ("the model agrees with the majority", _percent(ceiling["accuracy"])),
        ],
    )


def _edits(report: dict[str, Any]) -> str:
    return _facts(
        "Edited responses",
        [
            ("scored above the chosen response", _percent(report["edited_over_chosen"])),
            ("scored above the rejected response", _percent(report["edited_over_rejected"])),
        ],
    )


def _few(report: dict[str, Any]) -> str:
    count = report["accuracy"]["count"]
    if count >= FEW:
        return ""
    return (
        f"<p class=big>Too few to say</p><p>It was tested on {plural(count, 'pair')}; below {FEW}, these figures say "
        "next to nothing. Hold out more prompts.</p>"
    )


def _rise(report: dict[str, Any]) -> str:
    went = report.get("validation")
    if not went or not went["risen"]:
        return ""
    return (
        f"<p class=warning>The validation loss has risen since step {went['best_step']}, from {went['best_loss']:.4g} "
        f"to {went['last_loss']:.4g} at step {went['last_step']}: what was learned since does not carry over to other "
        f"rows. The best step was {went['best_step']}; the model has the weights of step {went['saved_step']}.</p>"
    )


def _head(report: dict[str, Any]) -> str:
    """What the model is judged by first: a language model by its loss, any other by how well it ranks pairs."""
    accuracy = _percent(report["accuracy"])
    few = _few(report)
    size = "" if few else " class=big"
    if "nll" not in report:
        return (
            f"{few}<p{size}>{accuracy}</p><p>Share of pairs in which the model ranks the responses as the votes did, "
            "with its 95 % interval (Wilson).</p>"
        )
    return (
        f"{few}<p{size}>Loss {report['nll']:.4f}, perplexity {_number(perplexity(report['nll']))}</p>"
        "<p>Negative log-likelihood in nats per token of the edited or chosen responses "
        f"({plural(report['response_tokens'], 'token')}). Lower is better.</p>"
        f"<h2>Does it prefer what the annotators preferred?</h2><p>{accuracy}</p><p>Share of pairs whose chosen "
        "response is likelier per token than the rejected one, with its 95 % interval (Wilson). SFT does not train "
        "for this.</p>"
    )


def _calibration(report: dict[str, Any]) -> str:
    """A gap between likelihoods is no chance of being right, so a language model has no calibration to show."""
    if report["kind"] == "sft":
        return ""
    entry = report["calibration"]
    error = _number(entry["expected_calibration_error"], ".3f")
    return f"<h2>Calibration</h2><p>Expected calibration error: {error}.</p>{reliability(entry['curve'])}"


def page(report: dict[str, Any]) -> str:
    """The whole page, from the dictionary that is also written as JSON."""
    kept_out = len(report["kept_out_too_long"])
    note = f" Longer than the model reads, and so kept out: {plural(kept_out, 'row')}." if kept_out else ""
    left_out = len(report["left_out_rows"])
    note += f" With tool calls or tools, and so left out: {plural(left_out, 'row')} of the release." if left_out else ""
    histogram = bars(report["gap_histogram"]) if report["gap_histogram"] else "<p>No pairs.</p>"
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{TITLES[report['kind']]}: evaluation</title><style>{STYLE}</style></head><body>"
        f"<h1>{TITLES[report['kind']]}: evaluation</h1>"
        f"<p class=soft>{escape(report['model'])} on the {escape(report['split'])} split of release "
        f"{escape(report['release'][:12])}, {plural(report['rows'], 'row')}.{note}</p>"
        + _head(report)
        + _rise(report)
        + _groups("strength", report["per_strength"])
        + _groups("pool", report["per_pool"])
        + _calibration(report)
        + f"<h2>Score gaps</h2>{histogram}"
        + _length(report["length_bias"])
        + _position(report["position_bias"])
        + _ceiling(report["agreement_ceiling"])
        + _edits(report)
        + "</body></html>\n"
    )
