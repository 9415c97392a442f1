"""Settings of what is stored: where the index lives and which embedding model gives its vectors their meaning."""

from pathlib import Path

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class StorageSettings(BaseSettings):
    """Read from the environment or `.env`; an empty value counts as not set."""

    model_config = SettingsConfigDict(
        env_file=".env", env_ignore_empty=True, extra="ignore", populate_by_name=True, frozen=True
    )

    index_dir: Path = Field(default=Path("index"), validation_alias="INDEX_DIR")
    embed_model: str = Field(default="BAAI/bge-m3", validation_alias="EMBED_MODEL")
    embed_fallback: bool = Field(default=True, validation_alias="EMBED_FALLBACK")
    embed_device: str = Field(default="auto", validation_alias="EMBED_DEVICE")

    @field_validator("index_dir")
    @classmethod
    def _home_is_meant_by_a_tilde(cls, path: Path) -> Path:
        return home_expanded(path)


def home_expanded(path: Path) -> Path:
    """`~/index` as a shell would read it: in `.env` no shell has. Raises `ValueError` for an unknown user."""
    try:
        return path.expanduser()
    except RuntimeError as error:
        raise ValueError(f"{path} names the home of a user who is not known here") from error
