"""The indexing job from the command line: `python -m indexing`. Composition root: reads settings, prints, exits."""

import signal

if __name__ == "__main__":
    # Until `main` can end the job in order, Ctrl-C ends the process at once and without a traceback.
    signal.signal(signal.SIGINT, signal.SIG_DFL)

import logging
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import Literal, NoReturn

from pydantic import ValidationError

from indexing.building.build import NotEnoughRoom, NothingToPublish
from indexing.command_line import read_arguments
from indexing.commands import OF_EACH_COLLECTION
from indexing.console import (
    LOCKED,
    NO_DOCUMENTS,
    NOTHING_PUBLISHED,
    REMOVALS_IN_DOUBT,
    SOME_FAILED,
    UNFORESEEN,
    WELL,
    WRONG_USAGE,
    print_lines,
    say_error,
    shown,
)
from indexing.planning.discovery import DocumentsFolderMissing
from indexing.planning.removals import RemovalsInDoubt, removal_lines
from indexing.planning.survey import Options, OtherFolderEmpty
from indexing.report import failure_lines
from indexing.rollback import NothingToRollBackTo
from indexing.settings import IndexingSettings
from storage.child_environment import CODE_FOLDER, job_environment, take_on
from storage.collections import Collection
from storage.embedding.models import ModelUnavailable
from storage.escaping import log_on_one_line
from storage.failures import StorageFailed, explained_failures
from storage.generations.lock import IndexLocked, is_served
from storage.generations.published import DamagedGeneration, NoIndex, current_name
from storage.generations.verification import VerificationFailed
from storage.messages import message
from storage.private_files import private_directory
from storage.servers import ServerUnavailable
from storage.settings import StorageSettings, explain_settings_error

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


class Stopped(BaseException):
    """Asked to end, by Ctrl-C or a signal."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what the command line asks for; returns the exit code."""
    options = read_arguments(arguments)
    try:
        storage, settings = StorageSettings(), IndexingSettings()
        if (code := _begun_for_collections(storage, settings, options.command, arguments)) is not None:
            return code
        if storage.chosen_collection is not None:
            take_on(storage.chosen_collection.environment)
            storage, settings = StorageSettings(), IndexingSettings()
    except ValidationError as error:
        return say_error(WRONG_USAGE, explain_settings_error(error))
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
        return say_error(128 + stopped.number, [message("Stopped. {outcome}", outcome=outcome)])
    except Exception as error:
        logger.exception("the job broke off")
        fault = message(
            "A fault of the program ({error}); the lines above say where; please report it. {outcome}",
            error=type(error).__name__,
            outcome=_outcome(storage.index_dir, before),
        )
        return say_error(UNFORESEEN, [fault])


def _begun_for_collections(
    storage: StorageSettings,
    settings: IndexingSettings,
    command: Callable[..., int],
    arguments: Sequence[str] | None,
) -> int | None:
    """The exit code where each collection had its turn or COLLECTION is wrong; None: this process goes on."""
    if storage.collection and not storage.collections and not storage.written_collections:
        sentence = message("COLLECTION={name}: COLLECTIONS is not set", name=storage.collection)
        return say_error(WRONG_USAGE, [sentence])
    if not storage.collections:
        return None
    for folder in (storage.index_dir, storage.collections[0].index_dir.parent):
        private_directory(folder)
    if storage.collection:
        return None
    if "documents_dir" in settings.model_fields_set:
        say_error(WELL, [message("DOCUMENTS_DIR is not used: COLLECTIONS names the folders.")])
    return _each_in_turn(storage.collections, command, arguments)


def _each_in_turn(
    collections: Sequence[Collection], command: Callable[..., int], arguments: Sequence[str] | None
) -> int:
    """Do it for every collection in a process of its own; the exit code is 1 where some ended well and some did not."""
    if command not in OF_EACH_COLLECTION:
        names = ", ".join(each.name for each in collections)
        return say_error(
            WRONG_USAGE, [message("For which collection? Say COLLECTION=name; there are {names}.", names=names)]
        )
    codes: list[int] = []
    for each in collections:
        try:
            print_lines([message("Collection {name}: {folder}", name=each.name, folder=each.documents_dir)])
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
            say_error(codes[-1], [left])
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
        return say_error(WRONG_USAGE, [str(error)])
    except RemovalsInDoubt as error:
        return say_error(REMOVALS_IN_DOUBT, [message("Nothing published."), *removal_lines(error.removals)])
    except (NoIndex, DamagedGeneration, NothingToRollBackTo) as error:
        return say_error(SOME_FAILED, [str(error)])
    except IndexLocked as error:
        return say_error(LOCKED, [str(error)])
    except NothingToPublish as error:
        print_lines(failure_lines(error.failed))
        code = NOTHING_PUBLISHED if error.failed else NO_DOCUMENTS
        return say_error(code, [message("Nothing published: {error}.", error=str(error))])
    except _NOTHING_DONE as error:
        sentence = message("Nothing published: {error}. The index is as it was.", error=str(error))
        return say_error(NOTHING_PUBLISHED, [sentence])


def _outcome(index_dir: Path, before: str | None) -> str:
    """What a run that did not come to its end has left behind."""
    now = current_name(index_dir)
    if now == before:
        return message("The index is as it was.")
    return message("Index {generation} is published already, whole.", generation=now)


def _give_way(index_dir: Path, niceness: int | Literal["auto"]) -> None:
    """Let a server on the same machine answer first: embedding takes every core for minutes."""
    wanted = niceness if niceness != "auto" else _NICENESS if is_served(index_dir) else 0
    os.nice(max(0, wanted - os.nice(0)))


def _set_up_logging(level: str) -> None:
    """Our own lines at the level of LOG_LEVEL, other libraries' warnings only; bare on a terminal, dated in a log."""
    layout = "%(message)s" if sys.stderr.isatty() else "%(asctime)s %(levelname)-7s %(message)s"
    log_on_one_line(layout, shown)
    logging.getLogger("indexing").setLevel("WARNING" if sys.stderr.isatty() and level == "INFO" else level)


def _stop(number: int, frame: FrameType | None) -> NoReturn:
    raise Stopped(number)


if __name__ == "__main__":
    code = main()
    if sys.stdout is not None:
        sys.stdout.flush()
    sys.stderr.flush()
    if code > 128:
        os._exit(code)  # a thread may still be loading the model; ending the interpreter under it would crash
    sys.exit(code)
