"""Loading base models, full checkpoints and LoRA adapters, with errors that say what to do."""

import json
from pathlib import Path

import torch
from safetensors import SafetensorError
from transformers import (
    AutoConfig,
    AutoModelForCausalLM,
    AutoModelForSequenceClassification,
    AutoTokenizer,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)
from transformers.models.auto.modeling_auto import MODEL_FOR_MASKED_LM_MAPPING_NAMES
from transformers.utils import logging

from tiebreak_worker.errors import WorkerError

# For encoders, which come without a template: each turn names its role and ends with the separator they were trained
# on.
ENCODER_TEMPLATE = (
    "{{ cls_token or bos_token }}{% for message in messages %}"
    "{{ message['role'] }}: {{ message['content'] | trim }}{{ sep_token or eos_token }}"
    "{% endfor %}"
)
# What transformers raises for weights, configurations and tokenizers that are missing or cut short.
UNREADABLE = (OSError, ValueError, KeyError, SafetensorError)
DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "mixed": torch.float32}


def base_of(path: str | Path) -> tuple[str, Path | None]:
    """The model to load, and the adapter to put on it when `path` holds a LoRA adapter.

    Raises WorkerError when a local path is not there.
    """
    path = str(path)
    local = Path(path)
    adapter = local / "adapter_config.json"
    if adapter.exists():
        return json.loads(adapter.read_text())["base_model_name_or_path"], local
    # A name on a hub is two words with a slash between; where the first is a folder here, a folder is meant.
    looks_local = local.is_absolute() or path.startswith((".", "~")) or path.count("/") != 1 or local.parent.exists()
    if not local.exists() and looks_local:
        raise WorkerError(f"There is no model at {path}. Give --model a folder with a config.json.", phase="model")
    if local.exists() and not (local / "config.json").exists():
        raise WorkerError(f"{path} holds no config.json and no adapter_config.json, so it is no model.", phase="model")
    # An adapter keeps this path, so it must hold from anywhere.
    return (str(local.resolve()) if local.exists() else path), None


def _quiet() -> None:
    """Keep transformers from writing its own bars and reports between ours."""
    logging.set_verbosity_error()
    logging.disable_progress_bar()


def _explain(error: Exception, path: str) -> WorkerError:
    return WorkerError(
        f"The model {path} cannot be loaded: {error}. Check the path; a name on a model hub needs the network.",
        phase="model",
    )


def load_config(path: str | Path):
    """The architecture's configuration, of the base model when `path` is an adapter."""
    base, _ = base_of(path)
    try:
        return AutoConfig.from_pretrained(base)
    except UNREADABLE as error:
        raise _explain(error, base) from error


def is_encoder(config) -> bool:
    """Whether the architecture sees both sides of a token, so that it can score but not write."""
    return config.model_type in MODEL_FOR_MASKED_LM_MAPPING_NAMES and not getattr(config, "is_decoder", False)


def load_tokenizer(path: str | Path, template: str | None = None) -> PreTrainedTokenizerBase:
    """The tokenizer that stands with the model (or its base), with `template` (Jinja text) in place of its own if
    given.
    """
    base, adapter = base_of(path)
    own = adapter is not None and (adapter / "tokenizer_config.json").exists()
    try:
        tokenizer = AutoTokenizer.from_pretrained(adapter if own else base)
    except UNREADABLE as error:
        raise _explain(error, base) from error
    if template is not None:
        tokenizer.chat_template = template
    elif not tokenizer.chat_template and is_encoder(load_config(path)):
        tokenizer.chat_template = ENCODER_TEMPLATE
    tokenizer.padding_side = "right"
    return tokenizer


def _merge(model: PreTrainedModel, adapter: Path) -> PreTrainedModel:
    """The model with the adapter's update added to its weights."""
    from peft import PeftModel

    if (adapter / "tokenizer_config.json").exists():
        # Training may have added a padding token, which the base's embeddings have no row for.
        tokens = len(AutoTokenizer.from_pretrained(adapter))
        if tokens > model.get_input_embeddings().weight.shape[0]:
            model.resize_token_embeddings(tokens)
    return PeftModel.from_pretrained(model, adapter).merge_and_unload()


def load_causal(path: str | Path, *, precision: str = "float32", attention: str = "sdpa") -> PreTrainedModel:
    """A language model; an adapter is put on its base and merged, so that training starts from what it says."""
    base, adapter = base_of(path)
    _quiet()
    try:
        model = AutoModelForCausalLM.from_pretrained(base, dtype=DTYPES[precision], attn_implementation=attention)
    except UNREADABLE as error:
        raise _explain(error, base) from error
    return model if adapter is None else _merge(model, adapter)


def load_reward(
    path: str | Path, tokenizer, *, precision: str = "float32", attention: str = "sdpa", seed: int = 0
) -> PreTrainedModel:
    """A sequence classifier with one label. A language model gets a fresh head, drawn from `seed`."""
    base, adapter = base_of(path)
    _quiet()
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            model = AutoModelForSequenceClassification.from_pretrained(
                base, num_labels=1, dtype=DTYPES[precision], attn_implementation=attention
            )
    except UNREADABLE as error:
        raise _explain(error, base) from error
    # Decoder classifiers pool at the last token that is not padding, so they must know which one padding is.
    model.config.pad_token_id = tokenizer.pad_token_id
    return model if adapter is None else _merge(model, adapter)
