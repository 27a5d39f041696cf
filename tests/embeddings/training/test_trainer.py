"""Training a tiny network: it learns, it repeats itself, and it goes on where it was."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor

from embeddings.pairs import PairTokenizer
from embeddings.training import trainer as module
from embeddings.training.examples import Material, Recipe
from embeddings.training.losses import Weights
from embeddings.training.mining import Mined
from embeddings.training.trainer import Plan, Trained, Trainer, save_adapter
from tests.embeddings.training.made import PLAIN, mined
from tests.fakes import pair_tokenizer, tiny_network

# 16 museums of 20 are trained on: 48 questions.
PLAN = Plan(epochs=2, tokens=700, rate=2e-3, head_rate=5e-3, average=0.9, frozen_layers=1)


class Stopped(Exception):
    pass


@pytest.fixture(scope="module")
def tokenizer() -> PairTokenizer:
    return pair_tokenizer()


@pytest.fixture(scope="module")
def museums() -> Mined:
    return mined()


@pytest.fixture(autouse=True)
def exact(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "lower_precision", lambda _device: False)


def trainer(tokenizer: PairTokenizer, museums: Mined, plan: Plan = PLAN) -> Trainer:
    return Trainer(tiny_network(), tokenizer, Material([museums]), plan)


@pytest.fixture(scope="module")
def whole(tokenizer: PairTokenizer, museums: Mined) -> Trained:
    """What comes out when nothing stops it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "lower_precision", lambda _device: False)
        return trainer(tokenizer, museums).train()


def distance(one: Mapping[str, Tensor], other: Mapping[str, Tensor]) -> float:
    assert one.keys() == other.keys()
    return max(float((one[name] - other[name]).abs().max()) for name in one)


def stop_after(batches: int, training: Trainer, folder: Path) -> None:
    """Train until ``batches`` are done, with a checkpoint after each of them but the last."""
    left = [batches]

    def report(_done: int, _total: int) -> None:
        left[0] -= 1
        if not left[0]:
            raise Stopped

    with pytest.raises(Stopped):
        training.train(folder, every=-1.0, report=report)


def test_it_learns_and_repeats_itself(
    tokenizer: PairTokenizer, museums: Mined, whole: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[int, int]] = []
    again = trainer(tokenizer, museums)
    result = again.train(report=lambda done, total: seen.append((done, total)))
    assert distance(result.weights, whole.weights) == 0.0
    assert (result.steps, result.history) == (whole.steps, whole.history)
    assert result.steps == len(seen)
    assert seen[-1] == (96, 96)
    assert [done for done, _ in seen] == sorted({done for done, _ in seen})
    other = trainer(tokenizer, museums, replace(PLAN, seed=8)).train()
    assert distance(other.weights, whole.weights) > 1e-3


def test_the_loss_falls(tokenizer: PairTokenizer, museums: Mined) -> None:
    plan = replace(PLAN, tokens=320, epochs=6, recipe=PLAIN)
    found = trainer(tokenizer, museums, plan).train()
    history = found.history
    assert [row["step"] for row in history] == [50, 100, found.steps]
    first, last, _ = (sum(row.values()) - row["step"] for row in history)
    assert last < first - 0.4
    assert history[1]["place"] < 0.85 * history[0]["place"]


@pytest.mark.parametrize(("share", "each"), [(1.0, 48), (0.5, 24), (0.35, 17), (0.001, 1)])
def test_a_share_of_the_questions_in_each_epoch(
    tokenizer: PairTokenizer, museums: Mined, share: float, each: int
) -> None:
    seen: list[tuple[int, int]] = []
    plan = replace(PLAN, share=share)
    training = trainer(tokenizer, museums, plan)
    training.train(report=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (2 * each, 2 * each)
    assert {total for _, total in seen} == {2 * each}
    assert [done for done, _ in seen] == sorted({done for done, _ in seen})
    # Drawn anew: those of the next epoch are others, but for chance.
    first, second = (
        {
            tuple(ids)
            for labelled in training._batches(number)
            for ids in labelled.batch.ids.tolist()
        }
        for number in (0, 1)
    )
    assert first != second


def test_the_history_has_every_step(
    tokenizer: PairTokenizer, museums: Mined, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[int] = []
    loss_of = module.loss_of

    def numbered(*arguments: Any) -> tuple[Tensor, dict[str, float]]:
        counted.append(len(counted) + 1)
        loss, _ = loss_of(*arguments)
        return loss, {"relevance": float(counted[-1]), "answerable": 1.0, "place": 0.5}

    monkeypatch.setattr(module, "loss_of", numbered)
    plan = replace(PLAN, tokens=320)
    found = trainer(tokenizer, museums, plan).train(tmp_path)
    steps = found.steps
    assert 50 < steps < 100
    # The mean of the first fifty, and of the rest, however few.
    assert found.history == [
        {"step": 50, "relevance": 25.5, "answerable": 1.0, "place": 0.5},
        {"step": steps, "relevance": (51 + steps) / 2, "answerable": 1.0, "place": 0.5},
    ]
    # Done: nothing is noted a second time.
    assert trainer(tokenizer, museums, plan).train(tmp_path).history == found.history
    # Fewer than fifty in all.
    counted.clear()
    few = trainer(tokenizer, museums, replace(PLAN, epochs=1)).train()
    assert [(row["step"], row["relevance"]) for row in few.history] == [
        (few.steps, (1 + few.steps) / 2)
    ]


def test_what_is_frozen_stays(whole: Trained) -> None:
    before = tiny_network().adapter()
    same = {name for name, value in before.items() if torch.equal(value, whole.weights[name])}
    assert same == {name for name in before if name.startswith("body.encoder.layer.0.")}
    assert not any("embeddings" in name for name in whole.weights)


@pytest.mark.parametrize("batches", [2, 9])
def test_going_on_is_as_never_stopping(
    tokenizer: PairTokenizer, museums: Mined, whole: Trained, tmp_path: Path, batches: int
) -> None:
    a_round = whole.steps // 2
    stop_after(a_round + batches - 4, trainer(tokenizer, museums), tmp_path)
    state = json.loads((tmp_path / "checkpoint.json").read_text())
    assert state["steps"] == a_round + batches - 5
    # Stopped once more, soon after.
    stop_after(2, trainer(tokenizer, museums), tmp_path)
    resumed = trainer(tokenizer, museums).train(tmp_path)
    assert distance(resumed.weights, whole.weights) < 1e-6
    assert (resumed.steps, resumed.history) == (whole.steps, whole.history)
    # Finished: nothing is left to do.
    done = trainer(tokenizer, museums).train(tmp_path)
    assert distance(done.weights, whole.weights) < 1e-6
    assert (done.steps, done.history) == (whole.steps, whole.history)


def test_what_a_checkpoint_is_made_of(
    tokenizer: PairTokenizer, museums: Mined, tmp_path: Path
) -> None:
    stop_after(4, trainer(tokenizer, museums), tmp_path)
    # Nothing but safetensors and JSON, and the old ones are gone.
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["3.checkpoint.safetensors", "checkpoint.json"]
    tensors = load_file(tmp_path / names[0])
    assert {name.split(".")[0] for name in tensors} == {"now", "average", "optimizer"}
    state = json.loads((tmp_path / names[1]).read_text())
    assert (state["epoch"], state["batch"], state["tensors"]) == (0, 3, names[0])


def test_a_kill_while_saving_leaves_the_last_checkpoint(
    tokenizer: PairTokenizer, museums: Mined, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    training = trainer(tokenizer, museums, replace(PLAN, epochs=1))
    finished = training.train(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def killed(_tensors: object, path: Path) -> None:
        path.write_bytes(b"half")
        raise Stopped

    # The last step is saved again, under the same name.
    monkeypatch.setattr(module, "save_file", killed)
    with pytest.raises(Stopped):
        trainer(tokenizer, museums, replace(PLAN, epochs=1)).train(tmp_path)
    assert {name: (tmp_path / name).read_bytes() for name in before} == before
    monkeypatch.undo()
    again = trainer(tokenizer, museums, replace(PLAN, epochs=1)).train(tmp_path)
    assert distance(again.weights, finished.weights) < 1e-6


@pytest.mark.parametrize(
    "plan",
    [
        replace(PLAN, seed=8),
        replace(PLAN, recipe=replace(Recipe(), negatives=2)),
        replace(PLAN, weights=Weights(place=0.0)),
        replace(PLAN, begins_from="ab" * 32),
        replace(PLAN, recipe=replace(Recipe(), emptied=0.0)),
    ],
)
def test_a_checkpoint_of_another_plan(
    tokenizer: PairTokenizer, museums: Mined, tmp_path: Path, plan: Plan
) -> None:
    stop_after(2, trainer(tokenizer, museums), tmp_path)
    with pytest.raises(ValueError, match=r"of another plan or other data; give the same options"):
        trainer(tokenizer, museums, plan).train(tmp_path)


def test_a_checkpoint_of_other_data(
    tokenizer: PairTokenizer, museums: Mined, tmp_path: Path
) -> None:
    stop_after(2, trainer(tokenizer, museums), tmp_path)
    with pytest.raises(ValueError, match=r"of another plan or other data"):
        trainer(tokenizer, mined(15)).train(tmp_path)
    # As many cases, mined from other data or in another way: the folder's name says it.
    other = replace(museums, place="museums-1")
    with pytest.raises(ValueError, match=r"of another plan or other data"):
        trainer(tokenizer, other).train(tmp_path)
    # What the set is called is no matter.
    same = replace(museums, name="halls")
    assert trainer(tokenizer, same).train(tmp_path).steps > 2


def test_a_damaged_checkpoint(tokenizer: PairTokenizer, museums: Mined, tmp_path: Path) -> None:
    stop_after(3, trainer(tokenizer, museums), tmp_path)
    (tmp_path / "2.checkpoint.safetensors").write_bytes(b"\x80\x04 pickle")
    with pytest.raises(ValueError, match=r"the checkpoint in .* is damaged .*; delete it"):
        trainer(tokenizer, museums).train(tmp_path)


def test_released_weights_are_bfloat16(whole: Trained, tmp_path: Path) -> None:
    path = tmp_path / "reader.safetensors"
    save_adapter(whole.weights, path)
    written = load_file(path)
    assert {value.dtype for value in written.values()} == {torch.bfloat16}
    network = tiny_network()
    network.load_adapter({name: value.float() for name, value in written.items()})
    for name, value in whole.weights.items():
        torch.testing.assert_close(written[name].float(), value, rtol=2**-8, atol=0)


def test_each_layer_learns_slower_than_the_one_above(
    tokenizer: PairTokenizer, museums: Mined
) -> None:
    training = trainer(tokenizer, museums, replace(PLAN, frozen_layers=0))
    sizes = {
        group["lr"]: sum(each.numel() for each in group["params"])
        for group in training._optimizer.param_groups
    }
    layer = sum(p.numel() for p in tiny_network().body.encoder.layer[0].parameters())
    heads = 33 + 66 + (64 * 32 + 32) + 33
    assert sizes == {2e-3: layer, 2e-3 * 0.85: layer, 5e-3: heads}
