"""The news as a set for speed: nothing is judged, and everything is timed."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

from eval.bench.news import news_file, read_news
from eval.errors import DatasetMissing
from eval.peers.bench import NEWS, add_peers, run_peers
from eval.peers.news_set import news_set
from eval.peers.rounds import Round
from eval.peers.systems import OURS, PEERS, Peer
from eval.peers.table import render, rows
from eval.sets.datasets import SETS
from tests.eval.bench.fakes import write_news
from tests.eval.peers.fakes import fake

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    write_news(folder, 12)
    return folder


def test_the_first_articles_in_the_order_of_the_bench(data: Path, tmp_path: Path) -> None:
    made = news_set(data, scratch=tmp_path, articles=4, limit=None)
    first = read_news(news_file(data))[:4]
    assert dict(made.texts) == {row.id: row.text for row in first}
    lines = made.articles.read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["id"] for line in lines] == [row.id for row in first]
    assert [case.id for case in made.cases] == [f"q{n:04d}" for n in range(1, 9)]
    assert made.cases[0].question == first[0].title
    assert not any(case.evidence or case.relevant for case in made.cases)
    fewer = news_set(data / "news", scratch=tmp_path, articles=100, limit=3)
    assert (len(fewer.texts), len(fewer.cases)) == (12, 3)


def test_it_is_no_set_that_can_be_judged() -> None:
    assert NEWS not in SETS


def test_without_the_files_it_says_where_they_are(tmp_path: Path) -> None:
    with pytest.raises(DatasetMissing, match="pass `--data FOLDER`"):
        news_set(tmp_path, scratch=tmp_path, articles=4, limit=None)


def test_from_articles_to_speeds(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    parser = argparse.ArgumentParser()
    add_peers(parser)
    places = ["--data", str(data), "--cache", str(tmp_path / "cache"), "--out", str(tmp_path / "o")]
    chosen = parser.parse_args(
        [*places, "--set", "news", "--articles", "6", "--limit", "5", "--rounds", "1",
         "--threads", "1"]
    )  # fmt: skip
    chosen.systems = (PEERS[OURS], fake("Good"), fake("Crashing"))
    assert run_peers(chosen) == 1
    shown = capsys.readouterr().out
    assert shown.splitlines()[0] == (
        "news: 5 questions over 6 articles, 6 passages; rounds: 1, threads: 1"
    )
    assert "passages/s" in shown
    assert "found: not judged, since nobody labelled what would be right" in shown
    assert "columns of quality are left out" in shown
    assert "Hits@" not in shown
    assert "multihop_rag" not in shown
    kept = json.loads((tmp_path / "o" / "peers.json").read_text(encoding="utf-8"))
    ours, good, crashing = kept["systems"]
    for each in (ours, good):
        build, rate = each["figures"]["build_s"], each["figures"]["passages_per_second"]
        assert rate["median"] == pytest.approx(6 / build["median"])
        assert {"p50 total ms", "p95 total ms"} <= each["figures"].keys()
        assert not {"Hits@4", "MRR@10"} & each["figures"].keys()
    assert good["ratios"]["passages_per_second"]["median"] == pytest.approx(
        1 / good["ratios"]["build_s"]["median"]
    )
    assert crashing["figures"] == {}


def test_the_table_without_labels() -> None:
    def made(system: str, build: float) -> Round:
        figures = {
            "load_s": 2.0,
            "build_s": build,
            "p50 total ms": 5.0,
            "p95 total ms": 9.0,
            "peak_memory_mb": 500.0,
            "passages_per_second": 600 / build,
        }
        return Round(0, 0, system, figures, failed_questions=int(build == 12))

    peers = [Peer(OURS, "this project", "x:y"), Peer("other", "Örtlich “eins”", "x:y")]
    text = render(rows(peers, [made(OURS, 6), made("other", 12)], {}), labelled=False)
    assert text.splitlines() == [
        "cost: median over the rounds (least–greatest)",
        "system            load   build  query p50  query p95  peak memory  passages/s",
        "this project    2.00 s  6.00 s    5.00 ms    9.00 ms       500 MB       100/s",
        "Örtlich “eins”  2.00 s  12.0 s    5.00 ms    9.00 ms       500 MB      50.0/s",
        "",
        "found: not judged, since nobody labelled what would be right",
        "",
        "ratio to this project in the same round, median: above 1 is slower, larger, or more"
        " passages a second",
        "system          load  build  query p50  query p95  peak memory  passages/s",
        "this project    1.00   1.00       1.00       1.00         1.00        1.00",
        "Örtlich “eins”  1.00   2.00       1.00       1.00         1.00        0.50",
        "",
        "other: 1 questions raised and have no time",
    ]
