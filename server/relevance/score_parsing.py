"""What a language model wrote, read as a score. Pure; made for replies that are not what was asked for."""

import json
import re
from typing import Any

from server.language_model.thoughts import parted
from server.passages import Judgement
from storage.messages import message

UNREADABLE = Judgement(None, message("not scored: {why}", why=message("the model's reply could not be read")))

_LONGEST_REASON = 300
_NUMBER = r"(-?\d+(?:\.\d+)?)"
_LABELLED = re.compile(
    rf"(?:score|rating|relevance|评分|得分|分数|相关性)\W{{0,12}}?{_NUMBER}(?!\s*(?:to|-|–|至|到)\s*\d)", re.IGNORECASE
)
_OUT_OF_TEN = re.compile(rf"{_NUMBER}\s*(?:/|out of|von|分?[,，]?\s*满分)\s*10\b", re.IGNORECASE)
_BARE = re.compile(rf"^\W*{_NUMBER}\s*(?:分|points?)?\W*$")
_REASON = re.compile(r"(?:reason|理由)[\"']?\s*[:：]\s*[\"']?([^\"\n}]+)", re.IGNORECASE)


def parse_score(reply: str | None) -> Judgement:
    """The score, 0 to 10, and the reason in a reply; unscored when there is no score or more than one.

    Tolerated: text around the JSON, code fences, numbers as strings or halves, "8/10", a bare number. Not tolerated:
    a number out of range, or numbers that could as well mean something else.
    """
    text = parted(reply or "").text.strip()
    objects = _objects(text)
    found = {judgement for judgement in map(_of_object, objects) if judgement.score is not None}
    if len(found) == 1:
        return found.pop()
    if objects:
        return UNREADABLE
    return _of_prose(text)


def _objects(text: str) -> list[dict[str, Any]]:
    """Every JSON object in the text that is not inside another."""
    decoder = json.JSONDecoder(strict=False)
    found: list[dict[str, Any]] = []
    at = text.find("{")
    while at >= 0:
        try:
            value, end = decoder.raw_decode(text, at)
        except RecursionError:  # trying every object inside would take seconds, and no score lies so deep
            return [{}]
        except ValueError:
            at = text.find("{", at + 1)
            continue
        if isinstance(value, dict):
            found.append(value)
        at = text.find("{", end)
    return found


def _of_object(value: dict[str, Any]) -> Judgement:
    lowered = {str(key).strip().lower(): item for key, item in value.items()}
    for key in ("score", "relevance_score", "relevance", "rating", "评分", "得分", "分数"):
        if key in lowered:
            reason = next((lowered[name] for name in ("reason", "explanation", "理由", "原因") if name in lowered), "")
            return _judgement(lowered[key], reason)
    return UNREADABLE


def _of_prose(text: str) -> Judgement:
    numbers = {match[1] for match in _LABELLED.finditer(text)} or {match[1] for match in _OUT_OF_TEN.finditer(text)}
    if not numbers and (bare := _BARE.match(text)):
        numbers = {bare[1]}
    if len(numbers) != 1:
        return UNREADABLE
    reason = _REASON.search(text)
    return _judgement(numbers.pop(), reason[1].strip(" '") if reason else "")


def _judgement(score: object, reason: object) -> Judgement:
    number = _number(score)
    if number is None or not 0 <= number <= 10:
        return UNREADABLE
    sentence = " ".join(str(reason).split()) if isinstance(reason, str) else ""
    # A half counts up, as people round; Python's round() would make 4.5 a 4.
    return Judgement(int(number + 0.5), sentence[:_LONGEST_REASON])


def _number(value: object) -> float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value) if value == value else None
    if isinstance(value, str):
        match = _OUT_OF_TEN.fullmatch(value.strip()) or _BARE.match(value.strip())
        return float(match[1]) if match else None
    return None
