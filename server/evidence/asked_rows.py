"""Whether a table's row is the one that is asked for: "total assets in 2021" is the row "Total assets". Pure.

Of many rows that share words with a question the one is meant whose label the question says in full, and which leaves
nothing of the question over: not "Total current assets", which says more, and not "Assets", which says less.
"""

import re

from server.evidence.examination import Profile, Words, places_of, words_of
from server.evidence.tables import cells_of
from server.evidence.units import Unit, expected_unit, holds_unit, is_named_by_columns
from storage.words.english_stems import meaning_stem
from storage.words.frame_words import frame_words
from storage.words.lines import CAPTION
from storage.words.terms import STOP_WORDS

_LABEL = re.compile(r"\|?[^\w|]*(?P<word>[^\W_]+)[^|]*\|")
_FAR = 0.85  # for a number that no head of the row's table says
_MOST_LEFT = 0.25  # of the question's weight that neither row nor heads hold
_SAYS_HOW = """
    amount amounts end ended ending value figure fiscal year fy quarter annual period much many high large
    betrag ende wert jahr geschäftsjahr quartal höhe montant fin valeur exercice année trimestre
    importe final valor ejercicio año
    """
_FRAME = frozenset(_SAYS_HOW.split())
"""Words that say how or when a figure is meant, and stand on few labels."""

_PRICE = """
    cost costs pay paid price prices priced charge charged fee fees
    kostet kosten preis preise zahlen bezahlen zahlt gebühr gebühren
    coûte coûtent coute coutent prix tarif tarifs payer paie paye paient
    cuesta cuestan precio precios tarifa pagar pago paga pagaría vale
    costa costano prezzo custa custam preço kost kosten prijs
    """
_HOURS = """
    open opens opening close closes closing hours time
    öffnet öffnen geöffnet offen schließt schließen uhr öffnungszeiten
    ouvre ouvrent ouvert ferme ferment heure horaires
    abre abren abierto cierra cierran hora horario
    """
_ASKS_FOR_UNIT: dict[Unit, frozenset[str]] = {"money": frozenset(_PRICE.split()), "clock": frozenset(_HOURS.split())}
"""The words that ask for a value of a unit, and say nothing more."""


def asked_share(profile: Profile, row: str, above: str, context: str = "") -> float:
    """How much of the question is said by a row's label, by `above`, all that it stands under, and by the `context`.

    A word that asks for a price or a time of the day is said by figures of that unit.

    1 is all of it, a little less where a name or number is only in the context of the whole passage; 0 where the label
    says more than the question, or where a name or too much is left.
    """
    label = next(iter(cells_of(row)), "")
    own, words = words_of(label), words_of(above)
    if not _is_said(own, profile.question):
        return 0.0
    left = [need for need in profile.needs if not places_of(need, own)]
    if len(left) == len(profile.needs):
        return 0.0
    frame = _FRAME | _said_by_unit(profile.question, row, above)
    far = [need for need in left if not places_of(need, words) and need.shown.casefold() not in frame]
    around = words_of(context)
    left = [need for need in far if not places_of(need, around)]
    if any(need.is_name for need in left):
        return 0.0
    total = sum(need.weight for need in profile.needs) or 1.0
    share = sum(need.weight for need in left) / total
    if share > (0.0 if len(own.different) == 1 else _MOST_LEFT):
        return 0.0
    is_far = any(need.shown[-1:].isdigit() for need in far)
    return (1.0 - share) * (_FAR if is_far else 1.0)


def _is_said(label: Words, question: str) -> bool:
    """Whether the question says every word of the label that says something."""
    stops = frame_words(question) or STOP_WORDS
    telling = {stem for stem in label.different if stem not in stops}
    return bool(telling) and telling <= words_of(question).different


def holds_asked_row(profile: Profile, text: str, context: str) -> bool:
    """Whether a row of a table in this passage is the one that is asked for."""
    if "|" not in text:
        return False
    asked, above = words_of(profile.question).different, f"{context}\n{text}"
    for line in text.split("\n"):
        begins = _LABEL.match(line)
        if begins is None or CAPTION.match(line):
            continue
        word = begins["word"]
        if word.isascii() and meaning_stem(word.lower()) not in asked:  # most rows, at little cost
            continue
        if any(cells_of(line)[1:]) and asked_share(profile, line, above):
            return True
    return False


def _said_by_unit(question: str, row: str, above: str) -> frozenset[str]:
    """The words that ask for a value of the unit which the row's figures, or what stands above them, are of."""
    unit = expected_unit(question)
    if unit is None or not (holds_unit(unit, row) or is_named_by_columns(unit, row, above)):
        return frozenset()
    return _ASKS_FOR_UNIT.get(unit, frozenset())
