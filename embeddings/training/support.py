"""Train the support model from the released reader: one command, from data to model card.

    python -m embeddings.training support --data DATA --out FOLDER

Interrupt it at any time: the same command goes on from the last checkpoint. What it writes to the
folder (``support.safetensors``, ``support_weights.json``, ``MODEL_CARD.md``, ``training.json``) is
what ``embeddings/support_weights`` holds; the sha256 it prints belongs into ``embeddings.support``.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embeddings.training.claims import HOME, LICENCE
from embeddings.training.option_types import positive
from embeddings.training.progress import reporting
from embeddings.training.sets import SETS, ReadingSet
from embeddings.training.support_recipe import SupportMaterial, SupportRecipe
from embeddings.training.support_sets import (
    FEVER,
    SUMMARIES,
    SUMMARIES_HOME,
    SUMMARIES_LICENCE,
    Readings,
    fever,
    readings,
    summaries,
)

if TYPE_CHECKING:
    from embeddings.encoder import Encoder
    from embeddings.reader_network import ReaderNetwork
    from embeddings.training.trainer import Plan

RECORD = "training.json"


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    from embeddings.reader import WEIGHTS  # noqa: PLC0415 (loaded when needed)

    add = parser.add_argument
    add("--data", type=Path, required=True, help="folder with support/ and reading/")
    add("--out", type=Path, default=Path("support"), help="where everything is written")
    add("--sets", nargs="+", choices=[s.name for s in SETS], help="of reading/, these only")
    add("--begin", type=Path, default=WEIGHTS, help="a trained reader's weights to go on from")
    add("--epochs", type=positive, default=2)
    add("--seed", type=int, default=7)
    add("--device", default="auto", help="cpu, cuda, or auto: a GPU where there is one")


def run(options: argparse.Namespace) -> None:
    """Train, fit, score, and write all of it.

    Raises:
        TrainingDataMissing: a set is not there.
        ValueError: the checkpoint in the folder is of another plan.
    """
    from embeddings.reader import PassageReader  # noqa: PLC0415 (loaded when needed)
    from embeddings.support import MADE_BY, REGRESSION, WEIGHTS  # noqa: PLC0415 (loaded when needed)
    from embeddings.training.__main__ import begun, device_of  # noqa: PLC0415 (it imports this)
    from embeddings.training.support_card import support_card  # noqa: PLC0415
    from embeddings.training.support_fit import fit  # noqa: PLC0415 (imports scikit-learn)

    device = device_of(options)
    options.out.mkdir(parents=True, exist_ok=True)
    sets = [which for which in SETS if options.sets is None or which.name in options.sets]
    material = material_of(options.data, options.out / "work", sets)
    network, plan = begun(options), _plan(options)
    trained = _train(network, plan, material, options, device)
    fitted = fit(PassageReader.load(options.out / WEIGHTS), material, SupportRecipe(), options.seed)
    text = json.dumps(fitted, indent=1) + "\n"
    (options.out / REGRESSION).write_text(text, encoding="utf-8")
    record: dict[str, Any] = {
        **trained,
        "made_by": MADE_BY,
        "sets": _told(material, sets),
        "fitted": fitted,
    }
    (options.out / RECORD).write_text(json.dumps(record, indent=1), encoding="utf-8")
    (options.out / "MODEL_CARD.md").write_text(support_card(record), encoding="utf-8")
    told = {key: record[key] for key in ("sha256", "bytes", "seconds")}
    sys.stdout.write(json.dumps(told | {"scores": fitted["held_out"]}) + "\n")


def _told(material: SupportMaterial, sets: Sequence[ReadingSet]) -> list[dict[str, object]]:
    """Each set with its home, its licence and its numbers."""
    stated = [
        (FEVER, HOME, LICENCE, material.fever),
        (SUMMARIES, SUMMARIES_HOME, SUMMARIES_LICENCE, material.summaries),
    ]
    told: list[dict[str, object]] = [
        _numbers(name, home, licence, [each.held_out for each in claims])
        for name, home, licence, claims in stated
    ]
    for which, source in zip(sets, material.readings, strict=True):
        out = [source.texts[each.text].held_out for each in source.asked]
        told.append(_numbers(which.name, which.home, which.licence, out))
    return told


def _numbers(name: str, home: str, licence: str, held_out: list[bool]) -> dict[str, object]:
    out = sum(held_out)
    return {
        "name": name, "home": home, "licence": licence,
        "claims": len(held_out) - out, "held_out": out,
    }  # fmt: skip


def material_of(data: Path, work: Path, sets: Sequence[ReadingSet] = SETS) -> SupportMaterial:
    """Everything that claims are made from, under ``data``; other words are kept in ``work``.

    Raises:
        TrainingDataMissing: a set is not there.
    """
    from embeddings.encoder import SentenceEncoder  # noqa: PLC0415 (loaded when needed)

    read = [readings(data / "reading", which) for which in sets]
    stated, told = fever(data / "support"), summaries(data / "support")
    return SupportMaterial(stated, told, read, _other_words(read, work, SentenceEncoder()))


def _other_words(read: list[Readings], work: Path, encoder: Encoder) -> dict[str, tuple[str, ...]]:
    """Synonyms from the passages that are trained on; kept in the work folder."""
    from embeddings.training.synonyms import SYNONYMS_VERSION, synonyms  # noqa: PLC0415

    named = " ".join([SYNONYMS_VERSION, str(encoder.identity), *(each.name for each in read)])
    path = work / f"synonyms-{sha256(named.encode()).hexdigest()[:12]}.json"
    if not path.is_file():
        work.mkdir(parents=True, exist_ok=True)
        texts = (t.text for each in read for t in each.texts if not t.held_out)
        arriving = path.with_suffix(".arriving")
        arriving.write_text(json.dumps(synonyms(texts, encoder)), encoding="utf-8")
        arriving.replace(path)
    found: dict[str, list[str]] = json.loads(path.read_text(encoding="utf-8"))
    return {word: tuple(others) for word, others in found.items()}


def _plan(options: argparse.Namespace) -> Plan:
    from embeddings.training.losses import Weights  # noqa: PLC0415 (imports torch)
    from embeddings.training.trainer import Plan  # noqa: PLC0415 (imports torch)
    from embeddings.weights import sha256_of  # noqa: PLC0415 (loaded when needed)

    return Plan(
        epochs=options.epochs, seed=options.seed, begins_from=sha256_of([options.begin]),
        weights=Weights(relevance=0.0, place=0.0),
    )  # fmt: skip


def _train(
    network: ReaderNetwork,
    plan: Plan,
    material: SupportMaterial,
    options: argparse.Namespace,
    device: str,
) -> dict[str, object]:
    from embeddings.pairs import PairTokenizer  # noqa: PLC0415 (loaded when needed)
    from embeddings.support import WEIGHTS  # noqa: PLC0415 (loaded when needed)
    from embeddings.training.support_trainer import SupportTrainer  # noqa: PLC0415
    from embeddings.training.trainer import save_adapter  # noqa: PLC0415 (imports torch)
    from embeddings.weights import packaged_folder, sha256_of  # noqa: PLC0415

    tokenizer = PairTokenizer(packaged_folder())
    recipe = SupportRecipe()
    trainer = SupportTrainer(network, tokenizer, material, plan, recipe, device)
    with reporting("claim") as report:
        trained = trainer.train(options.out / "checkpoint", report=report)
    path = options.out / WEIGHTS
    save_adapter(trained.weights, path)
    return {
        "plan": {k: v for k, v in asdict(plan).items() if k not in ("recipe", "weights")},
        "recipe": asdict(recipe), "device": device, "steps": trained.steps,
        "seconds": round(trained.seconds), "history": trained.history,
        "sha256": sha256_of([path]), "bytes": path.stat().st_size,
    }  # fmt: skip
