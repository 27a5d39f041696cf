"""Sets by name: where their files may be, what is said when they are not, and fixed samples."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from eval.cases import Case
from eval.errors import DatasetMissing
from eval.sets.datasets import SETS, load, sample
from tests.eval.made_sets import multihop, multihop_question, squad, squad_question

ROOT = Path(__file__).parents[3]


def test_every_set_says_what_it_is() -> None:
    assert list(SETS) == ["seeds", "multihop_rag", "scifact", "squad2", "clapnq", "ramdocs"]
    for name, info in SETS.items():
        assert info.name == name
        assert all((info.title, info.home, info.licence, info.description))
        assert "\n" not in info.description
        assert bool(info.files) == bool(info.form) == (name != "seeds")


def test_sets_are_listed_without_any_package() -> None:
    code = (
        "import sys; from eval.sets.datasets import SETS; "
        "print('pydantic' in sys.modules, len(SETS))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "False 6\n"


def test_the_folder_may_be_that_of_all_sets_or_of_the_one(tmp_path: Path) -> None:
    multihop(tmp_path, multihop_question("q1", ("a1", "She denies it.")))
    all_sets = load("multihop_rag", tmp_path, scratch=tmp_path)
    own = load("multihop_rag", tmp_path / "multihop_rag", scratch=tmp_path)
    assert all_sets == own
    assert own.articles == tmp_path / "multihop_rag" / "articles.jsonl.gz"


def test_a_folder_under_home_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    squad(tmp_path / "sets", squad_question("q1", ["1973"], [16]))
    assert len(load("squad2", Path("~/sets"), scratch=tmp_path).cases) == 1


SAYS = (
    "MultiHop-RAG: expected multihop_rag/articles.jsonl.gz and multihop_rag/questions_dev.jsonl.gz"
    ", {found}. Its public home is yixuantt/MultiHop-RAG on Hugging Face (licence: ODC-BY). Each "
    "file is gzip JSON lines: one article a line (id, title, text); one question a line (id, "
    "question, answers, type, answerable, evidence as a list of article and quote). Then pass "
    "`--data FOLDER`, the folder above multihop_rag/ or that folder itself"
)


def says(data: Path | None) -> str:
    with pytest.raises(DatasetMissing) as told:
        load("multihop_rag", data, scratch=Path("unused"))
    return str(told.value)


def test_a_missing_file_says_where_the_set_is_from(tmp_path: Path) -> None:
    assert says(None) == SAYS.format(found="no folder was given")
    first, second = (tmp_path / name for name in SETS["multihop_rag"].files)
    assert says(tmp_path) == SAYS.format(found=f"there is no {first} and no {second}")
    multihop(tmp_path, multihop_question("q1"))
    second.unlink()
    found = SAYS.format(found=f"there is no {second}")
    assert says(tmp_path) == found
    assert says(tmp_path / "multihop_rag") == found
    assert says(first) == SAYS.format(
        found=f"there is no {first / SETS['multihop_rag'].files[0]} "
        f"and no {first / SETS['multihop_rag'].files[1]}"
    )


def test_files_of_two_folders_are_not_mixed(tmp_path: Path) -> None:
    multihop(tmp_path, multihop_question("q1"))
    articles = tmp_path / "multihop_rag/articles.jsonl.gz"
    articles.rename(tmp_path / "articles.jsonl.gz")
    assert f"there is no {articles}." in says(tmp_path)


def test_an_unknown_set_is_told(tmp_path: Path) -> None:
    with pytest.raises(DatasetMissing) as told:
        load("seed", tmp_path, scratch=tmp_path)
    assert str(told.value) == (
        "no set is called 'seed'; there are seeds, multihop_rag, scifact, squad2, clapnq, ramdocs"
    )


def ids(cases: tuple[Case, ...]) -> list[str]:
    return [case.id for case in cases]


def test_a_sample_is_chosen_by_the_hash_of_the_id_and_keeps_the_order() -> None:
    cases = tuple(Case(name, "?", True) for name in "abcdé")
    # sha256 begins: a ca97…, b 3e23…, c 2e7d…, d 18ac…, é 4a99…
    assert ids(sample(cases, 1)) == ["d"]
    assert ids(sample(cases, 3)) == ["b", "c", "d"]
    assert ids(sample(cases, 4)) == ["b", "c", "d", "é"]
    assert ids(sample(cases[::-1], 3)) == ["d", "c", "b"]
    assert ids(sample(cases[1:], 3)) == ["b", "c", "d"]
    assert sample(cases, 9) == sample(cases, None) == cases


def test_a_limit_keeps_a_fixed_part_of_the_cases_and_every_article(tmp_path: Path) -> None:
    whole = load("seeds", None, scratch=tmp_path)
    forty = load("seeds", None, scratch=tmp_path, limit=40)
    ten = load("seeds", None, scratch=tmp_path, limit=10)
    assert load("seeds", None, scratch=tmp_path, limit=40) == forty
    assert (len(forty.cases), len(ten.cases)) == (40, 10)
    assert set(ten.cases) < set(forty.cases) < set(whole.cases)
    assert forty.cases == tuple(case for case in whole.cases if case in set(forty.cases))
    assert forty.cases != whole.cases[:40]
    assert forty.texts == whole.texts
    assert load("seeds", None, scratch=tmp_path, limit=251) == whole


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_below_one_is_refused(tmp_path: Path, limit: int) -> None:
    with pytest.raises(ValueError, match=f"limit is {limit}, expected at least 1"):
        load("seeds", None, scratch=tmp_path, limit=limit)
