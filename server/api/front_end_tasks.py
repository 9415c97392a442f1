"""What chat front ends ask beside questions: a title for a conversation, tags, follow-up questions. Pure.

Open WebUI, LibreChat, NextChat, LobeChat and others send such tasks as ordinary messages. They are about the
conversation, never about the documents.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

TaskKind = Literal["title", "tags", "follow_ups", "queries", "text", "emoji", "other"]
Said = tuple[str, str]
"""The role of a message, and its text."""

_MARKED = re.compile(r"\s*#{2,3}\s*Task\b", re.IGNORECASE)
_SECTIONS = re.compile(r"#{2,3}\s*(?:Output|Guidelines|Chat History|Instructions|Examples?|Context)\b", re.IGNORECASE)
_JSON_KEY = re.compile(r"[\"'](title|tags|follow_ups|queries|text)[\"']\s*:")
_TALK = (
    r"(?:conversation|chat|discussion|dialog(?:ue)?|thread|messages?|exchange|user['’]?s?\s+(?:request|query"
    r"|input|question)|following\s+query)"
)
_MAKE = (
    r"(?:generate|create|provide|write|suggest|give|produce|make|come\s+up\s+with|summari[sz]e|name|propose"
    r"|predict|list)"
)
_TITLE = re.compile(
    rf"\b{_MAKE}\b[^.\n]{{0,160}}\b(?:titles?|topic|name|header|summary)\b[^\n]{{0,200}}\b{_TALK}"
    rf"|\b{_MAKE}\b[^.\n]{{0,80}}\b{_TALK}\b[^\n]{{0,160}}\b(?:titles?|topic|name|four\s+words|words\s+or\s+less)"
    r"|(?:标题|主题|题目)[^\n]{0,80}(?:对话|会话|聊天|谈话|讨论)|(?:对话|会话|聊天|谈话|这句话|讨论"
    r"|用户)[^\n]{0,80}(?:标题|主题|题目)",
    re.IGNORECASE,
)
_TAGS = re.compile(
    rf"\b{_MAKE}\b[^\n]{{0,100}}\btags\b[^\n]{{0,200}}\b{_TALK}|(?:对话|会话|聊天)[^\n]{{0,60}}标签", re.IGNORECASE
)
_FOLLOW_UPS = re.compile(
    rf"\b{_MAKE}\b[^\n]{{0,100}}\b(?:follow[- ]?up|next|further)\s+(?:questions?|prompts?)[^\n]{{0,300}}\b{_TALK}"
    rf"|\b{_TALK}\b[^\n]{{0,200}}\b{_MAKE}\b[^\n]{{0,100}}\bfollow[- ]?up\s+(?:questions?|prompts?)"
    r"|(?:对话|会话|聊天)[^\n]{0,80}(?:后续|追问|推荐)[^\n]{0,20}问题",
    re.IGNORECASE,
)
_SUMMARY = re.compile(
    r"(?:总结|概括)[^\n]{0,40}(?:对话|会话|聊天)[^\n]{0,40}(?:prompt|提示|上下文)"
    rf"|\bsummari[sz]e\s+(?:the|this|our)\s+{_TALK}[^\n]{{0,80}}\b(?:prompt|future\s+context|words\s+or\s+less)",
    re.IGNORECASE,
)
_BOUND = re.compile(
    r"\b(?:words?|characters?|quotation|punctuation|concise(?:ly)?|short|brief(?:ly)?|only|just|json|respond"
    r"|return|separated)\b"
    r"|字以内|个字|[一二三四五六七八九十]字|不要|直接返回|仅|只|简短|简要|简洁",
    re.IGNORECASE,
)
_FIRST_QUESTION = re.compile(r"^\s*(?:USER|Human|User|用户|Q)\s*[:：]\s*(.+)$", re.MULTILINE)
_QUOTED = re.compile(r"<chat_history>\s*(.+?)\s*</chat_history>", re.DOTALL)
_LONGEST_TITLE = 50  # characters
_MOST_WORDS = 7


@dataclass(frozen=True, slots=True)
class Task:
    """What a front end wants; `subject` is what the conversation was about, as far as it can be told."""

    kind: TaskKind
    subject: str
    wants_json: bool


def task_of(messages: Sequence[Said]) -> Task | None:
    """The task of these messages; None where they ask a question."""
    asked = next((text for role, text in reversed(messages) if role == "user"), "")
    told = "\n".join(text for role, text in messages if role in ("system", "developer"))
    kind = _kind(asked) or (_kind_of_instruction(told) if told else None)
    if kind is None:
        return None
    is_own_text = _kind(asked) is None
    return Task(kind, asked if is_own_text else _subject(messages, asked), "json" in f"{asked}\n{told}".lower())


def plain_answer(task: Task) -> str:
    """What can be said without a language model."""
    title = _title(task.subject)
    values: dict[TaskKind, object] = {
        "title": title, "tags": ["General"], "follow_ups": [], "queries": [task.subject or title], "text": "",
    }  # fmt: skip
    if task.kind == "emoji":
        return "💬"
    if task.kind not in values:
        return title
    value = values[task.kind]
    if task.wants_json or task.kind == "text":
        return json.dumps({task.kind: value}, ensure_ascii=False)
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _kind(text: str) -> TaskKind | None:
    if _MARKED.match(text) and _SECTIONS.search(text):
        return _marked_kind(text)
    return _kind_of_instruction(text)


def _marked_kind(text: str) -> TaskKind:
    key = _JSON_KEY.search(text)
    if key:
        return key[1]  # type: ignore[return-value]
    words: tuple[tuple[str, TaskKind], ...] = (
        ("follow-up", "follow_ups"), ("tags", "tags"), ("quer", "queries"), ("emoji", "emoji"), ("title", "title"),
    )  # fmt: skip
    return next((kind for word, kind in words if word in text.lower()), "other")


def _kind_of_instruction(text: str) -> TaskKind | None:
    head = text[:3000]
    if not _BOUND.search(head):
        return None
    for pattern, kind in _KINDS:
        if pattern.search(head):
            return kind
    return None


_KINDS: tuple[tuple[re.Pattern[str], TaskKind], ...] = (
    (_FOLLOW_UPS, "follow_ups"), (_TAGS, "tags"), (_TITLE, "title"), (_SUMMARY, "other"),
)  # fmt: skip


def _subject(messages: Sequence[Said], asked: str) -> str:
    """The first question of the conversation, which may be in the task itself."""
    history = _QUOTED.search(asked)
    within = _FIRST_QUESTION.search(history[1] if history else asked)
    if within:
        return within[1].strip()
    earlier = [text for role, text in messages if role == "user" and text != asked]
    return earlier[0].strip() if earlier else ""


def _title(subject: str) -> str:
    first = re.split(r"(?<=[.!?。！？])\s*|\n", subject.strip(), maxsplit=1)[0]
    words = first.strip(" .!?。！？\"'“”").split()[:_MOST_WORDS]
    return " ".join(words)[:_LONGEST_TITLE].strip() or "Conversation"
