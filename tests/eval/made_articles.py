"""Four made-up articles with planted faults, and what ``own`` says of a folder."""

import argparse

from eval.own.command import Steps, add_own, own
from tests.eval.made_results import HOSTILE
from tests.fakes import TinyEncoder
from tests.news import row, write_lines

HARBOUR = (
    "The harbour of Setúbal was closed to ships for eleven days in April after two cranes had "
    "fallen in the storm. The port’s director, João Falcão, reckons the loss at three million "
    "euros and wants the state to pay half of it. Around two thousand travellers were stranded in "
    "the ferry terminal, the port authority says in its yearly account. 🌊"
)
UPDATE = f"{HARBOUR} Fishermen from the northern quay will be heard by the council next week."
STRIKE = (
    "Train drivers in Oslo stayed away from work for a third week on Monday. Their union asks for "
    "“eight hours” a day and for a pay rise of six per cent, of which the railway offers two. Four "
    "in ten trains were cancelled in March, and the minister of transport has not said when she "
    "will meet the drivers or whether the army will be asked to run the buses."
)
MUSEUM = (
    f"A museum of lighthouses opened in Nazaré and the keeper wrote {HOSTILE} in the visitors’ "
    "book. It shows forty lamps that were lit by hand until the year in which the last of them "
    "went dark. The director of the museum says that the collection will be lent to a gallery in "
    "the capital."
)
FULL = {"author": "Ana Sá", "publisher": "Público"}
ROWS = [
    row("harbour", HARBOUR, title="Harbour closed", published="2024-04-20", **FULL),
    row("update", UPDATE, title="Harbour still closed", published="2024-04-25", **FULL),
    row("strike", STRIKE, title="Third week of strike", published="2999-01-01", **FULL),
    row("museum", MUSEUM, title=f"Lamps {HOSTILE}", **FULL),
]


def write_planted(folder):
    """Two articles alike, one from the future, one undated and hostile; and a line cut off."""
    folder.mkdir()
    path = write_lines(folder / "news.jsonl", ROWS)
    path.write_text(path.read_text(encoding="utf-8") + "{bad\n", encoding="utf-8")
    return folder


def options_for(path, *more):
    parser = argparse.ArgumentParser()
    add_own(parser)
    return parser.parse_args([str(path), "--cache", str(path.parent / "cache"), *more])


def looked_at(path, *more, encoder=None):
    return own(options_for(path, *more), Steps(), encoder or TinyEncoder())
