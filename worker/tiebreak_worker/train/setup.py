"""What a run stands on: the device, the tokenizer, the module to train, and how its batches are laid out."""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import torch
from accelerate import Accelerator
from accelerate.utils import InitProcessGroupKwargs
from transformers.modeling_layers import GenericForSequenceClassification

from tiebreak_worker.data.plan import Division
from tiebreak_worker.errors import WorkerError
from tiebreak_worker.models import attention
from tiebreak_worker.models.adapter import LoraSettings, add_lora
from tiebreak_worker.models.load import is_encoder, load_causal, load_config, load_reward, load_tokenizer
from tiebreak_worker.models.modules import PolicyModule, RewardModule
from tiebreak_worker.train.config import TrainConfig

TOKENS_ON_GPU = 16384
TOKENS_ON_CPU = 4096
LONGEST_BY_DEFAULT = 8192
# The others wait while the main process evaluates. Ten minutes, torch's own patience, are too few for a large release.
PATIENCE = timedelta(hours=24)


@dataclass
class Setup:
    """Everything that stays the same while a run goes on. `limit` is the longest prompt with one response, in
    tokens.
    """

    accelerator: Accelerator
    tokenizer: object
    module: torch.nn.Module
    division: Division
    limit: int
    precision: str

    @property
    def device(self) -> torch.device:
        """Where this process computes."""
        return self.accelerator.device

    def autocast(self) -> AbstractContextManager:
        """bfloat16 arithmetic on float32 weights when the precision is `mixed`."""
        return torch.autocast(self.device.type, torch.bfloat16) if self.precision == "mixed" else nullcontext()


def pick_precision(wanted: str, device: torch.device) -> str:
    """`auto` is bfloat16 arithmetic on float32 weights where the device is made for it."""
    if wanted != "auto":
        return wanted
    return "mixed" if device.type == "cuda" else "float32"


def pick_layout(config, share_prompt: str) -> tuple[str, bool]:
    """The layout and whether prompts are shared. Raises WorkerError when sharing is demanded where it cannot be
    exact.
    """
    packs = not is_encoder(config) and attention.supports_segments(config)
    if share_prompt == "on" and not packs:
        raise WorkerError(
            f"--share-prompt on is not possible with {config.model_type}: its layers do not all see the whole text in "
            "order. Use auto or off.",
            phase="model",
        )
    return ("packed" if packs else "rows"), packs and share_prompt != "off"


def with_padding(tokenizer, model, pad_token: str | None):
    """Use `pad_token` for padding; a token that is new grows the embeddings by one row."""
    if pad_token is not None:
        tokenizer.add_special_tokens({"pad_token": pad_token})
        if len(tokenizer) > model.get_input_embeddings().weight.shape[0]:
            model.resize_token_embeddings(len(tokenizer))
    model.config.pad_token_id = tokenizer.pad_token_id
    return model


def _load_model(config: TrainConfig, tokenizer, precision: str, layout: str):
    implementation = attention.register() if layout == "packed" else "sdpa"
    if config.method == "rm":
        model = load_reward(config.model, tokenizer, precision=precision, attention=implementation, seed=config.seed)
        if layout == "packed" and not isinstance(model, GenericForSequenceClassification):
            # Its own pooling would look for padding in the packed row; one row per response suits it.
            return None
    else:
        model = load_causal(config.model, precision=precision, attention=implementation)
    return with_padding(tokenizer, model, config.pad_token)


def make_setup(config: TrainConfig) -> Setup:
    """Load tokenizer and model, add LoRA when asked, and decide on the layout. Raises WorkerError with what to
    change.
    """
    if config.device == "cuda" and not torch.cuda.is_available():
        raise WorkerError("--device cuda, but torch sees no GPU. Use --device cpu or auto.", phase="model")
    accelerator = Accelerator(cpu=config.device == "cpu", kwargs_handlers=[InitProcessGroupKwargs(timeout=PATIENCE)])
    template = None if config.chat_template is None else _read_template(config.chat_template)
    tokenizer = load_tokenizer(config.model, template)
    architecture = load_config(config.model)
    if config.method != "rm" and is_encoder(architecture):
        raise WorkerError(
            f"{config.model} is an encoder ({architecture.model_type}): it can become a reward model, but not write.",
            phase="model",
        )
    precision = pick_precision(config.precision, accelerator.device)
    layout, shared = pick_layout(architecture, config.share_prompt)
    model = _load_model(config, tokenizer, precision, layout)
    if model is None:
        layout, shared = "rows", False
        model = _load_model(config, tokenizer, precision, layout)
    if config.gradient_checkpointing:
        model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
    context = getattr(model.config.get_text_config(), "max_position_embeddings", None) or LONGEST_BY_DEFAULT
    budget = config.micro_batch_tokens or (TOKENS_ON_GPU if accelerator.device.type == "cuda" else TOKENS_ON_CPU)
    wrapper = RewardModule if config.method == "rm" else PolicyModule
    return Setup(
        accelerator,
        tokenizer,
        wrapper(model).to(accelerator.device),
        Division(shared, layout, budget),
        min(config.max_tokens or context, context),
        precision,
    )


def train_adapter(setup: Setup, config: TrainConfig) -> None:
    """Put LoRA on the model when asked."""
    if not config.lora_rank:
        return
    settings = LoraSettings(config.lora_rank, config.lora_alpha, config.lora_dropout)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed)
        setup.module.model = add_lora(setup.module.model, settings, reward=config.method == "rm")
    if config.gradient_checkpointing:
        setup.module.model.enable_input_require_grads()


def _read_template(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise WorkerError(f"The chat template {path} cannot be read: {error}.", phase="model") from error
