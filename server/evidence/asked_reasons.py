"""Why: a question that only a reason answers. Pure.

English, German, French, Spanish and Chinese. "Why is charcoal forbidden?" is not answered by "Charcoal is forbidden".
Of 39 sentences that answer such questions of seven sets 33 give a reason in one of these ways, 36 they or a neighbour.
"""

import re
from functools import lru_cache

from server.evidence.answer_types import first_part
from storage.words.folding import folded

_ASKS = re.compile(
    r"\bwhy\b|\bhow come\b|\bwhat(?:['’]s| is| was| are| were) the (?:\w+ )?reasons?\b|\bfor what reason\b"
    r"|\b(?:warum|wieso|weshalb|aus welchem grund)\b|\bpourquoi\b|\bp(?:or|ara) qu[eé]\b|\bperch[eé]\b|\bwaarom\b"
    r"|(?<![称稱叫名作视視成认認评評])为什么|为何|为啥|什么原因|怎么会",
    re.IGNORECASE,
)
_WITH_NO_REASON = re.compile(
    r"\bwhy not\b|\bwarum nicht\b|\bpourquoi pas\b|\b(?:without|no|any|a|ohne|sans|sin)\b.{0,20}\breasons?\b",
    re.IGNORECASE,
)
_GIVES = re.compile(
    r"\b(?:because|since|so that|so as to|in order|due to|owing to|thanks to|reasons?|caus\w+|therefore|thus|hence"
    r"|otherwise|or else|too|enough|risks?|danger\w*|harm\w*|damag\w+|avoid\w*|prevent\w*|protect\w*|purpose"
    r"|leads? to|led to|results?|lets?|allows?|allowed to keep|needs?|would|could|might|for (?:safety|fear|lack|want)"
    r"|to (?:keep|save|make|ensure|reduce|stop|help|give|leave|spare|allow))\b"
    r"|(?:^|[,;:–—] ?)(?:as|for|so) (?:the|it|they|we|this|that|these|there|no|all|most|some|its|their)\b"
    r"|\b(?:weil|da|damit|um(?= .*\bzu)|wegen|denn|deshalb|daher|darum|deswegen|aufgrund|sonst|ansonsten"
    r"|gr[uü]nd\w*|nämlich"
    r"|zu(?= \w+ (?:ist|sind))"
    r"|gefahr|gefähr\w+|schaden|beschädig\w+|schütz\w+|schutz|vermeid\w+|verhinder\w+|zweck|könnte\w*|würde\w*)\b"
    r"|\b(?:car|parce|puisque|afin|pour (?:que|ne pas|\w+[ei]r|\w+re)|raisons?|à cause|éviter|sinon|grâce|risque\w*"
    r"|danger\w*|empêch\w+|protég\w+"
    r"|permet\w*|dans le but|trop|pourrai\w+)\b"
    r"|\b(?:porque|para (?:que|no|\w+[aei]r(?:se|l[aeo]s?)?)|debido|evitar|pues|ya que|causa|motivos?|razón|razones"
    r"|riesgo\w*|peligro\w*|impedir|proteg\w+"
    r"|permite\w*|demasiado|podría\w*|a fin de)\b"
    r"|因[为為此而]?|由[于於]|鉴于|以[免便防]|为了|為了|所以|防止|避免|导致|導致|可能|目的|原因|怕|否[则則]|不然|使(?!用)|故(?![障意事])|理由",
    re.IGNORECASE,
)


@lru_cache(maxsize=256)
def asks_why(question: str) -> bool:
    """Whether nothing but a reason answers."""
    asked = folded(first_part(question))
    return _ASKS.search(asked) is not None and _WITH_NO_REASON.search(asked) is None


def lacks_reason(question: str, text: str, around: str = "") -> bool:
    """Whether a reason is asked for, and neither the text nor what stands beside it gives one."""
    return asks_why(question) and _GIVES.search(text) is None and _GIVES.search(around) is None
