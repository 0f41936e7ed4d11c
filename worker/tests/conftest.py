"""Shared fixtures: tiny models made once per session."""

import os

# The machine that runs the tests may be shared; more threads than this only make tiny models slower.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

from pathlib import Path

import pytest

from tiebreak_worker.models.tiny import TinySpec, make_tiny_model


@pytest.fixture(scope="session")
def tiny_llama(tmp_path_factory) -> Path:
    """A tiny Llama on disk; tests must not write into it."""
    out = tmp_path_factory.mktemp("models") / "llama"
    make_tiny_model(out, TinySpec("llama"))
    return out


@pytest.fixture(scope="session")
def tiny_qwen3(tmp_path_factory) -> Path:
    """A tiny Qwen3 (q/k norms, tied embeddings) on disk; tests must not write into it."""
    out = tmp_path_factory.mktemp("models") / "qwen3"
    make_tiny_model(out, TinySpec("qwen3"))
    return out


@pytest.fixture(scope="session")
def tiny_bert(tmp_path_factory) -> Path:
    """A tiny BERT on disk; tests must not write into it."""
    out = tmp_path_factory.mktemp("models") / "bert"
    make_tiny_model(out, TinySpec("bert"))
    return out
