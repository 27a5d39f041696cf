"""What an answer was made with, as it is kept beside it: enough to say why it came out so.

Enters: ``Settings``, filters, who answered. Leaves: a JSON-able dictionary. Deliberately knows no
secrets: only the settings that are named here are kept, and of an address neither a user's name
and password nor what follows the path, where keys are sometimes put.
"""

from __future__ import annotations

from typing import Any

from embeddings.schema import Filters
from qa_app.llm.providers import without_secrets
from qa_app.settings import Settings

# Whatever else becomes a setting is not kept until it is added here.
KEPT = ("k", "rerank", "max_sentences", "threshold", "encoder", "model")


def made_with(settings: Settings, filters: Filters | None = None, by: str = "") -> dict[str, Any]:
    """The settings that matter to an answer.

    Args:
        settings: those in force; ``threshold`` None stands for the fitted one.
        filters: what the search was limited to.
        by: who answered, in words.
    """
    limits = filters or Filters()
    return {
        "by": by,
        **{name: getattr(settings, name) for name in KEPT},
        "model_url": without_secrets(settings.model_url or "") or None,
        "filters": {
            "publisher": list(limits.publisher),
            "after": limits.after and limits.after.isoformat(),
            "before": limits.before and limits.before.isoformat(),
        },
    }
