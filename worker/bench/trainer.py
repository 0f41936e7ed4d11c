"""Reward-model and DPO training against TRL 1.13: comparisons per second and peak memory, in one run.

    python bench/trainer.py --method dpo                          # Llama-3-like lengths, a small random Llama
    python bench/trainer.py --method rm --data pairs.jsonl        # a release, or any canonical JSON lines
    python bench/trainer.py --method dpo --device cuda --hidden 2048 --layers 16 --vocab 128256 --precision bfloat16

Every contender trains the same model on the same comparisons for one epoch with the same loss, batch size, precision
and optimizer, in a process of its own, so that peak memory is its own. DPO includes the reference's forward passes.
Contenders take turns over the rounds, so that other load on the machine falls on all of them; the best round of each
is reported.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

CONTENDERS = ("trl", "separate", "shared")
NAMES = {"trl": "TRL 1.13", "separate": "Tiebreak, prompt per response", "shared": "Tiebreak, prompt once"}


def parse() -> argparse.Namespace:
    """Read the command line; `--contender` is for the processes that this one starts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--method", choices=("rm", "dpo"), default="dpo")
    parser.add_argument("--data", help="canonical JSON lines; by default comparisons of Llama 3's lengths are made")
    parser.add_argument("--rows", type=int, default=32, help="comparisons (the first of --data)")
    parser.add_argument("--context", type=int, default=758, help="mean tokens of made prompts")
    parser.add_argument("--answer", type=int, default=284, help="mean tokens of made responses")
    parser.add_argument("--batch-size", type=int, default=8, help="comparisons per step")
    parser.add_argument(
        "--per-pass", type=int, default=4, help="comparisons per forward pass in TRL; ours gets as many tokens"
    )
    parser.add_argument("--hidden", type=int, default=256)
    parser.add_argument("--layers", type=int, default=8)
    parser.add_argument("--vocab", type=int, default=8192)
    parser.add_argument("--longest", type=int, default=8192, help="context of the model (tokens)")
    parser.add_argument("--precision", choices=("float32", "bfloat16"), default="float32")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--json", help="file to append the results to, as JSON lines")
    parser.add_argument("--contender", choices=CONTENDERS, help=argparse.SUPPRESS)
    parser.add_argument("--work", help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> None:
    """Make model and data, let the contenders take turns, and print the table."""
    args = parse()
    if args.contender:
        import contenders

        print(json.dumps(contenders.run(args)))
        return
    with tempfile.TemporaryDirectory() as work:
        prepare(args, Path(work))
        best: dict[str, dict] = {}
        for _ in range(args.rounds):
            for contender in CONTENDERS:
                result = one_turn(args, contender, work)
                print(f"{contender}: {result}", file=sys.stderr)
                if contender not in best or result["cpu_seconds"] < best[contender]["cpu_seconds"]:
                    best[contender] = result
    report(args, best)


def prepare(args: argparse.Namespace, work: Path) -> None:
    """Write the model and the comparisons that all contenders use."""
    from rows import first_rows, made_rows

    from tiebreak_worker.models.tiny import TinySpec, make_tiny_model

    make_tiny_model(work / "model", TinySpec("llama", 0, args.hidden, args.layers, args.vocab, args.longest))
    rows = first_rows(args.data, args.rows) if args.data else made_rows(args.rows, args.context, args.answer)
    (work / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))


def one_turn(args: argparse.Namespace, contender: str, work: str) -> dict:
    """One training in a process of its own."""
    environment = os.environ | {"OMP_NUM_THREADS": str(args.threads), "TOKENIZERS_PARALLELISM": "false"}
    command = [sys.executable, __file__, *sys.argv[1:], "--contender", contender, "--work", work]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env=environment)
    return json.loads(done.stdout.splitlines()[-1])


def report(args: argparse.Namespace, best: dict[str, dict]) -> None:
    """Print a Markdown table, with ratios to TRL."""
    base = best["trl"]
    versions = ", ".join(f"{name} {version(name)}" for name in ("torch", "transformers", "trl"))
    source = args.data or f"{args.context} + 2 x {args.answer} tokens"
    print(f"{args.method}, {source}, {base['comparisons']} comparisons, batch {args.batch_size},")
    print(f"{base['parameters'] / 1e6:.1f} M parameters, vocabulary {args.vocab}, {args.precision}, {args.device},")
    print(f"{args.threads} threads, {platform.machine()}; {versions}\n")
    print("| trainer | comparisons/s (wall) | per CPU second | against TRL | peak MiB | against TRL | last loss |")
    print("|---|---|---|---|---|---|---|")
    for contender, result in best.items():
        speed, per_cpu = (result["comparisons"] / result[name] for name in ("seconds", "cpu_seconds"))
        ratio, memory = base["cpu_seconds"] / result["cpu_seconds"], result["peak_mib"] / base["peak_mib"]
        print(
            f"| {NAMES[contender]} | {speed:.2f} | {per_cpu:.2f} | {ratio:.2f} x | {result['peak_mib']:.0f} "
            f"| {memory:.2f} x | {result['loss']:.5f} |"
        )
    if args.json:
        with Path(args.json).open("a") as stream:
            stream.write(json.dumps({"settings": vars(args), "results": best}) + "\n")


if __name__ == "__main__":
    main()
