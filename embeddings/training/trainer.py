"""Labelled batches in, trained weights out; stops and goes on where it was.

Enters: a network, a plan, what to train on. Leaves: the averaged weights, a history of losses, and
a checkpoint folder. Deliberately knows nothing of files of questions, scores or model cards.

Everything that is kept is safetensors or JSON. The weights that leave are an exponential moving
average over the steps: it costs nothing and takes the place of dropout, which on a processor
would cost a third of the speed.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from embeddings.pairs import PairTokenizer
from embeddings.reader_network import EMBEDDINGS, ReaderNetwork
from embeddings.training.batches import Labelled, batches
from embeddings.training.examples import Material, Recipe, epoch
from embeddings.training.losses import Weights, loss_of

WEIGHTS = "checkpoint.safetensors"
STATE = "checkpoint.json"
CLIP = 1.0


@dataclass(frozen=True, slots=True)
class Plan:
    """How a reader is trained; together with the data it says everything."""

    epochs: int = 2
    share: float = 1.0  # of the questions, drawn anew for each epoch
    seed: int = 7
    tokens: int = 6_144  # a batch, padding counted
    rate: float = 2e-4  # of the topmost layer, at its highest
    head_rate: float = 1e-3
    layer_decay: float = 0.85  # each layer learns this much slower than the one above
    warm_up: float = 0.05  # share of the training
    weight_decay: float = 0.01
    average: float = 0.998  # of the moving average, a step
    frozen_layers: int = 1  # lowest layers that stay the embedding model's
    begins_from: str = ""  # sha256 of a trained reader's weights; empty: the embedding model
    recipe: Recipe = field(default_factory=Recipe)
    weights: Weights = field(default_factory=Weights)


@dataclass(slots=True)
class Trained:
    """What came out: the adapter's averaged weights, and what happened on the way."""

    weights: dict[str, Tensor]
    steps: int
    seconds: float
    history: list[dict[str, float]]


Report = Callable[[int, int], None]


class Trainer:
    """Trains one network by one plan."""

    def __init__(
        self,
        network: ReaderNetwork,
        tokenizer: PairTokenizer,
        material: Material,
        plan: Plan,
        device: str = "cpu",
    ) -> None:
        self.network, self.tokenizer, self.plan = network, tokenizer, plan
        self.material, self.device = material, device
        network.to(device)
        _freeze(network, plan.frozen_layers)
        # Steps are far smaller than bfloat16 can add: the optimizer's weights are float32, and
        # the network gets them rounded.
        self._exact = {k: v.detach().float().clone() for k, v in network.adapter().items()}
        self._average = {k: v.clone() for k, v in self._exact.items()}
        if lower_precision(device):
            network.lower_precision()
        self._learned = {k: v for k, v in network.named_parameters() if v.requires_grad}
        self._optimizer = torch.optim.AdamW(
            _parameter_groups(network, self._exact, plan), weight_decay=plan.weight_decay
        )
        self._highest = [group["lr"] for group in self._optimizer.param_groups]
        self._steps, self._seconds = 0, 0.0
        self._epoch, self._batch = 0, 0
        self._history: list[dict[str, float]] = []
        self._recent: list[dict[str, float]] = []

    def train(
        self, folder: Path | None = None, every: float = 300.0, report: Report | None = None
    ) -> Trained:
        """Train to the end of the plan.

        Args:
            folder: where checkpoints are kept and, where one lies there, gone on from.
            every: seconds between two checkpoints.
            report: called with questions done and questions in all.

        Raises:
            ValueError: the checkpoint there is of another plan, or damaged.
        """
        if folder is not None:
            self._resume(folder)
        a_round = self._a_round()
        total = a_round * self.plan.epochs
        begin, saved = time.monotonic() - self._seconds, time.monotonic()
        self.network.train()
        for number in range(self._epoch, self.plan.epochs):
            for i, labelled in enumerate(self._batches(number)):
                if number == self._epoch and i < self._batch:
                    continue
                self._step(labelled, (number * a_round + labelled.done) / total)
                self._epoch, self._batch = number, i + 1
                self._seconds = time.monotonic() - begin
                if report is not None:
                    report(number * a_round + labelled.done, total)
                if folder is not None and time.monotonic() - saved > every:
                    self._save(folder)
                    saved = time.monotonic()
            self._epoch, self._batch = number + 1, 0
        if self._recent:
            self._note()
        if folder is not None:
            self._save(folder)
        return Trained(dict(self._average), self._steps, self._seconds, list(self._history))

    def _a_round(self) -> int:
        return max(1, round(self.plan.share * self.material.size()))

    def _batches(self, number: int) -> Iterator[Labelled]:
        seed = self.plan.seed
        groups = islice(epoch(self.material, self.plan.recipe, seed, number), self._a_round())
        rng = random.Random(f"{seed} {number} batches")  # noqa: S311
        return batches(groups, self.tokenizer, self.plan.tokens, rng)

    def _step(self, labelled: Labelled, progress: float) -> None:
        rise, left = progress / self.plan.warm_up, (1 - progress) / (1 - self.plan.warm_up)
        for group, highest in zip(self._optimizer.param_groups, self._highest, strict=True):
            group["lr"] = highest * max(0.0, min(rise, left))
        loss, parts = loss_of(self.network(labelled.batch), labelled, self.plan.weights)
        loss.backward()  # type: ignore[no-untyped-call]  # ships no types
        for name, parameter in self._learned.items():
            self._exact[name].grad = None if parameter.grad is None else parameter.grad.float()
            parameter.grad = None
        torch.nn.utils.clip_grad_norm_([self._exact[name] for name in self._learned], CLIP)
        self._optimizer.step()
        self._steps += 1
        # Early averages would keep the untrained heads: the mean grows with the steps.
        keep = min(self.plan.average, (1 + self._steps) / (10 + self._steps))
        with torch.no_grad():
            for name, parameter in self._learned.items():
                parameter.copy_(self._exact[name])
                self._average[name].lerp_(self._exact[name], 1 - keep)
        self._recent.append(parts)
        if len(self._recent) == 50:
            self._note()

    def _note(self) -> None:
        means = {k: sum(p[k] for p in self._recent) / len(self._recent) for k in self._recent[0]}
        self._history.append({"step": self._steps, **{k: round(v, 4) for k, v in means.items()}})
        self._recent.clear()

    def _plan_record(self) -> dict[str, Any]:
        record: dict[str, Any] = json.loads(json.dumps(asdict(self.plan)))
        cases = [[m.place, len(m.cases)] for m in self.material.mined]
        return record | {"cases": cases, "claims": len(self.material.claims)}

    def _save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        tensors = {f"now.{k}": v for k, v in self._exact.items()}
        tensors |= {f"average.{k}": v for k, v in self._average.items()}
        for i, state in self._optimizer.state_dict()["state"].items():
            tensors |= {f"optimizer.{i}.{k}": v for k, v in state.items()}
        state = {
            "plan": self._plan_record(),
            "epoch": self._epoch,
            "batch": self._batch,
            "steps": self._steps,
            "seconds": self._seconds,
            "history": self._history,
            "recent": self._recent,
        }
        # One file for the tensors, named after the step, and the JSON that names it last: a kill
        # at any point leaves the old checkpoint or the new one. Both are renamed into place: the
        # last step may be saved twice, and the first time counts until the second is whole.
        name = f"{self._steps}.{WEIGHTS}"
        arriving = folder / f"{WEIGHTS}.arriving"
        save_file({k: v.detach().cpu().contiguous().clone() for k, v in tensors.items()}, arriving)
        arriving.replace(folder / name)
        arriving = folder / f"{STATE}.arriving"
        arriving.write_text(json.dumps(state | {"tensors": name}), encoding="utf-8")
        arriving.replace(folder / STATE)
        for old in folder.glob(f"*.{WEIGHTS}"):
            if old.name != name:
                old.unlink()

    def _resume(self, folder: Path) -> None:
        if not (folder / STATE).is_file():
            return
        state = json.loads((folder / STATE).read_text(encoding="utf-8"))
        if state["plan"] != self._plan_record():
            raise ValueError(
                f"the checkpoint in {folder} is of another plan or other data; give the same "
                f"options again, or another folder"
            )
        try:
            tensors = load_file(folder / state["tensors"], device=self.device)
        except SafetensorError as exc:
            raise ValueError(f"the checkpoint in {folder} is damaged ({exc}); delete it") from exc
        exact = _under("now.", tensors)
        self.network.load_adapter(exact)
        for name, value in self._exact.items():
            value.copy_(exact[name])
        self._average = _under("average.", tensors)
        saved: dict[int, dict[str, Tensor]] = {}
        for name, value in _under("optimizer.", tensors).items():
            number, _, what = name.partition(".")
            saved.setdefault(int(number), {})[what] = value
        whole = self._optimizer.state_dict()
        self._optimizer.load_state_dict({**whole, "state": saved})
        self._epoch, self._batch = state["epoch"], state["batch"]
        self._steps, self._seconds = state["steps"], state["seconds"]
        self._history, self._recent = state["history"], state["recent"]


def save_adapter(weights: Mapping[str, Tensor], path: Path) -> None:
    """Write trained weights as they are released: bfloat16, as the network computes."""
    save_file({k: v.to(torch.bfloat16).cpu().contiguous() for k, v in weights.items()}, path)


def lower_precision(device: str) -> bool:
    """Whether to compute in bfloat16: where the hardware multiplies it."""
    from embeddings.processor import multiplies_bfloat16  # noqa: PLC0415 (imports torch)

    return device.startswith("cuda") or multiplies_bfloat16()


def _under(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}


def _freeze(network: ReaderNetwork, layers: int) -> None:
    frozen = (EMBEDDINGS, *(f"body.encoder.layer.{i}." for i in range(layers)))
    for name, parameter in network.named_parameters():
        parameter.requires_grad_(not name.startswith(frozen))


def _parameter_groups(
    network: ReaderNetwork, exact: dict[str, Tensor], plan: Plan
) -> list[dict[str, Any]]:
    """One group a layer, each with its rate, and one for the heads."""
    groups: dict[float, list[Tensor]] = {}
    top = network.body.config.num_hidden_layers - 1
    for name, parameter in network.named_parameters():
        if not parameter.requires_grad:
            continue
        rate = plan.head_rate
        if name.startswith("body.encoder.layer."):
            rate = plan.rate * plan.layer_decay ** (top - int(name.split(".")[3]))
        groups.setdefault(rate, []).append(exact[name])
    return [{"params": parameters, "lr": rate} for rate, parameters in groups.items()]
