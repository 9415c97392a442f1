"""Sentences that go with an answer, in the language of the question."""

from collections.abc import Sequence

from server.language import Language

_MOST_FILES = 5


def not_checked(language: Language) -> str:
    """No passage could be scored."""
    return {
        "en": "Relevance not checked: no passage could be scored. The passages are in the order of retrieval.",
        "zh": "相关性未检查：所有片段都未能评分，按检索顺序排列。",
    }[language]


def partly_checked(language: Language, unscored: int) -> str:
    """Some passages could not be scored."""
    return {
        "en": f"{unscored} of the passages could not be scored; they stand behind the scored ones.",
        "zh": f"有 {unscored} 个片段未能评分，排在已评分片段之后。",
    }[language]


def changed_since_indexing(language: Language, files: Sequence[str]) -> str:
    """Files that are not any more what was indexed."""
    names = _named(files)
    return {
        "en": f"Changed since it was indexed: {names}. Run make index.",
        "zh": f"索引之后文件已有改动：{names}。请运行 make index。",
    }[language]


def not_searched(language: Language, files: Sequence[str]) -> str:
    """Files that could not be read."""
    names = _named(files)
    return {
        "en": f"Not searched, because it could not be read: {names}.",
        "zh": f"以下文件无法读取，因此未被检索：{names}。",
    }[language]


def left_out(language: Language, count: int) -> str:
    """Passages that the model was not given."""
    return {
        "en": f"{count} of the passages did not fit into the model's context and were left out.",
        "zh": f"有 {count} 个片段超出模型的上下文长度，未被使用。",
    }[language]


def quoted_instead(language: Language, why: str) -> str:
    """The language model failed, the documents are quoted."""
    return {
        "en": f"Quoted from the documents, because the language model failed: {why}",
        "zh": f"语言模型出错，以下内容摘自文档：{why}",
    }[language]


def not_rewritten(language: Language, why: str) -> str:
    """A question that points back to the conversation could not be rewritten."""
    return {
        "en": f"The question was searched for as it stands, without the conversation before it: {why}.",
        "zh": f"未能结合之前的对话改写问题，已按原文检索：{why}。",
    }[language]


def refused_content(language: Language, files: Sequence[str]) -> str:
    """The provider does not read some passages."""
    names = _named(files)
    return {
        "en": f"Left out, because the language model's provider refuses the content: a passage of {names}.",
        "zh": f"语言模型服务商拒绝处理以下文件中的片段，已略去：{names}。",
    }[language]


def _named(files: Sequence[str]) -> str:
    shown = ", ".join(files[:_MOST_FILES])
    return shown if len(files) <= _MOST_FILES else f"{shown} … (+{len(files) - _MOST_FILES})"
