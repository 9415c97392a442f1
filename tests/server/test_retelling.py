"""What other modules say is told in Chinese: every sentence that can reach the page is known, gaps and all."""

import ast
import re
from collections.abc import Iterator

import pytest
from flask import Flask

from server.language import SENTENCES, retold, retold_line
from server.language_model.errors import LanguageModelError
from storage.embedding.download import announcement
from tests.repository import PACKAGES, python_files

_SAID_BY = {
    *("ParseFailure", "PageError", "PageRecord", "IndexState", "IndexNotReady", "NoIndex", "DamagedGeneration"),
    *("UnreadableManifest", "ModelUnavailable", "NoPicture", "NoPlan", "Judgement", "TooBusy", "DeadlineExceeded"),
    *("Cancelled", "Stalled", "retold", "_failed", "_bomb", "ServerUnavailable"),
    *("AnswersUnreadable", "Thread", "LedgerUnavailable", "CountUnknown"),
}
"""Calls whose texts people read on the page."""
_NEXT_STEP = re.compile(r"(?:it|its|the|a|no|reading) .+; .+")
_NOT_ON_THE_PAGE = {
    "Slide {}",
    "a published generation is never written; run the indexing job",
    "the index could not be looked at; trying again",
    "%s was damaged and is now %s; a new one is begun",
}
_WITHOUT_WORDS = re.compile(r"[\W\d_]*(?:s|MB)?[\W\d_]*")
_ON_THE_TERMINAL = (
    *("server/commands/doctor.py", "server/commands/provider_checks.py", "server/settings.py", "indexing/__main__.py"),
    *("indexing/watching.py", "indexing/verifying.py", "indexing/building/build.py", "indexing/building/finish.py"),
    *("indexing/settings.py", "indexing/planning/survey.py"),
)


def kinds(kind: type[LanguageModelError]) -> set[type[LanguageModelError]]:
    return {kind}.union(*(kinds(below) for below in kind.__subclasses__()))


def text_of(node: ast.AST) -> str | None:
    """A text as `sentences.po` writes it: {} for what is put in."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return None


def said_in(tree: ast.AST) -> Iterator[str]:
    """The texts given to what speaks to people, and those that name a next step."""
    speakers = _SAID_BY | {kind.__name__ for kind in kinds(LanguageModelError)}
    inner = {part for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)} - {
        node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)
    }
    for node in ast.walk(tree):
        text = text_of(node)
        if text is not None and node not in inner and _NEXT_STEP.fullmatch(text):
            yield text
        if isinstance(node, ast.Call) and _name(node.func) in speakers:
            arguments = [*node.args, *(keyword.value for keyword in node.keywords)]
            yield from (said for argument in arguments if (said := text_of(argument)) and " " in said)


def _name(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


def sentences() -> set[str]:
    """Everything that can be said, from the sources themselves."""
    found = {kind.default_help for kind in kinds(LanguageModelError)}
    for path, tree in python_files(*PACKAGES):
        if not path.startswith(_ON_THE_TERMINAL):
            found.update(said_in(tree))
    return {text for text in found - _NOT_ON_THE_PAGE if not _WITHOUT_WORDS.fullmatch(text.replace("{}", ""))}


def test_every_sentence_is_known_in_chinese() -> None:
    found = sentences()
    assert len(found) > 100
    unknown = {text for text in found if retold(text.replace("{}", "7"), "zh") == text.replace("{}", "7")}
    assert unknown == set()


def test_gaps_are_all_filled() -> None:
    entries = re.findall(r'^msgid "(.+)"\nmsgstr "(.*)"$', SENTENCES.read_text(encoding="utf-8"), re.MULTILINE)
    for english, chinese in entries:
        gaps = set(re.findall(r"\{(\d*)\}", chinese))
        assert chinese, english
        assert gaps <= {str(number) for number in range(english.count("{}"))}, english


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        pytest.param(
            "generation 0002: catalogue.db is not as it was published; answering from generation 0001; run make index",
            "第 0002 代索引：catalogue.db 与发布时不一致；目前用第 0001 代索引回答；请运行 make index",
            id="a sentence within a sentence",
        ),
        pytest.param(
            "The language model's server rejects the key. Check DEEPSEEK_API_KEY and restart the server.",
            "语言模型的服务器拒绝了该密钥。请检查 DEEPSEEK_API_KEY 并重启服务器。",
            id="two sentences",
        ),
        pytest.param("What the model said itself.", "What the model said itself.", id="unknown"),
        pytest.param("The file has changed", "The file has changed", id="no number in the gap"),
        pytest.param("", "", id="nothing"),
        pytest.param("x" * 5000, "x" * 5000, id="endless"),
    ],
)
def test_sentences_are_told_in_chinese(english: str, chinese: str) -> None:
    assert retold(english, "zh") == chinese
    assert retold(english, "en") == english


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param("To add: 2", "将新增：2", id="a headline"),
        pytest.param("  papers/a.pdf", "  papers/a.pdf", id="a name"),
        pytest.param(
            "  a.pdf: encrypted; it is encrypted; remove the password and index again",
            "  a.pdf：文件已加密；请去除密码后重新索引。",
            id="a failure",
        ),
        pytest.param("downloaded 1.3 GB of 2.3 GB, 70 s left", "已下载 1.3 GB，共 2.3 GB，还需 70 秒", id="a download"),
        pytest.param("Not read: 1 encrypted, 2 empty", "未能读取：1 个已加密, 2 个为空", id="counts"),
        pytest.param("", "", id="an empty line"),
    ],
)
def test_lines_of_the_job_are_told_in_chinese(line: str, expected: str) -> None:
    assert retold_line(line, "zh") == expected


@pytest.mark.parametrize("there", [0, 300_000_000])
def test_the_announcement_of_a_download_is_told_in_chinese_as_a_whole(there: int) -> None:
    told = retold_line(announcement("BAAI/bge-m3", 2_300_000_000, there), "zh")
    assert told.startswith("正在从模型库下载 BAAI/bge-m3（仅此一次）：共 2.3 GB")
    assert ("300 MB" in told) == bool(there)
    assert "once" not in told


def test_a_value_out_of_range_is_told_in_chinese(quoting_app: Flask) -> None:
    headers = {"Accept-Language": "zh", "Accept": "text/html"}
    page = quoting_app.test_client().post("/ask", data={"question": "?!"}, headers=headers).get_data(as_text=True)
    assert "问题：至少要有一个字母、数字或汉字。" in page
    refused = quoting_app.test_client().post("/api/query", json={"question": ""}, headers={"Accept-Language": "zh"})
    assert refused.get_json()["title"] == "数值超出范围"
    assert refused.get_json()["detail"].startswith("问题：")
