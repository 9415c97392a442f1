"""Text to the words of the lexical index. First form; the retrieval part owns and deepens it."""

import re

_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")
_WORD = re.compile(r"[^\W_]+", re.UNICODE)


def index_terms(text: str) -> str:
    """The text as the lexical index stores it: CJK runs as bigrams."""
    return _CJK.sub(lambda run: f" {' '.join(_bigrams(run.group()))} ", text)


def match_expression(question: str) -> str | None:
    """The FTS5 expression that finds any of the question's words; None when it holds none."""
    words = _WORD.findall(index_terms(question).casefold())
    return " OR ".join(f'"{word}"' for word in dict.fromkeys(words)) or None


def _bigrams(run: str) -> list[str]:
    return [run[i : i + 2] for i in range(len(run) - 1)] or [run]
