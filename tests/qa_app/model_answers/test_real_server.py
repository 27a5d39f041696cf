"""A real server of real (tiny) models: ``transformers serve``, by the settings alone."""

from __future__ import annotations

from tests.language_models.fixtures import ANSWER, ANSWERING, BABBLING
from tests.language_models.servers import RealServer
from tests.qa_app.model_answers.asking import FLOODED, QUESTION, Library, exact


def test_an_answer_of_a_real_server(library: Library, model_server: RealServer) -> None:
    name = f"compatible:{ANSWERING}"
    asked = library.ask(model_server.base_url, model=name)
    answer = asked.answer
    exact(answer)
    assert f"{FLOODED[:-1]} [1]." == ANSWER
    assert asked.wrote == answer.text == FLOODED
    assert [(c.article.id, c.quote) for c in answer.citations] == [("lisbon", FLOODED)]
    use = answer.model
    assert use is not None
    assert (use.model, use.outcome, use.attempts, use.estimated) == (name, "written", 1, False)
    # A token a word, and one for the end.
    assert use.output_tokens == len(ANSWER.split()) + 1
    assert use.input_tokens > len(QUESTION.split())
    assert use.first_word is not None


def test_what_babbles_on_is_stopped_and_the_articles_speak(
    library: Library, model_server: RealServer
) -> None:
    asked = library.ask(model_server.base_url, model=f"compatible:{BABBLING}", model_tokens=40)
    answer = asked.answer
    exact(answer)
    assert answer.sentences == library.ask(None).answer.sentences
    use = answer.model
    assert use is not None
    assert (use.outcome, use.claims, use.attempts) == ("uncited", 0, 1)
    assert (use.output_tokens, use.estimated) == (40, False)
    assert answer.notices == (
        f"{BABBLING} gave no answer: it named no sentence that it was shown. "
        "The answer is in the articles' own words instead.",
    )
    assert asked.wrote != ""
