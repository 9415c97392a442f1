"""The page that a citation opens beside its answer: which page it is, as a picture or as text, and its sentence."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for
from markupsafe import Markup

from server.documents.cited_sentence import cited_range
from server.documents.page_pictures import NoPicture, Picture
from server.documents.shown_page import ShownPage, cited_page
from server.documents.slow_work import NoRoom
from server.http.schema import PassageOut
from server.http.services import services
from server.pages.files import picture_file
from server.pages.page_text import PageText
from server.pages.template_helpers import is_written_as_markdown
from server.retrieval.index_holder import IndexNotReady

ZOOMS = (1, 2, 3)


@dataclass(frozen=True, slots=True)
class Pane:
    """A source of an answer, opened. `shown` is None where its document or the index cannot be had now.

    `picture` is None where the page has none; `zoom` is one of `ZOOMS`.
    """

    number: int
    passage: PassageOut
    statement: str
    shown: ShownPage | None
    picture: Picture | None
    picture_url: str
    zoom: int
    sources: int

    @property
    def text(self) -> Markup:
        """The page with passage and sentence marked; the passage alone where the page cannot be shown."""
        is_markdown = is_written_as_markdown(self.passage.document)
        if self.shown is not None and self.shown.page is not None:
            page = self.shown.page.text
            return PageText(page, self.shown.ranges, (), self.shown.sentence, is_markdown).html()
        passage = self.passage.text
        sentence, _weight = cited_range(passage, self.statement)
        return PageText(passage, [(0, len(passage))], (), sentence, is_markdown).html()


def opened(
    sources: Sequence[PassageOut], number: int, statement: str, page: int | None = None, zoom: int = 1
) -> Pane | None:
    """The source of this number, opened at the sentence that bears out the statement or at that page.

    None: there is no such source.
    """
    if not 1 <= number <= len(sources):
        return None
    passage = sources[number - 1]
    shown, picture, url = None, None, ""
    try:
        with services().index.acquire() as index:
            first = passage.pages[0] if passage.pages else None
            shown = cited_page(index.generation.catalogue, passage.document, passage.id, statement, first, page)
            file = picture_file(index, shown) if shown is not None else None
        if file is not None and shown is not None and shown.page is not None:
            url = picture_url(shown)
            picture = services().pictures.drawn(
                file, shown.document.sha256, shown.page.number, shown.marked_text, shown.sentence_text
            )
    except (IndexNotReady, NoPicture, NoRoom):
        picture = None
    return Pane(number, passage, statement, shown, picture, url, zoom if zoom in ZOOMS else 1, len(sources))


def picture_url(shown: ShownPage) -> str:
    """Where the picture of the page is, with the same marks."""
    return url_for(
        "web.page_picture",
        document=shown.document.path,
        page=shown.page.number if shown.page else None,
        passage=shown.passage.id if shown.passage else None,
        sentence="{}-{}".format(*shown.sentence) if shown.sentence else None,
    )
