"""What was searched for a refused question, in words: for the page of the answer and for what is taken away of it."""

from flask_babel import format_decimal, format_percent, get_locale, ngettext
from flask_babel import gettext as _

from server.http.schema import SearchedOut, WordHitsOut

_MOST_LANGUAGES = 5
_LEAST_SHARE = 0.005


def searched_summary(searched: SearchedOut) -> str:
    """How much was searched."""
    documents = ngettext("%(num)d document", "%(num)d documents", searched.documents)
    passages = ngettext("%(num)d passage", "%(num)d passages", searched.passages)
    return str(_("What was searched: %(documents)s, %(passages)s", documents=documents, passages=passages))


def occurrences(word: WordHitsOut) -> str:
    """Where a word stands, without the place."""
    if not word.passages:
        return str(_("nowhere"))
    passages = ngettext("%(num)d passage", "%(num)d passages", word.passages)
    documents = ngettext("%(num)d document", "%(num)d documents", word.documents)
    if word.is_more:
        return str(_("in at least %(passages)s", passages=passages))
    return str(_("in %(passages)s of %(documents)s", passages=passages, documents=documents))


def also_searched(word: WordHitsOut) -> str:
    """The other forms that were searched for; "" where there are none."""
    return str(_("also: %(forms)s", forms=", ".join(word.forms))) if word.forms else ""


def searched_facts(searched: SearchedOut) -> list[str]:
    """Sentences on how it was searched, in which languages, and what could not be."""
    facts = [
        _(
            "Words were searched for in all their forms, in simplified and traditional characters alike, and the whole "
            "question by its meaning."
        )
    ]
    if languages := _languages(searched):
        facts.append(_("The documents are in: %(languages)s.", languages=languages))
    if searched.unread_files:
        facts.append(_("Not searched, because they could not be read: %(files)s.", files=_unread(searched)))
    if searched.pages_without_text:
        facts.append(_("Pages without text: %(count)s.", count=_grouped(searched.pages_without_text)))
    if searched.files_of_other_kinds:
        count = _grouped(searched.files_of_other_kinds)
        facts.append(_("Files in the folder of kinds that are not read: %(count)s.", count=count))
    if not searched.complete:
        facts.append(_("There was no time to count every word."))
    return list(map(str, facts))


def searched_lines(searched: SearchedOut) -> list[str]:
    """All of it as lines of text: of each wording its words, then how it was searched."""
    lines = []
    for place, wording in enumerate(searched.wordings):
        lines += [_("Also searched as:") + f" {wording.question}"] if place else []
        lines += [_line(word) for word in wording.words]
    return [*lines, *searched_facts(searched)]


def _line(word: WordHitsOut) -> str:
    pages = ", ".join(map(str, word.best.pages)) if word.best else ""
    best = _("most in %(document)s, p. %(pages)s", document=word.best.document, pages=pages) if word.best else ""
    parts = [occurrences(word), best, also_searched(word)]
    return f"“{word.text}”: {'; '.join(filter(None, parts))}"


def _languages(searched: SearchedOut) -> str:
    locale = get_locale()
    names = locale.languages if locale is not None else {}
    shares = [each for each in searched.languages.items() if each[1] >= _LEAST_SHARE][:_MOST_LANGUAGES]
    return ", ".join(f"{names.get(code, code)} {format_percent(share)}" for code, share in shares)


def _unread(searched: SearchedOut) -> str:
    more = searched.unread_files - len(searched.unread)
    named = ", ".join(searched.unread)
    return f"{named} … (+{_grouped(more)})" if more else named


def _grouped(count: int) -> str:
    return str(format_decimal(count))
