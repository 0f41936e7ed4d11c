"""Tokens per second of the inference backend, over HTTP, against transformers' own generate with the same batch.

Both run in one process on the same weights, device and precision, in turns, so that neither is favoured by what else
the machine does. Run: python bench/serve_bench.py --help
"""

import argparse
import json
import platform
import statistics
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import httpx
import torch
import transformers
from transformers import AutoModelForCausalLM, AutoTokenizer

from tiebreak_worker.models.tiny import TinySpec, make_tiny_model
from tiebreak_worker.serve.backend import Backend, Settings
from tiebreak_worker.serve.catalog import Source
from tiebreak_worker.serve.server import HttpServer

WORDS = "Which of the two answers is better? The first one is shorter, and says what was asked. "


@dataclass(frozen=True)
class Load:
    """One batch: `concurrent` requests of up to `new_tokens` tokens, each with a prompt of its own."""

    concurrent: int
    new_tokens: int
    temperature: float
    mixed: bool

    def limit(self, number: int) -> int:
        """Longest response to request `number`. When mixed, from an eighth of the longest to the longest, in turns."""
        return self.new_tokens * (number % 8 + 1) // 8 if self.mixed else self.new_tokens

    def prompts(self, length: int) -> list[str]:
        return [f"{number}. {WORDS * length}" for number in range(self.concurrent)]


class Clock:
    """Seconds that pass, and seconds that the processor works for this process (client and server)."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def rates(self, tokens: int) -> tuple[float, float]:
        """Tokens per second, and per second of processor time."""
        return tokens / (time.perf_counter() - self._wall), tokens / (time.process_time() - self._cpu)


def serve_once(client: httpx.Client, load: Load, prompts: list[str], seed: int) -> tuple[float, float]:
    """Tokens per second, and per second of processor time, when all requests are sent at once."""

    def ask(number: int) -> int:
        body = {
            "model": "bench",
            "messages": [{"role": "user", "content": prompts[number]}],
            "max_tokens": load.limit(number),
            "temperature": load.temperature,
            "seed": seed * 1000 + number,
        }
        response = client.post("/v1/chat/completions", json=body)
        response.raise_for_status()
        return response.json()["usage"]["completion_tokens"]

    with ThreadPoolExecutor(load.concurrent) as threads:
        clock = Clock()
        return clock.rates(sum(threads.map(ask, range(load.concurrent))))


@torch.inference_mode()
def generate_once(model, tokenizer, load: Load, prompts: list[str]) -> tuple[float, float]:
    """The same with one call of generate over the left-padded batch, tokenisation and decoding included. It runs until
    the longest response is done; of each row the tokens that were asked for count."""
    clock = Clock()
    turns = [[{"role": "user", "content": prompt}] for prompt in prompts]
    inputs = tokenizer.apply_chat_template(
        turns, add_generation_prompt=True, padding=True, return_tensors="pt", return_dict=True
    ).to(model.device)
    sampling = {"do_sample": True, "temperature": load.temperature, "top_k": 0} if load.temperature else {}
    longest = max(load.limit(number) for number in range(load.concurrent))
    output = model.generate(**inputs, max_new_tokens=longest, **{"do_sample": False, **sampling})
    fresh = output[:, inputs["input_ids"].shape[1] :]
    tokenizer.batch_decode(fresh, skip_special_tokens=True)
    return clock.rates(sum(_length(row, tokenizer.eos_token_id, load.limit(i)) for i, row in enumerate(fresh.tolist())))


def _length(tokens: list[int], end: int, limit: int) -> int:
    """Tokens up to the end token, that one included, or up to the limit."""
    return min(tokens.index(end) + 1 if end in tokens else len(tokens), limit)


def compare(client: httpx.Client, model, tokenizer, load: Load, args: argparse.Namespace) -> dict:
    """Medians of both, measured in turns after one warm-up each."""
    prompts = load.prompts(args.prompt_length)
    rounds = []
    for repeat in range(args.repeats + 1):
        ours, theirs = serve_once(client, load, prompts, repeat), generate_once(model, tokenizer, load, prompts)
        if repeat:
            rounds.append((*ours, *theirs))
    served, served_cpu, generated, generated_cpu = (statistics.median(column) for column in zip(*rounds, strict=True))
    ratios = [row[0] / row[2] for row in rounds]
    return {
        "concurrent": load.concurrent,
        "lengths": "mixed" if load.mixed else "equal",
        "served_tokens_per_s": round(served, 1),
        "generate_tokens_per_s": round(generated, 1),
        "ratio": round(statistics.median(ratios), 2),
        "ratio_range": [round(min(ratios), 2), round(max(ratios), 2)],
        "ratio_of_processor_time": round(served_cpu / generated_cpu, 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--model", type=Path, help="model to serve; unset makes a random Llama of the shape below")
    parser.add_argument("--hidden", type=int, default=512, help="width of the random model (units)")
    parser.add_argument("--layers", type=int, default=8, help="depth of the random model (layers)")
    parser.add_argument("--concurrent", type=int, nargs="+", default=[1, 8, 32], help="requests at once")
    parser.add_argument("--new-tokens", type=int, default=64, help="longest response (tokens)")
    parser.add_argument("--prompt-length", type=int, default=2, help="prompt length (repeats of a sentence)")
    parser.add_argument("--temperature", type=float, default=1.0, help="0 is greedy")
    parser.add_argument("--repeats", type=int, default=5, help="measurements of each, in turns")
    parser.add_argument("--device", default="auto", help="auto, cpu or cuda")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = args.model or Path(scratch) / "bench"
        if args.model is None:
            make_tiny_model(folder, TinySpec("llama", hidden=args.hidden, layers=args.layers))
        with Backend([Source(folder, "bench")], Settings(device=args.device)) as backend:
            server = HttpServer(backend)
            dtype = "auto" if backend.device.type == "cuda" else torch.float32
            model = AutoModelForCausalLM.from_pretrained(folder, dtype=dtype).to(backend.device).eval()
            tokenizer = AutoTokenizer.from_pretrained(folder, padding_side="left")
            versions = f"Python {platform.python_version()}, torch {torch.__version__}"
            shape = f"{model.num_parameters() / 1e6:.1f}M parameters, {model.dtype}"
            device = backend.status()["device"]["name"]
            print(f"{shape}, {device}, {versions}, transformers {transformers.__version__}")
            with httpx.Client(base_url=server.url, timeout=600, limits=httpx.Limits(max_connections=256)) as client:
                for concurrent in args.concurrent:
                    for mixed in (False, True) if concurrent > 1 else (False,):
                        load = Load(concurrent, args.new_tokens, args.temperature, mixed)
                        print(json.dumps(compare(client, model, tokenizer, load, args)), flush=True)
            server.stop()


if __name__ == "__main__":
    main()
