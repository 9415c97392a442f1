"""`python -m server` serves; `ask "question"` answers once on the terminal; `doctor` examines the set-up;
`mcp` serves an agent on standard input and output; `verify-pack` and `replay` look at an evidence pack; `questions`
proposes and measures questions of the folder.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from server.settings import BadSettings, ServerSettings, read_settings, read_storage_settings
from storage.child_environment import take_on
from storage.message_translation import terminal_language, told
from storage.messages import message
from storage.version import version


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code: 0 well, 1 the question could not be answered or the set-up is not well, 2 wrong usage or settings."""
    options = _parser().parse_args(arguments)
    if options.command == "doctor":
        return _examine()
    try:
        settings = read_settings() if options.command in (None, "mcp") else _of_one_collection()
        if options.command == "mcp":
            return _serve_mcp(settings)
        if options.command in ("verify-pack", "replay"):
            return _look_at_pack(settings, options)
        if options.command == "questions":
            return _own_questions(settings, options)
        return _ask(settings, options) if options.command == "ask" else _serve(settings)
    except BadSettings as error:
        for sentence in error.sentences:
            print(_told(sentence), file=sys.stderr)
        return 2


def _of_one_collection() -> ServerSettings:
    """The settings for the collection that COLLECTION names, or for the first; as they are where there is only one."""
    from storage.server_state.state import database_url

    storage, settings = read_storage_settings(), read_settings()
    if not storage.collections:
        return settings
    chosen = storage.chosen_collection or storage.collections[0]
    take_on({**chosen.environment, "STATE_URL": database_url(storage)})
    return settings.of_collection(chosen)


def _ask(settings: ServerSettings, options: argparse.Namespace) -> int:
    from server.commands.ask import Unanswered, ask_aloud, ask_once

    try:
        if sys.stdout.isatty() and not options.json:
            ask_aloud(settings, options.question, mode=options.model, write=_write)
        else:
            print(ask_once(settings, options.question, mode=options.model, as_json=options.json))
    except Unanswered as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _examine() -> int:
    from server.commands.doctor import findings, line

    is_well = True
    for finding in findings():
        print(line(finding, terminal_language()), flush=True)
        is_well = is_well and finding.is_well is not False
    return 0 if is_well else 1


def _serve(settings: ServerSettings) -> int:
    from server.commands.listening import CannotListen, listening_socket
    from server.commands.processes import begin_processes, processes_of

    storage, place = read_storage_settings(), None
    try:
        with listening_socket(settings) as listening:
            if processes_of(settings) > 1:
                begun = begin_processes(settings, storage, listening)
                if isinstance(begun, int):
                    return begun  # all of them have ended
                place = begun
            from server.commands.serve import serve

            serve(settings, storage, listening, _announce, place)
    except CannotListen as error:
        print(_told(str(error)), file=sys.stderr)
        return 2
    return 0


def _serve_mcp(settings: ServerSettings) -> int:
    from server.commands.mcp import serve_stdio

    serve_stdio(settings)
    return 0


def _look_at_pack(settings: ServerSettings, options: argparse.Namespace) -> int:
    from server.commands.packs import UnusablePack, replayed, verified

    is_well = True
    try:
        for line in verified(options.file) if options.command == "verify-pack" else replayed(settings, options.file):
            mark = {True: "✓", False: "✗", None: "·"}[line.is_well]
            print(f"{mark} {_told(line.text)}", flush=True)
            is_well = is_well and line.is_well is not False
    except UnusablePack as error:
        print(_told(str(error)), file=sys.stderr)
        return 2
    return 0 if is_well else 1


def _own_questions(settings: ServerSettings, options: argparse.Namespace) -> int:
    from server.commands.ask import Unanswered
    from server.commands.questions import measured_lines, proposed

    try:
        lines = measured_lines(settings, as_json=options.json) if options.measure else proposed(settings)
        for line in lines:
            print(_told(line), flush=True)
    except (Unanswered, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _announce(text: str) -> None:
    try:
        print(_told(text), flush=True)
    except OSError:
        sys.stdout = None  # written to a full disk, or read by nobody: the server answers all the same


def _told(text: str) -> str:
    return told(text, terminal_language())


def _write(text: str, is_thought: bool) -> None:
    faint, normal = ("\x1b[2m", "\x1b[0m") if is_thought else ("", "")
    print(f"{faint}{text}{normal}", end="", flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m server", description=_told(message("Answer questions from the index."))
    )
    parser.add_argument("--version", action="version", version=f"Pagewise {version()}")
    commands = parser.add_subparsers(dest="command", metavar="ask | doctor | mcp | verify-pack | replay | questions")
    commands.add_parser("doctor", help=_told(message("check settings, language model, embedding model and index")))
    commands.add_parser("mcp", help=_told(message("serve the documents as tools of MCP on standard input and output")))
    for name, what in (
        ("verify-pack", message("check offline whether an evidence pack is whole, and what has changed since")),
        ("replay", message("ask the question of an evidence pack again and list what is different")),
    ):
        commands.add_parser(name, help=_told(what)).add_argument("file", type=Path)
    questions = commands.add_parser("questions", help=_told(message("propose questions that measure the folder")))
    questions.add_argument("--measure", action="store_true", help=_told(message("measure those that were accepted")))
    questions.add_argument("--json", action="store_true", help=_told(message("print the figures as JSON")))
    ask = commands.add_parser("ask", help=_told(message("answer one question on the terminal")))
    ask.add_argument("question")
    ask.add_argument("--json", action="store_true", help=_told(message("print the response of POST /api/query")))
    ask.add_argument("--model", choices=["chat", "reasoner"], default="chat")
    return parser


if __name__ == "__main__":
    code = main()
    for stream in filter(None, (sys.stdout, sys.stderr)):
        with suppress(OSError):  # nobody reads it any more, or its disk is full
            stream.flush()
    # All is closed. Python would take the libraries of models apart for seconds, in which no other thread can end it.
    os._exit(code)
