"""``python -m eval run --model``: what a language model wrote, what it cost, what it changed."""

from __future__ import annotations

import io
import json
import re
from contextlib import redirect_stdout
from pathlib import Path

import pytest

from eval.__main__ import main
from eval.cases import Case, Dataset, Evidence
from eval.results import REPORT, RESULTS, SUMMARY, read_results
from eval.runner import Plan, execute
from tests.eval.quick_product import quick_product
from tests.language_models.replies import Obeys, Reply, Says, Status
from tests.language_models.scripted import ScriptedServer
from tests.news import NEWS, row, write_lines

TEXTS = {name: text for name, _, text in NEWS}
FLOODED, STRUCK = "The river flooded Lisbon on Sunday.", "Train drivers in Oslo went on strike."
KEY = "sk-nobodys-0123456789"


def case(name: str, question: str, article: str, quote: str, answer: str) -> Case:
    at = TEXTS[article].index(quote)
    evidence = (Evidence(article, quote, at, at + len(quote)),)
    return Case(name, question, True, "fact", answers=(answer,), evidence=evidence)


CASES = (
    case("flood", "Which river flooded Lisbon on Sunday?", "lisbon", FLOODED, "on Sunday"),
    case("strike", "Who went on strike in Oslo?", "oslo", STRUCK, "Train drivers"),
    case("statues", "How many statues does it show?", "cairo", "It shows forty statues.", "forty"),
)


def replies(body: dict[str, object]) -> Reply:
    """A good answer, one with a lie in it, and none: by the question."""
    lines = str(body["messages"][1]["content"]).splitlines()  # type: ignore[index]
    number = {
        line.split("] ", 1)[-1]: line[1 : line.index("]")] for line in lines if line[:1] == "["
    }
    if "Lisbon" in lines[-1]:
        return Says(f"{FLOODED} [{number[FLOODED]}]")
    if "Oslo" in lines[-1]:
        lie = "Nine judges of Porto drowned there."
        return Says(f"{STRUCK} [{number[STRUCK]}] {lie} [{number[STRUCK]}] So it goes. Yes [99].")
    return Status(401)


Runs = tuple[Path, Path, str, str]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    """Folders of an extractive run and of one with a model, what the second printed, its URL."""
    folder = tmp_path_factory.mktemp("model")
    rows = [row(name, text, **heading) for name, heading, text in NEWS]
    articles = write_lines(folder / "news.jsonl", rows)
    dataset = Dataset("made", articles, CASES, TEXTS)

    def quick(plan: Plan, *arguments: object, **named: object) -> object:
        settings = {**plan.settings, "rerank": False, "threshold": 0.0}
        made = Plan(plan.dataset, plan.cache, settings, plan.timeout, quick_product)
        return execute(made, *arguments, **named)  # type: ignore[arg-type]

    common = ["run", "seeds", "--cache", str(folder / "cache"), "--out"]
    with pytest.MonkeyPatch.context() as patched, ScriptedServer(then=Obeys(replies)) as server:
        patched.setattr("eval.sets.datasets.load", lambda *_, **__: dataset)
        patched.setattr("eval.runner.execute", quick)
        patched.setenv("QA_MODEL_KEY", KEY)
        patched.chdir(folder)
        with redirect_stdout(io.StringIO()):
            assert main([*common, str(folder / "a")]) == 0
        assert server.exchanges == []
        url = server.base_url.replace("http://", f"http://me:{KEY}@")
        model = ["--model", "compatible:tiny", "--model-url", url]
        with redirect_stdout(io.StringIO()) as printed:
            assert main([*common, str(folder / "b"), *model]) == 0
        assert len(server.exchanges) == 3
        return folder / "a", folder / "b", printed.getvalue(), server.base_url


def figures(folder: Path) -> dict[str, dict[str, object]]:
    summary = json.loads((folder / SUMMARY).read_text(encoding="utf-8"))
    return {figure["name"]: figure for figure in summary["figures"]}


def test_the_summary_says_what_the_model_did_and_cost(runs: Runs) -> None:
    found = figures(runs[1])
    model = {name: (each["value"], each["n"]) for name, each in found.items()
             if each["group"] == "model"}  # fmt: skip
    assert model.pop("Written by the model") == (pytest.approx(2 / 3), 3)
    # Three claims of two answers; a case without claims weighs nothing.
    assert model.pop("Unsupported claims") == (pytest.approx(1 / 3), 3)
    assert model.pop("Dropped by answer") == (pytest.approx((1 + 1 + 1) / 3), 3)
    outcomes = [result.outcome.model for result in read_results(runs[1] / RESULTS)]
    tokens = [use["input_tokens"] for use in outcomes if use]
    assert model.pop("Input tokens") == (pytest.approx(sum(tokens) / 3), 3)
    assert model.pop("Output tokens")[1] == 3
    assert model.pop("Model seconds")[1] == 3
    # The one that was not let in said no word.
    assert model.pop("First word seconds")[1] == 2
    assert model == {}
    assert [use["outcome"] for use in outcomes if use] == ["written", "written", "key"]


def test_answers_are_judged_as_a_user_gets_them(runs: Runs) -> None:
    results = {result.id: result for result in read_results(runs[1] / RESULTS)}
    said = {name: result.outcome.said for name, result in results.items()}
    assert said["flood"] is not None
    assert [text for text, _ in said["flood"].sentences] == [FLOODED]
    assert said["strike"] is not None
    # The claim without support is no part of it.
    assert [text for text, _ in said["strike"].sentences] == [STRUCK]
    assert said["statues"] is not None
    assert said["statues"].answered
    assert figures(runs[1])["Citations verbatim"]["value"] == 1.0
    assert figures(runs[1])["Failed cases"]["value"] == 0.0


def test_a_run_without_a_model_has_none_of_it(runs: Runs) -> None:
    assert "model" not in {each["group"] for each in figures(runs[0]).values()}
    summary = json.loads((runs[0] / SUMMARY).read_text(encoding="utf-8"))
    assert [name for name in summary["settings"] if name.startswith("model")] == []


def test_the_table_and_the_report_show_it_with_its_units(runs: Runs) -> None:
    printed = runs[2]
    assert "\n-- model\n" in printed
    assert re.search(r"^Written by the model +0\.667 ", printed, re.M)
    assert re.search(r"^Input tokens +\d{3} ", printed, re.M)
    assert re.search(r"^Model seconds +\d\.\d\d s ", printed, re.M)
    page = (runs[1] / REPORT).read_text(encoding="utf-8")
    assert "Language model" in page
    assert "Unsupported claims" in page
    assert "Language model" not in (runs[0] / REPORT).read_text(encoding="utf-8")


def test_it_compares_with_an_extractive_run(runs: Runs, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", str(runs[0]), str(runs[1])]) == 0
    out = capsys.readouterr().out
    assert out.startswith("made: 3 cases in both runs\n")
    assert "Unsupported claims is not compared: only B has it" in out
    assert re.search(r"^First sentence right +3 ", out, re.M)
    assert "settings.model: not told -> compatible:tiny" in re.sub(r"\s+", " ", out)
    assert main(["compare", str(runs[1]), str(runs[1])]) == 0
    same = capsys.readouterr().out
    assert re.search(r"^Unsupported claims +3 +\.333 +\.333 +\.000 ", same, re.M)
    assert re.search(r"^Input tokens +3 +(\d+) +\1 +0\.00 ", same, re.M)


def test_what_is_kept_has_no_key_and_no_password(runs: Runs) -> None:
    for folder in runs[:2]:
        for path in (each for each in folder.parent.rglob("*") if each.is_file()):
            assert KEY.encode() not in path.read_bytes(), path
    summary = json.loads((runs[1] / SUMMARY).read_text(encoding="utf-8"))
    assert summary["settings"]["model"] == "compatible:tiny"
    assert summary["settings"]["model_url"] == runs[3]
