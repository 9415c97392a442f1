"""The folder's own questions on the command line: propose some, or measure those that were accepted."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from server.answering.own_measuring import measured
from server.answering.own_questions import (
    ANSWERABLE,
    UNANSWERABLE,
    Complete,
    TryOut,
    answerable_questions,
    unanswerable_questions,
)
from server.answers import Answer, Question
from server.commands.ask import answer_service
from server.retrieval.index_holder import OpenIndex
from server.settings import ServerSettings, read_storage_settings
from storage.messages import message
from storage.server_state.own_questions import (
    Measured,
    OwnQuestion,
    change_own_questions,
    figure_lines,
    figures_text,
    read_own_questions,
)


def proposed(settings: ServerSettings) -> Iterator[str]:
    """Fill the questions up to fifty and twenty; sentences that say what was proposed. Raises `Unanswered`."""
    index_dir = read_storage_settings().index_dir
    known = [each for each in read_own_questions(index_dir) if each.state != "proposed"]
    texts = [each.question for each in known]
    counts = [
        sum(each.state == "accepted" and each.unanswerable is unanswerable for each in known)
        for unanswerable in (False, True)
    ]
    with _opened(settings) as (index, try_out, complete):
        catalogue = index.generation.catalogue
        answerable = list(
            answerable_questions(catalogue, try_out, complete, known=texts, most=max(0, ANSWERABLE - counts[0]))
        )
        unanswerable = list(unanswerable_questions(catalogue, known=texts, most=max(0, UNANSWERABLE - counts[1])))
    new = [*answerable, *unanswerable]

    def filled(now: Sequence[OwnQuestion]) -> list[OwnQuestion]:
        kept = [each for each in now if each.state != "proposed"]
        ids = {each.id for each in kept}
        return [*kept, *(each for each in new if each.id not in ids)]

    change_own_questions(index_dir, filled)
    yield message(
        "Proposed: {answerable} questions that the documents answer, {unanswerable} that they do not.",
        answerable=len(answerable),
        unanswerable=len(unanswerable),
    )
    yield message("Accept, change or reject them on the page /questions; make eval measures those that were accepted.")


def measured_lines(settings: ServerSettings, *, as_json: bool = False) -> Iterator[str]:
    """The figures of the accepted questions, as sentences or as one line of JSON. Raises `Unanswered`."""
    questions = read_own_questions(read_storage_settings().index_dir)
    if not any(each.state == "accepted" for each in questions):
        yield (
            figures_text(Measured())
            if as_json
            else message("There are no questions of your own: make questions proposes some.")
        )
        return
    with _opened(settings) as (_, try_out, _complete):
        found = measured(questions, try_out)
    if as_json:
        yield figures_text(found)
        return
    yield from figure_lines(found)


@contextmanager
def _opened(settings: ServerSettings) -> Iterator[tuple[OpenIndex, TryOut, Complete]]:
    """The index, what answers from it without a model, and the model's replies. What is raised becomes `Unanswered`."""
    with answer_service(settings) as (service, holder), holder.acquire() as index:
        threshold = settings.relevance_threshold

        def try_out(text: str) -> Answer:
            return service.try_out(Question(text, k=settings.retrieve_k, keep=settings.keep_k, threshold=threshold))

        def complete(messages: Sequence[tuple[str, str]]) -> str:
            reply = service.complete(messages)
            return reply.text if reply is not None else ""

        yield index, try_out, complete
