"""Train the reader from the packaged embedding model: one command, from data to model card.

    python -m embeddings.training --data DATA/reading --out FOLDER

Interrupt it at any time: the same command goes on from the last checkpoint. What it writes to the
folder (``reader.safetensors``, ``question_weights.json``, ``MODEL_CARD.md``, ``training.json``) is
what ``embeddings/reader_weights`` holds; the sha256 it prints belongs into ``embeddings.reader``.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict, replace
from pathlib import Path

from tqdm import tqdm

from embeddings.errors import CitedQAError
from embeddings.training.examples import Recipe
from embeddings.training.losses import Weights
from embeddings.training.mining import SOURCES, Mined, mine
from embeddings.training.sets import SETS

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
    add("--questions", type=_positive, help="at most this many questions of each set")
    add("--epochs", type=_positive, default=2)
    add("--seed", type=int, default=7)
    add("--device", default="auto", help="cpu, cuda, or auto: a GPU where there is one")
    add("--threads", type=_positive, help="processor threads, all cores unless given")
    add("--negatives", nargs="+", choices=SOURCES, default=SOURCES, help="rankings they come from")
    add("--heads", choices=HEADS, default="joint", help="train both kinds of heads, or one")
    add("--frozen-layers", type=int, default=1, help="lowest layers kept as they are")
    add("--sentences", action="store_true", help="read bare sentences, not passages")
    add("--no-altered", action="store_true", help="no questions that a passage almost answers")
    add("--held-out", type=_positive, default=200, help="held-out questions of each set scored")
    return parser


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number above 0, found {text!r}")
    return int(text)


def main() -> int:
    """Run from the command line; 0 done, 1 failed, 130 interrupted."""
    options = _parser().parse_args()
    try:
        _run(options)
    except (CitedQAError, ValueError, OSError) as exc:
        print(f"error: {exc}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted: the same command goes on from the last checkpoint", file=sys.stderr)
        return 130
    return 0


def _run(options: argparse.Namespace) -> None:
    from embeddings.training.card import write_card  # noqa: PLC0415 (imports torch)
    from embeddings.training.trainer import Plan  # noqa: PLC0415 (imports torch)

    recipe = replace(
        Recipe(), sources=tuple(options.negatives), only_sentence=options.sentences,
        altered=0.0 if options.no_altered else Recipe().altered,
    )  # fmt: skip
    plan = Plan(
        epochs=options.epochs, seed=options.seed, frozen_layers=options.frozen_layers,
        recipe=recipe, weights=HEADS[options.heads],
    )  # fmt: skip
    chosen = [s for s in SETS if options.sets is None or s.name in options.sets]
    options.out.mkdir(parents=True, exist_ok=True)
    work = options.out / "work"
    mined = [mine(options.data, each, work, options.questions) for each in chosen]
    if len({case.held_out for each in mined for case in each.cases}) < 2:
        raise ValueError("no question to train on, or none held out to score with: give more")
    trained = _train(plan, mined, options)
    record = {"plan": asdict(plan), **trained, **_score(mined, work, options)}
    record["sets"] = [
        {"name": s.name, "home": s.home, "licence": s.licence,
         "questions": sum(not c.held_out for c in m.cases),
         "held_out": sum(c.held_out for c in m.cases), "passages": len(m.excerpts)}
        for s, m in zip(chosen, mined, strict=True)
    ]  # fmt: skip
    (options.out / "training.json").write_text(json.dumps(record, indent=1), encoding="utf-8")
    write_card(record, options.out / "MODEL_CARD.md")
    print(json.dumps({k: record[k] for k in ("sha256", "bytes", "seconds", "scores")}))


def _train(plan: object, mined: list[Mined], options: argparse.Namespace) -> dict[str, object]:
    import torch  # noqa: PLC0415 (2 s)

    from embeddings.pairs import PairTokenizer  # noqa: PLC0415 (loaded when needed)
    from embeddings.reader_network import ReaderNetwork  # noqa: PLC0415 (imports torch)
    from embeddings.training.trainer import Trainer, save_adapter  # noqa: PLC0415
    from embeddings.weights import packaged_folder, packaged_weights, sha256_of  # noqa: PLC0415

    device = options.device
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    if options.threads:
        torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    packaged_weights()
    network = ReaderNetwork.from_encoder(packaged_folder())
    tokenizer = PairTokenizer(packaged_folder() / "tokenizer.json")
    trainer = Trainer(network, tokenizer, mined, plan, device)  # type: ignore[arg-type]
    with tqdm(desc="training", unit="question", disable=None) as bar:

        def report(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        trained = trainer.train(options.out / "checkpoint", report=report)
    path = options.out / "reader.safetensors"
    save_adapter(trained.weights, path)
    return {
        "device": device, "steps": trained.steps, "seconds": round(trained.seconds),
        "history": trained.history, "sha256": sha256_of([path]), "bytes": path.stat().st_size,
    }  # fmt: skip


def _score(mined: list[Mined], work: Path, options: argparse.Namespace) -> dict[str, object]:
    from embeddings.reader import PassageReader  # noqa: PLC0415 (loaded when needed)
    from embeddings.training.fit_question import fit  # noqa: PLC0415 (imports scikit-learn)
    from embeddings.training.scores import held_out  # noqa: PLC0415 (imports scikit-learn)

    reader = PassageReader.load(options.out / "reader.safetensors")
    scores = held_out(reader, mined, options.held_out, options.seed)
    question = fit(reader, mined, work, options.held_out, options.seed)
    path = options.out / "question_weights.json"
    path.write_text(json.dumps(question, indent=1) + "\n", encoding="utf-8")
    return {
        "scores": scores,
        "question": {k: question[k] for k in ("rule", "threshold", "held_out")},
    }


if __name__ == "__main__":
    sys.exit(main())
