"""A tiny random model with a real tokenizer, made without any download.

It has what trips trainers up in real models: a byte-level BPE, a chat template with header and end-of-turn tokens, a
padding token that is not the end token, and (for Qwen3) q/k norms. So every path can run on a CPU in seconds.
"""

from dataclasses import dataclass
from pathlib import Path

from tiebreak_worker.errors import WorkerError

PAD, BOS, EOT, HEADER_START, HEADER_END = "<|pad|>", "<|begin|>", "<|eot|>", "<|header|>", "<|/header|>"

CHAT_TEMPLATE = (
    "{{ bos_token }}"
    "{% for message in messages %}"
    "<|header|>{{ message['role'] }}<|/header|>\n\n{{ message['content'] | trim }}<|eot|>"
    "{% endfor %}"
    "{% if add_generation_prompt %}<|header|>assistant<|/header|>\n\n{% endif %}"
)

CORPUS = """
Which of the two answers is better? The first one is shorter, and says what was asked. The second one wanders.
A good answer names its source, gives the number with its unit, and admits what it does not know.
Please write a short letter to my neighbour about the hedge between our gardens. Dear neighbour, I hope you are well.
def add(first, second): return first + second  # works for numbers and for text
What is the capital of Peru? The capital of Peru is Lima. How many legs has a spider? A spider has eight legs.
Boil the water, add the salt, then the pasta; after nine minutes, taste it. If it is still hard, wait one more minute.
The system, the user and the assistant take turns. When the assistant has finished, it ends its turn.
I am sorry, but I cannot help with that. Here is a list: one, two, three, four, five, six, seven, eight, nine, ten.
Yes. No. Maybe. It depends on the weather, the time of the year, and the place where you live.
"""


@dataclass(frozen=True)
class TinySpec:
    """Shape of the model: `hidden` is its width, `vocab` and `context` are in tokens."""

    arch: str = "llama"
    seed: int = 0
    hidden: int = 64
    layers: int = 2
    vocab: int = 512
    context: int = 4096


def make_tokenizer(context: int):
    """Train the byte-level BPE on the built-in text; at most 512 entries, the same ones every time."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=512,
        special_tokens=[PAD, BOS, EOT, HEADER_START, HEADER_END],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    bpe.train_from_iterator(CORPUS.splitlines(), trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=bpe,
        pad_token=PAD,
        bos_token=BOS,
        eos_token=EOT,
        additional_special_tokens=[HEADER_START, HEADER_END],
        chat_template=CHAT_TEMPLATE,
        model_max_length=context,
        padding_side="right",
        clean_up_tokenization_spaces=False,
    )


def make_config(spec: TinySpec, tokenizer):
    """Give the architecture's configuration, with 16 units per attention head and half as many key-value heads."""
    from transformers import BertConfig, LlamaConfig, Qwen3Config

    heads = max(2, spec.hidden // 16)
    shared = {
        "vocab_size": max(spec.vocab, len(tokenizer)),
        "hidden_size": spec.hidden,
        "num_hidden_layers": spec.layers,
        "num_attention_heads": heads,
        "intermediate_size": spec.hidden * 3,
        "max_position_embeddings": spec.context,
        "pad_token_id": tokenizer.pad_token_id,
        "bos_token_id": tokenizer.bos_token_id,
        "eos_token_id": tokenizer.eos_token_id,
    }
    if spec.arch == "bert":
        return BertConfig(**shared, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)
    config = {"llama": LlamaConfig, "qwen3": Qwen3Config}[spec.arch]
    return config(**shared, num_key_value_heads=heads // 2, head_dim=16, tie_word_embeddings=spec.arch == "qwen3")


def make_tiny_model(out: Path, spec: TinySpec) -> int:
    """Write a random model and its tokenizer to `out`, and return the number of parameters.

    The same spec gives the same weights. Raises WorkerError when `out` already holds something else.
    """
    import torch
    from transformers import AutoModelForCausalLM, AutoModelForMaskedLM

    if out.exists() and any(out.iterdir()) and not (out / "config.json").exists():
        raise WorkerError(f"{out} is not empty and holds no model; choose another --out", phase="model")
    if spec.hidden < 32 or spec.hidden % 32:
        raise WorkerError(f"--hidden is {spec.hidden}; it must be a multiple of 32", phase="model")
    tokenizer = make_tokenizer(spec.context)
    factory = AutoModelForMaskedLM if spec.arch == "bert" else AutoModelForCausalLM
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(spec.seed)
        model = factory.from_config(make_config(spec, tokenizer))
    if spec.arch != "bert":
        model.generation_config.do_sample = True
    model.save_pretrained(out)
    tokenizer.save_pretrained(out)
    return sum(parameter.numel() for parameter in model.parameters())
