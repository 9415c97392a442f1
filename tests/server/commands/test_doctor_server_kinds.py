"""`make doctor` before every kind of server: what works is well, what does not has a sentence that says what to set."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from server.commands.doctor import line
from server.commands.findings import Finding
from server.commands.model_trial import Trial
from server.commands.provider_checks import provider_findings
from server.language_model.known_model import KnownModel
from server.language_model.prompts import read_prompts
from storage.message_translation import told
from tests.model_server import Habits, ModelServer, prompt_of
from tests.model_server_kinds import KINDS

CUTS = "Ollama that cuts the prompt"


def _findings(server: ModelServer, file: Path | None = None) -> dict[str, Finding]:
    trial = Trial(SecretStr("k"), server.url, server.model, read_prompts(), learned_file=file)
    return {finding.subject: finding for finding in provider_findings(trial)}


def _kind(name: str) -> Habits:
    return next(habits for habits in KINDS if habits.kind == name)


@pytest.mark.parametrize("habits", [pytest.param(habits, id=habits.kind) for habits in KINDS])
def test_every_kind_is_well_or_has_a_sentence_that_says_what_to_set(habits: Habits) -> None:
    with ModelServer(habits) as server:
        found = _findings(server)
    wrong = {subject for subject, finding in found.items() if finding.is_well is False}
    assert wrong == ({"context"} if habits.kind == CUTS else set())
    assert found["answers"].is_well
    assert found["scores"].found == "10 of 10 passages at a time"
    assert all(finding.mend for finding in found.values() if finding.is_well is False)


def test_it_sends_what_answers_and_scores_send() -> None:
    with ModelServer(Habits("plain")) as server:
        _findings(server)
        streams = [body for body in server.sent if body["stream"]]
        scorings = [body for body in server.sent if not body["stream"]]
    assert (len(streams), len(scorings)) == (1, 10)
    assert {"thinking", "temperature", "max_tokens", "stream_options"} <= set(streams[0])
    assert all({"thinking", "temperature", "max_tokens", "response_format"} <= set(body) for body in scorings)
    assert len(prompt_of(streams[0])) > 5000
    assert server.most_at_once > 1


@pytest.mark.parametrize(
    ("kind", "subject", "words"),
    [
        ("LM Studio", "server", "LM Studio"),
        ("LM Studio", "JSON mode", "works, with json_schema"),
        ("no JSON at all", "JSON mode", "scores are read from the text"),
        (
            "api.openai.com, gpt-5 and o-series",
            "requests",
            "temperature, max_completion_tokens in the place of",
        ),
        ("Mistral, every extra", "requests", "without stream_options"),
        ("Groq", "requests", "replies of at most 4000 tokens"),
        ("vLLM, context of 4,096", "context", "→ Set LANGUAGE_MODEL_CONTEXT=4096."),
        ("llama.cpp, small context", "context", "→ Set LANGUAGE_MODEL_CONTEXT=4096."),
        (CUTS, "context", "read only 512 tokens of a longer prompt"),
        (CUTS, "context", "Raise OLLAMA_CONTEXT_LENGTH"),
        ("vLLM without one: only </think>", "thinking switch", "Start vLLM with --reasoning-parser"),
        ("Ollama, `reasoning`", "thinking switch", "in the field reasoning → Answers and scores work, and take longer"),
        ("Ollama with a thinking model", "thinking switch", "in the text, between markers"),
        ("api.openai.com, gpt-4o", "thinking switch", "not known to this server"),
        ("a gateway without usage", "answers", "counts no tokens, so they are estimated"),
    ],
)
def test_it_names_the_kind_what_it_takes_and_what_to_set(kind: str, subject: str, words: str) -> None:
    with ModelServer(_kind(kind)) as server:
        assert words in line(_findings(server)[subject])


def test_what_it_finds_out_is_kept_in_the_place_of_what_was_known(tmp_path: Path) -> None:
    file = tmp_path / "language_models.json"
    with ModelServer(_kind("Groq")) as server:
        _findings(server, file)
        name = f"{server.model} at {server.url}"
        assert KnownModel(name, file).current.most_tokens == 4000
        server.habits = Habits("mended")
        _findings(server, file)
        assert KnownModel(name, file).current.most_tokens is None


def test_it_speaks_chinese() -> None:
    for habits in KINDS:
        with ModelServer(habits) as server:
            for finding in _findings(server).values():
                if finding.subject in ("answers", "scores", "requests", "context", "thinking switch"):
                    assert told(finding.found, "zh") != finding.found
                    assert not finding.mend or told(finding.mend, "zh") != finding.mend
