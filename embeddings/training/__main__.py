"""Train the reader from the packaged embedding model: one command, from data to model card.

    python -m embeddings.training --data DATA/reading --out FOLDER

``python -m embeddings.training support`` goes on from the reader: ``support.py`` has it.

Interrupt it at any time: the same command goes on from the last checkpoint. What it writes to the
folder (``reader.safetensors``, ``question_weights.json``, ``MODEL_CARD.md``, ``training.json``) is
what ``embeddings/reader_weights`` holds; the sha256 it prints belongs into ``embeddings.reader``.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embeddings.errors import CitedQAError, ReaderUnavailable
from embeddings.training.claims import HOME, LICENCE, Claim, claims
from embeddings.training.examples import Material, Recipe, Synonyms
from embeddings.training.losses import Weights
from embeddings.training.mining import SOURCES, Mined, mine
from embeddings.training.option_types import positive, share_of
from embeddings.training.progress import reporting
from embeddings.training.sets import SETS, ReadingSet

if TYPE_CHECKING:
    from embeddings.encoder import Encoder
    from embeddings.reader_network import ReaderNetwork
    from embeddings.training.trainer import Plan

RELEASED = "reader.safetensors"
RECORD = "training.json"
# Of an earlier training: what its reader was made from. Its scores were another network's.
EARLIER = ("sha256", "plan", "device", "steps", "seconds", "sets")
HEADS = {
    "joint": Weights(),
    "relevance": Weights(answerable=0.0, place=0.0),
    "reading": Weights(relevance=0.0),
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m embeddings.training", description=__doc__)
    add = parser.add_argument
    add("--data", type=Path, required=True, help="folder of the reading sets")
    add("--out", type=Path, default=Path("reader"), help="where everything is written")
    add("--sets", nargs="+", choices=[s.name for s in SETS], help="train on these sets only")
    add("--questions", type=positive, help="at most this many questions of each set")
    add("--claims", type=Path, help="FEVER's statements, supported or refuted: their file")
    add("--begin", type=Path, help="a trained reader's weights to go on from")
    add("--epochs", type=positive, default=2)
    add("--share", type=share_of, default=1.0, help="of the questions in each epoch, above 0 to 1")
    add("--seed", type=int, default=7)
    add("--device", default="auto", help="cpu, cuda, or auto: a GPU where there is one")
    add("--threads", type=positive, help="processor threads, all cores unless given")
    add("--negatives", nargs="+", choices=SOURCES, default=SOURCES, help="rankings they come from")
    add("--heads", choices=HEADS, default="joint", help="train both kinds of heads, or one")
    add("--frozen-layers", type=int, default=1, help="lowest layers kept as they are")
    add("--sentences", action="store_true", help="read bare sentences, not passages")
    add("--no-altered", action="store_true", help="no questions that a passage almost answers")
    add("--held-out", type=positive, default=200, help="held-out questions of each set scored")
    return parser


def main() -> int:
    """Run from the command line; 0 done, 1 failed, 130 interrupted."""
    run, options = _chosen(sys.argv[1:])
    try:
        run(options)
    except (CitedQAError, ValueError, OSError) as exc:
        print(f"error: {exc}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted: the same command goes on from the last checkpoint", file=sys.stderr)
        return 130
    return 0


def _chosen(
    arguments: list[str],
) -> tuple[Callable[[argparse.Namespace], None], argparse.Namespace]:
    """What is to be trained, the reader unless the first word says otherwise, and its options."""
    if arguments[:1] == ["support"]:
        from embeddings.training import support  # noqa: PLC0415 (it begins where this one ends)

        parser = argparse.ArgumentParser(
            prog="python -m embeddings.training support", description=support.__doc__
        )
        support.add_options(parser)
        return support.run, parser.parse_args(arguments[1:])
    return _run, _parser().parse_args(arguments)


def _run(options: argparse.Namespace) -> None:
    from embeddings.encoder import SentenceEncoder  # noqa: PLC0415 (loaded when needed)
    from embeddings.training.card import write_card  # noqa: PLC0415 (imports torch)

    # What can be wrong with the options shows before anything is mined.
    device_of(options)
    network, plan = begun(options), _plan(options)
    chosen = [s for s in SETS if options.sets is None or s.name in options.sets]
    options.out.mkdir(parents=True, exist_ok=True)
    work, encoder = options.out / "work", SentenceEncoder()
    mined = [mine(options.data, s, work, options.questions, encoder=encoder) for s in chosen]
    if len({case.held_out for each in mined for case in each.cases}) < 2:
        raise ValueError("no question to train on, or none held out to score with: give more")
    stated = claims(options.claims) if options.claims else []
    material = Material(mined, _other_words(mined, work, encoder), stated)
    trained = _train(network, plan, material, options)
    scored = _score(material, work, encoder, options)
    record: dict[str, Any] = {"plan": asdict(plan), **trained, **scored}
    record["sets"] = [_told(s, m) for s, m in zip(chosen, mined, strict=True)]
    if stated:
        record["sets"].append(_told_claims(options.claims, stated))
    record["earlier"] = _earlier(options.begin, plan.begins_from)
    (options.out / RECORD).write_text(json.dumps(record, indent=1), encoding="utf-8")
    write_card(record, options.out / "MODEL_CARD.md")
    print(json.dumps({k: record[k] for k in ("sha256", "bytes", "seconds", "scores")}))


def _earlier(begin: Path | None, sha256: str) -> list[dict[str, object]]:
    """The trainings that this one goes on from, last first, where their record lies beside."""
    if begin is None:
        return []
    try:
        record = json.loads((begin.parent / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    if not isinstance(record, dict) or record.get("sha256") != sha256:
        return []
    return [{key: record[key] for key in EARLIER}, *record.get("earlier", [])]


def _told(which: ReadingSet, mined: Mined) -> dict[str, object]:
    return {
        "name": which.name, "home": which.home, "licence": which.licence,
        "questions": sum(not c.held_out for c in mined.cases),
        "held_out": sum(c.held_out for c in mined.cases), "passages": len(mined.excerpts),
    }  # fmt: skip


def _told_claims(path: Path, stated: list[Claim]) -> dict[str, object]:
    return {
        "name": path.name.partition(".")[0], "home": HOME, "licence": LICENCE,
        "questions": sum(not c.held_out for c in stated),
        "held_out": sum(c.held_out for c in stated), "passages": len({c.evidence for c in stated}),
    }  # fmt: skip


def device_of(options: argparse.Namespace) -> str:
    """The device to train on.

    Raises:
        ValueError: it is not there.
    """
    import torch  # noqa: PLC0415 (2 s)

    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if options.device == "auto":
        return "cuda" if count else "cpu"
    usable = ["cpu", *(["cuda"] if count else []), *(f"cuda:{i}" for i in range(count))]
    if options.device not in usable:
        raise ValueError(
            f"--device {options.device} is not here: torch sees {', '.join(usable)}; leave the "
            f"option out, or install torch with CUDA to train on a GPU"
        )
    return str(options.device)


def begun(options: argparse.Namespace) -> ReaderNetwork:
    """The network before it is trained: the embedding model, or the reader to go on from.

    Raises:
        ReaderUnavailable: that is not a reader's weights.
        ValueError: what this training writes would take its place.
    """
    import torch  # noqa: PLC0415 (2 s)

    from embeddings.reader_network import ReaderNetwork  # noqa: PLC0415 (imports torch)
    from embeddings.weights import packaged_folder, packaged_weights  # noqa: PLC0415

    packaged_weights()
    torch.manual_seed(options.seed)
    network = ReaderNetwork.from_encoder(packaged_folder())
    if options.begin is None:
        return network
    if options.begin.resolve() == (options.out / RELEASED).resolve():
        raise ValueError(f"{options.begin} would be written over: give --begin a copy of it")
    try:
        earlier = ReaderNetwork.from_weights(packaged_folder(), options.begin)
    except (OSError, ValueError) as exc:
        raise ReaderUnavailable(
            f"cannot begin from {options.begin}: {exc}; give the {RELEASED} of an earlier training"
        ) from exc
    network.load_adapter(earlier.adapter())
    return network


def _plan(options: argparse.Namespace) -> Plan:
    from embeddings.training.trainer import Plan  # noqa: PLC0415 (imports torch)
    from embeddings.weights import sha256_of  # noqa: PLC0415 (loaded when needed)

    recipe = replace(
        Recipe(), sources=tuple(options.negatives), only_sentence=options.sentences,
    )  # fmt: skip
    if options.no_altered:
        recipe = replace(recipe, altered=0.0, emptied=0.0)
    if options.sentences:
        recipe = replace(recipe, emptied=0.0)
    return Plan(
        epochs=options.epochs, share=options.share, seed=options.seed,
        frozen_layers=options.frozen_layers,
        begins_from=sha256_of([options.begin]) if options.begin else "",
        recipe=recipe, weights=HEADS[options.heads],
    )  # fmt: skip


def _other_words(mined: list[Mined], work: Path, encoder: Encoder) -> Synonyms:
    """Synonyms from the texts that are trained on; kept in the work folder."""
    from embeddings.training.synonyms import SYNONYMS_VERSION, synonyms  # noqa: PLC0415

    # The folders' names hold the encoder's identity.
    named = SYNONYMS_VERSION + "".join(each.place for each in mined)
    path = work / f"synonyms-{sha256(named.encode()).hexdigest()[:12]}.json"
    if not path.is_file():
        texts = (e.text for each in mined for e in each.excerpts if not e.held_out)
        found = synonyms(texts, encoder)
        arriving = path.with_suffix(".arriving")
        arriving.write_text(json.dumps(found), encoding="utf-8")
        arriving.replace(path)
    read: dict[str, list[str]] = json.loads(path.read_text(encoding="utf-8"))
    return {word: tuple(others) for word, others in read.items()}


def _train(
    network: ReaderNetwork, plan: Plan, material: Material, options: argparse.Namespace
) -> dict[str, object]:
    import torch  # noqa: PLC0415 (2 s)

    from embeddings.pairs import PairTokenizer  # noqa: PLC0415 (loaded when needed)
    from embeddings.training.trainer import Trainer, save_adapter  # noqa: PLC0415
    from embeddings.weights import packaged_folder, sha256_of  # noqa: PLC0415

    device = device_of(options)
    if options.threads:
        torch.set_num_threads(options.threads)
    tokenizer = PairTokenizer(packaged_folder())
    trainer = Trainer(network, tokenizer, material, plan, device)
    with reporting("question") as report:
        trained = trainer.train(options.out / "checkpoint", report=report)
    path = options.out / RELEASED
    save_adapter(trained.weights, path)
    return {
        "device": device, "steps": trained.steps, "seconds": round(trained.seconds),
        "history": trained.history, "sha256": sha256_of([path]), "bytes": path.stat().st_size,
    }  # fmt: skip


def _score(
    material: Material, work: Path, encoder: Encoder, options: argparse.Namespace
) -> dict[str, object]:
    from embeddings.reader import PassageReader  # noqa: PLC0415 (loaded when needed)
    from embeddings.training.fit_question import fit  # noqa: PLC0415 (imports scikit-learn)
    from embeddings.training.scores import held_out  # noqa: PLC0415 (imports scikit-learn)

    reader = PassageReader.load(options.out / RELEASED)
    scores = held_out(reader, material, options.held_out, options.seed)
    question = fit(reader, material, work, options.held_out, options.seed, encoder=encoder)
    path = options.out / "question_weights.json"
    path.write_text(json.dumps(question, indent=1) + "\n", encoding="utf-8")
    return {
        "scores": scores,
        "question": {k: question[k] for k in ("rule", "threshold", "held_out")},
    }


if __name__ == "__main__":
    sys.exit(main())
