"""Evidence packs on the command line: is one whole, what has changed since, and what would be answered now?"""

import json
from collections.abc import Iterator
from contextlib import closing, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from server.commands.ask import Unanswered, answering_once
from server.http import conversion
from server.settings import ServerSettings, read_storage_settings
from storage.generations.published import DamagedGeneration, Generation, NoIndex, open_generation
from storage.messages import message
from storage.server_state.evidence_packs import CheckedPack, checked_pack
from storage.server_state.state import State, open_database, state_of


class UnusablePack(Exception):
    """The pack cannot be worked with; the message says why."""


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence of a report; `is_well` None: a fact."""

    text: str
    is_well: bool | None = None


def verified(file: Path) -> Iterator[Line]:
    """Whether the pack is whole, and, where an index is at hand, what has changed of its documents since.

    Raises `UnusablePack` where the file cannot be read.
    """
    pack = checked_pack(_bytes(file))
    for problem in pack.problems:
        yield Line(problem, is_well=False)
    if pack.problems:
        return
    yield Line(message("The pack is whole: {count} files.", count=len(pack.files)), is_well=True)
    storage = read_storage_settings()
    database = open_database(storage)
    with closing(database) if database else nullcontext():
        yield _signed_by(pack, state_of(database, storage.index_dir, storage.state_scope))
    yield from _changed(_answer(pack), storage.index_dir)


def replayed(settings: ServerSettings, file: Path) -> Iterator[Line]:
    """Ask the question of the pack again, of the index at hand, and tell what is different.

    Raises `UnusablePack`: the pack is not whole, or the question could not be answered.
    """
    pack = checked_pack(_bytes(file))
    if pack.problems:
        raise UnusablePack(pack.problems[0])
    before = _answer(pack)
    then = before["response"]
    # A question that followed others is asked as it was understood: the others are not in the pack.
    now = _asked_again(settings, before["asked"] | {"question": then["standalone_question"] or then["question"]})
    yield from _passages_compared(then["sources"] + then["rejected"], now["sources"] + now["rejected"])
    same = [passage["id"] for passage in then["sources"]] == [passage["id"] for passage in now["sources"]]
    yield Line(
        message("The answer is made from the same passages.")
        if same
        else message("The answer is made from other passages."),
        is_well=same,
    )
    is_same = then["answer"] == now["answer"]
    yield Line(
        message("The answer is the same.") if is_same else message("The answer is now: {answer}", answer=now["answer"]),
        is_well=is_same,
    )


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise UnusablePack(
            message("{file} cannot be read: {reason}", file=file, reason=error.strerror or str(error))
        ) from error


def _answer(pack: CheckedPack) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(pack.files["answer.json"])
    return found


def _signed_by(pack: CheckedPack, state: State) -> Line:
    if pack.signer == state.fingerprint():
        return Line(message("It was signed by this server, key {key}.", key=pack.signer), is_well=True)
    return Line(
        message(
            "It was signed by another server, key {key}: compare that with what its operator says.", key=pack.signer
        )
    )


def _changed(answer: dict[str, Any], index_dir: Path) -> Iterator[Line]:
    generation = _opened(index_dir)
    if generation is None:
        yield Line(message("There is no index here to compare it with."))
        return
    with closing(generation):
        now = {record.path: record.sha256 for record in generation.catalogue.documents()}
        passages = [*answer["response"]["sources"], *answer["response"]["rejected"]]
        kept = generation.catalogue.chunks([passage["id"] for passage in passages])
    for path, then in answer["documents"].items():
        yield _document_compared(path, then["sha256"], now)
    gone = sum(passage["id"] not in kept for passage in answer["response"]["sources"])
    if gone:
        yield Line(message("{count} of the cited passages are not in this index.", count=gone), is_well=False)
    else:
        yield Line(message("Every cited passage is in this index as it was."), is_well=True)


def _document_compared(path: str, then: str, now: dict[str, str]) -> Line:
    if path not in now:
        return Line(message("{path} is not in this index.", path=path), is_well=False)
    if now[path] != then:
        return Line(message("{path} has changed since.", path=path), is_well=False)
    return Line(message("{path} is the same.", path=path), is_well=True)


def _opened(index_dir: Path) -> Generation | None:
    try:
        return open_generation(index_dir)
    except (NoIndex, DamagedGeneration):
        return None


def _asked_again(settings: ServerSettings, asked: dict[str, Any]) -> dict[str, Any]:
    try:
        with answering_once(settings, asked) as (service, question):
            answer = service.answer(question)
    except Unanswered as error:
        raise UnusablePack(str(error)) from error
    return conversion.query_response(answer, "").model_dump(mode="json")


def _passages_compared(then: list[dict[str, Any]], now: list[dict[str, Any]]) -> Iterator[Line]:
    """Whether the same passages were found, word by word."""
    before, after = ({passage["id"]: passage["text"] for passage in passages} for passages in (then, now))
    if before == after:
        yield Line(message("The same {count} passages were found, word by word.", count=len(before)), is_well=True)
        return
    for passage in then:
        if after.get(passage["id"]) != passage["text"]:
            yield Line(message("Not found any more: {place}", place=_place(passage)), is_well=False)
    for passage in now:
        if passage["id"] not in before:
            yield Line(message("Found now: {place}", place=_place(passage)), is_well=False)


def _place(passage: dict[str, Any]) -> str:
    return f"{passage['document']} {', '.join(map(str, passage['pages']))}".strip()
