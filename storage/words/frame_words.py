"""Words of a question that say nothing about what is asked for, in German, French, Spanish, Italian, Portuguese, Dutch.

English ones are in `terms`, because English is what a question is taken for when it is none of these. Data, and the
guess of the language. Pure.
"""

import re
from functools import lru_cache

_WORDS = {
    "de": """
    aber alle allem allen aller als also am an auch auf aus bei beim bin bis da damit dann das dass dein deine dem den
    denn der des die dies diese diesem diesen dieser dieses dir du durch ein eine einem einen einer eines er es etwas
    euch für gegen gibt haben habe hat hatte ich ihm ihn ihr ihre im in ins ist ja jede jedem jeden jeder jedes kann
    kannst können könnte machen man mein meine meinem meinen meiner mich mir mit muss müssen musst nach nicht noch nun
    nur ob oder ohne per schon sein seine sich sie sind so soll sollen über um und uns unser unsere unter vom von vor
    wann war warum was weil welche welchem welchen welcher welches wem wen wenn wer werde werden wessen wie wieso
    wieviel wir wird wo wohin woran worauf wozu wurde zu zum zur zwischen darf dürfen viel viele lange eigentlich bitte
    heißt passiert geht gilt würde würden hätte hätten sollte wollen will willst möchte möchten kommt kommen komme komm
    macht mach mache tun tut bekomme bekommt bekommen brauche braucht brauchen wieder einfach mal etwa ungefähr sehr
    immer heist heisst gibts hab mach fuer ueber waere koennen muessen duerfen wofür womit wem deren dessen dort hier
    nichts keine kein keinen keiner keinem
    """,
    "fr": """
    à au aux avec c ce ces cet cette ceux ça combien comment d dans de depuis des doit doivent du elle elles en est et
    être eu fait faut il ils j je l la là laquelle le lequel les leur leurs lui m ma mais me mes moi mon n ne nos notre
    nous on ont ou où par pas peut peux pour pourquoi puis puisje qu quand que quel quelle quelles quels qui quoi s sa
    sans se sera ses si son sont sous sur t ta te tes toi ton tous tout toute toutes tu un une vos votre vous y a ai
    as avoir dois dit êtes fais font ait suis peuvent veux veut voudrais vais va jpeux jai cest quoi quelqu quelque
    chose entre ici aussi alors bien très etre ete apres meme plus
    """,
    "es": """
    a al algo ante antes aquí así con como cómo cuál cuáles cual cuando cuándo cuánta cuántas cuánto cuántos cuanto
    cuantos cuantas de debe debo deben del desde donde dónde dos durante e el él ella ellos en entre era eres es esa ese
    eso esta está están estar este esto estos fue ha hace hacer haber hasta hay he la las le les lo los más me mi mis
    muy nada ni no nos o otra otro para pero por porque pues puede pueden puedo que qué quien quién se sea ser si sí
    cada sin sobre son su sus también tan te tengo tener tiene tienen tu tus un una uno unos va y ya yo pasa mas tambien
    nosotros ustedes usted haya hacemos podemos tenemos debemos han hemos había sale solo quien quienes aqui estan
    """,
    "it": """
    a ad al alla alle agli ai anche che chi ci come con cosa cui da dal dalla dei del della delle di dove e è ed entro
    essere fa gli ha hai hanno ho i il in io la le lo ma mi mia mio ne nei nel nella non o ogni per perché però più
    posso può possono quale quali quando quanta quante quanto quanti questa questo qui se sei si sia sono su sul sulla
    sua suo tra un una uno devo deve devono fare fa fai viene vengono siamo abbiamo possiamo dobbiamo dove perche puo
    quali chiunque anche così fra loro noi voi lui lei
    """,
    "pt": """
    a ao aos as às com como da das de dele deve devo do dos e é ela ele em entre era essa esse esta está este eu foi há
    isso já lhe mais mas me meu minha muito na nas não nem no nos o onde os ou para pela pelo por porque pode posso
    podem qual quais quando quanta quantas quanto quantos que quem se sem ser seu sua são sobre só também tem tenho um
    cada uma você vocês temos podemos fazer faço faz preciso precisa nós eles elas nao voce tambem ate
    """,
    "nl": """
    aan al als ben bij dan dat de deze die dit door een en er gaat geen haar heb hebben heeft hem het hij hoe hoeveel
    ik in is ja je kan kun kunnen lang maar mag mij mijn moet moeten na naar niet nog nu of om onder ons ook op over per
    te tot uit u uw van veel voor waar waarom wanneer want was wat we welk welke wie wij wil word wordt worden zal ze
    zich zij zijn zo hebt had doe doet doen krijg krijgt krijgen wilt willen zou zouden jij jullie waarvoor waarmee
    iets niets iemand geen dus toch wel
    """,
}
_STOPS = {language: frozenset(words.split()) for language, words in _WORDS.items()}
_WRITTEN_ENGLISH = """
    the is are was were what which who when where why how do does did can could should would of to for with and or on
    if i my you your we our it its be have has not there this that from at by
    """
_ENGLISH = frozenset(_WRITTEN_ENGLISH.split())
_ALSO_IN_ENGLISH = """
    a al also an as bin c ce chose come d de do du e en era et eu had he i in is j l la le los m man me mi n no non o of
    on over per s sea so t u van von want war was we will word y
    """  # as words or in names: "Who was an heir in Bern?" is no German
_IN_BOTH = frozenset(_ALSO_IN_ENGLISH.split())
_FOREIGN = frozenset().union(*_STOPS.values())
_SMALL = _ENGLISH | _FOREIGN
_LETTERS = re.compile(r"[^\W\d_]+")
_NO_LETTERS = {code: " " for code in range(128) if not chr(code).isalpha()}
_SIGNS = {"de": "äöüß", "fr": "àâçèêëîïôœùû", "es": "ñ¿¡áíóú", "pt": "ãõáíóú"}
_LEAST_SHARE = 0.25  # of the words


@lru_cache(maxsize=256)
def frame_words(question: str) -> frozenset[str]:
    """The words that only ask, where the question is in one of these languages; none where it is in another."""
    language = question_tongue(question)
    return _STOPS[language] if language else frozenset()


def word_lists() -> tuple[str, ...]:
    """What the language of a text is told by."""
    return (*_WORDS.values(), _WRITTEN_ENGLISH, _ALSO_IN_ENGLISH, repr(_SIGNS), str(_LEAST_SHARE))


def english_share(text: str) -> float:
    """How many of the words are small English ones, 0 to 1."""
    count, small = _small_words(text)
    return sum(map(_ENGLISH.__contains__, small)) / count if count else 0.0


@lru_cache(maxsize=64)  # telling a language asks twice
def _small_words(text: str) -> tuple[int, tuple[str, ...]]:
    """How many words a text has, and those that languages are told by."""
    # Of ASCII alone: the same words for a third of the work.
    words = text.lower().translate(_NO_LETTERS).split() if text.isascii() else _LETTERS.findall(text.casefold())
    return len(words), tuple(filter(_SMALL.__contains__, words))


@lru_cache(maxsize=4096)
def question_tongue(question: str) -> str | None:
    """Which of the six languages a question is in: "de", "fr", "es", "it", "pt", "nl", or None."""
    count, small = _small_words(question)
    if count < 2:
        return None
    english_words = sum(map(_ENGLISH.__contains__, small))
    if question.isascii() and sum(map(_FOREIGN.__contains__, small)) <= english_words:
        return None  # the usual case: no other language can have more
    scores = {language: sum(map(stops.__contains__, small)) for language, stops in _STOPS.items()}
    for language, signs in () if question.isascii() else _SIGNS.items():
        scores[language] += any(sign in question.casefold() for sign in signs)
    best = max(scores, key=lambda language: scores[language])
    is_enough = scores[best] >= max(2, count * _LEAST_SHARE)
    if not is_enough or scores[best] <= english_words:
        return None
    english = sum(word in _ENGLISH and word not in _STOPS[best] for word in small)
    by_signs = scores[best] - sum(map(_STOPS[best].__contains__, small))
    own = sum(word in _STOPS[best] and word not in _IN_BOTH for word in small) + by_signs
    return best if not english or own > english else None
