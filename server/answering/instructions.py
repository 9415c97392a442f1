"""What a message says about how to answer, beside what it asks: "Answer in one sentence", "You are a lawyer". Pure.

Such words stand in no document: they hide what is asked from a search and from whoever judges by words. A language
model that writes the answer gets them all the same. English, German, French, Spanish and Chinese.
"""

import re

_POLITELY = r"(?:please |bitte |s['’]il (?:te|vous) pla[iî]t,? |por favor,? )?"
_SURE = (
    r"answer|respond|reply|round|cite|quote|briefly|be (?:brief|concise|short|precise)|no more than|thank|thanks"
    r"|(?:do not|don['’]?t) (?:guess|make|explain|use|add)|act as|you are (?:an?|the|my)|show your|think"
    r"|antworten?|antworte|runde|zitiere|du bist|danke|fasse? dich kurz|halte dich kurz"
    r"|répond\w*|arrondi\w*|tu es|vous êtes|merci|responde\w*|redonde\w*|eres|gracias"
)
_VAGUE = (
    r"keep|limit|use|base|address|approach|format|write|assume|give|provide|state|explain|calculate|compute|express"
    r"|focus|make|in|just|only|erkläre?|berechne|gib|nutze|verwende|kurz|calcule\w*|utilise\w*|explique\w*|en|usa"
    r"|utilice|explíca\w*"
)
_FORM = (
    r"(?:answer|question|response|reply|result|information|context|sources?|line items?|decimals?"
    r"|percents?|percentages?|millions?|billions?|thousands?|units?|sentences?|words?|short|brief|bullets?|plain|simple|antwort\w*|frage"
    r"|sätzen?|satz|stichpunkte\w*|prozent|wörter\w*|réponse|phrases?|mots|respuesta|frases?|palabras)"
)
_ORDER = re.compile(
    rf"\W*{_POLITELY}(?:(?:{_SURE})\b|(?:{_VAGUE})\b.*?\b{_FORM}\b)"
    r"|[\s，,]*(?:请(?:简[要短]|用|以|按|给出|保留|只|详细|直接|一步|列出计算)|你是|假设你|假如你|作为一[名位个]|谢谢|不超过)",
    re.IGNORECASE,
)
_OTHERWISE = re.compile(
    r"\W*(?:if|wenn|falls|si)\b.*\b(?:then|please|dann|bitte|alors|entonces)\b.*\b(?:state|say|explain|sag|erkläre|dis|di)\b",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"[?？]|\b(?:what|which|who|whom|whose|when|where|why|how|was|wer|wie|wann|wo|warum|wieso|welche\w*|wieviel|quel\w*"
    r"|qui|quand|où|comment|combien|pourquoi|qué|cuál\w*|quién\w*|cuándo|dónde|cómo|cuánt\w*)\b"
    r"|什么|哪|谁|何时|多少|几|怎|为什么|吗|是否",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[^.!?;。！？；\n]*(?:[.](?=\S)[^.!?;。！？；\n]*)*[.!?;。！？；\n]?")
_BEGINNINGS = (
    re.compile(  # "Using only the information in the balance sheet, …", "Here's the question: …"
        r"\W*(?:by \w+ing|using|according to|based on|from|with(?:in)?|drawing|referring)\b[^?]*?"
        r"\b(?:information|context|provided|only|solely|best of your|following question)\b[^?]*?[,:]\s*(?=\w)"
        r"|\W*here(?:['’]s| is) (?:the|my) question\s*:\s*",
        re.IGNORECASE,
    ),
    re.compile(  # "Could you please tell me …"
        r"\W*(?:(?:hi|hello|hey)\b[,!. ]*)?(?:please\b[, ]*)?(?:(?:can|could|would|will) you (?:please |kindly )?"
        r"(?:tell|explain to|show|give) (?:me|us)|i(?: would|['’]d)? (?:like|want|need) to (?:know|ask|find out)"
        r"|tell me|let me know|do you (?:happen to )?know|(?:können|könntest|kannst) (?:sie|du) mir (?:bitte )?"
        r"(?:sagen|erklären)|ich (?:möchte|würde gern) wissen)\b[,: ]*(?:please[,: ]*)?",
        re.IGNORECASE,
    ),
)
_ORDER_BEFORE = re.compile(r"[^:：,，?？]{3,80}[:：,，]\s*")
_ASIDE = re.compile(
    r"\s*[(（](?:in|to|rounded|round|answer|please|give|express\w*|auf|gerundet|bitte|arrondi|en)\b[^()（）]*[)）]"
)
_IS_OF_FORM = re.compile(rf"\b{_FORM}\b", re.IGNORECASE)


def without_instructions(text: str) -> str:
    """What is asked, without the words about how to answer; the text itself where nothing that asks is left of it."""
    bare = _ASIDE.sub(lambda found: "" if _IS_OF_FORM.search(found.group()) else found.group(), text)
    sentences = _SENTENCE.findall(bare)
    if any(map(_asks, sentences)):
        bare = "".join(sentence for sentence in sentences if not _is_instruction(sentence)).strip()
    before = _ORDER_BEFORE.match(bare)
    if before is not None and _ORDER.match(before.group()):
        bare = _from(bare, before.end())
    for beginning in _BEGINNINGS:
        found = beginning.match(bare)
        bare = _from(bare, found.end()) if found else bare
    return bare


def _asks(sentence: str) -> bool:
    return _ASKS.search(sentence) is not None and not _is_instruction(sentence)


def _is_instruction(sentence: str) -> bool:
    is_question = sentence.rstrip().endswith(("?", "？"))
    return not is_question and (_ORDER.match(sentence) or _OTHERWISE.match(sentence)) is not None


def _from(text: str, start: int) -> str:
    """The text from there on, where that asks something."""
    rest = text[start:].strip()
    return rest[:1].upper() + rest[1:] if _ASKS.search(rest) else text
