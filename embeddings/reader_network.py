"""The reader's network: token ids of (question, passage) pairs in, logits out. torch lives here.

Enters: a ``Batch``. Leaves: for every pair how relevant the passage is, whether it answers, and
where an answer starts and ends. Deliberately knows nothing of text, offsets or probabilities.

Six transformer layers that begin as those of all-MiniLM-L6-v2, and three small heads. The token
embeddings stay those of the packaged model, so the weights kept here are the layers and the heads
only (``ADAPTER``). Whether a passage answers is decided from the pair as a whole and from the
place where an answer would start, as in XLNet's reader (Yang et al., NeurIPS 2019, appendix).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from embeddings.encoder import FloatArray
from embeddings.pairs import Batch
from embeddings.weights import Shape

if TYPE_CHECKING:
    from transformers import BertConfig

# What the body's parameters begin with, and the embeddings': all but those are the adapter.
BODY = "body."
EMBEDDINGS = f"{BODY}embeddings."
# Far below any logit, and finite in every type: a row without text must not become NaN.
NOWHERE = -1e4

# Relevance and answerable (pairs,), start and end (pairs, tokens).
Arrays = tuple[FloatArray, FloatArray, FloatArray, FloatArray]


@dataclass(frozen=True, slots=True)
class Logits:
    """``relevance`` and ``answerable`` (pairs,); ``start`` and ``end`` (pairs, tokens)."""

    relevance: Tensor
    answerable: Tensor
    start: Tensor
    end: Tensor


class ReaderNetwork(nn.Module):
    """A cross-encoder with three heads."""

    def __init__(self, config: BertConfig) -> None:
        """Random weights in the shape that ``config`` says."""
        from transformers import BertModel  # noqa: PLC0415 (2 s, and reading does without)

        super().__init__()
        self.body = BertModel(config, add_pooling_layer=False)
        width = config.hidden_size
        self.relevance = nn.Linear(width, 1)
        self.place = nn.Linear(width, 2)
        self.answerable = nn.Sequential(nn.Linear(2 * width, width), nn.GELU(), nn.Linear(width, 1))

    @classmethod
    def from_encoder(cls, folder: Path, attention: str = "eager") -> ReaderNetwork:
        """The body of the embedding model in ``folder``, with heads that know nothing yet.

        On a processor ``eager`` attention trains twice as fast as the fused kernel ("sdpa"), which
        in turn reads twice as fast.
        """
        from transformers import BertConfig  # noqa: PLC0415 (2 s, and reading does without)

        config = BertConfig.from_pretrained(folder)
        config._attn_implementation = attention
        # Drawing the random numbers would take a third of the time; the trainer averages instead.
        config.hidden_dropout_prob = config.attention_probs_dropout_prob = 0.0
        network = cls(config)
        weights = load_file(folder / "model.safetensors")
        kept = {f"body.{k}": v for k, v in weights.items() if not k.startswith("pooler.")}
        missing, unexpected = network.load_state_dict(kept, strict=False)
        wrong = [name for name in missing if name.startswith("body.")] + [
            name for name in unexpected if not name.endswith("position_ids")
        ]
        if wrong:
            raise ValueError(f"{folder} is not a BERT model like the packaged one: {wrong[:3]}")
        return network

    @property
    def shape(self) -> Shape:
        """What its weights do not say of its body."""
        config = self.body.config
        return Shape(config.num_attention_heads, config.layer_norm_eps)

    def forward(self, batch: Batch) -> Logits:
        """Read the pairs of a batch."""
        device = self.relevance.weight.device
        arrays = (batch.ids, batch.types, batch.mask, batch.text)
        return self.logits(*(torch.from_numpy(array).to(device) for array in arrays))

    def logits(self, ids: Tensor, types: Tensor, mask: Tensor, text: Tensor) -> Logits:
        """Read pairs given as tensors, each of shape (pairs, tokens)."""
        states = self.body(ids, attention_mask=mask, token_type_ids=types).last_hidden_state
        # The heads add up over tokens, and their loss is taken: in float32, whatever the body is.
        states = states.float()
        whole = states[:, 0]
        start, end = self.place(states).masked_fill(text[..., None] == 0, NOWHERE).unbind(-1)
        beginning = torch.einsum("bt,bth->bh", start.softmax(-1), states)
        answerable = self.answerable(torch.cat([whole, beginning], -1))
        return Logits(self.relevance(whole).squeeze(-1), answerable.squeeze(-1), start, end)

    def lower_precision(self) -> None:
        """Compute the body in bfloat16; the heads stay in float32."""
        body: nn.Module = self.body  # transformers types its own `to` wrongly
        body.to(torch.bfloat16)

    def read(self, batch: Batch) -> Arrays:
        """Relevance, answerable, start and end of a batch as arrays, with nothing to learn from."""
        with torch.inference_mode():
            found = self(batch)
        arrays = (found.relevance, found.answerable, found.start, found.end)
        relevance, answerable, start, end = (each.float().cpu().numpy() for each in arrays)
        return relevance, answerable, start, end

    @classmethod
    def from_weights(cls, folder: Path, adapter: Path) -> ReaderNetwork:
        """The embedding model in ``folder`` with the trained weights at ``adapter`` over it.

        Raises:
            ValueError: they are not weights of this network.
            OSError: a file cannot be read.
        """
        network = cls.from_encoder(folder, attention="sdpa")
        try:
            network.load_adapter({k: v.float() for k, v in load_file(adapter).items()})
        except SafetensorError as exc:
            raise ValueError(f"not a safetensors file: {exc}") from exc
        return network

    def adapter(self) -> dict[str, Tensor]:
        """What training changes: the state without the token embeddings."""
        return {k: v for k, v in self.state_dict().items() if not k.startswith(EMBEDDINGS)}

    def load_adapter(self, weights: Mapping[str, Tensor]) -> None:
        """Take what ``adapter`` gave.

        Raises:
            ValueError: a parameter is missing, unknown, or of another shape.
        """
        wanted = self.adapter()
        wrong = sorted(set(wanted) ^ set(weights)) or sorted(
            name for name, value in weights.items() if value.shape != wanted[name].shape
        )
        if wrong:
            raise ValueError(f"not the weights of this network: {wrong[:3]}")
        self.load_state_dict(dict(weights), strict=False)
