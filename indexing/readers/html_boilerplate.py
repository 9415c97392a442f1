"""What a web page repeats around its text: navigation, notices about cookies, the foot of the site."""

import re

from bs4.element import Tag

_NAVIGATION = frozenset(
    ("nav", "navbar", "navigation", "menu", "breadcrumb", "breadcrumbs", "sitemap", "pagination", "toolbar", "skip")
)
_NOTICES = frozenset(("cookie", "cookies", "consent", "gdpr", "ccpa", "cookiebanner", "cookiebar", "cookieconsent"))
_FEET = frozenset(("footer", "pagefooter", "sitefooter"))
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_NEVER = frozenset(("html", "body", "main", "article", "h1", "form", "a", "td", "tr", "table", "x-rows"))
_WITHIN_TEXT = ["article", "main", "section", "blockquote", "td"]
_LONGEST_NOTICE = 3_000  # characters
_MOST_OF_PAGE = 0.5  # a larger part of the page is the page
_LINKED = 0.6  # of the characters of navigation stand in links


def take_boilerplate(soup: Tag) -> list[Tag]:
    """The parts around the text, in their order, taken out of the tree."""
    whole = len(soup.get_text())
    taken = []
    for tag in soup.find_all(_may_be_boilerplate):
        if not tag.decomposed and tag.parent is not None and _is_boilerplate(tag, whole):
            taken.append(tag)
    outer = {id(tag) for tag in taken}
    parts = [tag for tag in taken if not any(id(above) in outer for above in tag.parents)]
    for link in (link for part in parts for link in part.find_all("a")):
        link.insert_after(" ")  # browsers show such links apart by their style
    return [part.extract() for part in parts]


def _may_be_boilerplate(tag: Tag) -> bool:
    if tag.name in _NEVER:
        return False
    return tag.name in ("nav", "footer") or bool(tag.get("role")) or bool(tag.get("id")) or bool(tag.get("class"))


def _is_boilerplate(tag: Tag, page_length: int) -> bool:
    role = tag.get("role")
    if tag.name == "nav" or role in ("navigation", "menubar", "search"):
        return True
    words = _words(tag)
    is_foot = tag.name == "footer" or role == "contentinfo" or bool(words & _FEET)
    if not is_foot and not words & (_NOTICES | _NAVIGATION):
        return False
    length = len(tag.get_text())
    if words & _NOTICES:
        return length <= _LONGEST_NOTICE and tag.find(["h1", "main", "article"]) is None
    if length > page_length * _MOST_OF_PAGE:
        return False
    if is_foot:
        return tag.find_parent(_WITHIN_TEXT) is None
    return bool(words & _NAVIGATION) and _linked_share(tag) >= _LINKED


def _words(tag: Tag) -> set[str]:
    """The words of its id and classes: "site-footer" and "siteFooter" are "site" and "footer"."""
    names = [str(tag.get("id") or ""), *tag.get_attribute_list("class")]
    return {word.lower() for name in names for word in _WORD.findall(name or "")}


def _linked_share(tag: Tag) -> float:
    whole = len("".join(tag.get_text().split()))
    linked = sum(len("".join(link.get_text().split())) for link in tag.find_all("a"))
    return linked / whole if whole else 1.0
