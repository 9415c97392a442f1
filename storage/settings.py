"""What the settings of all three packages have in common, and those of what is stored: where, and by which model."""

from functools import cached_property
from pathlib import Path
from typing import Any, Self, get_args

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from storage.collections import Collection, read_collections
from storage.messages import message
from storage.servers import ServerAddress, address_problem, database_problem
from storage.validation_messages import what_is_wrong


class PagewiseSettings(BaseSettings):
    """Read from the environment or `.env`; an empty value counts as not set. `~` in a path is the home directory."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        populate_by_name=True,
        frozen=True,
        hide_input_in_errors=True,  # an error of several settings together would show them all, keys too
    )

    @field_validator("*", mode="before")
    @classmethod
    def _home_is_meant_by_a_tilde(cls, value: Any, info: ValidationInfo) -> Any:
        """Before the field's own validators, so that they see the file that is meant."""
        is_path = _holds_path(cls.model_fields[info.field_name or ""].annotation)
        return home_expanded(Path(value)) if is_path and isinstance(value, str | Path) else value


class StorageSettings(PagewiseSettings):
    """Where the index lives, which embedding model gives its vectors their meaning, and the servers for either."""

    index_dir: Path = Field(
        default=Path("index"),
        validation_alias="INDEX_DIR",
        description="Where the index is kept. It holds the paid work (embeddings): put it on a disk that stays.",
    )
    written_collections: str = Field(
        default="",
        validation_alias="COLLECTIONS",
        description="Several folders served side by side, each with an index of its own below INDEX_DIR: "
        "`handbook=/srv/handbook,papers=/srv/papers`, or a folder of folders. The first is the one that is meant where "
        "none is named. Empty or `none`: DOCUMENTS_DIR alone.",
    )
    collection: str = Field(
        default="",
        validation_alias="COLLECTION",
        description="The one of COLLECTIONS that a command is for. Empty: `make index`, `make report` and "
        "`make verify` take each in turn, a question goes to the first.",
    )
    embed_model: str = Field(
        default="BAAI/bge-m3",
        validation_alias="EMBED_MODEL",
        description="The embedding model of a new index: an id of the Hugging Face hub, a folder that holds a "
        "sentence-transformers model, or `packaged` for the small model of sixteen languages that is "
        "installed with the requirements. An existing index keeps its model until `make reindex`.",
    )
    embed_fallback: bool = Field(
        default=True,
        validation_alias="EMBED_FALLBACK",
        description="1: where EMBED_MODEL cannot be had, a new index is built with the packaged model, and "
        "everybody says so. 0: the job stops instead.",
    )
    embed_device: str = Field(
        default="auto",
        validation_alias="EMBED_DEVICE",
        description="`auto`, `cpu` (OpenVINO), `cuda`, `cuda:1`, `mps` (PyTorch).",
    )
    embed_url: str | None = Field(
        default=None,
        validation_alias="EMBED_URL",
        description="A server that embeds, of OpenAI's protocol or text-embeddings-inference, such as "
        "`http://127.0.0.1:8080`. EMBED_MODEL is then the model's name there.",
    )
    embed_api_key: SecretStr | None = Field(
        default=None, validation_alias="EMBED_API_KEY", description="The key of that server."
    )
    embed_max_tokens: int = Field(
        default=0,
        ge=0,
        validation_alias="EMBED_MAX_TOKENS",
        description="How many tokens the model on that server reads. 0: what the server says, or else 512.",
    )
    chroma_url: str | None = Field(
        default=None,
        validation_alias="CHROMA_URL",
        description="A Chroma server that keeps the vectors. Never open it to a network: it asks nobody who he is.",
    )
    chroma_token: SecretStr | None = Field(
        default=None,
        validation_alias="CHROMA_TOKEN",
        description="The token that a proxy before the Chroma server wants.",
    )

    state_url: str = Field(
        default="",
        validation_alias="STATE_URL",
        description="A database for the state of several servers behind one address (answers, budgets, limits, uploads "
        "that wait): `postgresql://pagewise@db.example.org/pagewise`, or on one machine `sqlite:////srv/state.db`. "
        "Empty: files in INDEX_DIR, for one server.",
    )
    state_password: SecretStr | None = Field(
        default=None, validation_alias="STATE_PASSWORD", description="The password of that database."
    )
    state_scope: str = Field(
        default="",
        validation_alias="STATE_SCOPE",
        description="Whose rows in that database are this server's. With COLLECTIONS each has its own name there.",
    )

    @field_validator("embed_model")
    @classmethod
    def _may_be_a_folder(cls, name: str) -> str:
        return str(home_expanded(Path(name))) if name.startswith("~") else name

    @model_validator(mode="after")
    def _collections_are_known(self) -> Self:
        try:
            names = [each.name for each in self.collections]
        except ValueError as error:
            raise ValueError(message("COLLECTIONS: {problem}", problem=str(error))) from error
        if self.collection and names and self.collection not in names:
            known = ", ".join(names)
            raise ValueError(
                message(
                    "COLLECTION={name}: there is no such collection; there are {known}",
                    name=self.collection,
                    known=known,
                )
            )
        return self

    @model_validator(mode="after")
    def _addresses_can_be_shown(self) -> Self:
        """Not a validator of the fields: their errors repeat the value, which may hold a password."""
        for name, url in (("EMBED_URL", self.embed_url), ("CHROMA_URL", self.chroma_url)):
            if url and (problem := address_problem(url)):
                raise ValueError(message("{setting} {problem}", setting=name, problem=problem))
        if self.state_url and (problem := database_problem(self.state_url)):
            raise ValueError(message("{setting} {problem}", setting="STATE_URL", problem=problem))
        return self

    @cached_property
    def collections(self) -> tuple[Collection, ...]:
        """What COLLECTIONS names; empty: there is one folder, DOCUMENTS_DIR, without a name."""
        return read_collections(self.written_collections, self.index_dir)

    @property
    def chosen_collection(self) -> Collection | None:
        """The one that COLLECTION names."""
        return next((each for each in self.collections if each.name == self.collection), None)

    @property
    def embedding_server(self) -> ServerAddress | None:
        """The server that embeds texts; None: the model runs here."""
        return ServerAddress(self.embed_url, self.embed_api_key) if self.embed_url else None

    @property
    def chroma_server(self) -> ServerAddress | None:
        """The server that keeps the vectors; None: they are files in the index directory."""
        return ServerAddress(self.chroma_url, self.chroma_token) if self.chroma_url else None


def home_expanded(path: Path) -> Path:
    """`~/index` as a shell would read it: in `.env` no shell has. Raises `ValueError` for an unknown user."""
    try:
        return path.expanduser()
    except RuntimeError as error:
        raise ValueError(message("{path} names the home of a user who is not known here", path=path)) from error


def explain_settings_error(error: ValidationError) -> list[str]:
    """One sentence for each wrong setting, naming its variable and what would be right.

    The value is shown where pydantic's own checks found it wrong: a number, a choice. Checks of ours say what may be
    shown; they look at addresses and tokens too.
    """
    return [_sentence(problem) for problem in error.errors(include_url=False)]


def _sentence(problem: Any) -> str:
    said = what_is_wrong(problem)
    if not problem["loc"]:
        return said
    setting = problem["loc"][0]
    if problem["type"] == "value_error":
        return message("{setting}: {said}", setting=setting, said=said)
    return message("{setting}={value}: {said}", setting=setting, value=str(problem["input"]), said=said)


def _holds_path(annotation: Any) -> bool:
    """Whether values of this type are paths: `Path`, `Path | None`, `Annotated[Path, ...]`."""
    return annotation is Path or any(_holds_path(part) for part in get_args(annotation))
