"""What the indexing job says on a terminal, and the exit codes it ends with.

Apart from the commands, which all of its modules need: whoever reads what is printed may be a person or the server.
"""

import os
import sys
from collections.abc import Iterable

from storage.child_environment import is_read_by_the_server
from storage.escaping import escaped
from storage.message_translation import terminal_language, told
from storage.messages import Message, encoded

WELL, SOME_FAILED, WRONG_USAGE, LOCKED, NOTHING_PUBLISHED, REMOVALS_IN_DOUBT, NO_DOCUMENTS = range(7)
UNFORESEEN = os.EX_SOFTWARE


def say_error(code: int, sentences: Iterable[str]) -> int:
    """Print the sentences where errors go; the exit code, to be returned."""
    for sentence in sentences:
        print(shown(sentence), file=sys.stderr)
    return code


def print_lines(lines: Iterable[str]) -> None:
    """Print the lines, whatever the terminal can show of them."""
    for line in lines:
        print(shown(line).encode(sys.stdout.encoding, "replace").decode(sys.stdout.encoding))


def shown(line: str) -> str:
    """A line for whoever reads what is printed: the server, which tells it on, or a person at a terminal."""
    if isinstance(line, Message) and is_read_by_the_server():
        return encoded(line)
    return escaped(translated(line))


def translated(text: str) -> str:
    """The text in the language of who sits at the terminal."""
    return told(text, terminal_language())
