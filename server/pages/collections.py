"""The collections that a form offers: each has addresses of its own, and a question goes to where its form's says."""

from dataclasses import dataclass
from urllib.parse import quote, urlencode

from flask import redirect, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as BaseResponse

from server.http.collections import readable
from server.http.services import collection
from storage.collections import collection_address


@dataclass(frozen=True, slots=True)
class OfferedCollection:
    """One of them, as a form shows it."""

    name: str
    address: str
    is_current: bool


def offered_collections() -> list[OfferedCollection]:
    """Those that whoever sent the request may read; none where there is nothing to choose."""
    names, current = readable(), collection()
    if len(names) < 2:
        return []
    return [OfferedCollection(name, f"{collection_address(name)}/", name == current) for name in names]


def sent_elsewhere(form: MultiDict[str, str]) -> BaseResponse | None:
    """The way on for a form that was sent to one collection and chooses another; None where it is for this one."""
    chosen = next((each for each in offered_collections() if each.name == form.get("collection")), None)
    if chosen is None or chosen.is_current:
        return None
    query = urlencode([(name, value) for name, value in request.args.items(multi=True) if name != "collection"])
    path = request.path.lstrip("/")
    # 307: what was posted is posted again
    return redirect(f"{chosen.address}{quote(path)}{'?' if query else ''}{query}", 307)
