"""Named places where a test can kill the process, as a power cut would: `PAGEWISE_FAILPOINT=publish.before-pointer`.

With a number after a colon (`embed.batch:3`) the process dies at the third passage. Without the variable a failpoint
costs one look into a dictionary.
"""

import os
import signal
from collections import Counter

_VARIABLE = "PAGEWISE_FAILPOINT"
_passed: Counter[str] = Counter()

ALL = (
    "draft.begun",
    "parse.document",
    "embed.batch",
    "catalogue.written",
    "vectors.written",
    "seal.before-manifest",
    "seal.before-sync",
    "verify.done",
    "publish.before-pointer",
    "publish.after-pointer",
    "prune.half",
)


SHIPPING = ("ship.file", "ship.before-pointer")
"""Those of a generation on its way to another place, which no job passes."""


def failpoint(name: str) -> None:
    """Die here by SIGKILL if the environment asks for it."""
    wanted = os.environ.get(_VARIABLE)
    if wanted is None:
        return
    where, _, passage = wanted.partition(":")
    if where == name:
        _passed[name] += 1
        if _passed[name] == int(passage or 1):
            os.kill(os.getpid(), signal.SIGKILL)
