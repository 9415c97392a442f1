"""What the settings of all packages have in common: paths, the file they are read from, sentences for what is wrong."""

from pathlib import Path

import pytest
from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings

from indexing.settings import IndexingSettings
from server.settings import BadSettings, ServerSettings, read_settings
from storage.settings import PagewiseSettings, StorageSettings, explain_settings_error
from tests.conftest import settings_classes

PATHS = {
    "DOCUMENTS_DIR": "documents_dir",
    "INDEX_DIR": "index_dir",
    "ANSWER_PROMPT_FILE": "answer_prompt_file",
    "RELEVANCE_PROMPT_FILE": "relevance_prompt_file",
    "EMBED_MODEL": "embed_model",
}


@pytest.mark.parametrize(
    ("settings", "variable"),
    [
        pytest.param(settings, variable, id=f"{settings.__name__} {variable}")
        for settings in settings_classes()
        for variable, field in PATHS.items()
        if field in settings.model_fields
    ],
)
def test_a_tilde_in_a_path_is_the_home_directory(
    settings: type[BaseSettings], variable: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine").touch()
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv(variable, "~/mine")
    assert str(getattr(settings(), PATHS[variable])) == str(tmp_path / "mine")


def test_a_new_setting_that_is_a_path_needs_nothing_for_its_tilde(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class MoreSettings(PagewiseSettings):
        folder: Path | None = Field(default=None, validation_alias="FOLDER")

    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("FOLDER", "~/more")
    assert MoreSettings().folder == tmp_path / "more"
    monkeypatch.setenv("FOLDER", "")
    assert MoreSettings().folder is None


def test_server_and_job_mean_the_same_folder_by_the_same_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCUMENTS_DIR", "~/papers")
    assert ServerSettings().documents_dir == IndexingSettings().documents_dir == Path.home() / "papers"


def test_an_embedding_model_of_the_hub_keeps_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMBED_MODEL", "BAAI/bge-m3")
    assert StorageSettings().embed_model == "BAAI/bge-m3"


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        pytest.param("PORT", "eighty", "PORT=eighty: should be a valid integer", id="a number"),
        pytest.param("LOG_LEVEL", "LOUD", "LOG_LEVEL=LOUD: should be 'DEBUG'", id="a choice"),
        pytest.param(
            "ANSWER_PROMPT_FILE", "no/such/file", "ANSWER_PROMPT_FILE: there is no file no/such/file", id="file"
        ),
        pytest.param(
            "DOCUMENTS_DIR", "~nobody-here/x", "DOCUMENTS_DIR: ~nobody-here/x names the home of", id="no user"
        ),
        pytest.param("DEEPSEEK_BASE_URL", "me:secret@host", "DEEPSEEK_BASE_URL: must begin with http://", id="address"),
    ],
)
def test_the_server_names_a_wrong_setting_and_shows_no_address(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, sentence: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(BadSettings) as caught:
        read_settings()
    assert str(caught.value).startswith(sentence)
    assert "secret" not in str(caught.value)


def test_every_wrong_setting_has_its_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHUNK_SIZE", "many")
    monkeypatch.setenv("OCR", "perhaps")
    with pytest.raises(ValidationError) as caught:
        IndexingSettings()
    sentences = explain_settings_error(caught.value)
    assert [sentence.partition(":")[0] for sentence in sentences] == ["CHUNK_SIZE=many", "OCR=perhaps"]


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("mysql://db/pagewise", "is no database"),
        ("postgresql://db", "is no database"),
        ("state.db", "is no database"),
        ("sqlite:///state.db", "whole path"),
        ("postgresql://pagewise:hunter22@db/pagewise", "must not hold a password"),
    ],
)
def test_a_state_database_is_named_in_full_and_without_its_password(url: str, problem: str) -> None:
    with pytest.raises(ValidationError) as raised:
        StorageSettings(state_url=url)
    (sentence,) = explain_settings_error(raised.value)
    assert sentence.startswith("STATE_URL ")
    assert problem in sentence
    assert "hunter22" not in sentence


@pytest.mark.parametrize("url", ["sqlite:////srv/state.db", "postgresql://pagewise@db:5432/pagewise?sslmode=require"])
def test_a_state_database_that_can_be_used(url: str) -> None:
    assert StorageSettings(state_url=url).state_url == url
