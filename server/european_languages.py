"""Which European language a text is in, by its small words. Pure.

For questions: a handful of words is enough, and English wins where nothing tells.
"""

import re
from typing import Literal

EuropeanLanguage = Literal["en", "de", "fr", "es", "pt", "it", "nl"]

_LETTERS = re.compile(r"[^\W\d_]+(?:['’](?=[^\W\d_]))?")  # qu' and d' are words of their own
_WRITTEN: dict[EuropeanLanguage, str] = {
    "en": """
        the a an is are was were be of in on at to for by with from as what which who whose when where why how
        do does did can could will would should may might must have has had it its they them their this that
        these those and or not no there i you we me my your our much many long any if than
    """,
    "de": """
        der die das den dem des ein eine einen einem einer eines ist sind war waren wird werden wurde wurden
        kann können darf dürfen muss müssen soll hat haben wie was wer wo wann warum wieso weshalb welche
        welcher welches welchen wem wen wessen woher wohin womit wofür ich du er sie es wir ihr man mein meine
        sein und oder aber nicht kein keine auf aus bei mit nach seit von zu zum zur für über unter vor im am
        beim gibt viel viele lange hoch denn noch mehr auch gilt kostet heißt steht dann denn passiert dort hier
    """,
    "fr": """
        le la les l' un une des du de d' au aux est sont était être a ont peut peuvent doit doivent faut que
        qu' qui quoi quel quelle quels quelles quand où comment pourquoi combien je j' tu il elle on nous vous
        ils elles mon ma mes son sa ses leur ce cet cette ces c' et ou mais ne n' pas plus dans sur sous par
        pour avec sans entre y s' se en
    """,
    "es": """
        el la los las un una unos unas de del al es son era fue ser está están hay ha han puede pueden puedo
        podemos debe
        deben tiene que qué quién quiénes cuál cuáles cuándo dónde cómo cuánto cuánta cuántos cuántas por para
        con sin en sobre entre desde hasta y o pero no se su sus mi este esta estos estas ese esa lo le yo
        usted
    """,
    "pt": """
        o a os as um uma uns umas de do da dos das no na nos nas ao à é são era foi ser está estão há tem têm
        pode podem posso podemos deve devem que quê quem qual quais quando onde como quanto quanta quantos
        quantas por para
        com sem em sobre entre desde até e ou mas não se seu sua seus suas meu minha este esta isso isto ele
        ela você
    """,
    "it": """
        il lo la i gli le un uno una di del della dei delle dello degli al alla è sono era può possono deve
        devono ha hanno che chi cosa quale quali quando dove come perché quanto quanta quanti quante per con
        senza in su tra fra e o ma non si suo sua mio mia questo questa quello nel nella c' l'
    """,
    "nl": """
        de het een is zijn was waren wordt worden kan kunnen mag mogen moet moeten heeft hebben hoe wat wie
        waar wanneer waarom welke hoeveel ik je jij hij zij wij en of maar niet geen op uit bij met naar van
        voor over onder in te er dit dat deze die mijn lang veel
    """,
}
_SMALL_WORDS = {language: frozenset(words.split()) for language, words in _WRITTEN.items()}
_SIGNS: dict[EuropeanLanguage, re.Pattern[str]] = {
    "de": re.compile(r"[ßäü]|\bö"),
    "es": re.compile(r"[¿¡ñ]"),
    "pt": re.compile(r"[ãõ]|ção"),
    "fr": re.compile(r"[èêëœ]|\b[A-ZÀ-Ü]?[a-zà-ü]+-t-(?:il|elle|on)\b|est-ce"),
}


def european_language(text: str) -> EuropeanLanguage:
    """The language of a text in Latin letters, by its small words; English where they do not tell."""
    words = [word.casefold() for word in _LETTERS.findall(text)]
    found = {language: sum(word in small for word in words) for language, small in _SMALL_WORDS.items()}
    for language, signs in _SIGNS.items():
        found[language] += 2 * len(signs.findall(text))
    best = max(found, key=lambda language: found[language])
    return best if found[best] > found["en"] else "en"
