"""Tiny language models made on the spot: real weights, a real tokenizer, no download.

A model that knows one answer is a Llama whose weights are set, not trained: embeddings are unit
vectors and the output layer maps each token of the answer to the next. Attention and the inner
layers run but add nothing, so the answer is the same whatever the prompt and wherever it runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import GenerationConfig, LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

UNKNOWN, END, USER, ASSISTANT = "<unk>", "</s>", "<user>", "<assistant>"
TEMPLATE = (
    "{% for m in messages %}"
    "{{ '<assistant>' if m.role == 'assistant' else '<user>' }}{{ m.content }}{{ '</s>' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<assistant>' }}{% endif %}"
)
_SPACE = "▁"
# A word's later occurrences in the answer are tokens of their own that decode to the same word:
# one token then says where in the answer the model is.
_AGAIN = "\u2063"
_SHARPNESS = 50.0


def answering_model(folder: Path, answer: str, texts: Iterable[str] = ()) -> Path:
    """Make a model that answers every prompt with ``answer`` and stops.

    Args:
        folder: Where to; made if need be.
        answer: Words separated by single spaces.
        texts: What the tokenizer knows words of; other words are unknown tokens.

    Returns:
        ``folder``.
    """
    spelled = list(_spell(answer))
    tokenizer = _tokenizer(texts, spelled)
    network = _network(len(tokenizer), hidden=_room(len(spelled) + 2))
    path = [tokenizer.convert_tokens_to_ids(token) for token in (ASSISTANT, *spelled, END)]
    _teach(network, path)
    return _save(folder, network, tokenizer)


def babbling_model(folder: Path, texts: Iterable[str]) -> Path:
    """Make a model with random weights, which says words of ``texts`` and hardly ever stops."""
    tokenizer = _tokenizer(texts, [])
    return _save(folder, _network(len(tokenizer), hidden=32), tokenizer)


def _spell(answer: str) -> Iterator[str]:
    seen: dict[str, int] = {}
    for word in answer.split(" "):
        yield _SPACE + word + _AGAIN * seen.get(word, 0)
        seen[word] = seen.get(word, 0) + 1


def _tokenizer(texts: Iterable[str], spelled: list[str]) -> PreTrainedTokenizerFast:
    special = [UNKNOWN, END, USER, ASSISTANT]
    words = sorted({_SPACE + word for text in texts for word in text.split()})
    vocabulary = {token: i for i, token in enumerate(dict.fromkeys(special + spelled + words))}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token=UNKNOWN))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(split=False)]
    )
    tokenizer.decoder = decoders.Sequence([decoders.Replace(_AGAIN, ""), decoders.Metaspace()])
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, unk_token=UNKNOWN, eos_token=END, pad_token=END,
        additional_special_tokens=[USER, ASSISTANT], chat_template=TEMPLATE,
        model_max_length=8192,
    )  # fmt: skip


def _room(tokens: int) -> int:
    return max(32, -(-tokens // 8) * 8)


def _network(vocabulary: int, hidden: int) -> LlamaForCausalLM:
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=vocabulary, hidden_size=hidden, intermediate_size=2 * hidden,
        num_hidden_layers=2, num_attention_heads=4, max_position_embeddings=8192,
        initializer_range=0.5, bos_token_id=None, eos_token_id=1, pad_token_id=1,
    )  # fmt: skip
    return LlamaForCausalLM(config).eval()


@torch.no_grad()
def _teach(network: LlamaForCausalLM, path: list[int]) -> None:
    """Have each token of the path followed by the next, and any other token by the end."""
    for layer in network.model.layers:
        layer.self_attn.o_proj.weight.zero_()
        layer.mlp.down_proj.weight.zero_()
    embeddings, output = network.model.embed_tokens.weight, network.lm_head.weight
    embeddings.zero_()
    output.zero_()
    elsewhere = len(path) - 1
    embeddings[:, elsewhere] = 1
    output[path[-1], elsewhere] = _SHARPNESS
    for place, (token, following) in enumerate(pairwise(path)):
        embeddings[token] = 0
        embeddings[token, place] = 1
        output[following, place] = _SHARPNESS


def _save(folder: Path, network: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast) -> Path:
    network.generation_config = GenerationConfig(
        do_sample=False, eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id
    )
    network.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
