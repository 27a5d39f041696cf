"""The command ``own``: over made-up articles with planted faults, and over the example articles."""

import json

import pytest

from embeddings.cli import guarded
from embeddings.collection import Collection
from eval.errors import EvalError
from eval.own import command
from eval.own.command import folder_name, run_own, write
from eval.own.report import as_text
from tests.eval.made_articles import STRIKE, looked_at, options_for
from tests.fakes import TinyEncoder


def said(record):
    return {one["section"]: (one["level"], one["say"]) for one in record["look_at"]}


def test_planted_faults_are_told_in_order_with_their_numbers(planted):
    record = looked_at(planted)
    told = said(record)
    assert list(told)[:2] == ["skipped", "future_date"]
    assert told["skipped"] == ("fix first", "1 line was skipped: nothing in it can be found.")
    assert told["future_date"] == ("fix first", "1 of 4 articles is dated after today.")
    assert told["no_date"] == (
        "worth a look",
        "1 of 4 articles has no date: filters by date leave it out, and nothing says how old a "
        "quote is.",
    )
    assert told["near_duplicates"][1] == (
        "2 of 4 articles are nearly the same as another, in 1 group."
    )
    assert not {"exact_repeats", "no_author", "short", "no_title"} & set(told)
    advice = {one["section"]: one["do"] for one in record["look_at"]}
    assert advice["no_date"] == (
        'If you know the date, state it in its line of the .jsonl: "published": "2024-03-01" '
        "(README, Articles)."
    )


def test_near_duplicates_name_the_older_one(planted):
    (group,) = looked_at(planted)["near_duplicates"]
    assert group["oldest"] == "harbour"
    assert [one["article"] for one in group["articles"]] == ["harbour", "update"]
    # 61 words (“port’s” is two) make 57 runs of five, 13 more words 13 more runs.
    assert group["similarity"] == [57 / 70, 57 / 70]


def test_skipped_lines_and_flagged_articles_are_named(planted):
    record = looked_at(planted)
    (bad,) = record["skipped"]
    assert (bad["path"], bad["line"]) == ("news.jsonl", 5)
    assert [one["article"] for one in record["checks"]["no_date"]] == ["museum"]
    (future,) = record["checks"]["future_date"]
    assert (future["article"], future["note"]) == ("strike", "2999-01-01, read from: jsonl field")


def test_every_sampled_sentence_and_headline_is_asked_and_found(planted):
    record = looked_at(planted)
    found = {(one["group"], one["name"]): one for one in record["figures"]}
    sentence = found["Sentences", "found in the first 10"]
    assert (sentence["value"], sentence["n"]) == (1.0, record["passages"])
    assert found["Headlines", "found in the first 4"]["n"] == 4
    assert found["Questions from elsewhere", "refused: invented names"]["n"] == 60
    assert found["Questions from elsewhere", "refused: unanswerable"]["n"] == 20
    assert record["asked"]["control"] == record["asked"]["sentences"] == record["passages"]


def test_the_same_articles_give_the_same_report_and_a_limit_bounds_each_part(planted):
    first, second = (looked_at(planted, "--limit", "3") for _ in range(2))
    for record in (first, second):
        assert record["asked"]["passages_sampled"] == 3
        assert record["asked"]["headlines"] == 3
        assert record["asked"]["elsewhere"] == 3
    assert [first["index"]["opened"], second["index"]["opened"]] == ["built", "cached"]
    for record in (first, second):
        del record["made"], record["seconds"], record["index"]
    assert first == second


def test_an_answered_question_is_listed_with_the_sentence_it_gave(planted, monkeypatch):
    monkeypatch.setenv("QA_THRESHOLD", "0")
    record = looked_at(planted)
    wrong = record["asked"]["not_refused"]
    assert len(wrong) == 80
    level, say = said(record)["not_refused"]
    assert (level, say) == (
        "fix first",
        "80 of 80 questions that these articles cannot answer were answered all the same.",
    )
    text = as_text(record)
    assert "Why did the mayor of Varnholt resign?" in text
    assert all(one["citations"][0]["quote"] for one in wrong)


def test_questions_of_your_own_are_a_figure_of_their_own(planted, tmp_path):
    mine = tmp_path / "mine.jsonl"
    mine.write_text('{"question": "Who sank the Zimbrovna?"}\n')
    record = looked_at(planted, "--elsewhere", str(mine))
    yours = [one for one in record["figures"] if one["name"] == "refused: your own file"]
    assert [one["n"] for one in yours] == [1]


def test_one_article_of_one_sentence_is_reported_and_what_does_not_apply_is_said(tmp_path):
    folder = tmp_path / "one"
    folder.mkdir()
    (folder / "one.txt").write_text("The river flooded Lisbon on Sunday.\n")
    record = looked_at(folder)
    assert [one["group"] for one in record["figures"]] == ["Questions from elsewhere"] * 2
    assert record["notes"] == [
        "1 sampled passage had no sentence with enough words to be asked.",
        "No article has a title: headlines do not apply.",
        "Nothing could be asked, so whether passages are reached does not apply.",
        "There is one article: copies and shared sentences do not apply.",
    ]
    assert "unreached" not in said(record)
    (advice,) = [one for one in record["look_at"] if one["section"] == "no_title"]
    assert advice["do"] == (
        'State it in a file name.meta.json beside name.txt: {"title": "Talks end without a deal"} '
        "(README, Articles)."
    )
    as_text(record)


def test_files_that_are_the_same_are_told_as_one_article(tmp_path):
    folder = tmp_path / "files"
    folder.mkdir()
    for name in ("a.txt", "b.txt", "c.txt"):
        (folder / name).write_text(f"Strike\n\n{STRIKE}\n", encoding="utf-8")
    record = looked_at(folder)
    assert (record["articles"], record["copied_files"]) == (1, [["a.txt", "b.txt", "c.txt"]])
    assert said(record)["copied_files"][1].startswith("2 files are byte for byte the same")


def test_an_index_is_opened_as_it_stands(planted, tmp_path):
    with Collection.open(tmp_path / "index", encoder=TinyEncoder()) as collection:
        collection.sync(planted)
    record = looked_at(tmp_path / "index")
    assert (record["index"]["opened"], record["articles"]) == ("yours", 4)
    assert not (tmp_path / "cache").exists()


def test_nothing_to_read_is_an_error_that_says_what_is_expected(tmp_path):
    path = tmp_path / "made"
    with pytest.raises(EvalError, match=r"there is nothing at .*made; give a folder or file of"):
        looked_at(path)
    path.mkdir()
    with pytest.raises(EvalError, match=r"holds no files\nexpected \.txt, \.md"):
        looked_at(path)
    (path / "a.png").write_bytes(b"x")
    with pytest.raises(EvalError, match=r"no article can be read .*:\n.*a\.png.*not supported"):
        looked_at(path)


@pytest.fixture
def tiny(monkeypatch):
    """The counting encoder in place of the packaged one."""
    monkeypatch.setattr(command, "_encoder", lambda _: TinyEncoder())


def test_the_command_writes_both_files_and_prints_the_report(planted, tiny, tmp_path, capsys):
    assert guarded(lambda: run_own(options_for(planted))) == 0
    out, err = capsys.readouterr()
    folder = tmp_path / "cache" / "own" / folder_name(planted)
    assert out.startswith("articles\n========\n4 articles in ")
    assert out.endswith(f"report: {folder / 'own.html'}\n")
    assert " 1. [fix first] 1 line was skipped" in out
    assert err == ""
    record = json.loads((folder / "own.json").read_text(encoding="utf-8"))
    assert record["near_duplicates"][0]["oldest"] == "harbour"
    assert (
        guarded(lambda: run_own(options_for(planted, "--json", "--out", str(tmp_path / "o")))) == 0
    )
    assert json.loads(capsys.readouterr().out)["look_at"] == record["look_at"]
    assert sorted(path.name for path in (tmp_path / "o").iterdir()) == ["own.html", "own.json"]


def test_ctrl_c_says_what_is_kept(planted, tiny, monkeypatch, capsys):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("eval.own.study.ask_headlines", interrupted)
    assert run_own(options_for(planted)) == 130
    err = capsys.readouterr().err
    assert err.startswith("interrupted while asking headlines; what was indexed is kept in ")
    assert "no report was written" in err


def test_a_folder_that_cannot_be_written_is_an_error(planted, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(EvalError, match="choose another with --out"):
        write(looked_at(planted, "--limit", "1"), tmp_path / "file" / "out")


# The example articles


def test_the_example_articles(seeds):
    record = looked_at(seeds.directory, encoder=seeds.encoder)
    figures = {(one["group"], one["name"]): one["value"] for one in record["figures"]}
    assert record["articles"] == 5
    assert figures["Sentences", "found in the first 4"] == 1.0
    assert figures["Headlines", "found first"] == 1.0
    assert figures["Questions from elsewhere", "refused: invented names"] >= 0.95
    assert figures["Questions from elsewhere", "refused: unanswerable"] >= 0.9
    assert figures["Questions from elsewhere", "answered: your own"] >= 0.95
    names = {
        check: [one["path"][-24:] for one in found] for check, found in record["checks"].items()
    }
    assert names["no_date"] == ["000_0428c3cbfbb440b5.txt"]
    assert len(names["no_publisher"]) == 2
    assert len(names["no_author"]) == 3
    assert record["near_duplicates"] == record["exact_repeats"] == record["skipped"] == []
