"""The training command on a tiny network and hashed words."""

from __future__ import annotations

import sys

import pytest

from embeddings import collection as collection_module
from embeddings import encoder as encoder_module
from embeddings import trained
from embeddings.reader_network import ReaderNetwork
from embeddings.training import __main__ as command
from embeddings.training import fit_question, mining, sets
from embeddings.training.trainer import Trained, Trainer
from tests.embeddings.training.made import Run
from tests.fakes import TinyEncoder, tiny_network, tiny_packaged


class OneEncoder:
    """Makes the hashed words' encoder, and counts how often."""

    made = 0

    def __call__(self) -> TinyEncoder:
        self.made += 1
        return TinyEncoder()


@pytest.fixture
def encoders(monkeypatch: pytest.MonkeyPatch) -> OneEncoder:
    made = OneEncoder()
    monkeypatch.setattr(encoder_module, "SentenceEncoder", made)
    # Whoever is not given one would make its own.
    for each in (collection_module, mining, fit_question):
        monkeypatch.setattr(each, "SentenceEncoder", None)
    return made


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, encoders: OneEncoder, tmp_path_factory: pytest.TempPathFactory
) -> Run:
    """The command, on a tiny network and hashed words."""
    # What was trained is read over the files of the model that it was trained from.
    weights = tiny_packaged(tmp_path_factory.mktemp("packaged"))
    monkeypatch.setattr("embeddings.reader.packaged_weights", lambda: weights)
    monkeypatch.setattr(ReaderNetwork, "from_encoder", lambda *_, **__: tiny_network())
    # A network that was hardly trained does not choose the right ones of 48, and with few museums
    # held out there may be none to fit on.
    monkeypatch.setattr(trained, "LOOKED_AT", 48)
    monkeypatch.setattr(sets, "HELD_OUT_TENTHS", 4)

    def called(*arguments: object) -> int:
        monkeypatch.setattr(sys, "argv", ["training", *map(str, arguments)])
        return command.main()

    return called


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[Trainer]:
    """The trainers that were about to train; none does."""
    found: list[Trainer] = []

    def interrupted(training: Trainer, *_: object, **__: object) -> Trained:
        found.append(training)
        raise KeyboardInterrupt

    monkeypatch.setattr(Trainer, "train", interrupted)
    return found
