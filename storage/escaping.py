"""Text that others gave, names of files above all, where it must stay on one line and show all that is in it.

A name may hold line breaks, which would begin a line of their own in a log, and characters that turn the direction of
writing round or cannot be seen, which make one name look like another.
"""

import logging
import re
from collections.abc import Callable

from storage.messages import Message

# Control characters and line ends; marks of direction; characters without width; halves of characters; the Tags block.
# Joiners and variation selectors shape the letters of many scripts: only behind plain Latin they have no use.
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e0fff]|(?<![^\x00-\x7f])[\u034f\u180b-\u180d\u200c\u200d\ufe00-\ufe0f]"
)


def escaped(text: str) -> str:
    """The text on one line, with what cannot be seen written as ⟨U+202E⟩."""
    return _UNSEEN.sub(lambda found: f"⟨U+{ord(found[0]):04X}⟩", text)


class OneLineFormatter(logging.Formatter):
    """Each message on one line, all of it to be seen. The lines of a traceback are indented, so none looks like one.

    `shown` makes the line of a text or a `Message`, for whoever reads the log.
    """

    def __init__(self, layout: str, shown: Callable[[str], str] = escaped) -> None:
        super().__init__(layout)
        self._shown = shown

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the library's name
        """The line without its traceback."""
        record.message = self._shown(record.msg if isinstance(record.msg, Message) else record.message)
        return super().formatMessage(record)

    def formatException(self, ei: object) -> str:  # noqa: N802 - the same
        """The traceback."""
        return _indented(super().formatException(ei))  # type: ignore[arg-type]

    def formatStack(self, stack_info: str) -> str:  # noqa: N802 - the same
        """Where the message came from."""
        return _indented(super().formatStack(stack_info))


def log_on_one_line(layout: str, shown: Callable[[str], str] = escaped) -> None:
    """Send the log to standard error in this layout, warnings and worse; the level of a logger may be set lower."""
    handler = logging.StreamHandler()
    handler.setFormatter(OneLineFormatter(layout, shown))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])


def _indented(lines: str) -> str:
    return "\n".join(f"    {escaped(line)}" for line in lines.split("\n"))
