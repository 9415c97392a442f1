"""What programs send and get when they add and delete documents."""

from typing import Literal

from flask_openapi3.models.file import FileStorage
from pydantic import BaseModel, ConfigDict, Field


class UploadForm(BaseModel):
    """Documents to be added, as multipart/form-data."""

    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)

    file: list[FileStorage] = Field(min_length=1, description="The files; all are stored or none.")
    replace: bool = Field(default=False, description="True: files of the same name are replaced.")


class StoredDocument(BaseModel):
    """What became of one of them."""

    model_config = ConfigDict(from_attributes=True)

    path: str = Field(description="Its name in the documents folder, made safe.")
    outcome: Literal["added", "replaced", "unchanged"]
    bytes: int = Field(validation_alias="size")
    sha256: str


class UploadResponse(BaseModel):
    """The documents in the folder; they answer once they are indexed."""

    documents: list[StoredDocument]
    next: str = Field(description="What to do so that they answer.")


class DocumentPath(BaseModel):
    """Which document."""

    document: str = Field(description="Its path as in GET /api/documents.")


class DeleteResponse(BaseModel):
    """The document is gone from the folder and answers no more."""

    path: str
    next: str = Field(description="What to do so that it leaves the index too.")
