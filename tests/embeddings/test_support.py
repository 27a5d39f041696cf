"""From a claim and its evidence to a probability, on a reader whose logits are given."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from embeddings import support as module
from embeddings.errors import ReaderUnavailable, WeightsMismatch
from embeddings.reader import Excerpt, PassageReader, PassageReading
from embeddings.support import FITTED_NAMES, SupportModel

HARBOUR = "The harbour opened in May."


class ToldReader(PassageReader):
    """Says of every pair what a function says of it."""

    def __init__(self, tell: Callable[[str, str], float]) -> None:
        self.tell = tell
        self.asked: list[tuple[str, str]] = []

    def read_pairs(self, pairs: Sequence[tuple[str, Excerpt]]) -> list[PassageReading]:
        self.asked += [(claim, excerpt.text) for claim, excerpt in pairs]
        return [
            PassageReading(0.0, self.tell(claim, excerpt.text), (), ()) for claim, excerpt in pairs
        ]


def weights(**given: float) -> Mapping[str, Any]:
    part = {"intercept": 0.0, "weights": {name: given.get(name, 0.0) for name in FITTED_NAMES}}
    return {"supported_from": 0.6, "unsupported_below": 0.2, "support": part}


def logistic(logit: float) -> float:
    return 1 / (1 + math.exp(-logit))


def test_each_pair_has_its_probability_in_the_order_given() -> None:
    logits = {"It opened in May.": 2.0, "It opened in June 🙂.": -3.0}
    model = SupportModel(ToldReader(lambda claim, _: logits[claim]), weights(supports=1.0), "told")
    found = model.probabilities(
        [("It opened in June 🙂.", [HARBOUR]), ("It opened in May [1].", ["Åre. Reuters", HARBOUR])]
    )
    assert found == pytest.approx([logistic(-3.0), logistic(2.0)])
    assert (model.name, model.supported_from, model.unsupported_below) == ("told", 0.6, 0.2)


def test_nothing_supports_without_evidence_and_nothing_is_no_claim() -> None:
    reader = ToldReader(lambda *_: 9.0)
    model = SupportModel(reader, weights(supports=1.0), "told")
    pairs: list[tuple[str, list[str]]] = [
        ("It opened.", []),
        ("It opened.", ["", " \r\n…"]),
        ("", [HARBOUR]),
        ("[3] 🙂", [HARBOUR]),
    ]
    assert model.probabilities(pairs) == [0.0, 0.0, 0.0, 0.0]
    assert model.probabilities([]) == []
    assert reader.asked == []


def test_a_claim_of_two_sentences_is_supported_as_its_weaker_one() -> None:
    logits = {"It opened in May.": 2.0, "Nobody came.": -1.0}
    model = SupportModel(ToldReader(lambda claim, _: logits[claim]), weights(supports=1.0), "told")
    (found,) = model.probabilities([("It opened in May. Nobody came.", [HARBOUR])])
    assert found == pytest.approx(logistic(-1.0))


def test_of_several_windows_best_and_mean_count() -> None:
    filler = " ".join(["Nobody said anything about it on that long and rainy evening."] * 40)
    reader = ToldReader(lambda _, text: 3.0 if text == HARBOUR else 0.0)
    model = SupportModel(reader, weights(supports=1.0, supports_mean=1.0), "told")
    (found,) = model.probabilities([("The harbour opened in May.", [filler, HARBOUR, filler])])
    assert len(reader.asked) == 3
    assert found == pytest.approx(logistic(3.0 + 1.0))


def test_what_shows_counts_too() -> None:
    model = SupportModel(ToldReader(lambda *_: 0.0), weights(figures_lacking=-4.0), "told")
    found = model.probabilities([("In 1999 it opened.", [HARBOUR]), ("It opened.", [HARBOUR])])
    assert found == pytest.approx([logistic(-4.0), 0.5])


@pytest.mark.parametrize(("logit", "probability"), [(-5000.0, 0.0), (5000.0, 1.0)])
def test_logits_far_out(logit: float, probability: float) -> None:
    model = SupportModel(ToldReader(lambda *_: logit), weights(supports=1.0), "told")
    assert model.probabilities([("It opened.", [HARBOUR])]) == [probability]


def test_threads_share_a_model() -> None:
    model = SupportModel(
        ToldReader(lambda claim, _: float(claim.split()[1])), weights(supports=1.0), "told"
    )
    with ThreadPoolExecutor(8) as pool:
        found = list(
            pool.map(lambda i: model.probabilities([(f"Number {i} opened", [HARBOUR])]), range(64))
        )
    assert found == [[pytest.approx(logistic(float(i)))] for i in range(64)]


def test_no_weights(tmp_path: Path) -> None:
    with pytest.raises(ReaderUnavailable) as caught:
        SupportModel.load(tmp_path)
    assert str(caught.value) == (
        f"there are no weights of the support model at {tmp_path / 'support.safetensors'}; check "
        f"them out again, or make them with `python -m embeddings.training support --data FOLDER`"
    )


def test_other_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "support.safetensors"
    path.write_bytes(b"abd")
    monkeypatch.setattr(module, "FOLDER", tmp_path)
    monkeypatch.setattr(module, "SHA256", sha256(b"abc").hexdigest())
    with pytest.raises(WeightsMismatch, match="the support model's released weights have ba7816bf"):
        SupportModel.released()


@pytest.mark.parametrize("text", ["", "[", '["é"]', "{}", '{"supported_from": 0.5}'])
def test_no_regression(tmp_path: Path, text: str) -> None:
    (tmp_path / "support.safetensors").write_bytes(b"abc")
    (tmp_path / "support_weights.json").write_text(text, encoding="utf-8")
    with pytest.raises(ReaderUnavailable, match=r"cannot read .*support_weights\.json: .*; check"):
        SupportModel.load(tmp_path)


def test_the_network_is_loaded_when_it_first_reads(tmp_path: Path) -> None:
    (tmp_path / "support.safetensors").write_bytes(b"no weights")
    text = json.dumps(weights())
    (tmp_path / "support_weights.json").write_text(text, encoding="utf-8")
    model = SupportModel.load(tmp_path)
    assert model.name == f"support (weights {sha256(b'no weights').hexdigest()[:12]})"
    with pytest.raises(ReaderUnavailable, match="cannot load the reader from"):
        model.probabilities([("It opened.", [HARBOUR])])
