"""The indexing job from the command line: `python -m indexing`. Composition root: reads settings, prints, exits."""

import signal

if __name__ == "__main__":
    # Until `main` can end the job in order, Ctrl-C ends the process at once and without a traceback.
    signal.signal(signal.SIGINT, signal.SIG_DFL)

import argparse
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Literal, NoReturn

from pydantic import ValidationError

from indexing.building.build import NotEnoughRoom, NothingToPublish
from indexing.job import run_job
from indexing.planning.discovery import DocumentsFolderMissing
from indexing.planning.removals import RemovalsInDoubt, removal_lines
from indexing.planning.survey import Options, OtherFolderEmpty, survey
from indexing.progress import show_progress
from indexing.report import (
    backup_lines,
    discovery_lines,
    document_lines,
    failure_lines,
    folder_lines,
    plan_lines,
    rollback_lines,
    run_lines,
    shipping_lines,
)
from indexing.rollback import NothingToRollBackTo, roll_back
from indexing.settings import IndexingSettings
from storage.child_environment import CODE_FOLDER, is_read_by_the_server, job_environment, take_on
from storage.collections import Collection
from storage.embedding.models import ModelUnavailable
from storage.escaping import escaped, log_on_one_line
from storage.failures import StorageFailed, explained_failures
from storage.folder_listing import MOST_NAMED, read_listing
from storage.generations.lock import IndexLocked, is_served
from storage.generations.published import DamagedGeneration, NoIndex, current_name
from storage.generations.verification import VerificationFailed
from storage.message_translation import terminal_language, told
from storage.messages import Message, encoded, message
from storage.private_files import private_directory
from storage.server_state.own_questions import figure_lines, read_figures
from storage.servers import ServerUnavailable
from storage.settings import StorageSettings, explain_settings_error
from storage.version import version

WELL, SOME_FAILED, WRONG_USAGE, LOCKED, NOTHING_PUBLISHED, REMOVALS_IN_DOUBT, NO_DOCUMENTS = range(7)
UNFORESEEN = os.EX_SOFTWARE
_SIGNALLED = 128
_ENDING = (signal.SIGTERM, signal.SIGHUP)

logger = logging.getLogger("indexing")

_NICENESS = 10
_NOTHING_DONE = (
    ModelUnavailable,
    NotEnoughRoom,
    OtherFolderEmpty,
    ServerUnavailable,
    StorageFailed,
    VerificationFailed,
)

_EPILOG = message(
    """exit codes: 0 all well, 1 some documents failed (or differences found), 2 wrong usage or settings,
3 another job holds the index, 4 nothing could be published, 5 many documents are gone from the folder and
--allow-removals was not given, 6 there is no document to index yet, 70 a fault of the program (the log says
where), 130 and 143 stopped by Ctrl-C or SIGTERM.
Settings come from the environment or .env; .env.example explains them."""
)


class Stopped(BaseException):
    """Asked to end, by Ctrl-C or a signal."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what the command line asks for; returns the exit code."""
    options = _arguments(arguments)
    try:
        storage, settings = StorageSettings(), IndexingSettings()
        if (code := _begun_for_collections(storage, settings, options.command, arguments)) is not None:
            return code
        if storage.chosen_collection is not None:
            take_on(storage.chosen_collection.environment)
            storage, settings = StorageSettings(), IndexingSettings()
    except ValidationError as error:
        return _say_error(WRONG_USAGE, explain_settings_error(error))
    _set_up_logging(settings.log_level)
    _give_way(storage.index_dir, settings.index_niceness)
    for number in (signal.SIGINT, *_ENDING):
        signal.signal(number, _stop)
    before = current_name(storage.index_dir)
    try:
        wanted = Options(
            allow_removals=options.allow_removals,
            retry_failed=options.retry_failed,
            with_ocr=options.with_ocr,
            retried=tuple(options.retry),
        )
        return _run(options.command, storage, settings, wanted)
    except BrokenPipeError:
        sys.stdout = None  # so that nothing tries to flush what nobody reads
        return WELL
    except Stopped as stopped:
        outcome = _outcome(storage.index_dir, before)
        return _say_error(128 + stopped.number, [message("Stopped. {outcome}", outcome=outcome)])
    except Exception as error:
        logger.exception("the job broke off")
        fault = message(
            "A fault of the program ({error}); the lines above say where; please report it. {outcome}",
            error=type(error).__name__,
            outcome=_outcome(storage.index_dir, before),
        )
        return _say_error(UNFORESEEN, [fault])


def _begun_for_collections(
    storage: StorageSettings,
    settings: IndexingSettings,
    command: Callable[..., int],
    arguments: Sequence[str] | None,
) -> int | None:
    """The exit code where each collection had its turn or COLLECTION is wrong; None: this process goes on."""
    if storage.collection and not storage.collections and not storage.written_collections:
        sentence = message("COLLECTION={name}: COLLECTIONS is not set", name=storage.collection)
        return _say_error(WRONG_USAGE, [sentence])
    if not storage.collections:
        return None
    for folder in (storage.index_dir, storage.collections[0].index_dir.parent):
        private_directory(folder)
    if storage.collection:
        return None
    if "documents_dir" in settings.model_fields_set:
        _say_error(WELL, [message("DOCUMENTS_DIR is not used: COLLECTIONS names the folders.")])
    return _each_in_turn(storage.collections, command, arguments)


def _each_in_turn(
    collections: Sequence[Collection], command: Callable[..., int], arguments: Sequence[str] | None
) -> int:
    """Do it for every collection in a process of its own; the exit code is 1 where some ended well and some did not."""
    if command not in (_index, _dry_run, _verify, _repair, _fresh, _report):
        names = ", ".join(each.name for each in collections)
        return _say_error(
            WRONG_USAGE, [message("For which collection? Say COLLECTION=name; there are {names}.", names=names)]
        )
    codes: list[int] = []
    for each in collections:
        try:
            _print([message("Collection {name}: {folder}", name=each.name, folder=each.documents_dir)])
            sys.stdout.flush()
        except BrokenPipeError:
            sys.stdout = None  # nobody reads any more
            return WELL
        codes.append(
            _ended([sys.executable, "-m", "indexing", *(sys.argv[1:] if arguments is None else arguments)], each)
        )
        if codes[-1] > _SIGNALLED:
            return codes[-1]
        if codes[-1] > SOME_FAILED:
            left = message("Collection {name} ended with exit code {code}.", name=each.name, code=codes[-1])
            _say_error(codes[-1], [left])
    if UNFORESEEN in codes or min(codes) > SOME_FAILED:
        return max((code for code in codes if code != NO_DOCUMENTS), default=NO_DOCUMENTS)
    return SOME_FAILED if any(codes) else WELL


def _ended(command: Sequence[str], collection: Collection) -> int:
    """The exit code of a run for one collection; what ends this process ends it first."""
    process = subprocess.Popen(command, env=job_environment({"PYTHONPATH": str(CODE_FOLDER), **collection.environment}))
    told: list[int] = []

    def pass_on(number: int, _frame: FrameType | None) -> None:
        told.append(number)
        process.send_signal(number)  # of Ctrl-C it may know already

    before = {number: signal.signal(number, pass_on) for number in (signal.SIGINT, *_ENDING)}
    try:
        code = process.wait()
        code = code if code >= 0 else _SIGNALLED - code
        return _SIGNALLED + told[0] if told else code
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _run(command: Callable[..., int], storage: StorageSettings, settings: IndexingSettings, options: Options) -> int:
    """The command's exit code; for what can go wrong in the world outside, one sentence and a code of its own."""
    try:
        with explained_failures(storage.index_dir):
            return command(storage, settings, options)
    except DocumentsFolderMissing as error:
        return _say_error(WRONG_USAGE, [str(error)])
    except RemovalsInDoubt as error:
        return _say_error(REMOVALS_IN_DOUBT, [message("Nothing published."), *removal_lines(error.removals)])
    except (NoIndex, DamagedGeneration, NothingToRollBackTo) as error:
        return _say_error(SOME_FAILED, [str(error)])
    except IndexLocked as error:
        return _say_error(LOCKED, [str(error)])
    except NothingToPublish as error:
        _print(failure_lines(error.failed))
        code = NOTHING_PUBLISHED if error.failed else NO_DOCUMENTS
        return _say_error(code, [message("Nothing published: {error}.", error=str(error))])
    except _NOTHING_DONE as error:
        sentence = message("Nothing published: {error}. The index is as it was.", error=str(error))
        return _say_error(NOTHING_PUBLISHED, [sentence])


def _outcome(index_dir: Path, before: str | None) -> str:
    """What a run that did not come to its end has left behind."""
    now = current_name(index_dir)
    if now == before:
        return message("The index is as it was.")
    return message("Index {generation} is published already, whole.", generation=now)


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "python -m indexing",
        description=_told(message("Make the index equal to the documents folder.")),
        epilog=_told(_EPILOG),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"Pagewise {version()}")
    choice = parser.add_mutually_exclusive_group()
    for flag, (command, text) in _commands().items():
        choice.add_argument(flag, dest="command", action="store_const", const=command, help=_told(text))
    choice.add_argument(
        "--backup",
        type=Path,
        metavar="FILE",
        help=_told(message("write the index that answers and what the server keeps into one file, while both go on")),
    )
    choice.add_argument(
        "--restore",
        type=Path,
        metavar="FILE",
        help=_told(message("make the index of a backup anew in an empty INDEX_DIR, for the documents of the settings")),
    )
    choice.add_argument(
        "--publish",
        metavar="TO",
        help=_told(message("let the index that answers here answer at another place: a folder, or object storage")),
    )
    choice.add_argument(
        "--fetch", metavar="FROM", help=_told(message("let the index that answers at another place answer here"))
    )
    _add_options_of_removals(parser, choice)
    parser.set_defaults(command=_index)
    options = parser.parse_args(arguments)
    if options.generation is not None:
        options.command = partial(_roll_back, options.generation or None)
    if options.backup is not None:
        options.command = partial(_back_up, options.backup)
    if options.restore is not None:
        options.command = partial(_restore, options.restore)
    for place, is_fetched in ((options.publish, False), (options.fetch, True)):
        if place is not None:
            options.command = partial(_ship, place, is_fetched)
    if options.allow_removals and options.command is _watch:
        parser.error(
            _told(message("--watch never removes much by itself; run make index ARGS=--allow-removals beside it"))
        )
    return options


def _commands() -> Mapping[str, tuple[Callable[..., int], str]]:
    """What the job can be told to do instead of a usual run, and what that is, by flag."""
    return {
        "--dry-run": (_dry_run, message("show what would be done, change nothing")),
        "--verify": (_verify, message("compare folder, catalogue, vectors and lexical index; list every difference")),
        "--repair": (
            _repair,
            message("trust nothing recorded: compare all bytes, try failed files again, write vectors anew"),
        ),
        "--fresh": (_fresh, message("build the whole index anew with the model and chunking of the settings")),
        "--report": (_report, message("list documents and pages that were not read well, worst first")),
        "--watch": (_watch, message("index now and again shortly after each change")),
    }


def _add_options_of_removals(parser: argparse.ArgumentParser, choice: argparse._ActionsContainer) -> None:
    choice.add_argument(
        "--rollback",
        dest="generation",
        nargs="?",
        const="",
        metavar="NUMBER",
        help=_told(message("make the index before the current one answer again, or the kept one of this number")),
    )
    parser.add_argument(
        "--allow-removals",
        action="store_true",
        help=_told(message("what is gone from the folder is gone on purpose: take it out")),
    )
    parser.add_argument(
        "--retry",
        action="append",
        default=[],
        metavar="PATH",
        help=_told(message("read this file once more although reading it failed and it has not changed")),
    )
    parser.add_argument(
        "--retry-failed",
        action="store_true",
        help=_told(message("try files that could not be read again, although nothing changed")),
    )
    parser.add_argument(
        "--with-ocr",
        action="store_true",
        help=_told(message("read pages without text with OCR, in these files from now on, although OCR=off")),
    )


def _index(storage: StorageSettings, settings: IndexingSettings, options: Options) -> int:
    before = current_name(storage.index_dir)
    with show_progress(sys.stderr, terminal_language()) as progress:
        report = run_job(storage, settings, progress, options)
    _print(run_lines(report))
    if settings.eval_after_index and current_name(storage.index_dir) != before:
        _print(_own_figures())
    return report.exit_code


def _own_figures() -> Iterator[str]:
    """How the published index answers the questions that were accepted, as the server finds in a process of its own."""
    command = [sys.executable, "-m", "server", "questions", "--measure", "--json"]
    # It listens nowhere and sends nothing; the tokens and the secret that these settings ask for stay here.
    unused = {"HOST": "127.0.0.1", "WEBHOOK_SECRET": "unused"}
    environment = job_environment({"PYTHONPATH": str(CODE_FOLDER), **unused})
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    try:
        yield from figure_lines(read_figures(done.stdout))
    except (ValueError, TypeError, KeyError):
        reason = (done.stderr.strip().splitlines() or ["–"])[-1]
        yield message("Your own questions could not be asked: {reason}", reason=reason)


def _repair(storage: StorageSettings, settings: IndexingSettings, options: Options) -> int:
    return _index(storage, settings, replace(options, repair=True))


def _fresh(storage: StorageSettings, settings: IndexingSettings, options: Options) -> int:
    return _index(storage, settings, replace(options, fresh=True))


def _roll_back(name: str | None, storage: StorageSettings, _settings: IndexingSettings, _options: Options) -> int:
    _print(rollback_lines(roll_back(storage.index_dir, name, storage.chroma_server)))
    return WELL


def _back_up(target: Path, storage: StorageSettings, _settings: IndexingSettings, _options: Options) -> int:
    from storage.generations.backup import BackupFailed, back_up

    try:
        made = back_up(storage.index_dir, target, Path(".env"))
    except BackupFailed as error:
        return _say_error(SOME_FAILED, [message("Nothing backed up: {error}.", error=str(error))])
    _print(backup_lines(made, target, is_restored=False))
    return WELL


def _restore(source: Path, storage: StorageSettings, settings: IndexingSettings, _options: Options) -> int:
    from storage.generations.backup import BackupFailed, restore

    try:
        made = restore(source, storage.index_dir, settings.documents_dir)
    except BackupFailed as error:
        return _say_error(SOME_FAILED, [message("Nothing restored: {error}.", error=str(error))])
    _print(backup_lines(made, source, is_restored=True))
    return WELL


def _ship(
    place: str, is_fetched: bool, storage: StorageSettings, _settings: IndexingSettings, _options: Options
) -> int:
    from storage.generations.shipping import ShippingFailed, fetch_from, publish_to

    try:
        done = fetch_from(place, storage.index_dir) if is_fetched else publish_to(storage.index_dir, place)
    except ShippingFailed as error:
        return _say_error(SOME_FAILED, [message("Nothing published: {error}.", error=str(error))])
    _print(shipping_lines(done, place, is_fetched=is_fetched))
    return WELL


def _dry_run(storage: StorageSettings, settings: IndexingSettings, options: Options) -> int:
    seen = survey(storage.index_dir, settings, chroma=storage.chroma_server)
    _print([*seen.baseline.problems, *filter(None, (seen.other_folder, seen.other_place))])
    _print([*plan_lines(seen.plan), *seen.discovery.notes, "", *discovery_lines(seen.discovery, seen.moment)])
    if seen.removals is not None and not options.allow_removals:
        _print([message("It would publish nothing."), *removal_lines(seen.removals)])
    return SOME_FAILED if seen.plan.failed_unchanged or seen.plan.to_fail or seen.plan.closed_folders else WELL


def _verify(storage: StorageSettings, settings: IndexingSettings, _options: Options) -> int:
    from indexing.verifying import verify_index

    folder: list[str] = []
    found = verify_index(
        storage.index_dir,
        settings,
        storage.chroma_server,
        on_folder=lambda listing, documents: folder.extend(folder_lines(listing, documents)),
    )
    _print(difference.line for difference in found)
    unread = sum(difference.kind == "failed" for difference in found)
    _print([*_verdict(len(found) - unread, unread), *folder])
    return SOME_FAILED if found else WELL


def _verdict(differences: int, unread: int) -> Iterator[str]:
    if differences == 1:
        yield message("{count:,} difference; make repair mends what can be mended.", count=differences)
    elif differences:
        yield message("{count:,} differences; make repair mends what can be mended.", count=differences)
    else:
        yield message("Folder, catalogue, vectors and lexical index agree.")
    if unread:
        yield message("{count:,} documents could not be read.", count=unread)


def _report(storage: StorageSettings, _settings: IndexingSettings, _options: Options) -> int:
    from indexing.verifying import current_catalogue

    with current_catalogue(storage.index_dir) as catalogue:
        documents = catalogue.documents()
        _print(document_lines(documents, catalogue.odd_pages()))
    listing = read_listing(storage.index_dir)
    if listing is not None:
        _print(["", *folder_lines(listing, documents, shown=MOST_NAMED)])
    return SOME_FAILED if any(document.status != "indexed" for document in documents) else WELL


def _watch(_storage: StorageSettings, settings: IndexingSettings, _options: Options) -> int:
    """Each run is a process of its own, so that no model stays in memory between runs."""
    from indexing.watching import watch

    command = [sys.executable, "-m", "indexing"]
    watch(
        settings.documents_dir,
        lambda: subprocess.run(command, env=job_environment(), check=False).returncode,
        threading.Event(),
    )
    return WELL


def _give_way(index_dir: Path, niceness: int | Literal["auto"]) -> None:
    """Let a server on the same machine answer first: embedding takes every core for minutes."""
    wanted = niceness if niceness != "auto" else _NICENESS if is_served(index_dir) else 0
    os.nice(max(0, wanted - os.nice(0)))


def _set_up_logging(level: str) -> None:
    """Our own lines at the level of LOG_LEVEL, other libraries' warnings only; bare on a terminal, dated in a log."""
    layout = "%(message)s" if sys.stderr.isatty() else "%(asctime)s %(levelname)-7s %(message)s"
    log_on_one_line(layout, _shown)
    logging.getLogger("indexing").setLevel("WARNING" if sys.stderr.isatty() and level == "INFO" else level)


def _stop(number: int, frame: FrameType | None) -> NoReturn:
    raise Stopped(number)


def _say_error(code: int, sentences: Iterable[str]) -> int:
    for sentence in sentences:
        print(_shown(sentence), file=sys.stderr)
    return code


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        print(_shown(line).encode(sys.stdout.encoding, "replace").decode(sys.stdout.encoding))


def _shown(line: str) -> str:
    """A line for whoever reads what is printed: the server, which tells it on, or a person at a terminal."""
    if isinstance(line, Message) and is_read_by_the_server():
        return encoded(line)
    return escaped(_told(line))


def _told(text: str) -> str:
    return told(text, terminal_language())


if __name__ == "__main__":
    code = main()
    if sys.stdout is not None:
        sys.stdout.flush()
    sys.stderr.flush()
    if code > 128:
        os._exit(code)  # a thread may still be loading the model; ending the interpreter under it would crash
    sys.exit(code)
