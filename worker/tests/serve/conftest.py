"""A backend with its HTTP server over tiny models of every kind, and a client that talks to it."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import torch
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import AutoModelForCausalLM, AutoModelForSequenceClassification, AutoTokenizer

from tiebreak_worker.models.tiny import TinySpec, make_tiny_model
from tiebreak_worker.serve.backend import Backend, Settings
from tiebreak_worker.serve.catalog import Source
from tiebreak_worker.serve.server import HttpServer


@dataclass
class Client:
    """Talks to a running server as an OpenAI client would."""

    http: httpx.Client

    def chat(self, model: str = "llama", text: str = "Name a river.", **fields) -> dict:
        """Answer of a chat request; fails the test on any status but 200."""
        response = self.post(model, text, **fields)
        assert response.status_code == 200, response.text
        return response.json()

    def post(self, model: str = "llama", text: str = "Name a river.", **fields) -> httpx.Response:
        body = {"model": model, "messages": [{"role": "user", "content": text}], **fields}
        return self.http.post("/v1/chat/completions", json=body)

    def texts(self, *args, **fields) -> list[str]:
        return [choice["message"]["content"] for choice in self.chat(*args, **fields)["choices"]]

    def stream(self, model: str = "llama", text: str = "Name a river.", **fields) -> list[dict]:
        """All events of a streamed answer."""
        body = {"model": model, "messages": [{"role": "user", "content": text}], "stream": True, **fields}
        with self.http.stream("POST", "/v1/chat/completions", json=body) as response:
            assert response.headers["content-type"].startswith("text/event-stream")
            lines = [line.removeprefix("data: ") for line in response.iter_lines() if line]
        assert lines.pop() == "[DONE]"
        return [json.loads(line) for line in lines]

    def status(self) -> dict:
        return self.http.get("/v1/status").json()

    def error(self, response: httpx.Response, status: int, code: str) -> str:
        """Check an error's status, shape and code; returns its message."""
        body = response.json()
        assert (response.status_code, body["error"]["code"]) == (status, code), body
        assert set(body["error"]) == {"message", "type", "param", "code"}
        return body["error"]["message"]


def write_adapter(base: Path, out: Path, seed: int) -> None:
    """A LoRA adapter whose effect is visible: its B matrices are not zero."""
    torch.manual_seed(seed)
    config = LoraConfig(task_type="CAUSAL_LM", r=4, target_modules=["q_proj", "v_proj"], init_lora_weights=False)
    model = get_peft_model(AutoModelForCausalLM.from_pretrained(base), config)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "lora_" in name:
                parameter.normal_(0, 0.5)
    model.save_pretrained(out)


def write_reward(base: Path, out: Path, seed: int, *, adapter: bool = False) -> None:
    """A reward model with a random head, or an adapter that carries its head."""
    torch.manual_seed(seed)
    tokenizer = AutoTokenizer.from_pretrained(base)
    model = AutoModelForSequenceClassification.from_pretrained(base, num_labels=1)
    model.config.pad_token_id = tokenizer.pad_token_id
    torch.nn.init.normal_(model.score.weight)
    if adapter:
        model = get_peft_model(model, LoraConfig(task_type="SEQ_CLS", r=4, target_modules=["q_proj", "v_proj"]))
    model.save_pretrained(out)
    tokenizer.save_pretrained(out)


def merged(base: Path, adapter: Path):
    """Base and adapter as one plain transformers model, for comparison."""
    return PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(base), adapter).merge_and_unload().eval()


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory) -> Path:
    """Every kind of checkpoint; tests that write into it use names of their own."""
    folder = tmp_path_factory.mktemp("served")
    make_tiny_model(folder / "llama", TinySpec("llama"))
    make_tiny_model(folder / "runs" / "qwen3", TinySpec("qwen3", seed=1))
    write_adapter(folder / "llama", folder / "lora-a", 1)
    write_adapter(folder / "llama", folder / "lora-b", 2)
    write_reward(folder / "llama", folder / "rm", 3)
    write_reward(folder / "llama", folder / "rm-lora", 4, adapter=True)
    shutil.copytree(folder / "llama", folder / "no-template")
    (folder / "no-template" / "chat_template.jinja").unlink()
    return folder


@pytest.fixture
def start() -> Iterator:
    """Start a server of one's own: `start(folder, **settings)` gives its client and its backend."""
    running = []

    def begin(folder: Path, *, api_key: str | None = None, **settings) -> tuple[Client, Backend]:
        backend = Backend([Source(folder)], Settings(device="cpu", memory=1.0, **settings))
        server = HttpServer(backend, api_key=api_key)
        http = httpx.Client(base_url=server.url, timeout=120)
        running.append((http, server, backend))
        return Client(http), backend

    yield begin
    for http, server, backend in running:
        http.close()
        backend.close()
        server.stop()


@pytest.fixture(scope="session")
def served(model_folder) -> Iterator[Client]:
    """The server that tests share."""
    with Backend([Source(model_folder)], Settings(device="cpu", memory=1.0)) as backend:
        server = HttpServer(backend)
        with httpx.Client(base_url=server.url, timeout=120) as http:
            yield Client(http)
        server.stop()
