"""A sync by a Ray cluster is a sync: the same collection, whatever dies on the way."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from embeddings import ray_ingestion, ray_reading
from embeddings import sync as sync_module
from embeddings.articles import find_sources, read_source
from embeddings.collection import Collection
from embeddings.errors import ClusterUnavailable
from embeddings.preparing import Known
from embeddings.ray_ingestion import prepare_on_ray
from embeddings.ray_worker import Cut, Recipe, Work
from embeddings.sync_report import Progress, SyncReport
from tests.fakes import TinyEncoder
from tests.news import FLOOD, STRIKE, row, write_lines

try:
    # Ray's own: its modules use names that their libraries, and itself, are about to drop.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import ray.cluster_utils
except ImportError:
    if os.environ.get("CI") == "true":
        raise
    pytest.skip("needs ray: pip install '.[cluster]'", allow_module_level=True)

# Ray leaves its log files and processes to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore:(unclosed|subprocess):ResourceWarning")

ROOT = Path(__file__).parents[2]
TINY = Recipe("tests.fakes:TinyEncoder")
NODE = {"num_cpus": 1, "object_store_memory": 80_000_000}


DRIVER = """
import os, signal, sys
from embeddings import ray_ingestion, sync
from embeddings.collection import Collection
from embeddings.ray_worker import Recipe
from tests.fakes import TinyEncoder

address, index, folder, log = sys.argv[1:]
ray_ingestion.BATCH = sync.BATCH_PASSAGES = 16
recipe = Recipe("tests.ray_encoders:Logging", (("log", log),))

def die(progress):
    if progress.fraction > 0.3 and progress.embedded:
        os.kill(os.getpid(), signal.SIGKILL)

with Collection.open(index, encoder=TinyEncoder()) as collection:
    known = collection.engine.known_vectors
    with ray_ingestion.prepare_on_ray(address, collection.encoder, known, recipe) as preparing:
        collection.sync(folder, die, preparing)
"""


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """Two nodes of one core on this machine."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    head = {**NODE, "include_dashboard": False}
    made = ray.cluster_utils.Cluster(initialize_head=True, head_node_args=head)
    made.add_node(**NODE)
    yield made
    made.shutdown()
    # While such warnings are still ignored.
    del made
    gc.collect()


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """60 small files, and between them one of lines; the same article twice, and a bad line."""
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(60):
        text = f"Ferry {number} sank near Oslo.\n\n" + f"Nobody was on ferry {number}. 🎉 " * 30
        (folder / f"{number:02}.txt").write_text(text)
    rows = [row(f"r{n}", f"Tram {n} was late in Lisbon. " * 20) for n in range(150)]
    lines = write_lines(folder / "30.jsonl", [*rows, row("bad", "")])
    (folder / "59.txt").write_text((folder / "00.txt").read_text())
    assert lines.stat().st_size > 0
    return folder


@pytest.fixture
def few(tmp_path: Path) -> Path:
    folder = tmp_path / "few"
    folder.mkdir()
    (folder / "a.txt").write_text(FLOOD)
    (folder / "b.txt").write_text("poison")
    (folder / "c.txt").write_text(STRIKE)
    return folder


def state(collection: Collection) -> dict[str, object]:
    """All that a collection shows: articles, passages, problems, and what is found, with scores."""
    articles = collection.articles()
    question, snapshot = "Which ferry sank near Oslo?", collection.snapshot()
    nearest = snapshot.nearest(collection.encoder.encode_query(question), 9)
    matching = snapshot.matching(question, 9)
    places = snapshot.locations([*nearest, *matching])
    return {
        "articles": articles,
        "passages": [collection.passages_of(article.id) for article in articles],
        "problems": collection.status().problems,
        "nearest": [(places[key].id, score) for key, score in nearest.items()],
        "matching": [(places[key].id, score) for key, score in matching.items()],
        "sizes": (len(snapshot), collection.engine.counts()),
    }


def synced(
    index: Path, folder: Path, address: str, recipe: Recipe = TINY, progress: Any = None
) -> tuple[SyncReport, dict[str, object]]:
    """Sync by a cluster; the report and the state. Nothing is embedded in this process."""
    encoder = TinyEncoder()
    with Collection.open(index, encoder=encoder) as collection:
        known = collection.engine.known_vectors
        with prepare_on_ray(address, encoder, known, recipe) as preparing:
            report = collection.sync(folder, progress, preparing)
        assert encoder.texts == []
        return report, state(collection)


def alone(index: Path, folder: Path) -> tuple[SyncReport, dict[str, object]]:
    """The same by this process."""
    with Collection.open(index, encoder=TinyEncoder()) as collection:
        return collection.sync(folder), state(collection)


def test_a_node_goes_half_way_and_nothing_is_lost_or_twice(
    cluster: Any, many: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ray_ingestion, "BATCH", 16)
    monkeypatch.setattr(sync_module, "BATCH_PASSAGES", 16)
    node = cluster.add_node(**NODE)
    fractions: list[float] = []

    def progress(told: Progress) -> None:
        fractions.append(told.fraction)
        if told.fraction >= 0.4 and node in cluster.worker_nodes:
            cluster.remove_node(node, allow_graceful=False)

    log = tmp_path / "log"
    recipe = Recipe("tests.ray_encoders:Logging", (("log", str(log)), ("seconds", 0.1)))
    found = synced(tmp_path / "ray", many, cluster.address, recipe, progress)
    assert node not in cluster.worker_nodes
    assert found == alone(tmp_path / "alone", many)
    assert len(found[0].added) == 59 + 150
    assert found[0].embedded == len(set(log.read_text().splitlines()))
    assert fractions == sorted(fractions)
    # A second time there is nothing to do.
    again, same = synced(tmp_path / "ray", many, cluster.address)
    assert (bool(again), again.embedded, same) == (False, 0, found[1])


def test_after_a_kill_only_what_is_missing_is_embedded(
    cluster: Any, many: Path, tmp_path: Path
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    index = tmp_path / "ray"
    arguments = [cluster.address, str(index), str(many), str(first)]
    killed = subprocess.run([sys.executable, "-c", DRIVER, *arguments], cwd=ROOT, check=False)
    assert killed.returncode == -9
    made_first = {bytes.fromhex(line) for line in first.read_text().splitlines()}
    with Collection.open(index, encoder=TinyEncoder()) as collection:
        kept = collection.engine.known_vectors(list(made_first))
        assert collection.articles() == []
    assert kept
    recipe = Recipe("tests.ray_encoders:Logging", (("log", str(second)),))
    report, found = synced(index, many, cluster.address, recipe)
    made_then = [bytes.fromhex(line) for line in second.read_text().splitlines()]
    whole, wanted = alone(tmp_path / "alone", many)
    assert found == wanted
    assert len(made_then) == len(set(made_then)) == report.embedded == whole.embedded - len(kept)
    assert not kept & set(made_then)


def test_the_command_prints_its_result_and_nothing_else(
    cluster: Any, few: Path, tmp_path: Path
) -> None:
    index = ["index", few, "--index", tmp_path / "index", "--json"]
    done = subprocess.run(
        [sys.executable, "-m", "embeddings", *map(str, index), "--ray", cluster.address],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, "PYTHONUTF8": "1"},
    )
    assert (done.stderr, done.returncode) == ("", 0)
    report = json.loads(done.stdout)
    assert report["added"] == sorted(read_source(s).articles[0].id for s in find_sources(few))
    assert (report["embedded"], report["problems"]) == (3, [])


def test_the_coordinator_of_a_client_hands_over_every_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    cuts = [Cut(number, 0, None) for number in range(2 * ray_reading.FETCHED + 1)]
    monkeypatch.setattr(ray_reading, "read_on_cluster", lambda *_: iter(cuts))
    monkeypatch.setattr(ray, "put", lambda value: value)
    coordinator = ray_reading.Coordinator([], Work(TINY, TinyEncoder().identity))
    fetched = [coordinator.more() for _ in range(4)]
    assert [len(each) for each in fetched] == [ray_reading.FETCHED, ray_reading.FETCHED, 1, 0]
    assert [each for some in fetched for each in some] == cuts


def test_a_file_that_kills_its_reader_is_told_and_the_rest_is_read(
    cluster: Any, few: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ray_reading, "GROUP_RETRIES", 0)
    monkeypatch.setattr(ray_reading, "SOURCE_RETRIES", 1)
    dying = Recipe("tests.ray_encoders:Dying")
    report, found = synced(tmp_path / "ray", few, cluster.address, dying)
    assert [str(problem) for problem in report.problems] == [
        f"{few / 'b.txt'}: the process that read it ended, 2 times; left out from there on"
    ]
    (few / "b.txt").unlink()
    _, wanted = alone(tmp_path / "alone", few)
    assert {**found, "problems": wanted["problems"]} == wanted


def test_a_node_that_does_not_see_a_file_is_an_error(cluster: Any, few: Path) -> None:
    recipe = Recipe("tests.ray_encoders:blind")
    sources = find_sources(few)
    connecting = prepare_on_ray(cluster.address, TinyEncoder(), lambda _: set(), recipe)
    with connecting as preparing:
        with pytest.raises(ClusterUnavailable, match=r"does not see .*b\.txt.*every node sees"):
            list(preparing(sources, Known()))
        # A file that is gone here too is an ordinary problem.
        (few / "b.txt").unlink()
        chunks = list(preparing(sources, Known()))
    assert [(each.source, len(each.articles)) for each in chunks] == [(0, 1), (1, 0), (2, 1)]
    assert "cannot be read (No such file or directory)" in str(chunks[1].problems[0])
    assert [len(each.vectors) for each in chunks] == [1, 0, 1]


def test_a_worker_with_another_model_or_without_one_is_an_error(
    cluster: Any, few: Path, tmp_path: Path
) -> None:
    recipe = Recipe("tests.ray_encoders:other")
    with pytest.raises(ClusterUnavailable, match=r"another embedding model: other .*has tiny "):
        synced(tmp_path / "ray", few, cluster.address, recipe)
    recipe = Recipe("tests.ray_encoders:nothing")
    with pytest.raises(ClusterUnavailable, match=r"AttributeError.*nothing.*Every node needs"):
        synced(tmp_path / "ray", few, cluster.address, recipe)


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("127.0.0.1:1", "Connection refused"),
        ("ray://127.0.0.1:1", "Connection refused"),
        ("there", "that is no address"),
    ],
)
def test_no_cluster_at_the_address(address: str, reason: str) -> None:
    connecting = prepare_on_ray(address, TinyEncoder(), lambda _: set(), TINY)
    with pytest.raises(ClusterUnavailable) as caught, connecting:
        pass
    assert str(caught.value).startswith(f"no Ray cluster to work with at {address!r}: ")
    assert reason in str(caught.value)
    assert "ray start --head" in str(caught.value)


def test_without_ray_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    connecting = prepare_on_ray("local", TinyEncoder(), lambda _: set(), TINY)
    wanted = r"not installed.*pip install '\.\[cluster\]'"
    with pytest.raises(ClusterUnavailable, match=wanted), connecting:
        pass
