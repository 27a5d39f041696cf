"""JSON that can be committed: no places of one machine, and a diff that reads well."""

from __future__ import annotations

import json

import pytest

from eval.comparing.portable import laid_out, without_places


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("/home/João Falcão/index/", "index"),
        ("C:\\Users\\Inês Sousa\\b.txt", "b.txt"),
        ("no file /srv/data/“a”.txt: stop", "no file “a”.txt: stop"),
        ("FileNotFoundError: '/srv/data/a.txt'", "FileNotFoundError: 'a.txt'"),
        ("https://example.org/a/b", "https://example.org/a/b"),
        ("1/2 of them, and/or none 🌊", "1/2 of them, and/or none 🌊"),
        ("seeds/a.txt", "seeds/a.txt"),
        ("", ""),
    ],
)
def test_absolute_paths_lose_their_folders(text: str, kept: str) -> None:
    assert without_places(text) == kept
    assert without_places({"a": [text, 1, None]}) == {"a": [kept, 1, None]}


def test_a_line_for_each_value_that_holds_no_other() -> None:
    value = {"n": 1, "é": {"a": 1, "b": 0.5}, "rows": [[1, None], [2, "“x”"]], "none": []}
    text = laid_out(value)
    assert text == (
        "{\n"
        ' "n": 1,\n'
        ' "\\u00e9": {"a":1,"b":0.5},\n'
        ' "rows": [\n'
        "  [1,null],\n"
        '  [2,"“x”"]\n'
        " ],\n"
        ' "none": []\n'
        "}"
    )
    assert json.loads(text) == value


def test_a_lone_surrogate_survives() -> None:
    text = laid_out({"a": ["x\ud800"]})
    assert json.loads(text.encode().decode()) == {"a": ["x\ud800"]}
