"""Adding and deleting documents for programs: what they send and get."""

from typing import Literal

from flask import Response
from flask_babel import gettext as _
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.file import FileStorage
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, ConfigDict, Field

from server.api import questions
from server.documents.uploads import SentFile
from server.http import folder_changes


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


blueprint = APIBlueprint("upload_api", __name__, abp_tags=[Tag(name="Pagewise")])
# flask-openapi3 4.3 keeps one blueprint's methods of a path and forgets the other's.
blueprint.paths["/api/documents"] = questions.blueprint.paths["/api/documents"]
blueprint.before_request(folder_changes.permit)


@blueprint.post(
    "/api/documents",
    responses={200: UploadResponse, **questions.problems(400, 401, 403, 409, 413, 415, 422, 429, 503, 507)},
)
def upload(form: UploadForm) -> Response:
    """Add documents to the folder. They answer once they are indexed."""
    stored = folder_changes.store(
        [SentFile(file.filename or "", file.stream) for file in form.file], replace=form.replace
    )
    documents = [StoredDocument.model_validate(file) for file in stored]
    reply = UploadResponse(documents=documents, next=_("Index now, on the Documents page or with make index."))
    return Response(reply.model_dump_json(), content_type="application/json")


@blueprint.delete(
    "/api/documents/<path:document>",
    responses={200: DeleteResponse, **questions.problems(400, 401, 403, 404, 429, 503)},
)
def delete(path: DocumentPath) -> Response:
    """Delete a document from the folder. It answers no more; the next run takes it out of the index."""
    folder_changes.remove(path.document)
    reply = DeleteResponse(path=path.document, next=_("The next run takes it out of the index."))
    return Response(reply.model_dump_json(), content_type="application/json")
