"""What is trained: a batch in, rewards or token log-probabilities out.

The head is applied inside `forward`, to the few positions that need it, so that distributed wrappers see every
parameter used where they expect it.
"""

import torch
from torch import Tensor, nn
from transformers.modeling_layers import GenericForSequenceClassification

from tiebreak_worker.data.layout import Batch
from tiebreak_worker.losses.logprob import token_logprobs

# Tokens times vocabulary whose logits may exist at once, in float32 numbers: 64 Mi of them are 256 MiB.
LOGITS_AT_ONCE = 64 * 2**20


def inner_model(model):
    """The transformers model inside a PEFT wrapper, or the model itself."""
    return model.get_base_model() if hasattr(model, "peft_config") and hasattr(model, "get_base_model") else model


def _states(model, batch: Batch) -> Tensor:
    """Last hidden states of the backbone, flat: (B * L, H)."""
    backbone = getattr(model, model.base_model_prefix)
    arguments: dict[str, object] = {"use_cache": False}
    if batch.segments is not None:
        arguments["segments"] = batch.segments
    else:
        arguments["attention_mask"] = batch.attention_mask
    if batch.attention_mask is None or batch.attention_mask.dim() == 4:
        arguments["position_ids"] = batch.position_ids
    hidden = backbone(input_ids=batch.input_ids, **arguments).last_hidden_state  # (B, L, H)
    return hidden.reshape(-1, hidden.shape[-1])


class _Wrapped(nn.Module):
    """A model inside a module of ours."""

    def __init__(self, model) -> None:
        super().__init__()
        self.model = model
        # By this attribute accelerate finds the layers that FSDP shards one by one.
        self._no_split_modules = getattr(inner_model(model), "_no_split_modules", None)


class RewardModule(_Wrapped):
    """A sequence classifier as a function from a batch to one reward per response, (A,) in float32."""

    def forward(self, batch: Batch) -> Tensor:
        model = inner_model(self.model)
        if isinstance(model, GenericForSequenceClassification):
            return model.score(_states(model, batch)[batch.last]).squeeze(-1).float()
        # Other classifiers pool in their own way, one response per row; rows stand in the order of their numbers.
        return model(input_ids=batch.input_ids, attention_mask=batch.attention_mask).logits.squeeze(-1).float()


class PolicyModule(_Wrapped):
    """A language model as a function from a batch to the log-probability of each response token, (N,) in float32."""

    def forward(self, batch: Batch) -> Tensor:
        model = inner_model(self.model)
        states = _states(model, batch)[batch.predict]  # (N, H)
        head = model.get_output_embeddings()
        config = model.config.get_text_config()
        return token_logprobs(
            states,
            head.weight,
            getattr(head, "bias", None),
            batch.targets,
            chunk=max(1, LOGITS_AT_ONCE // head.weight.shape[0]),
            scale=logit_scale(config),
            cap=getattr(config, "final_logit_softcapping", None) or 0.0,
        )


def logit_scale(config) -> float:
    """What the architecture multiplies its logits by: Cohere has `logit_scale`, Granite divides by `logits_scaling`."""
    if getattr(config, "logits_scaling", None):
        return 1.0 / config.logits_scaling
    return getattr(config, "logit_scale", None) or 1.0


@torch.no_grad()
def plain_logprobs(model, batch: Batch) -> Tensor:
    """The same log-probabilities through the model's own full logits, for a batch in the `rows` layout: a check,
    slow.
    """
    logits = inner_model(model)(input_ids=batch.input_ids, attention_mask=batch.attention_mask).logits  # (B, L, V)
    logprobs = torch.log_softmax(logits.float().flatten(0, 1)[batch.predict], dim=-1)
    return logprobs.gather(1, batch.targets[:, None]).squeeze(1)
