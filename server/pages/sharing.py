"""An answer for others: as Markdown with its sources, as a page to print, under an address that they can reach."""

from typing import Any
from urllib.parse import urlsplit

from flask import Response, render_template, request, url_for

from server.answering.citation_marks import cited_numbers
from server.documents.cited_sentence import cited_range
from server.http import schema
from server.http.answer_records import StoredAnswer, statement_of
from server.http.kept_answers import required_answer
from server.http.schema import PassageOut, QueryResponse
from server.http.services import services
from server.http.translation import interface_language
from server.pages.blueprint import blueprint
from server.pages.searched import searched_lines, searched_summary
from storage.message_translation import told
from storage.messages import joined
from storage.place_names import place_names
from storage.servers import is_loopback


@blueprint.get("/answers/<answer_id>.md")
def answer_markdown(answer_id: str) -> Response:
    """Question, answer and the passages it cites, as a Markdown file."""
    stored = _asked_part(required_answer(answer_id))
    headers = {"Content-Disposition": f'attachment; filename="pagewise-{stored.id}.md"'}
    return Response(markdown_of(stored), content_type="text/markdown; charset=utf-8", headers=headers)


@blueprint.get("/answers/<answer_id>/print")
def print_answer(answer_id: str) -> str:
    """The same as a page without controls."""
    stored = _asked_part(required_answer(answer_id))
    return render_template("print.html", stored=stored, **_printed(stored))


def _asked_part(stored: StoredAnswer) -> StoredAnswer:
    """The answer with `?part=chat` or `reasoner` alone, where there are two; else as it is."""
    response, part = stored.response, request.args.get("part")
    if response.second is None or part not in ("chat", "reasoner"):
        return stored
    chosen: dict[str, Any] = {"second": None}
    if part == "reasoner":
        chosen |= {name: getattr(response.second, name) for name in schema.SecondAnswer.model_fields}
    return stored.model_copy(update={"response": response.model_copy(update=chosen)})


def cited_sources(response: QueryResponse) -> list[tuple[int, PassageOut]]:
    """The sources that are cited, with their numbers; all of them where none is."""
    cited = {number for part in (response, response.second) if part for number in cited_numbers(part.answer)}
    numbered = list(enumerate(response.sources, start=1))
    return [(number, source) for number, source in numbered if number in cited] or numbered


def _printed(stored: StoredAnswer) -> dict[str, Any]:
    return {
        "response": stored.response,
        "quotation": quotation,
        "cited": cited_sources(stored.response),
        "placed": place,
        "share_url": shared_url(url_for("web.answer", answer_id=stored.id)),
    }


def markdown_of(stored: StoredAnswer) -> str:
    """Question, answer and the list of its sources: document, page, the sentence that counts."""
    response = stored.response
    parts = [f"# {response.question}", response.answer]
    if response.second:
        parts.append(response.second.answer)
    sources = [
        f"[{number}] {escape(passage.document)}, {place(passage)}: “{quotation(response, number)}”  \n"
        f"    {shared_url(passage.url)}"
        for number, passage in cited_sources(response)
    ]
    if response.searched:
        lines = [searched_summary(response.searched), *searched_lines(response.searched)]
        parts.append("\n".join([f"{escape(lines[0])}\n", *(f"- {escape(line)}" for line in lines[1:])]))
    date = f"{stored.answered_at:%Y-%m-%d %H:%M} UTC · {shared_url(url_for('web.answer', answer_id=stored.id))}"
    return "\n\n".join([*parts, *sources, date]) + "\n"


def quotation(response: QueryResponse, number: int) -> str:
    """The sentence of a source that counts, on one line."""
    text = response.sources[number - 1].text
    sentence, _weight = cited_range(text, statement_of(response, number))
    return " ".join((text[slice(*sentence)] if sentence else text).split())


def place(passage: PassageOut) -> str:
    """Where the passage stands, in the language of the page."""
    return told(joined(place_names(passage.document, passage.pages, passage.labels), ", "), interface_language())


def escape(name: str) -> str:
    """A name that Markdown shows as it is."""
    return "".join(f"\\{character}" if character in "\\`*_[]<>" else character for character in name)


def shared_url(path: str) -> str:
    """The address under which others reach a page of this server; as it was asked for where only this machine does."""
    name = urlsplit(f"//{request.host}").hostname or ""
    if is_loopback(name) and not is_loopback(services().settings.host):
        port = urlsplit(f"//{request.host}").port
        others = [each for each in services().settings.host_names if not is_loopback(each) and "*" not in each]
        if others:
            return f"{request.scheme}://{others[0]}{f':{port}' if port else ''}{path}"
    return f"{request.scheme}://{request.host}{path}"


def is_only_here() -> bool:
    """Whether nobody but this machine reaches the server."""
    return is_loopback(services().settings.host)
