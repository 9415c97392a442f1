"""An answer to take away: one signed archive with all it rests on, and single files of it (JSON, HTML, Word)."""

import base64
import hashlib
import io
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Response, render_template
from flask_babel import gettext as _

from server.http.answer_records import StoredAnswer, statement_of
from server.http.kept_answers import required_answer
from server.http.services import document_records, services
from server.pages.blueprint import blueprint
from server.pages.cited_pages import opened
from server.pages.searched import searched_lines, searched_summary
from server.pages.sharing import markdown_of, place, quotation
from server.settings import ServerSettings
from storage.file_hash import file_sha256
from storage.message_translation import told
from storage.messages import decoded
from storage.server_state.evidence_packs import written_pack
from storage.version import version

_PROMPTS = Path(__file__).parents[1] / "prompt_templates"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@blueprint.get("/answers/<answer_id>.zip")
def evidence_pack(answer_id: str) -> Response:
    """Everything of an answer, signed: see docs/api.md, "Evidence packs"."""
    stored = required_answer(answer_id)
    pictures = page_pictures(stored)
    names = {number: f"pages/source-{number}.png" for number in pictures}
    files = {
        "answer.json": json.dumps(answer_facts(stored), ensure_ascii=False, indent=1).encode(),
        "answer.md": markdown_of(stored).encode(),
        "index.html": _html(stored, names).encode(),
        **{names[number]: png for number, png in pictures.items()},
    }
    about = {"answer": stored.id, "made_at": datetime.now(UTC).isoformat(timespec="seconds"), "program": version()}
    pack = written_pack(files, about, services().signing_key())
    return _download(pack, "application/zip", stored, "zip")


@blueprint.get("/answers/<answer_id>.json")
def answer_json(answer_id: str) -> Response:
    """Question, answer, passages, documents' versions, settings and prompts, as the pack holds them."""
    stored = required_answer(answer_id)
    text = json.dumps(answer_facts(stored), ensure_ascii=False, indent=1)
    return _download(text.encode(), "application/json", stored, "json")


@blueprint.get("/answers/<answer_id>.html")
def answer_file(answer_id: str) -> Response:
    """The same for people, in one file with the pictures of its pages; asks no server for anything."""
    stored = required_answer(answer_id)
    addresses = {
        number: f"data:image/png;base64,{base64.b64encode(png).decode('ascii')}"
        for number, png in page_pictures(stored).items()
    }
    return _download(_html(stored, addresses).encode(), "text/html; charset=utf-8", stored, "html")


@blueprint.get("/answers/<answer_id>.docx")
def answer_word(answer_id: str) -> Response:
    """Question, answer, and each source with its sentence and its page, as a Word document."""
    stored = required_answer(answer_id)
    return _download(_word(stored), _WORD, stored, "docx")


def page_pictures(stored: StoredAnswer) -> dict[int, bytes]:
    """The pages of its sources with their marks, by the sources' numbers, as PNG; those that have a picture now."""
    found = {}
    for number in range(1, len(stored.response.sources) + 1):
        pane = opened(stored.response.sources, number, statement_of(stored.response, number))
        if pane is not None and pane.picture is not None:
            found[number] = pane.picture.png
    return found


def answer_facts(stored: StoredAnswer) -> dict[str, Any]:
    """All that is known of how the answer came about; sentences in English."""
    response = stored.response
    cited = {passage.document for passage in (*response.sources, *response.rejected)}
    titles = {record.path: record.title for record in document_records()}
    return {
        "id": stored.id,
        "answered_at": stored.answered_at.isoformat(),
        "asked": stored.asked.model_dump(exclude_none=True),
        "follows": stored.follows,
        "response": _in_english(response.model_dump(mode="json")),
        "documents": {
            path: {"sha256": stored.versions.get(path, ""), "title": titles.get(path)} for path in sorted(cited)
        },
        "made_with": made_with(services().settings),
    }


def made_with(settings: ServerSettings) -> dict[str, Any]:
    """The program, its prompts and those settings that change an answer."""
    own = [file for file in (settings.answer_prompt_file, settings.relevance_prompt_file) if file is not None]
    prompts = [*sorted(_PROMPTS.glob("*.txt")), *own]
    return {
        "program": f"Pagewise {version()}",
        "language_model": settings.language_model,
        "scoring_model": settings.scoring_model if settings.language_model else None,
        "relevance_scorer": settings.relevance_scorer,
        "retrieve_k": settings.retrieve_k,
        "keep_k": settings.keep_k,
        "relevance_threshold": settings.relevance_threshold,
        "prompts": {file.name: file_sha256(file) for file in prompts if file.is_file()},
    }


def _in_english(value: Any) -> Any:
    """The same with its kept sentences told."""
    if isinstance(value, dict):
        return {name: _in_english(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_in_english(each) for each in value]
    return told(decoded(value), "en") if isinstance(value, str) else value


def _html(stored: StoredAnswer, pictures: Mapping[int, str]) -> str:
    response = stored.response
    cited = {passage.document for passage in response.sources}
    facts = [
        ("id", stored.id),
        ("UTC", f"{stored.answered_at:%Y-%m-%d %H:%M}"),
        (_("Language model"), response.model or "–"),
        (_("Index"), f"{response.index.generation}, {response.index.embed_model}"),
        ("Pagewise", version()),
        *((path, f"SHA-256 {sha256}") for path, sha256 in stored.versions.items() if path in cited),
    ]
    return render_template(
        "pack.html",
        stored=stored,
        response=response,
        placed=place,
        pictures={number: pictures.get(number) for number in range(1, len(response.sources) + 1)},
        facts=facts,
    )


def _word(stored: StoredAnswer) -> bytes:
    from docx import Document
    from docx.shared import Cm

    response, document = stored.response, Document()
    document.add_heading(_printable(response.question), 1)
    for paragraph in filter(None, response.answer.split("\n")):
        document.add_paragraph(_printable(paragraph))
    if response.searched:
        document.add_heading(_printable(searched_summary(response.searched)), 2)
        for line in searched_lines(response.searched):
            document.add_paragraph(_printable(line), style="List Bullet")
    pictures = page_pictures(stored)
    for number, passage in enumerate(response.sources, 1):
        document.add_heading(_printable(f"[{number}] {passage.document}, {place(passage)}"), 2)
        document.add_paragraph(_printable(quotation(response, number)), style="Quote")
        if number in pictures:
            document.add_picture(io.BytesIO(pictures[number]), width=Cm(15))
    document.add_paragraph(f"{stored.answered_at:%Y-%m-%d %H:%M} UTC · Pagewise {version()} · {stored.id}")
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def _printable(text: str) -> str:
    """Without control characters, which XML has no place for."""
    return "".join(character for character in text if character.isprintable() or character == "\t")


def _download(body: bytes, kind: str, stored: StoredAnswer, suffix: str) -> Response:
    headers = {
        "Content-Disposition": f'attachment; filename="pagewise-{stored.id}.{suffix}"',
        "X-Content-SHA256": hashlib.sha256(body).hexdigest(),
    }
    return Response(body, content_type=kind, headers=headers)
