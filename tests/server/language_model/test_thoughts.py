"""Thought and reply are told apart, in one piece and in many, and what only speaks of markers stays as it is."""

import pytest

from server.language_model.replies import Piece, ReportedError, read_piece
from server.language_model.thoughts import Parting, parted

PARTED = [
    pytest.param("<think>Hm.</think>Yes.", "Yes.", "Hm.", id="think"),
    pytest.param("\n<think>\nHm.\n</think>\n\nYes.", "Yes.", "Hm.", id="lines"),
    pytest.param("<think>\n\n</think>\n\nYes.", "Yes.", "", id="empty"),
    pytest.param("<think></think>Yes.", "Yes.", "", id="nothing"),
    pytest.param("<THINK>Hm.</Think>Yes.", "Yes.", "Hm.", id="capitals"),
    pytest.param("<thinking>Hm.</thinking>\nYes.", "Yes.", "Hm.", id="thinking"),
    pytest.param("<thought>Hm.</thought>Yes.", "Yes.", "Hm.", id="thought"),
    pytest.param("<reasoning>Hm.</reasoning>Yes.", "Yes.", "Hm.", id="reasoning"),
    pytest.param("◁think▷Hm.◁/think▷Yes.", "Yes.", "Hm.", id="Kimi"),
    pytest.param("[THINK]Hm.[/THINK]Yes.", "Yes.", "Hm.", id="Mistral"),
    pytest.param("Hm, so it is.\n</think>\n\nYes.", "Yes.", "Hm, so it is.", id="unopened"),
    pytest.param("Hm.</think>Yes.", "Yes.", "Hm.", id="unopened, in one line"),
    pytest.param("Hm.◁/think▷Yes.", "Yes.", "Hm.", id="Kimi, unopened"),
    pytest.param("<think>One.</think>\n<think>Two.</think>Yes.", "Yes.", "One.Two.", id="twice"),
    pytest.param("<think>Is a < b?</think>Yes.", "Yes.", "Is a < b?", id="a sign in it"),
    pytest.param(
        "<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>Yes.<|return|>",
        "Yes.",
        "Hm.",
        id="channels",
    ),
    pytest.param(
        "<|start|>assistant<|channel|>analysis<|message|>Hm.<|end|><|channel|>commentary<|message|>So.<|end|>"
        "<|start|>assistant<|channel|>final <|constrain|>json<|message|>{}",
        "{}",
        "Hm.So.",
        id="channels for JSON",
    ),
    pytest.param("<|channel|>final<|message|>Yes.", "Yes.", "", id="a channel without thought"),
    pytest.param("analysisWe need an answer.assistantfinalYes.", "Yes.", "We need an answer.", id="channels undone"),
    pytest.param('<details type="reasoning" done="true">Hm.</details>\nYes.', "Yes.", "Hm.", id="details"),
    pytest.param("<think>Hm.", "", "Hm.", id="no end"),
    pytest.param("Yes.<|im_end|>", "Yes.", "", id="a token of the end"),
    pytest.param("Yes.</s>", "Yes.", "", id="another one"),
]
UNTOUCHED = [
    "Yes [1].",
    "It puts its reasoning between <think> and </think> tags [1].",
    "It ends with `</think>` [1].",
    "Die Marke „</think>“ steht am Ende.",
    "analysis of variance [1]",
    "a < b and c > d",
    "<table><tr><td>1</td></tr></table>",
    "[THINKING] is a label",
    "The `<|im_end|>` token ends a turn [1].",
    "",
]


@pytest.mark.parametrize("size", [1, 3, 7, 1000])
@pytest.mark.parametrize(("written", "text", "thought"), PARTED)
def test_thought_and_text_are_told_apart(written: str, text: str, thought: str, size: int) -> None:
    parting = Parting()
    for at in range(0, len(written), size):
        parting.feed(written[at : at + size])
    found = parting.end()
    assert (found.text, found.thought) == (text, thought)
    assert parted(written) == found


@pytest.mark.parametrize("size", [1, 4, 1000])
@pytest.mark.parametrize("written", UNTOUCHED)
def test_what_only_speaks_of_markers_is_text(written: str, size: int) -> None:
    parting = Parting()
    handed_over = "".join(parting.feed(written[at : at + size])[0] for at in range(0, len(written), size))
    assert parting.end().text == written
    assert written.startswith(handed_over)


@pytest.mark.parametrize(("written", "text", "thought"), [each for each in PARTED if "unopened" not in str(each.id)])
def test_no_thought_is_handed_over_as_text(written: str, text: str, thought: str) -> None:
    parting = Parting()
    handed_over = "".join(parting.feed(character)[0] for character in written)
    assert text.startswith(handed_over.strip())


@pytest.mark.parametrize(
    ("written", "cut_short", "text", "thought"),
    [
        ("Hm.</think>Yes.", False, "Yes.", "Hm."),
        ("<think>Hm.</think>Yes.", False, "Yes.", "Hm."),
        ("Yes, at once.", False, "Yes, at once.", ""),
        ("Hm, and on and on", True, "", "Hm, and on and on"),
    ],
)
def test_a_model_whose_thoughts_are_not_opened(written: str, cut_short: bool, text: str, thought: str) -> None:
    parting = Parting(begins_inside=True)
    handed_over = "".join(parting.feed(character)[0] for character in written)
    found = parting.end(cut_short=cut_short)
    assert (found.text, found.thought) == (text, thought)
    assert text.startswith(handed_over)


MESSAGES = [
    pytest.param({"content": "Yes.", "reasoning_content": "Hm."}, "reasoning_content", id="DeepSeek"),
    pytest.param({"content": "Yes.", "reasoning": "Hm."}, "reasoning", id="OpenRouter"),
    pytest.param({"content": "Yes.", "reasoning": {"content": "Hm."}}, "reasoning", id="an object"),
    pytest.param({"content": "Yes.", "thinking": "Hm."}, "thinking", id="Ollama"),
    pytest.param(
        {"content": "Yes.", "reasoning_details": [{"type": "reasoning.text", "text": "Hm."}]},
        "reasoning_details",
        id="details",
    ),
    pytest.param(
        {
            "content": [
                {"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]},
                {"type": "text", "text": "Yes."},
            ]
        },
        "parts",
        id="parts",
    ),
    pytest.param({"content": [{"type": "reasoning", "text": "Hm."}, "Ye", {"text": "s."}]}, "parts", id="mixed parts"),
]


@pytest.mark.parametrize(("message", "place"), MESSAGES)
def test_a_thought_apart_from_the_text_is_found(message: dict[str, object], place: str) -> None:
    whole = read_piece({"choices": [{"message": message, "finish_reason": "stop"}]}, whole=True)
    assert whole == Piece("Yes.", "Hm.", place, "stop")
    piece = read_piece({"choices": [{"delta": message}]}, whole=False)
    assert (piece.text, piece.thought) == ("Yes.", "Hm.")


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        *((word, "stop") for word in ("stop", "STOP", "end_turn", "eos_token", "eos", "stop_sequence", "completed")),
        *((word, "length") for word in ("length", "max_tokens", "MAX_TOKENS", "model_length")),
        *((word, "content_filter") for word in ("content_filter", "SAFETY")),
        ("", ""),
        (None, None),
        ("something_new", "something_new"),
    ],
)
def test_reasons_are_read_in_any_words(said: str | None, reason: str | None) -> None:
    assert read_piece({"choices": [{"delta": {}, "finish_reason": said}]}, whole=False).finish_reason == reason


@pytest.mark.parametrize(
    "body",
    [
        {"error": {"message": "no"}},
        {"error": "no"},
        {"object": "error", "message": "no", "code": 400},
        {"message": "no"},
        {"detail": [{"msg": "no"}]},
        {"choices": None, "error": {"message": "no"}},
    ],
)
def test_an_error_in_the_place_of_a_reply_is_one(body: dict[str, object]) -> None:
    with pytest.raises(ReportedError):
        read_piece(body, whole=True)


@pytest.mark.parametrize("body", [[], "text", None, {}, {"choices": []}, {"choices": [None]}])
def test_what_is_no_reply_is_said_to_be_none(body: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_piece(body, whole=True)


@pytest.mark.parametrize("size", [1, 3, 7])
def test_a_thought_that_was_not_opened_ends_wherever_its_marker_is_torn(size: int) -> None:
    written = "Hm, let me see. " * 40 + "</think>\n\nYes."
    parting = Parting(begins_inside=True)
    for place in range(0, len(written), size):
        parting.feed(written[place : place + size])
    found = parting.end()
    assert (found.text.strip(), found.thought.endswith("see."), found.unopened) == ("Yes.", True, True)
