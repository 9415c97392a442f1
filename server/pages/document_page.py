"""One document: a page of it as a picture and as text, search inside it, and what to do where it could not be read."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from flask import render_template, request, url_for
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from server.documents.shown_page import ShownPage, passages_on
from server.documents.slow_work import NoRoom
from server.documents.text_search import LONGEST, Found, TextSearch
from server.http.problems import Problem, Refused
from server.http.services import require_documents, services
from server.pages.addresses import local_address
from server.pages.blueprint import blueprint
from server.pages.cited_pages import ZOOMS
from server.pages.files import asked_page, picture_file
from server.pages.page_text import PageText
from server.pages.template_helpers import is_written_as_markdown
from server.retrieval.index_holder import OpenIndex
from server.retrieval.versions import other_versions
from storage.catalogue.catalogue import Catalogue
from storage.collections import split_address
from storage.records import DocumentRecord

VIEWS = ("both", "page", "text")
_ANSWER = re.compile(r"/answers/[\w-]+(?:\?[^#]*)?")


@dataclass(frozen=True, slots=True)
class Search:
    """What was looked for inside the document and found; `here` is how often on the shown page."""

    wanted: str
    found: Found
    here: int


@blueprint.get("/documents/<path:document>")
def document(document: str) -> str:
    """One page of a document, as a picture and as the machine read it, with a passage and what is looked for marked."""
    with services().index.acquire() as index:
        shown = asked_page(index, document)
        if not Path(index.generation.manifest.documents_dir, document).exists():
            require_documents()
            raise Refused(_DELETED)
        catalogue = index.generation.catalogue
        has_picture = picture_file(index, shown) is not None
        passages, related = passages_on(catalogue, shown), _related(catalogue, shown.document)
        search, text = _searched(catalogue, shown)
        can_open = _can_open(index, shown.document)
    reindexing = services().reindexing
    return render_template(
        "document.html",
        shown=shown,
        has_picture=has_picture,
        passages=passages,
        related=related,
        search=search,
        text=text,
        can_open=can_open,
        job=reindexing.state() if reindexing and shown.document.status != "indexed" else None,
        **_way(shown),
    )


def _way(shown: ShownPage) -> dict[str, Any]:
    """How the page is looked at, where it was come from, and how its address becomes that of another page."""
    view, zoom = request.args.get("view", "both"), request.args.get("zoom", type=int)
    kept = {
        "find": _wanted() or None,
        "view": view if view in VIEWS[1:] else None,
        "zoom": zoom if zoom in ZOOMS[1:] else None,
        "passage": shown.passage.id if shown.passage else None,
        "back": _back(),
    }
    return {
        "kept": kept | {"page": shown.page.number if shown.page else None},
        "address_with": partial(_address, shown.document.path, kept),
        "view": kept["view"] or "both",
        "zoom": kept["zoom"] or 1,
        "back": kept["back"],
    }


def _address(path: str, kept: dict[str, Any], **changes: Any) -> str:
    return url_for("web.document", document=path, **(kept | changes))


def _back() -> str | None:
    """The answer or the passages that led here; None where nothing of this kind did."""
    back = local_address(request.args.get("back", ""))
    path = split_address(back)[1]
    is_known = _ANSWER.fullmatch(path) or path.startswith("/find?")
    return back if is_known else None


def _wanted() -> str:
    """What is looked for inside the document; empty where nothing is."""
    return request.args.get("find", "").strip()[:LONGEST]


def _searched(catalogue: Catalogue, shown: ShownPage) -> tuple[Search | None, Markup | None]:
    """What was found in the document, and the text of the page with it marked."""
    if shown.page is None:
        return None, None
    if not (wanted := _wanted()):
        return None, _text(shown)
    with services().slow_work.turn("files"):  # the document is read whole
        inside = TextSearch(wanted, catalogue.pages(shown.document.path))
        found = inside.found()
    hits = inside.on_page(shown.page.number)
    return Search(wanted, found, len(hits)), _text(shown, hits)


def _text(shown: ShownPage, hits: Sequence[tuple[int, int]] = ()) -> Markup | None:
    if shown.page is None:
        return None
    is_markdown = is_written_as_markdown(shown.document.path)
    return PageText(shown.page.text, shown.ranges, hits, is_markdown=is_markdown).html()


def _can_open(index: OpenIndex, record: DocumentRecord) -> bool:
    """Whether the file can be had as the index knows it."""
    try:
        return services().files.find(index.generation.manifest.documents_dir, record) is not None
    except NoRoom:  # nobody knows now
        return False


def _related(catalogue: Catalogue, own: DocumentRecord) -> dict[str, list[str]]:
    """Other documents with the very same bytes, and those that look like other versions of this one."""
    same = [path for path in catalogue.paths_of_content(own.sha256) if path != own.path] if own.sha256 else []
    versions = [path for path in other_versions(own.path, catalogue.paths()) if path not in same]
    return {"same": same, "versions": versions}


_DELETED = Problem(
    410,
    "document_deleted",
    _l("This document was deleted"),
    _l("Its file is not in the documents folder any more, so its text is not shown and it answers no question."),
    _l("Put the file back, or index again to take it off the list."),
)
