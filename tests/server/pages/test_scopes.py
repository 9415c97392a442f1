"""Asking one document or one folder, from the form and from links."""

from fnmatch import fnmatchcase

from flask.testing import FlaskClient

from server.pages.scopes import chosen_scopes, pattern_of, scopes_of
from tests.server.pages.test_pages import PAGE, outline

PATHS = ["a.md", "law/b [1].pdf", "law/old/c.pdf", "lawyers/d.md"]


def test_a_scope_matches_its_documents_alone() -> None:
    matched = {
        scope: [path for path in PATHS if fnmatchcase(path, pattern_of(scope))]
        for scope in ("law/", "law/old/", "a.md", "law/b [1].pdf")
    }
    assert matched == {
        "law/": ["law/b [1].pdf", "law/old/c.pdf"],
        "law/old/": ["law/old/c.pdf"],
        "a.md": ["a.md"],
        "law/b [1].pdf": ["law/b [1].pdf"],
    }


def test_a_form_offers_folders_and_documents_and_of_many_documents_the_folders() -> None:
    assert scopes_of(PATHS) == ["law/", "law/old/", "lawyers/", *PATHS]
    many = [f"f/{number}.md" for number in range(10_000)]
    assert scopes_of(many) == ["f/"]
    assert scopes_of(many, also=["f/7.md", "nothing.md"]) == ["f/", "f/7.md"]


def test_what_was_chosen_is_known_from_what_was_asked() -> None:
    for scope in scopes_of(PATHS):
        assert chosen_scopes(PATHS, [pattern_of(scope)]) == [scope]


def test_a_link_to_ask_a_document_chooses_it(client: FlaskClient) -> None:
    link = next(
        a["href"] for a in outline(client.get("/documents/library-handbook.md")).all("a")
        if "documents=" in (a.get("href") or "")
    )  # fmt: skip
    page = outline(client.get(str(link), headers=PAGE))
    assert [a["value"] for a in page.all("option") if "selected" in a] == ["library-handbook.md"]
