"""Number words of several languages: counting, tens, and what says a number in another way. Pure."""

from collections.abc import Iterator

COUNTING = {
    "en": "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen",
    "de": "eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn "
    "achtzehn neunzehn",
    "fr": "un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize",
    "es": "uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete "
    "dieciocho diecinueve",
    "pt": "um dois três quatro cinco seis sete oito nove dez onze doze treze quatorze quinze",
}
TENS = {
    "en": "ten twenty thirty forty fifty sixty seventy eighty ninety",
    "de": "zehn zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig",
    "fr": "dix vingt trente quarante cinquante soixante",
    "es": "diez veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa",
    "pt": "dez vinte trinta quarenta cinquenta sessenta setenta oitenta noventa",
}
_MORE: dict[str, float] = {
    "zero": 0, "single": 1, "both": 2, "twice": 2, "half": 0.5, "ein": 1, "eine": 1, "einen": 1, "einer": 1, "einem": 1,
    "une": 1, "una": 1, "uma": 1, "duas": 2, "hundert": 100, "tausend": 1000, "cien": 100, "ciento": 100,
    "dozen": 12, "dutzend": 12, "halbe": 0.5, "halben": 0.5,
}  # fmt: skip


def _romance() -> Iterator[tuple[str, float]]:
    """French, Spanish and Portuguese from 16 to 99, where they are put together."""
    french = COUNTING["fr"].split()
    tens = {20: "vingt", 30: "trente", 40: "quarante", 50: "cinquante", 60: "soixante", 80: "quatre-vingt"}
    yield from ((f"dix-{french[one - 1]}", 10.0 + one) for one in (7, 8, 9))
    yield from (("quatre-vingts", 80.0), ("soixante-dix", 70.0), ("quatre-vingt-dix", 90.0))
    for ten, name in tens.items():
        upto = 16 if ten in (60, 80) else 9
        yield from ((f"{name}-{french[one - 1]}", float(ten + one)) for one in range(1, upto + 1))
        yield from ((f"{name} et {one}", float(ten + n)) for one, n in (("un", 1), ("une", 1), ("onze", 11)))
    for language, joint in (("es", "y"), ("pt", "e")):
        for tenfold, name in enumerate(TENS[language].split()[1:], 2):
            for n, one in enumerate(COUNTING[language].split()[:9], 1):
                yield f"{name} {joint} {one}", tenfold * 10.0 + n
    yield from ((f"veinti{one}", 20.0 + n) for n, one in enumerate(COUNTING["es"].split()[:9], 1))
    portuguese = ("dezesseis dezasseis", "dezessete dezassete", "dezoito", "dezenove dezanove")
    yield from ((name, float(n)) for n, names in enumerate(portuguese, 16) for name in names.split())


def _dozens() -> Iterator[tuple[str, int, str]]:
    for language, dozen in (("en", "dozen"), ("de", "dutzend")):
        yield from ((dozen, n, word) for n, word in enumerate(COUNTING[language].split()[:10], start=1))


def number_words() -> dict[str, frozenset[float]]:
    words: dict[str, set[float]] = {word: {value} for word, value in _MORE.items()}
    for step, lists in ((1, COUNTING), (10, TENS)):
        for names in lists.values():
            for place, word in enumerate(names.split(), start=1):
                words.setdefault(word, set()).add(float(place * step))
    words |= {f"{word} {dozen}": {12.0 * n} for dozen, n, word in _dozens()}
    words["once"] = {1.0, 11.0}
    units, tens = COUNTING["de"].split()[:9], TENS["de"].split()[1:]
    for tenfold, ten in enumerate(tens, start=2):
        for one, unit in enumerate(units, start=1):
            words[f"{'ein' if unit == 'eins' else unit}und{ten}"] = {float(tenfold * 10 + one)}
    for word, value in _romance():
        words.setdefault(word, set()).add(value)
    for tenfold, ten in enumerate(TENS["en"].split()[1:], start=2):
        for one, unit in enumerate(COUNTING["en"].split()[:9], start=1):
            words[f"{ten}-{unit}"] = words[f"{ten} {unit}"] = {float(tenfold * 10 + one)}
    return {word: frozenset(values) for word, values in words.items()}


NUMBER_WORDS = number_words()
_ORDINALS = {
    "en": "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
    "fifteenth sixteenth seventeenth eighteenth nineteenth",
    "de": "erst zweit dritt viert fünft sechst siebt acht neunt zehnt elft zwölft",
    "fr": "premier deuxième troisième quatrième cinquième sixième septième huitième neuvième dixième",
    "es": "primer segundo tercer cuarto quinto sexto séptimo octavo noveno décimo",
    "pt": "primeiro segundo terceiro quarto quinto sexto sétimo oitavo nono décimo",
}
_TENTHS = "tenth twentieth thirtieth fortieth fiftieth sixtieth seventieth eightieth ninetieth"
_PARTS = {
    2: "half halves hälfte moitié mitad metade", 3: "third thirds drittel tiers tercio tercios terço terços",
    4: "quarter quarters fourth fourths viertel quart quarts cuarto cuartos", 5: "fifth fifths fünftel cinquième",
    8: "eighth eighths achtel", 10: "tenth tenths zehntel dixième",
}  # fmt: skip
PARTS: dict[str, int] = {name: n for n, names in _PARTS.items() for name in names.split()}
"""The name of a part, and how many of it make the whole."""
_TIMES = {
    2: "double doubles doubled doubling verdoppelt verdoppelte doppelt doppelte doblar duplicó duplicado dobro dobrou",
    3: "triple triples tripled tripling treble thrice verdreifacht verdreifachte triplé triplicó triplicou",
    4: "quadruple quadruples quadrupled vervierfacht vervierfachte quadruplé cuadruplicó quadruplicou",
}
_HALVES = {"anderthalb": 1.5, "eineinhalb": 1.5, "anderthalbe": 1.5}


def _factors() -> dict[str, float]:
    """Threefold, dreifach, dreifache; German "einfach" means simple."""
    factors = {f"{word}fold": float(n) for n, word in enumerate(COUNTING["en"].split()[:10], 1) if n > 1}
    for n, word in enumerate(COUNTING["de"].split()[:10], 1):
        factors |= {f"{word}fach{ending}": float(n) for ending in ("", "e", "en", "er", "es", "em") if n > 1}
    return factors


def _source_words() -> dict[str, frozenset[float]]:
    words: dict[str, set[float]] = {}
    for name, value in (*_ordinals(), *_parts(), *_multiples()):
        words.setdefault(name, set()).add(value)
    return {word: frozenset(values) for word, values in words.items()}


def _ordinals() -> Iterator[tuple[str, float]]:
    endings = {"de": ("e", "en", "er", "es", "em"), "es": ("", "a")}
    for language, names in _ORDINALS.items():
        for n, name in enumerate(names.split(), 1):
            yield from ((name + ending, float(n)) for ending in endings.get(language, ("",)))
    for tenfold, name in enumerate(_TENTHS.split(), 1):
        yield name, 10.0 * tenfold
    for tenfold, ten in enumerate(TENS["en"].split()[1:], 2):
        for one, name in enumerate(_ORDINALS["en"].split()[:9], 1):
            yield f"{ten}-{name}", tenfold * 10.0 + one


def _parts() -> Iterator[tuple[str, float]]:
    """A third may be one or two thirds."""
    for n, names in _PARTS.items():
        yield from ((name, top / n) for name in names.split() for top in range(1, n))


def _multiples() -> Iterator[tuple[str, float]]:
    for n, names in _TIMES.items():
        yield from ((name, float(n)) for name in names.split())
    yield from ((f"{word} and a half", n + 0.5) for n, word in enumerate(COUNTING["en"].split()[:10], 1))
    yield from ((f"{word}einhalb", n + 0.5) for n, word in enumerate(COUNTING["de"].split()[:10], 1))
    yield from _HALVES.items()


FACTORS = _factors()
"""What multiplies: always a statement, never only a count of what an answer lists."""
SOURCE_WORDS = _source_words()
"""What a passage may say a number with, beside the plain words: "the third quarter", "two thirds", "doubled"."""
VULGAR = {
    "½": 1 / 2, "⅓": 1 / 3, "⅔": 2 / 3, "¼": 1 / 4, "¾": 3 / 4, "⅕": 1 / 5, "⅖": 2 / 5, "⅗": 3 / 5, "⅘": 4 / 5,
    "⅙": 1 / 6, "⅚": 5 / 6, "⅛": 1 / 8, "⅜": 3 / 8, "⅝": 5 / 8, "⅞": 7 / 8,
}  # fmt: skip
