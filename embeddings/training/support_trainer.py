"""A reader's network trained on to tell what supports a claim: the reader's trainer, other pairs.

Enters: a network, a plan, what claims are made from. Leaves: what ``Trainer`` leaves. Deliberately
knows nothing of files, scores or model cards.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from embeddings.pairs import PairTokenizer
from embeddings.reader_network import ReaderNetwork
from embeddings.training.batches import Labelled, batches
from embeddings.training.examples import Material
from embeddings.training.support_examples import support_epoch
from embeddings.training.support_kin import Kin
from embeddings.training.support_recipe import SupportMaterial, SupportRecipe, drawn
from embeddings.training.trainer import Plan, Trainer


class SupportTrainer(Trainer):
    """Trains one network to judge claims; only the head that says yes or no learns."""

    def __init__(  # noqa: PLR0913, PLR0917 (as ``Trainer``, and how claims are made)
        self,
        network: ReaderNetwork,
        tokenizer: PairTokenizer,
        material: SupportMaterial,
        plan: Plan,
        recipe: SupportRecipe,
        device: str = "cpu",
    ) -> None:
        super().__init__(network, tokenizer, Material(()), plan, device)
        self._claims, self._recipe = material, recipe
        self._kin = Kin(material.fever)

    def _a_round(self) -> int:
        return max(1, len(drawn(self._claims, self._recipe, self.plan.seed, 0, False)))

    def _batches(self, number: int) -> Iterator[Labelled]:
        seed = self.plan.seed
        made = support_epoch(self._claims, self._recipe, seed, number, self._kin)
        rng = random.Random(f"{seed} {number} batches")  # noqa: S311 (sampling, not secrecy)
        return batches((group for _, group in made), self.tokenizer, self.plan.tokens, rng)

    def _plan_record(self) -> dict[str, Any]:
        record: dict[str, Any] = json.loads(json.dumps(asdict(self.plan)))
        sizes = [len(self._claims.fever), len(self._claims.summaries)]
        sizes += [len(source.asked) for source in self._claims.readings]
        return record | {"claims": asdict(self._recipe), "sizes": sizes}
