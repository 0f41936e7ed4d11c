"""What each type of job does with its inputs. Every function takes the spec and hooks, and returns the result.

A result names what to keep: `model` (task and folder), `files` (path to name), `metrics` for the registry, `summary`.
"""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tiebreak_worker.errors import EXIT_STOPPED, Stopped, WorkerError
from tiebreak_worker.files import write_text
from tiebreak_worker.jobs.hooks import JobHooks

Spec = dict[str, Any]
METHODS = {"train_rm": "rm", "train_sft": "sft", "train_dpo": "dpo"}
TASKS = {"train_rm": "reward", "train_sft": "causal", "train_dpo": "causal"}
SHOWN = ("loss", "accuracy", "margin", "eval_loss", "eval_accuracy")


def do(spec: Spec, hooks: JobHooks) -> dict[str, Any]:
    """Do the work of a spec: `{type, params, release, base, models, inputs, out}`, all places on this machine."""
    return WORK[spec["type"]](spec, hooks)


def train_settings(spec: Spec) -> dict[str, Any]:
    """The trainer's configuration: its own settings under their own names, and where things are."""
    params = {name: value for name, value in spec["params"].items() if value is not None}
    template = params.pop("chat_template", None)
    settings = {
        **params,
        "method": METHODS[spec["type"]],
        "data": spec["release"],
        "model": spec["base"],
        "out": spec["out"],
    }
    if template:
        file = Path(spec["out"]) / "chat_template.jinja"
        write_text(file, template)
        settings["chat_template"] = str(file)
    return settings


def train(spec: Spec, hooks: JobHooks) -> dict[str, Any]:
    """Train, save and evaluate a model."""
    from tiebreak_worker.train import run
    from tiebreak_worker.train.config import from_dict

    done = run(from_dict(train_settings(spec)), hooks)
    out = Path(spec["out"])
    evaluation = done.evaluation
    return {
        "model": {"task": TASKS[spec["type"]], "folder": str(done.model)},
        "files": existing(
            out,
            {
                "evaluation/report.json": "report.json",
                "evaluation/report.html": "report.html",
                "data.json": "data.json",
            },
        ),
        "metrics": figures(hooks.last, evaluation),
        "summary": {"steps": done.steps, "data": done.data, "evaluation": evaluation},
    }


def average(spec: Spec, hooks: JobHooks) -> dict[str, Any]:
    """The weighted mean of several models' weights."""
    from tiebreak_worker.average import average as average_weights

    chosen = spec["params"]["models"]
    folder = Path(spec["out"]) / "model"
    folders = [spec["models"][entry["id"]]["folder"] for entry in chosen]
    shares = average_weights(folders, [entry["weight"] for entry in chosen], str(folder))
    for name, share in shares.items():
        hooks.on_log(f"{share:.4f} of {name}")
    task = spec["models"][chosen[0]["id"]]["task"]
    return {"model": {"task": task, "folder": str(folder)}, "files": {}, "metrics": {}, "summary": {"models": chosen}}


def evaluate(spec: Spec, hooks: JobHooks) -> dict[str, Any]:
    """Report on a model's held-out accuracy, calibration and biases."""
    from tiebreak_worker.evaluate import EvaluateSettings
    from tiebreak_worker.evaluate import evaluate as run

    params, out = spec["params"], Path(spec["out"]) / "evaluation"
    reference = params.get("reference_model_id")
    settings = EvaluateSettings(
        model=spec["base"],
        data=spec["release"],
        out=str(out),
        split=pick_split(Path(spec["release"]), params["split"]),
        reference=spec["models"][reference]["folder"] if reference else None,
        beta=params["beta"],
    )
    report = run(settings, hooks)
    return {
        "model": None,
        "files": existing(out, {"report.json": "report.json", "report.html": "report.html"}),
        "metrics": figures({}, report),
        "summary": {"evaluation": report},
    }


def pick_split(release: Path, wanted: str) -> str:
    """`auto` is the test split if it has rows, else validation."""
    if wanted != "auto":
        return wanted
    test = release / "test.jsonl"
    return "test" if test.exists() and test.stat().st_size > 0 else "validation"


def existing(folder: Path, names: dict[str, str]) -> dict[str, str]:
    """Those of the files that are there, by the name that they get on the platform."""
    return {name: str(folder / place) for place, name in names.items() if (folder / place).is_file()}


def figures(last: dict[str, Any], evaluation: dict[str, Any] | None) -> dict[str, float | None]:
    """The few numbers that stand beside a model in the registry."""
    found = {name: last[name] for name in SHOWN if name in last}
    if evaluation:
        accuracy = evaluation["accuracy"]
        found |= {
            "held_out_accuracy": accuracy["value"],
            "held_out_low": accuracy["low"],
            "held_out_high": accuracy["high"],
            "held_out_pairs": accuracy["count"],
        }
        if evaluation["kind"] == "sft":
            found["held_out_loss"] = evaluation["nll"]
        else:
            found["calibration_error"] = evaluation["calibration"]["expected_calibration_error"]
    return {name: finite(value) for name, value in found.items()}


def finite(value: float | None) -> float | None:
    """The number, or None for what JSON has no word for."""
    return float(value) if value is not None and math.isfinite(value) else None


def sample(spec: Spec, hooks: JobHooks) -> dict[str, Any]:
    """Write responses to the prompts of a pool, as rows that the platform's import takes."""
    params, out = spec["params"], Path(spec["out"]) / "samples.jsonl"
    arguments = ["sample", "--prompts", spec["prompts"], "--temperature", params["temperature"], "-n", params["n"]]
    arguments += ["--top-p", params["top_p"], "--max-tokens", params["max_tokens"], "--seed", params["seed"]]
    return command(spec, arguments, out)


def score(spec: Spec, hooks: JobHooks) -> dict[str, Any]:
    """Put a reward on every response of a sampling job, or of a release's split."""
    rows = spec["inputs"].get("samples.jsonl") or str(Path(spec["release"]) / f"{spec['params']['split']}.jsonl")
    return command(spec, ["score", "--data", rows], Path(spec["out"]) / "scores.jsonl")


def command(spec: Spec, arguments: list[Any], out: Path) -> dict[str, Any]:
    """Run a subcommand of this package with the job's model; it goes on with a file that an earlier attempt began."""
    from tiebreak_worker.cli import main

    common = ["--model", spec["base"], "--name", spec["baseName"], "--out", out]
    code = main([str(argument) for argument in arguments + common])
    if code == EXIT_STOPPED:
        raise Stopped(f"Stopped; {out.name} goes on where it is.", phase=spec["type"])
    if code != 0:
        raise WorkerError(f"{spec['type']} ended with code {code}; the log says why.", phase=spec["type"])
    rows = out.read_bytes().count(b"\n") if out.exists() else 0
    return {"model": None, "files": {out.name: str(out)}, "metrics": {}, "summary": {"rows": rows}}


WORK: dict[str, Callable[[Spec, JobHooks], dict[str, Any]]] = {
    "train_rm": train,
    "train_sft": train,
    "train_dpo": train,
    "average": average,
    "evaluate": evaluate,
    "sample": sample,
    "score": score,
}
