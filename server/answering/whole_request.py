"""Whether a question is about a document as a whole, and what of it is wanted. Pure.

"Summarise the lease", "the main obligations of the tenant", "list all fees", "which documents mention parking". What is
wanted may be of a kind that sentences show by their form: duties, bans, sums of money, dates, rights.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from storage.words.english_stems import meaning_stem
from storage.words.frame_words import frame_words
from storage.words.scripts import IS_CJK, UNSPACED_RUN
from storage.words.terms import STOP_WORDS

Scope = Literal["document", "documents"]

_SUMMARY = re.compile(
    r"\bsummar(?:i[sz]e|ies)\b|\bsummary of\b|\bsummary\W*(?:please)?\W*$"
    r"|^(?:a |the )?(?:short |brief )?summary\b"
    r"|\b(?:give|write|make|need|want|get|provide)\b.{0,30}\bsummary\b|\bsum (?:it |this |them )?up\b|\btl;?dr\b"
    r"|\bessentials of\b|\bbullet points (?:of|from|for|on)\b"
    r"|\bwhat(?:['’]?s| is| stands) in (?:the|my|this|our) (?:[\w-]+ ){0,4}(?:documents?|files?|handbook"
    r"|agreement|contract|lease|manual|policy|report|minutes|timetable|leaflet|letter|paper|note|pdf)\W*$"
    r"|\bwhat does .{1,60} say\b\W*(?:in (?:short|brief)|briefly|overall|as a whole)\b"
    r"|\boverview\b|\bcondense\b|\bmain (?:points|content|ideas|topics)\b|\bkey (?:points|facts|takeaways|terms)\b"
    r"|\bwhat(?:['’]s| is| are)? .{0,40}\ball about\b|\bwhat(?:['’]?s| is) (?:the|my|our) .{2,40} about\W*$"
    r"|\bgist\b|\boutline of\b"
    r"|\b(?:zusammenfass\w*|fass\w* .{1,80} zusammen|überblick|kernaussagen|worum (?:geht es|geht's|handelt es sich))\b"
    r"|\bwas steht (?:alles )?(?:in|im)\b|\b(?:résum\w*|synthèse|aperçu|de quoi (?:parle|traite|s['’]agit))\b"
    r"|\bde qué (?:trata|va|habla)\b"
    r"|\bres[uú]m\w*|\bsíntesis\b|讲[个個]?一?下?(?:大概|大意)|总结|總結|概括|摘要|概述|归纳|歸納|讲了什么|講了什麼|主要内容|主要內容|要点",
    re.IGNORECASE,
)
_LIST = re.compile(
    r"\blist (?:all|every|everything|each|of all)\b|^(?:a |the )?(?:full |complete )?list of\b|\blist them all\b"
    r"|\ball of (?:it|them)\W*$"
    r"|\b(?:give|make|show|get|want|need|write|provide|create)\b.{0,20}\b(?:a|the) (?:full |complete )?list\b"
    r"|\b(?:every|all)(?: single)?(?: \w+)?"
    r" (?:fees?|costs?|charges?|prices?|fares?|deadlines?|dates?|rules?|dut(?:y|ies)"
    r"|obligations?|rights?|bans?|prohibitions?)\b"
    r"|\beverything (?:that |which )?(?:\w+ )?(?:costs?|forbidden|prohibited|allowed)\b"
    r"|\b(?:what|which|name|show|give me|find|tell me) (?:are |is )?(?:all|every|everything)\b"
    r"|^(?:\W|and|please|me|us|about|for|of|on|in|with|give|tell|show|name|find|need|want|i|can|could|would|you"
    r"|like|to|know"
    r"|see|who|what|which|are|were)*\ball (?:of )?the (?!same\b)\w+"
    r"|\bevery(?:thing)? (?:single )?\w+ .{0,40}\b(?:pay|cost|forbid|prohibit|require|must)"
    r"|\b(?:main|most important|key|principal|chief)\b.{0,20}\b(?:obligations?|duties|duty|responsibilit\w+"
    r"|rules|rights|terms|"
    r"conditions|costs|fees|deadlines|risks|prohibitions)\b"
    r"|\bwhat are .{1,40}\b(?:obligations|duties|responsibilities)\b|\b(?:obligations|duties"
    r"|responsibilities) (?:of|does|do|has)\b"
    r"|\bwhat (?:do|does|must|should) .{1,40} have to do (?:under|according|by|in)\b"
    r"|\b(?:auflisten|aufzählen|liste?t?e? .{0,30}\b(?:alle|sämtliche)|sämtliche|alle \w+ (?:auf|aus))\b"
    r"|\b(?:nenne?|nennen sie|zähle?|zeige?|gib|geben sie)(?: mir| uns)? (?:alle|sämtliche|jede\w?)\b"
    r"|\bwas sind (?:alle|die wichtigsten)\b"
    r"|\b(?:liste[rz]?|énum[eé]r\w+) (?:tou\w+|de)\b|\btou(?:s|tes) les\b|\blist[ae]\w* (?:tod\w+|de)\b"
    r"|\btod[oa]s l[oa]s\b"
    r"|\b(?:tod[oa] lo que|tout ce qu[ei'’]|alles,? was|was kostet (?:alles|es alles)|bitte alle \w+)\b|, (?:tout"
    r"|todo)\W*$"
    r"|\b(?:wichtigsten|wesentlichen|hauptsächlichen) (?:pflichten|regeln|kosten|gebühren|fristen|rechte|punkte)\b"
    r"|\bpflichten (?:des|der|von|hat)\b|\bobligaciones (?:de|del|tiene)\b"
    r"|\b(?:principales|principaux) (?:obligations|devoirs|règles|conditions|frais|risques|obligaciones|deberes|normas"
    r"|condiciones|gastos|costes)\b|\bthe main things\b"
    r"|(?:主要|重要)的?(?:义务|義務|责任|責任|规定|規定|条款|權利|权利|费用|費用)"
    r"|\bwho does what\b|\bwer macht was\b|\bqui fait quoi\b|\bquién hace qué\b|谁负责什么|誰負責什麼"
    # what may not be done, and what a meeting decided
    r"|\b(?:what|which things?)(?:['’]?s| is| are| am i| are we| things are)? "
    r"(?:all )?(?:not allowed|forbidden|prohibited|banned|not permitted)\b"
    r"|\bwhat (?:(?:can['’]?t|cannot|mustn['’]?t) (?:i|we|you|one|people|they)|(?:must|may) (?:i|we|you|one"
    r"|people|they) not) do\b"
    r"|\bwas (?:ist|darf (?:man|ich)|dürfen wir)\b.{0,40}\b(?:alles (?:nicht|verboten)|verboten|untersagt"
    r"|nicht erlaubt)\b"
    r"|\bqu['’]est-ce (?:qui est|qu['’]on n['’]a pas le droit|qu['’]il est)\b.{0,30}\b(?:interdit|droit|défendu)\b"
    r"|\bqué (?:cosas )?(?:(?:est[áa]n?) prohibid\w+|no se puede\w*|no est[áa]n? permitid\w+)\b"
    r"|(?:什么|什麼|哪些|啥)(?:事情?|东西|東西|行为|行為)?(?:是|都)?(?:不能做|不让[干做]|不准做?|不可以做|不允许|不允許|禁止)"
    r"|^\W*(?:\w+ ){0,2}what (?:was|were|has been|did .{1,30}) (?:decided?|resolved?|agreed?)\b(?! (?:about|on"
    r"|regarding"
    r"|concerning|for)\b)"
    r"|\bwas (?:wurde|hat .{1,40}) (?:.{0,40} )?beschlossen\b|\bqu['’](?:est-ce qui|a-t-on|ont-ils) (?:a été )?décidé\b"
    r"|\bqué (?:se )?(?:decidió|acordó|ha decidido|acordaron|decidieron)\b"
    r"|(?:(?:决定|決定|决议|決議)了?|(?:通过|通過)了)(?:什么|什麼|哪些|啥)(?!时|時|方|渠|途)"
    r"|列出|列举|列舉|(?<![归歸谁誰为為属屬])所有(?![权權人者制]|\W*$)的?|全部的|全部(?:列|写|说)|都(?:列|写)出来?|有哪些(?:规|規|义务|義務|责任|費|费|要求|禁止|权)",
    re.IGNORECASE,
)
_WHICH_DOCUMENTS = re.compile(
    r"\b(?:which|what) (?:of (?:the|my|our|these|those|your) )?(?:documents|files|papers|contracts|reports|pdfs)"
    r" (?:also |all )?(?:ask|require|demand|charge|provide|regulate|allow|forbid|prohibit|include|have(?! to\b)"
    r"|give)s?\b"
    r"|\b(?:which|what|list (?:all|the)) (?:of (?:the|my|our|these|those|your) )?(?:documents?|files?|papers"
    r"|contracts|reports"
    r"|pdfs?)\b.{0,30}"
    r"\b(?:mention|contain|say|talk|speak|deal|discuss|cover|are about|is about|refer|name)\w*"
    r"|\b(?:which|what) (?:documents?|files?|papers|contracts|reports|pdfs?) (?:is|are) .{1,50}"
    r"\b(?:mentioned|named|described|discussed|covered|found)\b"
    r"|\b(?:which|what) (?:documents?|files?|papers|contracts|reports|pdfs?) (?:does|do) .{1,50}"
    r"\b(?:appear|occur|come up)\b"
    r"|\bwo überall\b|\bwhere else\b|\b(?:welche|in welchen) (?:dokumente?n?|dateien|unterlagen)\b|\b(?:quels"
    r"|dans quels) (?:documents|fichiers)\b"
    r"|\b(?:qué|en qué) (?:documentos|archivos)\b|(?:哪些|哪几个|哪幾個|哪个|哪個)(?:文件|文档|文檔|资料|資料)",
    re.IGNORECASE,
)

Kind = Literal["duty", "ban", "money", "date", "right", "decision"]
_ASKED: Mapping[Kind, str] = {
    "duty": r"\b(?:obligations?|dut(?:y|ies)|responsibilit\w+|ha(?:s|ve) to do|promised|who does what|must"
    r"|required|requirements?"
    r"|rules?|pflicht\w*|aufgaben"
    r"|muss|müssen|obligacion\w*|tenemos que|debe\w*|obligations?|devoirs?|dois|doit)\b"
    r"|义务|義務|责任|責任|必须|必須|要求|规矩"
    r"|規矩|规定|規定",
    "ban": r"\b(?:forbidden|prohibit\w*|bann?ed|can['’]?t|cannot|mustn['’]?t|must not|no se puede\w*|not allowed"
    r"|bans?|exclu\w+|not covered|isn['’]?t covered"
    r"|not insured|not permitted|verbot\w*"
    r"|verboten|untersagt|nicht erlaubt|darf .{1,30} nicht|interdi\w+|défendu\w*|pas le droit|prohibi\w+)\b"
    r"|禁止|不得|不能|不准|不让|不可以|不允许|不允許|规矩|規矩",
    "money": r"\b(?:fees?|costs?|charges?|prices?|payments?|pays?|fares?|rates|expenses|money|kosten|gebühr\w*"
    r"|preise?|beiträge|zahlen"
    r"|frais|coûts?|prix|tarifs?|gastos|costes|precios|tarifas)\b"
    r"|费用|費用|收费|收費|价格|價格|多少钱|罚款|罰款|钱|花费",
    "date": r"\b(?:dates?|deadlines?|time limits?|periods?|terms|when|fristen?|termine?|délais?|dates?|plazos?"
    r"|fechas?)\b"
    r"|期限|日期|时间|時間|截止",
    "decision": r"\b(?:decid\w+|decisions?|resol(?:ved?|utions?)|agreed?|beschlossen|beschlüsse|beschluss|décid\w+"
    r"|décisions?|decidi\w+|decisi\w+|acord\w+|acuerdos?)\b|决定|決定|决议|決議|通过|通過",
    "right": r"\b(?:rights?|entitle\w*|benefits?|rechte?|ansprüche|leistungen|droits?|derechos?)\b|权利|權利|福利|待遇",
}
_SHOWN: Mapping[Kind, str] = {
    "duty": r"\b(?:shall|must|ha(?:s|ve) to|(?:is|are) (?:required|obliged|responsible|to be)|need(?:s|ed)? to"
    r"|pays?|keeps?|maintains?"
    r"|reports?|returns?|bears?|muss|müssen|hat .{1,80} zu|haben .{1,80} zu|ist .{1,60} zu|sind .{1,60} zu"
    r"|verpflichtet|debe\w*|tiene que"
    r"|se obliga|abona\w*|facilita|comunica|doit|doivent|obligatoire|tenu\w* de)\b|应当|應當|必须|必須|须|須"
    r"|不得|应|應|限养|禁止|严禁",
    "ban": r"\b(?:prohibited|forbidden|not (?:be )?(?:allowed|permitted|used|insured|covered|liable|carried"
    r"|paid|let|leave|kept)|(?:may|must|shall|can) not"
    r"|cannot|no \w+ (?:may|shall)|exclu\w+|never|except|verboten|untersagt|nicht (?:erlaubt|gestattet)"
    r"|darf (?:nur|nicht)|dürfen (?:nur|nicht)|nur"
    r"|kein\w*|interdit\w*|défendu\w*|ne (?:peut|peuvent|doit|sont|sera)|proh[ií]b\w+|qued\w+ exclu\w+|sin que"
    r"|no (?:se|est[aá]n?"
    r"|podr[aá]n?))\b"
    r"|不得|禁止|严禁|嚴禁|不准|不可|不允许|限|须|應",
    "money": r"[€$£¥￥]|\b(?:eur|euros?|usd|dollars?|pounds?|gbp|chf|pence|cents?|percent|prozent|free|subsid\w+"
    r"|discount|reduction|kostenlos)\b"
    r"|\d\s?%|\|[^|]*\d+[.,]\d\d[^|]*\||[\d一二三四五六七八九十百千万]+\s?(?:元|块|圆)|免费|免費|百分之",
    "date": r"\b\d{1,2}[.:]\s?\d\d\b|\b(?:19|20)\d\d\b|\b(?:january|february|march|april|may|june|july|august"
    r"|september|october|november"
    r"|december|januar|februar|märz|juni|juli|oktober|dezember)\b|\b(?:\d+|two|three|four|five|six|seven|eight"
    r"|nine|ten|fourteen|thirty"
    r"|zwei|drei|vier|fünf|sechs)\s(?:\w+ )?(?:hours?|days?|weeks?|months?|years?|tagen?|wochen?|monaten?"
    r"|jahren?|jours|mois|días|meses)\b"
    r"|[\d一二三四五六七八九十]+\s?(?:日|天|周|个月|年|小时)",
    "decision": r"\b(?:resolved|decided|agreed|approved|adopted|appointed|elected|rejected|cancelled|canceled|postponed"
    r"|(?:is|are|was|were|be) (?:\w+ )?(?:set|fixed|raised|lowered|reduced|increased|introduced|abolished"
    r"|extended|moved|closed"
    r"|scheduled|ordered|commissioned|granted|allowed|permitted|required|limited)|rises?|shall|will|beschl\w+"
    r"|genehmigt|gewählt"
    r"|abgelehnt|vertagt|wird|werden|décid\w+|adopt\w+|approuv\w+|vot\w+|nomm\w+|acord\w+|aprob\w+|decid\w+|eleg\w+)\b"
    r"|决定|決定|通过|通過|批准|同意|选举|選舉|任命|取消|推迟|推遲|改为|改為|定为|定為",
    "right": r"\b(?:may|entitled|right|receives?|get|gets|free|contributes?|subsid\w+|kann|können|darf|dürfen"
    r"|erhält|erhalten|puede\w*|peut"
    r"|peuvent|reçoi\w+)\b|可以|有权|有權|享有|享受|可",
}
_ASKED_PATTERNS = {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in _ASKED.items()}
_SHOWN_PATTERNS = {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in _SHOWN.items()}

_REQUEST_WORDS = """
list all every everything each give me show tell name find please summary summarise summarize summaries overview
outline main most important key principal chief points content document documents file files folder paper text whole
entire complete full contain leaflet brochure contract agreement handbook manual report minutes meeting policy
regulations letter mention mentions talk about what which are is do does have has to under according top brief briefly
short detail zusammenfassung zusammen fasse fassen überblick auflisten liste alle alles sämtliche bitte dokument
dokumente datei dateien welche wichtigsten résumé résume résumer fais moi liste tous toutes document documents fichier
resúmeme resume resumen lista todos todas documento qué según mentioned appear appears appearing occurs come comes up
stand stands found tl dr tldr sum sums essentials bullet say says everything kommt vor kommen vorkommen erwähnt erwähnen
genannt steht stehen worum geht nenne nenn gib mir énumère enumera haz mentionnent parlent mencionan hablan aparece
contain contains contained speak speaks deal deals discuss discusses discussed cover covers covered refer refers named
described something anything papers contracts reports pdf pdfs unterlagen überall else fichiers dans documentos archivos
qué etwas quelque chose algo ask asks require requires demand demands kind kinds some sort sorts
decided decide resolved agreed beschlossen décidé decidió acordó
apply applies applicable valid gelten gilt gültig vigueur vigente vigentes
january february april june july august september october november december januar februar märz juni juli oktober
dezember janvier février mars avril juin juillet août septembre octobre novembre décembre enero febrero abril mayo junio
julio septiembre octubre noviembre diciembre
"""
_FRAME = frozenset(map(meaning_stem, _REQUEST_WORDS.split()))
_CHINESE_FRAME = re.compile(
    r"哪些|哪里|讲到了?|提到了?|谈到了?|总结一?下?|總結|概括|摘要|概述|归纳|列出|列举|列舉|所有的?|全部的?|有哪些|哪些|请|請|一下|主要|内容|內容|要点|文件|文档|资料|提到|里面?|的"
    r"|和|是|什么"
)


@dataclass(frozen=True, slots=True)
class WholeRequest:
    """What is wanted of a whole document, or of all: `topic` are the stems of what it is about, pairs of characters
    for Chinese; empty together with `kinds` where a summary is wanted.
    """

    scope: Scope
    is_summary: bool
    kinds: tuple[Kind, ...]
    topic: frozenset[str]


@lru_cache(maxsize=256)
def whole_request(question: str) -> WholeRequest | None:
    """What the question wants of a whole document; None where it is an ordinary question."""
    if _WHICH_DOCUMENTS.search(question):
        return WholeRequest("documents", False, (), topic_of(question))
    is_summary = _SUMMARY.search(question) is not None
    if not is_summary and not _LIST.search(question):
        return None
    kinds = tuple(kind for kind, pattern in _ASKED_PATTERNS.items() if pattern.search(question))
    rest = question
    for pattern in (_SUMMARY, *(_ASKED_PATTERNS[kind] for kind in kinds)):
        rest = pattern.sub(" ", rest)
    return WholeRequest("document", is_summary, kinds, topic_of(rest))


def topic_of(text: str) -> frozenset[str]:
    """The stems of a text but for those that only ask; of Chinese the pairs of characters."""
    stops = STOP_WORDS | frame_words(text)
    found: set[str] = set()
    for match in re.finditer(rf"{UNSPACED_RUN.pattern}|[^\W\d_]+(?:-\d+)?", text):
        word = match.group()
        if IS_CJK.match(word):
            for run in _CHINESE_FRAME.sub(" ", word).split():
                found.update(map("".join, pairwise(run)) if len(run) > 1 else run)
        elif word.casefold() not in stops and (stem := meaning_stem(word.casefold())) not in _FRAME:
            found.add(stem)
    return frozenset(found)


def shows(kind: Kind, sentence: str) -> bool:
    """Whether a sentence is of this kind by its form."""
    return _SHOWN_PATTERNS[kind].search(sentence) is not None


def asks_for(kind: Kind, text: str) -> bool:
    """Whether a text, such as a heading, names this kind."""
    return _ASKED_PATTERNS[kind].search(text) is not None
