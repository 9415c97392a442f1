"""`make doctor`: everything that has to be right, one line each, with the mend where it is not.

Works without a key, without an index and without a network, and shows no key. Knows nothing of how lines are printed.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from unicodedata import east_asian_width

from server.commands.findings import SKIPPED, Finding
from server.commands.processes import processes_of
from server.commands.provider_checks import provider_findings
from server.settings import BadSettings, ServerSettings, read_settings, read_storage_settings
from storage.collections import Collection
from storage.damaged_files import files_set_aside
from storage.embedding.models import PROBE_TEXT, PROTOCOL_NAMES, ModelIdentity
from storage.embedding.remote_client import FOR_QUESTIONS, EmbeddingServer
from storage.folder_identity import match_folder
from storage.generations.drafts import ROOM_FACTOR
from storage.generations.manifest import Manifest
from storage.generations.published import DamagedGeneration, NoIndex, current_name, open_generation
from storage.message_translation import Language, told
from storage.messages import message
from storage.private_files import may_be_written
from storage.processor_cores import available_cores
from storage.server_state.shared.budget import SharedLedger
from storage.server_state.shared.database import StateDatabase, StateUnavailable
from storage.server_state.state import LEDGER_FILES, database_url, open_database
from storage.server_state.token_budget import LedgerUnavailable, Period, count_on_file
from storage.servers import ServerAddress, ServerUnavailable
from storage.settings import StorageSettings
from storage.vectors.remote_server import check_server


def server_findings(storage: StorageSettings) -> Iterator[Finding]:
    """A line for each server that is set; one short text is embedded."""
    if storage.embedding_server is not None:
        yield _embeddings(storage.embedding_server, storage.embed_model)
    if storage.chroma_server is not None:
        yield _chroma(storage.chroma_server)
    if (database := open_database(storage)) is not None:
        with closing(database):
            yield _state(database)


def _embeddings(address: ServerAddress, model: str) -> Finding:
    try:
        with closing(EmbeddingServer(address, model)) as server:
            dimension = server.embed([PROBE_TEXT], FOR_QUESTIONS).shape[1]
            path = PROTOCOL_NAMES[server.endpoint.protocol] if server.endpoint else ""
    except ServerUnavailable as error:
        return Finding(message("embeddings"), False, str(error))
    return Finding(
        message("embeddings"),
        True,
        message(
            "{host} answers at {path}: {model}, {dimension} dimensions",
            host=address.host,
            path=path,
            model=model,
            dimension=dimension,
        ),
    )


def _chroma(address: ServerAddress) -> Finding:
    try:
        check_server(address)
    except ServerUnavailable as error:
        return Finding(message("Chroma server"), False, str(error))
    return Finding(
        message("Chroma server"), True, message("{host} answers; keep others from reaching it", host=address.host)
    )


def _state(database: StateDatabase) -> Finding:
    try:
        database.check()
    except StateUnavailable as error:
        return Finding(message("state database"), False, str(error))
    found = message("{place} answers, with the tables of this version", place=database.place)
    return Finding(message("state database"), True, found)


def _processes(number: int, storage: StorageSettings) -> Finding:
    if not storage.state_url and not may_be_written(storage.index_dir):
        found = message(
            "{number} share what they keep, and {folder} cannot hold it", number=number, folder=storage.index_dir
        )
        return Finding(message("processes"), False, found, message("Set STATE_URL, or SERVER_PROCESSES=1."))
    cores = available_cores()
    found = message("{number} answer at one port, on {cores} processor cores", number=number, cores=cores)
    if number > cores:
        return Finding(message("processes"), SKIPPED, found, message("More of them than cores answer no faster."))
    return Finding(message("processes"), True, found)


_LEAST_FREE_BYTES = 200 * 1024 * 1024
_MARKS = {True: "✓", False: "✗", SKIPPED: "–"}
_WIDTH = 16
_OWN_FILES = ("answers.db", "budget.db", "budget.month.db", "embeddings.db", "ocr.db", "state.db")


def findings() -> Iterator[Finding]:
    """Whatever could be found out, line by line as it is known."""
    try:
        settings, storage = read_settings(), read_storage_settings()
        settings.check_names([each.name for each in storage.collections])
    except BadSettings as error:
        yield from (
            Finding(message("settings"), False, line, message("Correct it in .env or the environment."))
            for line in error.sentences
        )
        return
    yield Finding(message("settings"), True, message("read"))
    if settings.answer_prompt_file or settings.relevance_prompt_file:
        yield _prompts(settings)
    places = storage.collections or (Collection("", settings.documents_dir, storage.index_dir),)
    yield from _of_language_model(settings, places[0].index_dir)
    yield from server_findings(storage)
    if processes_of(settings) > 1:
        yield _processes(processes_of(settings), storage)
    if storage.collections and current_name(storage.index_dir) is not None:
        yield _unnamed_index(storage.index_dir)
    for place in places:
        if place.name:
            found = f"{place.name}: {place.documents_dir}"
            yield Finding(message("collection"), SKIPPED, found)
        yield from _of_index(
            settings.of_collection(place),
            storage.model_copy(
                update={
                    "index_dir": place.index_dir,
                    "state_scope": place.name or storage.state_scope,
                    "state_url": database_url(storage),
                }
            ),
        )


def line(finding: Finding, language: Language = "en") -> str:
    """A finding for people to read. A sentence about a failure ends with the next step where there is no other one."""
    subject, found, mend = (told(text, language) for text in (finding.subject, finding.found, finding.mend))
    if finding.is_well is False and not mend:
        found, mend = _parted(found)
    room = " " * max(1, _WIDTH - _columns(subject))
    return f"{_MARKS[finding.is_well]} {subject}{room}{found}{f' → {mend}' if mend else ''}"


def _parted(sentence: str) -> tuple[str, str]:
    """What is wrong, and the next step as a sentence of its own."""
    for separator, stop in (("；", "。"), ("; ", ".")):
        found, _, mend = sentence.rpartition(separator)
        if found:
            return found, f"{mend[:1].upper()}{mend[1:]}{stop}"
    return sentence, ""


def _columns(text: str) -> int:
    """How many columns of a terminal it takes: a Chinese character takes two."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def _prompts(settings: ServerSettings) -> Finding:
    from server.language_model.prompts import BadTemplate, read_prompts

    try:
        read_prompts(settings.answer_prompt_file, settings.relevance_prompt_file)
    except BadTemplate as error:
        return Finding(message("prompts"), False, str(error), message("Correct the file."))
    return Finding(message("prompts"), True, message("your own, with all their variables"))


def _of_language_model(settings: ServerSettings, index_dir: Path) -> Iterator[Finding]:
    if settings.language_model is None:
        yield Finding(
            message("key"),
            SKIPPED,
            message("not set; answers are quoted from the documents"),
            message("Set DEEPSEEK_API_KEY to have them written."),
        )
        return
    from server.commands.model_trial import Trial
    from server.language_model.prompts import BadTemplate, read_prompts

    try:
        prompts = read_prompts(settings.answer_prompt_file, settings.relevance_prompt_file)
    except BadTemplate:
        prompts = read_prompts()  # the finding before this one names what is wrong with the own ones
    yield from provider_findings(
        Trial(
            settings.deepseek_api_key,
            settings.deepseek_base_url,
            settings.language_model,
            prompts,
            scoring_model=settings.scoring_model,
            rewriting_model=settings.rewriting_model,
            context_tokens=settings.language_model_context,
            passages=settings.keep_k,
            scores=settings.relevance_scorer != "local",
            learned_file=index_dir / "language_models.json" if index_dir.is_dir() else None,
        )
    )


def _of_index(settings: ServerSettings, storage: StorageSettings) -> Iterator[Finding]:
    manifest: Manifest | None = None
    try:
        with closing(open_generation(storage.index_dir, chroma=storage.chroma_server)) as generation:
            manifest = generation.manifest
            counts = manifest.counts
            found = message(
                "generation {generation}: {documents} documents, {passages} passages",
                generation=generation.name,
                documents=counts.documents,
                passages=counts.chunks,
            )
        yield Finding(message("index"), True, found)
    except NoIndex:
        yield Finding(message("index"), False, message("there is none yet"), message("Run make index."))
    except DamagedGeneration as error:
        yield Finding(message("index"), False, str(error), message("Run make index."))
    except ServerUnavailable as error:
        yield Finding(message("index"), False, str(error))
    yield _embedding_model(storage, manifest)
    yield _documents_folder(Path(manifest.documents_dir) if manifest else settings.documents_dir, storage.index_dir)
    yield _disk(storage.index_dir, is_only_read=bool(storage.state_url))
    if settings.daily_token_budget:
        yield _budget(_spent(storage, "day"), settings.daily_token_budget)
    if settings.monthly_token_budget:
        yield _monthly_budget(_spent(storage, "month"), settings.monthly_token_budget)
    yield from _set_aside(storage.index_dir)


def _unnamed_index(index_dir: Path) -> Finding:
    found = message(
        "the index in {folder} itself belongs to no collection, so nobody is answered from it", folder=index_dir
    )
    mend = message("Move what is in it into the folder of a collection, or delete it.")
    return Finding(message("index"), SKIPPED, found, mend)


def _embedding_model(storage: StorageSettings, manifest: Manifest | None) -> Finding:
    from server.bootstrap import index_holder

    if manifest is None:
        return Finding(
            message("embedding model"), SKIPPED, message("not checked: there is no index that it could match")
        )
    holder = index_holder(storage)
    try:
        holder.refresh()
        state = holder.state()
    finally:
        holder.close()
    if not state.ready:
        mend = "" if manifest.embed_model.protocol or manifest.collection else message("Run make reindex.")
        return Finding(message("embedding model"), False, state.reason or message("cannot be loaded"), mend)
    return Finding(message("embedding model"), True, *_matching(manifest.embed_model, storage.embed_model))


def _matching(recorded: ModelIdentity, asked_for: str) -> tuple[str, str]:
    found = message("{model} loads and gives the vectors of the index", model=recorded.short_name)
    if recorded.fallback:
        return (
            message("{found}; it is smaller and stands in for {wanted}", found=found, wanted=recorded.name),
            message("Run make reindex where {wanted} can be downloaded.", wanted=recorded.name),
        )
    if recorded.name != asked_for:
        return message("{found}; EMBED_MODEL asks for {wanted}", found=found, wanted=asked_for), message(
            "Run make reindex to change to it."
        )
    return found, ""


def _documents_folder(folder: Path, index_dir: Path) -> Finding:
    if not folder.is_dir():
        return Finding(
            message("documents"),
            False,
            message("{folder} is no folder", folder=folder),
            message("Make it, or set DOCUMENTS_DIR."),
        )
    if not os.access(folder, os.R_OK | os.X_OK):
        return Finding(
            message("documents"),
            False,
            message("{folder} cannot be read", folder=folder),
            message("Give this user the right to read it."),
        )
    if match_folder(index_dir, folder) == "other":
        found = message("{folder} is not the folder that was indexed: another one is in its place", folder=folder)
        return Finding(
            message("documents"),
            False,
            found,
            message("Mount its disk; or run make index, if it was changed on purpose."),
        )
    return Finding(message("documents"), True, message("{folder} can be read", folder=folder))


def _disk(index_dir: Path, *, is_only_read: bool) -> Finding:
    existing = next(folder for folder in (index_dir.absolute(), *index_dir.absolute().parents) if folder.exists())
    if not may_be_written(index_dir):
        found = message("{folder} cannot be written", folder=existing)
        if is_only_read:
            return Finding(message("disk"), SKIPPED, found, message("Index where it can be written."))
        return Finding(message("disk"), False, found, message("Give this user the right to write it."))
    free = shutil.disk_usage(existing).free
    needed = max(_LEAST_FREE_BYTES, round(ROOM_FACTOR * _size_of_current(index_dir)))
    if free >= needed:
        return Finding(message("disk"), True, message("{free} free", free=_megabytes(free)))
    return Finding(
        message("disk"),
        False,
        message(
            "{free} free, and the next index needs about {needed}", free=_megabytes(free), needed=_megabytes(needed)
        ),
        message("Make room, or set INDEX_DIR to a disk that has it."),
    )


@dataclass(frozen=True, slots=True)
class _Spent:
    """Where tokens are counted: `read` gives those of a day and raises `LedgerUnavailable`."""

    read: Callable[[date], int]
    file: Path | None = None


def _spent(storage: StorageSettings, period: Period) -> _Spent:
    """Only looked at: nothing is written or set aside."""
    if database_url(storage):
        return _Spent(partial(_shared_count, storage, period))
    file = storage.index_dir / LEDGER_FILES[period]
    return _Spent(partial(count_on_file, file), file)


def _shared_count(storage: StorageSettings, period: Period, day: date) -> int:
    with closing(StateDatabase(database_url(storage), storage.state_password)) as database:
        return SharedLedger(database, storage.state_scope, period).used(day)


def _budget(spent: _Spent, limit: int) -> Finding:
    try:
        used = spent.read(datetime.now(UTC).date())
    except LedgerUnavailable as error:
        if spent.file is None:
            return Finding(message("budget"), False, str(error))
        mend = message(
            "Answers are quoted until tomorrow (UTC); to count today from 0 all the same, stop the server, delete it."
        )
        return Finding(
            message("budget"), False, message("what was spent today is not known: {error}", error=str(error)), mend
        )
    return Finding(
        message("budget"), True, message("{used:,} of the {limit:,} tokens of today are spent", used=used, limit=limit)
    )


def _monthly_budget(spent: _Spent, limit: int) -> Finding:
    try:
        used = spent.read(datetime.now(UTC).date().replace(day=1))
    except LedgerUnavailable as error:
        if spent.file is None:
            return Finding(message("monthly budget"), False, str(error))
        found = message("what was spent of this month's tokens is not known: {why}", why=str(error))
        mend = message(
            "To count this month from 0 all the same, stop the server, and delete {file}.", file=spent.file.name
        )
        return Finding(message("monthly budget"), False, found, mend)
    found = message("{used} of the {limit} tokens of this month are spent", used=f"{used:,}", limit=f"{limit:,}")
    return Finding(message("monthly budget"), True, found)


def _set_aside(index_dir: Path) -> Iterator[Finding]:
    for name in _OWN_FILES:
        for aside in files_set_aside(index_dir / name):
            found = message("{file} was damaged and is now {aside}", file=name, aside=aside.name)
            yield Finding(
                message("damaged file"),
                SKIPPED,
                found,
                message("Look whether the disk is failing, and delete that file."),
            )


def _size_of_current(index_dir: Path) -> int:
    name = current_name(index_dir)
    if name is None:
        return 0
    return sum(file.stat().st_size for file in (index_dir / "generations" / name).rglob("*") if file.is_file())


def _megabytes(size: int) -> str:
    return f"{size / 1024 / 1024:,.0f} MB"
