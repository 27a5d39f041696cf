from datetime import date

import pytest

from embeddings.schema import Filters
from qa_app.made_with import made_with
from qa_app.settings import Settings


def test_the_settings_that_matter_are_kept_and_no_others():
    settings = Settings(
        _env_file=None,
        k=7,
        threshold=0.25,
        model="openai:small",
        model_url="https://me:secret@host:8000/v1?api_key=secret#secret",
    )
    limits = Filters(publisher=("Público", "שלום"), after=date(2020, 3, 5))
    assert made_with(settings, limits, "a reader") == {
        "by": "a reader",
        "k": 7,
        "rerank": True,
        "max_sentences": 5,
        "threshold": 0.25,
        "encoder": None,
        "model": "openai:small",
        "model_url": "https://host:8000/v1",
        "filters": {"publisher": ["Público", "שלום"], "after": "2020-03-05", "before": None},
    }


def test_without_filters_or_a_model():
    kept = made_with(Settings(_env_file=None, model=None, model_url=None))
    assert (kept["model"], kept["model_url"], kept["threshold"]) == (None, None, None)
    assert kept["filters"] == {"publisher": [], "after": None, "before": None}


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        (None, None),
        ("", None),
        ("http://127.0.0.1:8080/v1", "http://127.0.0.1:8080/v1"),
        ("http://token@127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://a:b@c@[::1]:80/v1;k", "http://[::1]:80/v1;k"),
        ("me:secret@host/v1", None),
        ("secret", None),
        ("http://[broken", None),
    ],
)
def test_an_address_keeps_no_secrets(address, kept):
    settings = Settings(_env_file=None, model_url=address)
    assert made_with(settings)["model_url"] == kept
