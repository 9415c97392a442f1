"""How places in a document are named to people and models: "p. 5, labelled 2", "Sheet Prices"."""

from collections.abc import Sequence

from storage.messages import message
from storage.records import ATTACHED


def printed_labels(document: str, pages: Sequence[int], labels: Sequence[str]) -> list[tuple[int, str]]:
    """(page, what is printed on it) of a PDF whose pages are labelled: both are named. [] where labels say all."""
    is_printed = document.lower().endswith(".pdf") and not any(ATTACHED in label for label in labels)
    return list(zip(pages, labels, strict=True)) if is_printed and len(pages) == len(labels) else []


def place_names(document: str, pages: Sequence[int], labels: Sequence[str]) -> list[str]:
    """The places as a citation names them, some as messages: "p. 5, labelled 2", "Sheet Prices", "p. 3"."""
    if printed := printed_labels(document, pages, labels):
        return [
            message("p. {page}", page=page)
            if label == str(page)
            else message("p. {page}, labelled {label}", page=page, label=label)
            for page, label in printed
        ]
    return list(labels) or [message("p. {page}", page=page) for page in pages]
