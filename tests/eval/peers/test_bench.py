"""The command, from options to tables, with systems that do as they are told."""

from __future__ import annotations

import argparse
import json
import re
from importlib import import_module
from pathlib import Path

import pytest

from eval.cases import Case, Dataset, Evidence
from eval.errors import EvalError, PeerUnavailable
from eval.peers.bench import add_peers, run_peers, systems
from eval.peers.comparison import compare
from eval.peers.rounds import Plan
from eval.peers.systems import OURS, PEERS, Peer, versions
from tests.eval.peers.fakes import fake
from tests.news import FLOOD, STRIKE

ROOT = Path(__file__).resolve().parents[3]
GHOST = fake("Good", ("no-such-distribution", "numpy"))
GHOST = Peer("ghost", "The absent one", GHOST.factory, GHOST.packages)


@pytest.fixture(autouse=True)
def workers_find_the_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Shared, so that the passages are cut once."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    folder = tmp_path_factory.mktemp("articles")
    texts = {"flood.txt": FLOOD, "strike.txt": STRIKE}
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    cases = []
    for name, text in texts.items():
        quote = text.strip().splitlines()[-1]
        start = text.index(quote)
        place = Evidence(name, quote, start, start + len(quote))
        cases.append(Case(name, quote, True, answers=(quote,), evidence=(place,)))
    cases.append(Case("never", "Who won the cup?", False))
    return Dataset("tiny", folder, tuple(cases), texts)


def options(dataset: Dataset, cache: Path, *arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_peers(parser)
    return parser.parse_args(["--cache", str(cache), "--rounds", "1", *arguments])


def test_from_articles_to_tables(
    dataset: Dataset,
    cache: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("eval.sets.datasets.load", lambda *_, **__: dataset)
    chosen = options(dataset, cache, "--out", str(tmp_path / "out"), "--threads", "1")
    chosen.systems = (PEERS[OURS], fake("Good"), fake("Crashing"), GHOST)
    assert run_peers(chosen) == 1
    shown = capsys.readouterr()
    lines = shown.out.splitlines()
    assert lines[0] == "tiny: 2 questions over 2 articles, 2 passages; rounds: 1, threads: 1"
    assert "skipped ghost: no-such-distribution not installed; run `pip install" in shown.out
    assert "failed crashing, round 1: RuntimeError: no room for a naïve “café” 🦜" in shown.out
    assert "The Crashing one (failed 1 of 1)" in shown.out
    assert "Note: Good is a fake." in lines
    assert "round 1 of 1, crashing: failed: RuntimeError" in shown.err
    kept = json.loads((tmp_path / "out" / "peers.json").read_text(encoding="utf-8"))
    assert kept["complete"] is True
    assert [each["system"] for each in kept["rounds"]] == [OURS, "good", "crashing"]
    assert [each["error"][:12] for each in kept["rounds"]] == ["", "", "RuntimeError"]
    ours = kept["systems"][0]["figures"]
    assert (ours["Hits@4"]["median"], ours["Evidence recall@10"]["median"]) == (1.0, 1.0)
    assert kept["systems"][1]["ratios"]["Hits@4"]["median"] == 1.0
    assert kept["systems"][3]["skipped"].startswith("no-such-distribution not installed")
    assert kept["rounds"][0]["threads"] == 1
    assert sorted(kept["rounds"][1]["queries"][0]["found"]) == [0, 1]


def test_json_leaves_the_raw_rounds_to_the_file(
    dataset: Dataset,
    cache: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("eval.sets.datasets.load", lambda *_, **__: dataset)
    chosen = options(dataset, cache, "--json", "--limit", "1")
    chosen.systems = (fake("Good"), GHOST)
    assert run_peers(chosen) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["questions"], report["complete"]) == (1, True)
    assert "rounds" not in report
    assert [each["name"] for each in report["systems"]] == ["good", "ghost"]


def test_ctrl_c_keeps_what_is_done(
    dataset: Dataset, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []

    def press(line: str) -> None:
        told.append(line)
        if line.startswith("round 1 of 2, good: built"):
            raise KeyboardInterrupt

    plan = Plan((fake("Good"),), 2, threads=1, timeout=120, cache=cache, out=tmp_path / "out")
    report = compare(dataset, dataset.cases[:2], plan, press)
    assert (report["complete"], len(report["rounds"])) == (False, 1)
    assert told[-1] == "interrupted"
    kept = json.loads((tmp_path / "out" / "peers.json").read_text(encoding="utf-8"))
    assert (kept["complete"], len(kept["rounds"])) == (False, 1)


def test_nothing_to_ask_is_an_error(dataset: Dataset, cache: Path) -> None:
    plan = Plan((fake("Good"),), 1, threads=1, timeout=60, cache=cache)
    with pytest.raises(EvalError, match="tiny has no question that a ranking can be judged by"):
        compare(dataset, (), plan)


def test_articles_that_cannot_be_cut_are_an_error(cache: Path, tmp_path: Path) -> None:
    case = Case("c", "What?", True, relevant=("x",))
    missing = Dataset("lost", tmp_path / "nowhere", (case,), {"x": "x"})
    plan = Plan((fake("Good"),), 1, threads=1, timeout=120, cache=cache)
    with pytest.raises(EvalError, match="the articles of lost could not be cut: "):
        compare(missing, missing.cases, plan)


def test_systems_are_named_in_a_list() -> None:
    assert [each.name for each in systems("chroma, cited-qa,chroma")] == ["chroma", "cited-qa"]
    with pytest.raises(argparse.ArgumentTypeError, match="no system weaviate; choose from cited"):
        systems("chroma,weaviate")
    with pytest.raises(argparse.ArgumentTypeError, match="no system named"):
        systems(" , ")


def test_a_missing_package_is_named_with_the_command() -> None:
    with pytest.raises(PeerUnavailable) as caught:
        versions(GHOST)
    assert str(caught.value) == (
        "no-such-distribution not installed; run `pip install -r requirements-peers.txt`"
    )
    assert list(versions(Peer("x", "X", "x:y", ("numpy",)))) == ["numpy"]


def test_every_package_of_every_system_is_in_the_requirements() -> None:
    lines = (ROOT / "requirements-peers.txt").read_text(encoding="utf-8").splitlines()
    listed = {re.split(r"[<>=]", line)[0] for line in lines if line[:1].isalpha()}
    assert {package for peer in PEERS.values() for package in peer.packages} == listed
    assert all("<" in line for line in lines if line[:1].isalpha())


def test_every_factory_is_there_without_its_libraries() -> None:
    for peer in PEERS.values():
        module, _, name = peer.factory.partition(":")
        made = getattr(import_module(module), name)()
        assert list(made.remarks()) == [] or peer.name == OURS
