"""The bench from articles to page, in real processes with stand-ins for the models."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from eval.bench.command import plan_of
from eval.bench.plan import BY_SIZE, measure
from tests.eval.bench.fakes import ROOT
from tests.eval.bench.runs import SYSTEM, bench, options, record_of

# A whole bench is some twenty processes, each of which imports everything.
pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def whole(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a bench of both sizes, run to its end."""
    out = tmp_path_factory.mktemp("bench") / "out"
    with pytest.MonkeyPatch.context() as patch:
        chosen = options(data, out, "--sizes", "6,1000", "--vectors", "300", "--json")
        assert bench(patch, chosen) == 0
    return out


def cells(record: dict[str, Any], group: str, name: str) -> dict[int, tuple[float, int]]:
    """Value and n by size."""
    return {
        each["size"]: (each["value"], each["n"])
        for each in record["figures"]
        if (each["group"], each["name"]) == (group, name)
    }


def test_every_count_is_exact(whole: Path) -> None:
    record = record_of(whole)
    assert (record["sizes"], record["questions"], record["complete"]) == ([6, 12], 8, True)
    assert cells(record, "taking in", "articles") == {6: (6, 1), 12: (12, 1)}
    # An article of three short sentences is one passage.
    assert cells(record, "taking in", "passages") == {6: (6, 1), 12: (12, 1)}
    assert cells(record, "taking in", "files with problems") == {6: (0, 1), 12: (0, 1)}
    for group in ("retrieval without the reader", "retrieval with the reader", "whole answer"):
        assert {n for _, n in cells(record, group, "whole p50").values()} == {8}
        assert cells(record, group, "questions that failed") == {6: (0, 8), 12: (0, 8)}
    assert {n for _, n in cells(record, "sync again", "nothing changed, p50").values()} == {5}
    assert {n for _, n in cells(record, "sync again", "one article changed, p50").values()} == {5}
    crowd = "sessions at once, whole answers"
    assert cells(record, crowd, "sessions") == {6: (3, 1), 12: (3, 1)}
    asked = cells(record, crowd, "questions a second")
    assert all(rate > 0 and n >= 3 for rate, n in asked.values())
    assert [each for each in record["figures"] if each["error"]] == []


def test_every_stage_has_a_row(whole: Path) -> None:
    record = record_of(whole)
    names = [e["name"] for e in record["figures"] if (e["group"], e["size"]) == ("taking in", 6)]
    stages = ["scan", "read", "segment", "embed", "store", "vectors", "words", "whole"]
    assert [name for name in names if name in stages] == stages
    names = [e["name"] for e in record["figures"] if (e["group"], e["size"]) == ("opening", 12)]
    assert names == ["start", "imports", "open", "first retrieval", "first answer", "whole"]
    names = [e["name"] for e in record["figures"] if (e["group"], e["size"]) == ("on disk", 12)]
    assert names == ["database", "vectors", "words", "other", "whole"]


def test_bytes_on_disk_are_those_of_the_files(whole: Path) -> None:
    kept = json.loads((whole / "sizes" / "6" / "ingest.json").read_text(encoding="utf-8"))
    disk = kept["values"]["disk"]
    assert set(disk) == {"database", "vectors", "words", "other"}
    # Six rows of 32 numbers of four bytes at least, whatever kind of index it is.
    assert disk["database"] > 6 * 32 * 4
    assert disk["words"] > 0
    whole_mb = cells(record_of(whole), "on disk", "whole")[6][0]
    assert whole_mb == pytest.approx(sum(disk.values()) / 2**20)


def test_articles_lie_one_to_a_file_and_are_left_as_they_were(whole: Path) -> None:
    for size in (6, 12):
        files = sorted((whole / "sizes" / str(size) / "articles").rglob("*.jsonl"))
        assert [file.relative_to(file.parents[1]).as_posix() for file in files] == [
            f"000/{number:05d}.jsonl" for number in range(size)
        ]
        texts = [json.loads(file.read_text(encoding="utf-8"))["text"] for file in files]
        assert all(text.endswith("before winter storms arrive.") for text in texts)


def test_vectors_alone_are_measured_against_comparing_with_all(whole: Path) -> None:
    record = record_of(whole)
    # An index keeps float16, comparing goes over float32: a near tie may fall the other way.
    share, asked = cells(record, "vectors alone", "recall@10")[300]
    assert (share, asked) == (pytest.approx(1.0, abs=0.001), 200)
    assert cells(record, "vectors alone", "search p50")[300][1] == 200
    # 300 rows of 32 numbers of two bytes, and a key of eight bytes each.
    assert cells(record, "vectors alone", "on disk")[300][0] * 2**20 == 300 * (2 * 32 + 8)


def test_growth_has_the_points_of_both_sizes(whole: Path) -> None:
    grown = {each["name"]: each for each in record_of(whole)["growth"]}
    assert list(grown) == [
        "seconds to take in",
        "retrieval p50",
        "whole answer p50",
        "bytes on disk",
        "memory while serving",
    ]
    assert [x for x, _ in grown["bytes on disk"]["points"]] == [6, 12]
    assert 0 < grown["bytes on disk"]["fit"]["exponent"] < 1.5


def test_the_page_asks_for_nothing_and_shows_all_sizes(whole: Path) -> None:
    page = (whole / "bench.html").read_text(encoding="utf-8")
    linked = re.findall(r"\b(?:src|href)\s*=\s*[\"']?([^\"'\s>]*)", page)
    assert [place for place in linked if not place.startswith(("#", "data:,"))] == []
    assert "@import" not in page
    outside = set(re.findall(r"https?://[^\s\"'<>)]+", page))
    assert outside <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    assert "default-src 'none'" in page
    assert "6 and 12 news articles, 8 questions" in page
    for title in ("Taking articles in", "whole answer", "The index on disk", "Growth with"):
        assert f"<h3>{title}" in page or f": {title}</h3>" in page
    for heading in ("6 articles", "12 articles", "300 rows"):
        assert f'<th scope="col" class="number">{heading}</th>' in page
    assert str(whole) not in page


def test_nothing_of_the_machine_but_what_it_is(whole: Path) -> None:
    record = record_of(whole)
    assert set(record["machine"]) == {"system", "processor", "cores", "memory_gb"}
    text = (whole / "bench.json").read_text(encoding="utf-8")
    assert str(whole) not in text
    assert str(ROOT) not in text


def test_what_is_done_is_not_done_again(
    whole: Path,
    data: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = record_of(whole)
    performed: list[str] = []

    def never(child: Any, *_: Any) -> dict[str, Any]:
        performed.append(json.loads(child.job.read_text(encoding="utf-8"))["measurement"])
        return {"error": "it was not to be measured again"}

    monkeypatch.setattr("eval.children.perform", never)
    chosen = options(data, whole, "--sizes", "6,1000", "--vectors", "300", "--json")
    assert bench(monkeypatch, chosen) == 0
    assert performed == []
    again = json.loads(capsys.readouterr().out)
    assert again["figures"] == before["figures"]
    assert again["kept"] == 1 + 2 * len(BY_SIZE) + 1


def test_only_what_depends_on_a_change_is_measured_again(
    whole: Path, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A copy: what is noted here takes the place of what was measured.
    out = Path(shutil.copytree(whole, tmp_path / "out"))
    performed: list[tuple[str, int]] = []

    def noted(child: Any, *_: Any) -> dict[str, Any]:
        job = json.loads(child.job.read_text(encoding="utf-8"))
        performed.append((job["measurement"], job["sessions"]))
        return {"error": "noted"}

    monkeypatch.setattr("eval.children.perform", noted)
    chosen = options(data, out, "--sizes", "6", "--vectors", "0", "--sessions", "4")
    plan = replace(plan_of(chosen), system=f"{SYSTEM}quick")
    done = list(measure(plan))
    assert performed == [("retrieval sessions", 4), ("answer sessions", 4)]
    assert [each.name for each in done if not each.kept] == [
        "retrieval sessions",
        "answer sessions",
    ]
