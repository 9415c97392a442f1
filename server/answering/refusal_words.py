"""The words by which `refusals` reads what an answer says of the documents; a grammar for each language. Pure data."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RefusalGrammar:
    """How a language says that texts do not tell something. All patterns are searched for in one clause."""

    texts: re.Pattern[str]
    """Words for the documents, and for what was given to read."""
    negated: re.Pattern[str]
    telling: re.Pattern[str]
    """Verbs and nouns of telling, holding, finding and answering."""
    absent: re.Pattern[str]
    """Says beside a word for the documents, by itself, that something is not told there: "silent", "lacks"."""
    obliged: re.Pattern[str]
    """What is done to documents: "must not be copied" is a rule, not a refusal."""
    by_itself: re.Pattern[str]
    """Says so without any word for the documents: "I could not find the answer", "Not specified."."""


def _grammar(
    texts: str, negated: str, telling: str, absent: str, obliged: str, by_itself: str, bounded: bool = True
) -> RefusalGrammar:
    edge = r"\b" if bounded else ""

    def compiled(words: str) -> re.Pattern[str]:
        return re.compile(f"{edge}(?:{words}){edge}", re.IGNORECASE)

    return RefusalGrammar(
        compiled(texts),
        compiled(negated),
        compiled(telling),
        compiled(absent),
        compiled(obliged),
        re.compile(by_itself, re.IGNORECASE),
    )


_WHAT_EN = (
    r"(?:information(?!\s+(?:desk|stand|office|board|leak|sheet))|info|details?|answers?|mention|evidence|reference"
    r"|indication|statement|description|explanation|clue|specifics|results?|basis)"
)
_PURE_TOLD_EN = (
    r"(?:mentioned|stated|specified|described|addressed|discussed|indicated|disclosed|clarified|documented|explained"
    r"|answered|referenced|covered|detailed|touched\s+(?:up)?on)"
)
ENGLISH = _grammar(
    texts=(
        r"documents?|docs|passages?|excerpts?|extracts?|contexts?(?!\s+(?:window|length|size))|sources?|texts?"
        r"|materials?"
        r"|snippets?|files?|search\s+results?|retrieved\s+\w+|(?:your|the)\s+(?:library|collection|uploads?)"
        r"|knowledge\s+base|provided\s+(?:information|content|data)|information\s+(?:provided|given|available)"
        r"|what\s+(?:was|is|has\s+been|i\s+was|i\s+have|you(?:\s+have|['’]ve)?)\s+(?:been\s+)?(?:provided|given"
        r"|shared|here)"
    ),
    negated=(
        r"not|\w+n['’]t|cannot|no|none|nothing|nobody|never|neither|nor|nowhere|without|fail(?:s|ed)?\s+to|unable"
        r"|impossible|insufficient(?:ly)?|unclear|unknown|hardly|only"
    ),
    telling=(
        r"answer\w*|f[io]u?nd\w*|see|determin\w+|tell\w*|told|locat\w+|sa(?:y|ys|id)|stat(?:e|es|ed|ing)|mention\w*"
        r"|specif(?:y|ies|ied|ics)|address(?:es|ed)?|cover(?:s|ed|ing)?|discuss\w*|describ\w+|description|explain\w*|"
        r"explanation|indicat\w+|reveal\w*|refer(?:s|red|ence|ences)?|contain\w*|includ\w+|provid(?:e|es)|giv(?:e|es"
        r"|en)"
        r"|list(?:s|ed)?|nam(?:e|es|ed)|show(?:s|n)?|clarif\w+|disclos\w+|identif\w+|appear\w*|know\w*|infer\w*"
        r"|deduc\w+"
        r"|deriv\w+|establish\w*|suggest\w*|speak\w*|talk\w*|deal\w*|go(?:es)?\s+into|touch\w*|elaborat\w+|comment\w*"
        r"|information|info|details?|evidence|about|regarding|word|data|hint|help\w*|confirm\w*|judge|note[sd]?|report"
        r"|offer|have\s+(?:that|this|it|any|the|enough)|part\s+of|enough|sufficient|possible\s+to|present\b"
        r"|from\s+(?:the|these)|(?:in|within)\s+(?:the|your|any|these|my|those)"
    ),
    absent=(
        r"silent|lack(?:s|ing)?|missing|absent|omit(?:s|ted)?|beyond|outside|left\s+(?:open|out|unanswered)"
        r"|leaves?\s+(?:this|that|it|the\s+question)\s+(?:\w+\s+)?(?:open|unanswered|out)|insufficient|unclear"
        r"|unrelated"
        r"|nothing\s+to\s+do|not\s+(?:enough|sufficient|relevant|related|helpful|clear|something)|irrelevant"
        r"|unanswered|unspecified|unknown|inconclusive|no\s+(?:word|mention|way)"
        r"|nothing\s+(?:in|from|on|about|of|regarding|relevant)|n/a"
    ),
    obliged=(
        r"must|should|may\s+not|need(?:s|ed)?|have\s+to|has\s+to|required|kept|keep|overlap\w*|copied|signed|submitted"
        r"|accepted|valid|removed|thrown|backed"
    ),
    by_itself=(
        r"\bi(?:\s+\w+ly|\s+just|\s+also)?(?:\s+(?:can(?:not|\s+not|['’]t)|could(?:\s+not|n['’]t)|did(?:\s+not|n['’]t)"
        r"|do(?:\s+not|n['’]t)|(?:wa|a)(?:s|m)\s+(?:not\s+able|unable)\s+to|wasn['’]t\s+able\s+to|have(?:\s+not"
        r"|n['’]t)"
        r"|failed\s+to)|['’]m\s+(?:not\s+able|unable)\s+to)\s+(?:\w+ly\s+|really\s+|seem\s+to\s+|been\s+able\s+to\s+)?"
        r"(?:find|found|answer|see|seen|determine|have|locate|located|tell|say|identify|know|confirm|provide|give"
        r"|derive"
        r"|establish|verify|spot|come\s+across|help|infer)\b"
        rf"|\bi\s+(?:have|had|found|find|see)\s+(?:no|nothing|neither)\b|\bcame\s+up\s+(?:empty|with\s+nothing)"
        rf"|\b(?:is|are|was|were|been|be|has|have)(?:\s+not|n['’]t|\s+never|\s+nowhere)\s+(?:been\s+"
        rf"|\w+ly\s+){{0,2}}{_PURE_TOLD_EN}\b"
        rf"|\b(?:not|nowhere|never)\s+(?:\w+ly\s+)?(?:mentioned|stated|specified|described|addressed|disclosed"
        rf"|documented)\b"
        rf"|\b(?:no|not\s+enough|insufficient)\s+(?:(?!\w+['’])\w+\s+){{0,3}}?{_WHAT_EN}\b(?!\s+(?:is"
        rf"|are)\s+(?:passed|sent|needed|required))"
        rf"|\b{_WHAT_EN}\b.{{0,40}}?\b(?:is|are|was|were|could|can)(?:\s+not|n['’]t|not)\s+(?:be\s+)?"
        r"(?:found|available|given|provided|included|known|contained)\b"
        r"|\b(?:question|this|that|it|answer)\s+(?:can(?:not|['’]t|\s+not)|could(?:\s+not|n['’]t))\s+be\s+"
        r"(?:answered|determined|inferred|established|derived|found|known|verified|identified|deduced|ascertained)\b"
        r"|\bthere(?:\s+is|\s+was|['’]s)\s+nothing\s+(?:about|on|regarding|in)\b|\b(?:neither"
        r"|none)(?:\s+of\s+(?:them|these|those|the\s+two))?\s+(?:\w+ly\s+)?(?:tell|say|state|mention"
        r"|specif|answer|give|explain)\w*\b"
        r"|\bimpossible\s+to\s+(?:know|tell|determine|answer|say)\b|\bno\s+way\s+(?:to|of)\s+(?:tell|know)"
        r"|\b(?:remains?|is)\s+(?:unknown|unclear)\b|\A\W*(?:n/?a|unknown|unclear|not\s+(?:available|provided|found"
        r"|given"
        r"|covered|answered|known|included)|cannot\s+(?:answer|say)|no\s+(?:idea|data|answer))\W*\Z"
        r"|\b(?:sources?|passages?|documents?)\s+(?:don['’]t|do\s+not)\s+have\s+(?:that|this|it)\b"
    ),
)

GERMAN = _grammar(
    texts=(
        r"dokumente?n?|unterlagen|passagen?|(?:text)?stellen?|quellen?|textpassagen?|kontext\w*|\w*auszüge?n?|texte?n?"
        r"|abschnitte?n?|materiali?e?n?|dateien?|fundstellen?|ausschnitte?n?|textauszüge?n?|bibliothek"
    ),
    negated=r"nicht|nichts|kein\w*|nirgends|nirgendwo|weder|unmöglich|unklar|unbekannt|nur|ohne",
    telling=(
        r"enth[aä]lt\w*|erwähn\w*|nenn\w*|genannt\w*|beschr\w*|behandel\w*|beantwort\w*|antwort\w*|angegeben"
        r"|angaben?|geb(?:en|e)"
        r"|gibt|steh(?:t|en)|sag\w*|gesagt|finde[nt]?\w*|gefunden|fand\w*|hervor\w*|entnehm\w*|entnomm\w*|erklär\w*"
        r"|erläuter\w*|klär\w*|geklärt|liefer\w*|biet\w*|verr[aä]t\w*|äußer\w*|sp[re]+[ci]ch\w*|thematisier\w*"
        r"|beschäftig\w*"
        r"|befass\w*|aufgeführt|festgehalten|ersichtlich|bekannt|beinhalt\w*|lieg(?:t|en)|information\w*|hinweis\w*"
        r"|auskunft|rede|reicht?|reichen|genüg\w*|ausreich\w*|möglich|bestimm\w*|ermitteln|feststellen|geh(?:t|en)"
        r"|ergibt|ableiten|ist|sind|weiß|wissen|zu\s+\w+en"
    ),
    absent=r"schweig\w*|fehl(?:t|en)|unklar|offen|unzureichend|lückenhaft|vermiss\w*|lassen\s+offen",
    obliged=r"m[uü]ss\w*|d[aü]rf\w*|soll\w*|kopiert|gültig|unterschrieben|braucht|brauchen|bearbeitet|eingereicht",
    by_itself=(
        r"\b(?:ich|wir)\b.{0,60}?\b(?:nicht|nichts|kein\w*)\b.{0,60}?\b(?:find\w*|gefunden|beantwort\w*|sagen|wissen"
        r"|information\w*"
        r"|angaben?|entnehmen|hinweis\w*|feststellen|ermitteln)|\b(?:weiß\s+ich|ich\s+weiß|kann\s+ich|konnte\s+ich"
        r"|ich\s+(?:kann|"
        r"konnte|finde|habe|fand))\s.{0,50}?\b(?:nicht|nichts|kein\w*)\b"
        r"|\bkein(?:e|en|erlei)?\s+(?:\w+\s+){0,2}?(?:information(?:en)?|angaben?|hinweise?|auskunft|antwort|daten"
        r"|erwähnung)\b"
        r"|\b(?:nicht|nirgends|nirgendwo)\s+(?:\w+\s+){0,2}?(?:angegeben|erwähnt|genannt|ersichtlich|beschrieben"
        r"|bekannt|"
        r"beantwort\w+|bestimm\w+|ermittel\w+|feststell\w+|hervor|dokumentiert|aufgeführt)\b"
        r"|\b(?:eine\s+)?antwort\s+(?:darauf\s+)?(?:ist|war)\s+.{0,40}?\b(?:nicht|kaum)\b"
    ),
)

FRENCH = _grammar(
    texts=(
        r"documents?|passages?|extraits?|contextes?|sources?|textes?|fragments?|fichiers?|bibliothèque"
        r"|informations?\s+(?:fournies?|disponibles?)|éléments\s+(?:fournis|disponibles)"
    ),
    negated=r"pas|aucune?s?|rien|jamais|nulle\s+part|ni|sans|impossible|insuffisant\w*|seulement|ne\b.{1,30}?\bque",
    telling=(
        r"contien\w*|conten\w*|mention\w*|indi[qc]\w*|précis\w*|donn\w*|fourni\w*|répon\w*|parl\w*|trait\w*|abord\w*"
        r"|expli[qc]\w*"
        r"|décri\w*|évoqu\w*|détail\w*|cit\w+|nomm\w*|perme\w*|trouv\w*|figur\w*|appar\w*|dit|disent|dise|dire"
        r"|inclu\w*|connaître"
        r"|savoir|sais|sait|détermin\w*|comport\w*|ressort\w*|découl\w*|informations?|renseign\w*|y\s+a|référence"
        r"|suffi\w*"
        r"|évo[qc]\w*|concern\w*|révèl\w*|établi\w*|trace"
    ),
    absent=r"muets?|muettes?|silenc\w*|absente?s?|manqu\w*|insuffisant\w*|rien\s+(?:sur|dans)|hors\s+(?:du|de)",
    obliged=r"doi(?:t|vent)|devez|copiés?|valables?|signés?|peu(?:t|vent)\s+(?:pas\s+)?être\s+(?:copi|montr"
    r"|retir)\w*|montrés?",
    by_itself=(
        r"\b(?:je|nous)\s+n(?:e\s+|['’]).{0,30}?\b(?:pas|rien|aucune?)\b.{0,40}?"
        r"|\baucune?\s+(?:\w+\s+){0,2}?(?:informations?|mention|réponse|données?|indications?|précisions?|référence"
        r"|renseignements?)\b"
        r"|\bn(?:e\s+|['’])(?:est|sont|a|y\s+est)\s+(?:pas|nulle\s+part)\s+(?:été\s+)?(?:précis|mentionn|indiqu"
        r"|spécifi|donn[ée]+e?s?\s+d|"
        r"fourni|expliqu|connu)\w*"
        r"|\b(?:impossible|pas\s+possible)\s+(?:de\s+|d['’])(?:\w+\s+)?(?:répondre|savoir|déterminer|dire|trouver)"
    ),
)

SPANISH = _grammar(
    texts=r"documentos?|documentación|pasajes?|fragmentos?|contextos?|fuentes?|textos?|extractos?|archivos?"
    r"|materiales|biblioteca",
    negated=r"no|ning[uú]n\w*|nada|tampoco|ni|sin|imposible|insuficientes?|nunca|solo|sólo",
    telling=(
        r"contien\w*|conten\w*|mencion\w*|menci[óo]n|indic\w*|dic\w*|decir\w*|habla\w*|especific\w*|proporcion\w*"
        r"|ofrec\w*|respond\w*"
        r"|respuesta|inclu\w*|aclar\w*|expli[cq]\w*|detall\w*|describ\w*|trata\w*|abord\w*|aparec\w*|figur\w*"
        r"|enc[ou]e?ntr\w*"
        r"|permit\w*|determin\w*|referencias?|revel\w*|precis\w*|d[ae]n?|hay|const\w*|sab\w*|deduc\w*|informa\w*"
        r"|nombra\w*"
        r"|datos|existe\w*|basta\w*|suficient\w*|desprende\w*|coment\w*|toca\w*|se\s+refier\w*"
    ),
    absent=r"silencio|falta[n]?|carec\w*|omit\w*|insuficientes?|ausente",
    obliged=r"deb\w+|copia\w*|firmad\w*|firma|válid\w+|mostrarse|puede\w*\s+(?:copiar|mostrar|retirar)\w*",
    by_itself=(
        r"\bno\s+(?:se\s+|me\s+|lo\s+|la\s+)?(?:dispon\w+|teng\w*|cuent\w*|pose\w*|hay|exist\w*|enc[ou]e?ntr\w*"
        r"|he\s+(?:podido\s+)?"
        r"encontr\w*|pud[eo]\s+encontr\w*|aparec\w*|halla\w*|es\s+posible|pued\w+|soy\s+capaz"
        r"|sabría)\b.{0,60}?\b(?:informaci[óo]n"
        r"|datos|respuesta|respond\w*|contest\w*|nada|al\s+respecto|detalles|menci[óo]n|referencias?|determin\w*"
        r"|saber\w*|decir\w*"
        r"|código)"
        r"|\bno\s+(?:lo\s+)?sé\b|\bimposible\s+(?:de\s+)?(?:saber|responder|determinar|decir)\w*"
        r"|\bning(?:ún|una)\s+(?:información|referencia|mención|dato|respuesta|indicación)"
        r"|\bno\s+(?:está|se|es|ha\s+sido)\s+(?:mencion|indic|especific|precis|detall|aclar)\w*"
    ),
)

PORTUGUESE = _grammar(
    texts=r"documentos?|documentação|trechos?|passage(?:m|ns)|contextos?|fontes?|textos?|excertos?|arquivos?"
    r"|ficheiros?|fragmentos?",
    negated=r"não|nenhum\w*|nada|tampouco|nem|sem|impossível|insuficientes?|apenas",
    telling=(
        r"mencion\w*|menção|cont[êeé]m|cont[ei]\w*|indic\w*|diz\w*|fala\w*|especific\w*|fornec\w*|apresent\w*"
        r"|respond\w*|resposta"
        r"|inclu\w*|explic\w*|descrev\w*|trata\w*|abord\w*|aparec\w*|const\w*|encontr\w*|permit\w*|determin\w*|há"
        r"|inform\w*"
        r"|esclarec\w*|detalh\w*|refer\w*|dados|suficient\w*|existe\w*|d[ãá]o?|cita\w*|saber|toca\w*"
    ),
    absent=r"silêncio|falta[m]?|carec\w*|omit\w*|insuficientes?|ausente|omiss\w+",
    obliged=r"dev\w+|copia\w*|assinad\w*|válid\w+|mostrad\w*",
    by_itself=(
        r"\bnão\s+(?:me\s+)?(?:tenho|há|disponho|encontrei|encontro|foi\s+possível|consegui\w*|existe\w*"
        r"|é\s+possível|posso|"
        r"consigo|pude)\b.{0,60}?\b(?:informaç\w+|dados|resposta|respond\w*|detalhes|menç\w+|referências?"
        r"|determin\w*|saber|dizer)"
        r"|\bnão\s+(?:o\s+)?sei\b|\bnenhuma?\s+(?:informação|referência|menção|resposta)"
        r"|\bnão\s+(?:está|é|foi)\s+(?:mencion|indicad|especificad|informad|descrit)\w*"
    ),
)

ITALIAN = _grammar(
    texts=r"document[oi]|passagg\w+|contest[oi]|font[ei]|test[oi]|estratt[oi]|brani?|file|frammenti?|materiali",
    negated=r"non|nessun\w*|nulla|niente|impossibile|insufficient\w*|né|senza|solo",
    telling=(
        r"contien\w*|conteng\w*|contenut\w*|menzion\w*|indic\w*|dic\w*|dett\w+|parla\w*|specific\w*|forni\w*"
        r"|rispo\w*|includ\w*"
        r"|spieg\w*|descri\w*|tratta\w*|affront\w*|appa\w*|compa\w*|risulta\w*|trov\w*|permett\w*|consent\w*"
        r"|determin\w*|chiar\w*"
        r"|riporta\w*|cita\w*|emerg\w*|c['’]è|ci\s+sono|offr\w*|d[aà]nno|possibile|informazion\w*|sapere|so|dire"
        r"|basta\w*|figura\w*"
    ),
    absent=r"tacc\w+|mancan?o?|assent\w*|insufficient\w*|omess\w*",
    obliged=r"dev\w+|copiat\w*|firmat\w*|valid\w*|mostrat\w*|bisogna",
    by_itself=(
        r"\bnon\s+(?:ho\s+trovato|riesco|posso|sono\s+in\s+grado|è\s+possibile|dispongo"
        r"|ho)\b.{0,60}?\b(?:informazion\w*|rispo\w*"
        r"|dati|determinar\w*|dire|sapere)|\bnon\s+lo\s+so\b|\bnessuna\s+(?:informazione|risposta|menzione"
        r"|indicazione)"
        r"|\bnon\s+(?:è|viene|sono|risulta)\s+(?:\w+mente\s+)?(?:menzionat|indicat|specificat|precisat|chiarit)\w*"
    ),
)

DUTCH = _grammar(
    texts=r"documenten|document|passages?|context|bronnen|bron|teksten|tekst|fragmenten|fragment|uittreksels?"
    r"|bestanden|stukken",
    negated=r"niet|niets|geen|nergens|noch|onmogelijk|onvoldoende|onbekend|zonder|alleen",
    telling=(
        r"bevat\w*|vermeld\w*|vermelding|noem\w*|genoemd|zegg\w*|zegt|gezegd|staa[tn]|ge(?:ef|ven)\w*|beantwoord\w*"
        r"|antwoord\w*"
        r"|besch\w*|vind\w*|gevonden|blijk\w*|bespr\w*|behandel\w*|ingaan|gaa[tn]|bied\w*|spre\w*|aangegeven"
        r"|opgenomen|beschikbaar"
        r"|afle\w*|opmaken|informatie|gegevens|uitsluitsel|weet|weten|duidelijk|te\s+\w+en"
    ),
    absent=r"zwijg\w*|ontbre\w*|ontbrak|onduidelijk|onvoldoende",
    obliged=r"moet\w*|mag|mogen|gekopieerd|ondertekend|geldig|hoef\w*|getoond",
    by_itself=(
        r"\bik\s+(?:kan|kon|weet|heb|vind|vond)\b.{0,60}?\b(?:niet|niets|geen)\b|\b(?:kan|kon|weet|heb"
        r"|vind)\s+ik\b.{0,60}?\b(?:niet"
        r"|niets|geen)\b|\bgeen\s+(?:\w+\s+){0,2}?(?:informatie|gegevens|antwoord|vermelding|aanwijzing)"
        r"|\bniet\s+(?:\w+\s+)?(?:vermeld|aangegeven|bekend|genoemd|gespecificeerd|beschreven)\b"
    ),
)

CHINESE = _grammar(
    texts=(
        r"文档|文件|资料|片段|段落|上下文|材料|原文|文本|知识库|内容|来源|语境|文章|档案|文中|(?:提供|现有|已知|给出|给定|检索)[^，。]{0,4}信息"
    ),
    negated=r"没|未|不|无|缺|难以|仅|只",
    telling=(
        r"提及|提到|提供|说明|包含|包括|含有|涉及|记载|记录|给出|写|指出|指明|介绍|描述|回答|解答|谈|讲|讨论|列出|明确|交代|透露|找到|发现"
        r"|查到|看到|得知|得出|知道|确定|判断|推断|了解|获知|看出|信息|答案|线索|依据|相关|有关|关于|说|表明|显示|解释|阐述|告诉|足以|足够"
        r"|不到|不出|答"
    ),
    absent=r"(?:文档|片段|资料|材料|上下文|文件)(?:中|里|内)(?:[^。]{0,20}[,，])?(?:却|并|都)?(?:没有|无)|无关|不足|超出|空白|缺失|缺少|缺乏|未知|不详|不清楚|不明",
    obliged=r"不得|须|必须|不应|不可|禁止|无效|不予|请勿|不能携带|不必|不需要|无需",
    by_itself=(
        r"(?:我|本人)?(?:暂时|目前)?(?:不知道|不清楚|不了解|无法(?:回答|确定|得知|判断|给出|提供|找到|得出|解答|确认)|不能(?:回答|确定|给出)"
        r"|难以(?:回答|确定|判断)|没(?:有|能)(?:找到|查到|发现)[^，。]{0,20}(?:信息|内容|答案|说明|描述|资料|记载)?"
        r"|未(?:能)?(?:找到|查到|发现|提及|提到|说明|提供|指明)|查不到|找不到)"
        r"|(?:没有|并没有|暂无|未见|缺乏|没|无)(?:任何|足够|明确|具体)?的?(?:关于|有关|与)?[^，。]{0,20}?(?:相关|有关)?的?"
        r"(?:信息|答案|说明|资料|描述|记载|线索)(?![台处])"
    ),
    bounded=False,
)

JAPANESE = _grammar(
    texts=r"文書|資料|ドキュメント|コンテキスト|文脈|テキスト|出典|抜粋|本文|ファイル|提供された情報|与えられた情報|文章",
    negated=r"ません|ない|ず|できかね|不明|なし",
    telling=(
        r"情報|回答|答え|記載|記述|言及|記され|触れ|書かれ|述べ|示され|説明|明記|特定|分かり|わかり|分から|判断|見当た|見つか|見つけ"
        r"|確認|含ま|含んで|あり|載って|読み取|答えられ|お答え"
    ),
    absent=r"不明|不足|言及なし|記載なし",
    obliged=r"ならない|いけません|なりません|禁止|てはいけ|認められて",
    by_itself=(
        r"(?:情報|記述|記載|答え|回答|内容|説明|言及)[^。、]{0,12}?(?:見当た|見つか|ありません|ございません|含まれてい(?:ません|ない)"
        r"|確認でき(?:ません|ない)|得られ(?:ません|ない))|(?:お答え|回答)(?:することが|する事が)?(?:は)?でき(?:ません|かね|ない)"
        r"|答えられ(?:ません|ない)|判断でき(?:ません|ない)|(?:分|わ)かりません|わかりかねます"
    ),
    bounded=False,
)

GRAMMARS = (ENGLISH, GERMAN, FRENCH, SPANISH, PORTUGUESE, ITALIAN, DUTCH, CHINESE, JAPANESE)
