"""Self-contained pages: a template, the house's style sheet and script, one file out.

Enters: the name of a template in ``templates/`` and what it is to show. Leaves: HTML that
asks for nothing outside itself, and a file that is there whole or not at all. Deliberately knows
nothing of what any page says (``report.py``).

A page extends ``report_base.html.j2``, which gives it the style sheet, light and dark, and a
policy under which a browser fetches nothing. Its blocks: ``title``, ``content``, ``script``.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from eval.files import write_whole

TEMPLATES = Path(__file__).with_name("templates")

# What could end a script element, or open a comment inside one, as JSON escapes.
_ESCAPES = {ord(each): f"\\u{ord(each):04x}" for each in "<>&\u2028\u2029"}


def render(template: str, **context: object) -> str:
    """The page that a template in ``templates/`` makes of ``context``.

    Every value is escaped unless it is ``Markup``. ``css`` and ``js`` are the style sheet and the
    script of the house, for the base template to put in.

    Raises:
        jinja2.UndefinedError: the template names what the context does not hold.
    """
    return _environment().get_template(template).render(**context)


def save(path: Path, html: str) -> None:
    """Write a page so that a reader finds the old file or the new one, never half of one.

    Raises:
        EvalError: it cannot be written; nothing is left behind.
    """
    write_whole(path, html.encode("utf-8", errors="replace"), "choose another with --out")


def embedded_json(value: object) -> Markup:
    """A value as JSON that no text in it can turn into HTML, for a ``<script>`` of data."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Markup(text.translate(_ESCAPES))  # noqa: S704 (the line above leaves no markup in it)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    for name, files in (("css", ("report.css",)), ("js", ("case.js", "report.js"))):
        text = "\n".join((TEMPLATES / file).read_text(encoding="utf-8") for file in files)
        # Markup: these are the package's own files, and none holds a closing tag.
        environment.globals[name] = Markup(text)  # noqa: S704
    return environment
