"""The bench from articles to page, in real processes with stand-ins for the models."""

from __future__ import annotations

import argparse
import gzip
import json
import re
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from eval.bench.command import add_bench, plan_of, run_bench
from eval.bench.plan import BY_SIZE, Measured, Plan, measure
from eval.errors import DatasetMissing, EvalError
from tests.eval.bench.fakes import ROOT, write_news

ARTICLES = 12
SYSTEM = "tests.eval.bench.fakes:"

# A whole bench is some twenty processes, each of which imports everything.
pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module", autouse=True)
def workers_find_the_tests() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))
        patch.setenv("OMP_NUM_THREADS", "1")
        yield


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    write_news(folder, ARTICLES)
    return folder


def options(data: Path, out: Path, *arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_bench(parser)
    small = ["--questions", "8", "--sessions", "3", "--seconds", "1"]
    return parser.parse_args(["--data", str(data), "--out", str(out), *small, *arguments])


def bench(
    monkeypatch: pytest.MonkeyPatch, chosen: argparse.Namespace, system: str = "quick"
) -> int:
    monkeypatch.setattr(
        "eval.bench.command.plan_of", lambda each: replace(plan_of(each), system=SYSTEM + system)
    )
    return run_bench(chosen)


@pytest.fixture(scope="module")
def whole(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a bench of both sizes, run to its end."""
    out = tmp_path_factory.mktemp("bench") / "out"
    with pytest.MonkeyPatch.context() as patch:
        chosen = options(data, out, "--sizes", "6,1000", "--vectors", "300", "--json")
        assert bench(patch, chosen) == 0
    return out


def record_of(out: Path) -> dict[str, Any]:
    return dict(json.loads((out / "bench.json").read_text(encoding="utf-8")))


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


def test_ctrl_c_keeps_what_is_done(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    performed: list[str] = []

    def press(child: Any, *_: Any) -> dict[str, Any]:
        performed.append(json.loads(child.job.read_text(encoding="utf-8"))["measurement"])
        if len(performed) == 2:
            raise KeyboardInterrupt
        return {"memory": {}}

    monkeypatch.setattr("eval.children.perform", press)
    chosen = options(data, tmp_path / "out", "--sizes", "6", "--vectors", "0")
    assert bench(monkeypatch, chosen) == 130
    assert performed == ["bare", "ingest"]
    shown = capsys.readouterr()
    assert "interrupted; the same command goes on from here" in shown.err
    record = record_of(tmp_path / "out")
    assert (record["complete"], len(record["figures"])) == (False, 2)
    assert [each["value"] for each in record["figures"]] == [None, None]
    assert "Stopped before its end" in (tmp_path / "out" / "bench.html").read_text(encoding="utf-8")


def errors(done: list[Measured]) -> dict[str, str]:
    return {each.name: each.error for each in done}


def small_plan(data: Path, out: Path, system: str, timeout: float = 300) -> Plan:
    chosen = options(data, out, "--sizes", "6", "--vectors", "0")
    return replace(plan_of(chosen), system=SYSTEM + system, timeout=timeout)


def test_a_process_that_dies_is_a_row_and_so_is_what_needed_it(data: Path, tmp_path: Path) -> None:
    found = errors(list(measure(small_plan(data, tmp_path, "dying"))))
    assert found.pop("bare") == ""
    assert found.pop("ingest") == "the process was killed by SIGKILL"
    why = "not measured, since there is no index: the process was killed by SIGKILL"
    assert found == dict.fromkeys(BY_SIZE[1:], why)


def test_more_work_has_more_time(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits: dict[str, float] = {}

    def noted(child: Any, limit: float, _: Any) -> dict[str, Any]:
        limits[json.loads(child.job.read_text(encoding="utf-8"))["measurement"]] = limit
        return {}

    monkeypatch.setattr("eval.children.perform", noted)
    done = list(measure(replace(small_plan(data, tmp_path, "quick", 100), vectors=2_000)))
    assert (done[-1].name, done[-1].size) == ("vectors", 2_000)
    # Half a second an article, the second that sessions ask for, two milliseconds a row.
    more = {"ingest": 103, "retrieval sessions": 101, "answer sessions": 101, "vectors": 104}
    assert limits == {**dict.fromkeys(("bare", *BY_SIZE), 100), **more}


def test_a_process_that_hangs_is_ended(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("eval.bench.plan.SECONDS_AN_ARTICLE", 0.0)
    chosen = options(data, tmp_path / "o", "--sizes", "6", "--vectors", "0", "--timeout", "15")
    assert bench(monkeypatch, chosen, "hanging") == 1
    shown = capsys.readouterr().out
    assert "failed, 6 articles: timeout: not done after 15 s" in shown
    page = (tmp_path / "o" / "bench.html").read_text(encoding="utf-8")
    assert "taking in, 6: timeout: not done after 15 s" in page
    assert page.count("not measured, since there is no index") >= len(BY_SIZE) - 1


def test_a_question_that_raises_is_counted(data: Path, tmp_path: Path) -> None:
    plan = small_plan(data, tmp_path, "stumbling")
    plan = replace(plan, questions=("Harbour 3 in Oslo", "Harbour 4 in Oslo", "Harbour in Cairo"))
    wanted = ("ingest", "retrieval", "retrieval sessions")
    done = {}
    for each in measure(plan):
        if each.name in wanted:
            done[each.name] = each
        if len(done) == len(wanted):
            break
    assert done["retrieval"].values["failed"] == ["KeyError: 'three'"]
    assert len(done["retrieval"].values["ms"]) == 2


def test_a_worker_ends_with_the_process_that_started_it(tmp_path: Path) -> None:
    worker = (
        "from eval.bench.worker import end_with_parent; import sys, time; end_with_parent(); "
        "print(1, flush=True); time.sleep(60); open(sys.argv[1], 'w')"
    )
    starts = (
        "import os, subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-c', *sys.argv[1:]], stdout=subprocess.PIPE)\n"
        "child.stdout.read(2)\n"
        "print(child.pid, flush=True)\n"
        "os._exit(0)\n"
    )
    command = [sys.executable, "-c", starts, worker, str(tmp_path / "alive")]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    pid = int(done.stdout)
    for _ in range(300):
        if not _runs(pid):
            break
        time.sleep(0.1)
    assert not _runs(pid)
    assert not (tmp_path / "alive").exists()


def _runs(pid: int) -> bool:
    """Whether the process is there and has not ended; one that nobody waited for is a zombie."""
    try:
        return (
            Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0]
            != "Z"
        )
    except OSError:
        return False


@pytest.mark.parametrize("own", [True, False])
def test_both_folders_are_taken(data: Path, tmp_path: Path, own: bool) -> None:
    plan = plan_of(options(data / "news" if own else data, tmp_path, "--sizes", "6"))
    assert (len(plan.rows), plan.sizes, len(plan.questions)) == (12, (6,), 8)


def test_without_articles_it_says_where_they_are(tmp_path: Path) -> None:
    with pytest.raises(DatasetMissing, match="RealTime QA's news articles: expected news/articles"):
        plan_of(options(tmp_path, tmp_path / "out"))


def test_articles_that_no_question_can_be_made_of(tmp_path: Path) -> None:
    path = tmp_path / "articles.jsonl"
    path.write_text('{"id": "a", "text": "No. Yes."}\n', encoding="utf-8")
    (tmp_path / "articles.jsonl.gz").write_bytes(gzip.compress(path.read_bytes()))
    with pytest.raises(EvalError, match="no question can be made of 1 articles"):
        plan_of(options(tmp_path, tmp_path / "out"))
