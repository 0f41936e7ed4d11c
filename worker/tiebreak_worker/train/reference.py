"""The reference model's log-probabilities: computed once per response, and kept by content.

The key names the model's weights, the precision and whether formatting tokens count; within it, each response is
named by the hash of its tokens. So a second run, a resumed run, or a later round with some of the same rows computes
only what is new, and no second model is ever in memory beside the one that trains.
"""

import hashlib
import json
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import torch

from tiebreak_worker.data.layout import Batch, build_batch
from tiebreak_worker.data.plan import micro_batches
from tiebreak_worker.data.tokenise import Answer, Item
from tiebreak_worker.errors import Stopped
from tiebreak_worker.train.hooks import Hooks
from tiebreak_worker.train.objectives import DpoObjective
from tiebreak_worker.train.setup import Setup


def response_key(item: Item, answer: Answer) -> str:
    """Name of a response behind its prompt, by the tokens and by which of them count as content."""
    return hashlib.sha256(json.dumps([item.prompt, answer.ids, answer.content]).encode()).hexdigest()


class ReferenceCache:
    """One file of JSON lines `[key, log-probability]` per model and mask; appended to as batches are done."""

    def __init__(self, folder: Path, model: str, precision: str, mask_format: bool) -> None:
        name = hashlib.sha256(f"{model}:{precision}:{mask_format}".encode()).hexdigest()[:32]
        self.path = folder / f"{name}.jsonl"
        self.values: dict[str, float] = {}
        if self.path.exists():
            for line in self.path.read_text().splitlines():
                # A kill may have cut the last line short; what it held is computed again.
                if line.endswith("]"):
                    key, value = json.loads(line)
                    self.values[key] = value

    def add(self, values: dict[str, float]) -> None:
        """Keep new values, in memory and on disk."""
        self.values |= values
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as stream:
            # The leading newline closes a line that a kill cut short.
            stream.write("\n" + "\n".join(json.dumps([key, value]) for key, value in values.items()))

    def attach(self, batch: Batch) -> torch.Tensor:
        """The reference's log-probability of each response of a batch, (A,)."""
        reference = torch.zeros(len(batch.last))
        for item, names in zip(batch.items, batch.answer_index, strict=True):
            for answer in item.answers:
                reference[names[answer.name]] = self.values[response_key(item, answer)]
        return reference

    def lacks(self, item: Item) -> bool:
        """Whether a response of the item is not known yet."""
        return any(response_key(item, answer) not in self.values for answer in item.answers)


@torch.no_grad()
def fill(cache: ReferenceCache, items: list[Item], setup: Setup, objective: DpoObjective, hooks: Hooks) -> None:
    """Compute what the cache lacks with `setup.module` less its adapter, which must still be the reference; processes
    share the work.

    Raises Stopped when the hooks ask for it; with several processes only after all is done, since they must agree.
    """
    missing = [item for item in items if cache.lacks(item)]
    if not missing:
        return
    accelerator = setup.accelerator
    mine = micro_batches(missing, setup.division, accelerator.num_processes)[accelerator.process_index]
    was_training = setup.module.training
    setup.module.eval()
    found: dict[str, float] = {}
    for done, micro in enumerate(mine, 1):
        # A process without work goes along all the same: sharded weights are gathered by all together.
        values = _log_probabilities(micro or missing[:1], setup, objective)
        found |= values
        if accelerator.num_processes == 1:
            cache.add(values)
            if hooks.should_stop() and done < len(mine):
                raise Stopped("Stopped while computing the reference's log-probabilities; those done are kept.")
        hooks.on_progress("reference", done, len(mine))
    setup.module.train(was_training)
    if accelerator.num_processes > 1:
        _exchange(cache, found, accelerator)


def _log_probabilities(micro: list[Item], setup: Setup, objective: DpoObjective) -> dict[str, float]:
    division = setup.division
    batch = build_batch(
        micro, shared=division.shared, layout=division.layout, pad_id=setup.tokenizer.pad_token_id or 0
    ).to(setup.device)
    with setup.autocast(), _without_adapter(setup):
        sums = objective.sequence(batch, setup.module(batch)).tolist()
    pairs = zip(batch.items, batch.answer_index, strict=True)
    return {response_key(item, answer): sums[names[answer.name]] for item, names in pairs for answer in item.answers}


def _without_adapter(setup: Setup) -> AbstractContextManager:
    """The model as it was before LoRA was put on it."""
    model = setup.accelerator.unwrap_model(setup.module).model
    return model.disable_adapter() if hasattr(model, "peft_config") else nullcontext()


def _exchange(cache: ReferenceCache, found: dict[str, float], accelerator) -> None:
    """Give every process what the others found; only the main one writes."""
    from accelerate.utils import gather_object

    together = dict(gather_object(list(found.items())))
    if accelerator.is_main_process:
        cache.add(together)
    cache.values |= together
    accelerator.wait_for_everyone()
