"""The command line of the indexing job: which command it asks for, and with which options."""

import argparse
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from indexing.commands import (
    back_up_to,
    dry_run,
    index,
    rebuild,
    repair,
    restore_from,
    roll_back_to,
    ship,
    show_report,
    verify,
    watch_folder,
)
from indexing.console import translated
from storage.messages import message
from storage.version import version

_EPILOG = message(
    """exit codes: 0 all well, 1 some documents failed (or differences found), 2 wrong usage or settings,
3 another job holds the index, 4 nothing could be published, 5 many documents are gone from the folder and
--allow-removals was not given, 6 there is no document to index yet, 70 a fault of the program (the log says
where), 130 and 143 stopped by Ctrl-C or SIGTERM.
Settings come from the environment or .env; .env.example explains them."""
)


def read_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The options; `command` is the function of `indexing.commands` that they ask for. Exits for wrong ones."""
    parser = argparse.ArgumentParser(
        "python -m indexing",
        description=translated(message("Make the index equal to the documents folder.")),
        epilog=translated(_EPILOG),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"Pagewise {version()}")
    choice = parser.add_mutually_exclusive_group()
    for flag, (command, text) in _commands().items():
        choice.add_argument(flag, dest="command", action="store_const", const=command, help=translated(text))
    choice.add_argument(
        "--backup",
        type=Path,
        metavar="FILE",
        help=translated(
            message("write the index that answers and what the server keeps into one file, while both go on")
        ),
    )
    choice.add_argument(
        "--restore",
        type=Path,
        metavar="FILE",
        help=translated(
            message("make the index of a backup anew in an empty INDEX_DIR, for the documents of the settings")
        ),
    )
    choice.add_argument(
        "--publish",
        metavar="TO",
        help=translated(
            message("let the index that answers here answer at another place: a folder, or object storage")
        ),
    )
    choice.add_argument(
        "--fetch", metavar="FROM", help=translated(message("let the index that answers at another place answer here"))
    )
    _add_options_of_removals(parser, choice)
    parser.set_defaults(command=index)
    options = parser.parse_args(arguments)
    if options.generation is not None:
        options.command = partial(roll_back_to, options.generation or None)
    if options.backup is not None:
        options.command = partial(back_up_to, options.backup)
    if options.restore is not None:
        options.command = partial(restore_from, options.restore)
    for place, is_fetched in ((options.publish, False), (options.fetch, True)):
        if place is not None:
            options.command = partial(ship, place, is_fetched)
    if options.allow_removals and options.command is watch_folder:
        parser.error(
            translated(message("--watch never removes much by itself; run make index ARGS=--allow-removals beside it"))
        )
    return options


def _commands() -> Mapping[str, tuple[Callable[..., int], str]]:
    """What the job can be told to do instead of a usual run, and what that is, by flag."""
    return {
        "--dry-run": (dry_run, message("show what would be done, change nothing")),
        "--verify": (verify, message("compare folder, catalogue, vectors and lexical index; list every difference")),
        "--repair": (
            repair,
            message("trust nothing recorded: compare all bytes, try failed files again, write vectors anew"),
        ),
        "--fresh": (rebuild, message("build the whole index anew with the model and chunking of the settings")),
        "--report": (show_report, message("list documents and pages that were not read well, worst first")),
        "--watch": (watch_folder, message("index now and again shortly after each change")),
    }


def _add_options_of_removals(parser: argparse.ArgumentParser, choice: argparse._ActionsContainer) -> None:
    choice.add_argument(
        "--rollback",
        dest="generation",
        nargs="?",
        const="",
        metavar="NUMBER",
        help=translated(message("make the index before the current one answer again, or the kept one of this number")),
    )
    parser.add_argument(
        "--allow-removals",
        action="store_true",
        help=translated(message("what is gone from the folder is gone on purpose: take it out")),
    )
    parser.add_argument(
        "--retry",
        action="append",
        default=[],
        metavar="PATH",
        help=translated(message("read this file once more although reading it failed and it has not changed")),
    )
    parser.add_argument(
        "--retry-failed",
        action="store_true",
        help=translated(message("try files that could not be read again, although nothing changed")),
    )
    parser.add_argument(
        "--with-ocr",
        action="store_true",
        help=translated(message("read pages without text with OCR, in these files from now on, although OCR=off")),
    )
