"""Whether an answer is a refusal: that the documents do not hold the answer, however a model writes it. Pure.

A refusal is our own sentence, in any of its languages, width and dressing, or one about the documents themselves: that
they have no information, or that the question cannot be answered from them. "The contract does not contain a penalty
clause [1]" is an answer.
"""

import re
import unicodedata

from server.answering.citation_marks import marks_of
from server.answering.prose import without
from server.language import REFUSALS
from storage.words.scripts import letters_of

_THOUGHT = re.compile(
    r"\A\s*+(?:<(think|thinking|thought|reasoning)>.*?</\1>|◁think▷.*?◁/think▷|(?:(?!<think).)*?</think(?:ing)?>)",
    re.DOTALL | re.IGNORECASE,
)
_DRESSING = re.compile(r"[*_`~#>|\"“”„«»‹›「」『』]+")
_BULLET = re.compile(r"\A[-•·–—]\s+")
_END = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])\s*|\n+")
_EMPTY = re.compile(r"[\W_]*")
_LONGEST = 700  # characters: what is longer says more than a refusal
_MOST_SENTENCES = 3

_LEAD = re.compile(
    r"(?:(?:(?:final\s+)?answer|response|reply|note|a|antwort|réponse|respuesta|回答|答案|答|回复)\s*[:：]\s*"
    r"|(?:based\s+on|according\s+to|from|given|after\s+(?:reviewing|reading|checking|searching)"
    r"|having\s+(?:read|reviewed)|"
    r"in|auf\s+(?:der\s+)?(?:grundlage|basis)|laut|anhand|nach|d['’]après|selon|sur\s+la\s+base|según|con\s+base|"
    r"根据|基于|依据|按照|经(?:过)?查阅|查阅|阅读|从|在)[^.。!?]{0,70}?[,，:：]\s*"
    r"|(?:unfortunately|regrettably|sadly|(?:i\s+am|i['’]m|we\s+are|we['’]re)?\s*(?:very\s+)?sorry"
    r"|i\s+apologi[sz]e|apologies|"
    r"leider|es\s+tut\s+mir\s+leid|tut\s+mir\s+leid|entschuldigung|malheureusement|désolée?|je\s+suis\s+désolée?|"
    r"lamentablemente|desafortunadamente|lo\s+siento|desculpe|很遗憾|遗憾的是|抱歉|很抱歉|非常抱歉|对不起|不好意思|"
    r"申し訳(?:ありません|ございません)|残念ながら)[^\w]{0,3}(?:but\s+|aber\s+|mais\s+|pero\s+|但(?:是)?|が[、,]?)?\s*"
    r"|(?:i|we)\s+(?:do\s+not|don['’]t)\s+know[.,;:]?\s+|(?:das\s+)?weiß\s+ich\s+nicht[.,;:]?\s+|我不知道[。，]\s*"
    r"|(?:it\s+(?:seems|appears|looks\s+like)|i\s+(?:see|find|found)|i\s+have\s+to\s+say)\s+(?:that\s+)?)",
    re.IGNORECASE,
)

_GIVEN = (
    r"(?:provided|given|available|retrieved|supplied|relevant|above|following|attached|uploaded|present|cited|listed|"
    r"current|these|those|any|all|of|your|the|no)"
)
_TEXTS_EN = (
    r"(?:documents?|passages?|excerpts?|contexts?|sources?|texts?|materials?|snippets?|files?|information|content)"
)
_SUBJECT_EN = (
    rf"(?:(?:none\s+of\s+)?(?:{_GIVEN}\s+){{0,4}}{_TEXTS_EN}(?:\s+(?:provided|given|above|i\s+have|available))?|they)"
)
_WHAT_EN = (
    r"(?:information|info|details?|answers?|data|mention|evidence|anything|facts|content|enough|sufficient|"
    r"this\s+information|what\s+you)"
)
_ANY_EN = (
    r"(?:any|the|an?|enough|sufficient|specific|relevant|direct|explicit|clear|further|necessary|needed|required"
    r"|such|this|that|those)"
)
_HOLD_EN = (
    r"(?:contain|include|provide|have|give|offer|hold|supply|present|state|specify|mention|say|cover|address"
    r"|answer|discuss|describe|reveal|indicate)"
)
_NOT_EN = r"(?:do(?:es)?(?:\s+not|n['’]t)|did(?:\s+not|n['’]t))"
_FROM_EN = (
    rf"(?:(?:in|from|within|by|based\s+on|using|with|on\s+the\s+basis\s+of)\s+(?:the\s+|these\s+"
    rf"|those\s+)?(?:{_GIVEN}\s+){{0,3}}{_TEXTS_EN})"
)
_QUESTION_EN = r"(?:this|that|the|your|it)(?:\s+(?:specific\s+)?(?:question|query))?"

_SAYINGS = [
    rf"{_SUBJECT_EN}\s+{_NOT_EN}\s+(?:\w+ly\s+)?{_HOLD_EN}\s+(?:{_ANY_EN}\s+){{0,4}}{_WHAT_EN}\b",
    rf"{_SUBJECT_EN}\s+{_NOT_EN}\s+(?:\w+ly\s+)?(?:answer|address|cover|mention|say|discuss"
    rf"|tell)\s*(?:{_QUESTION_EN}|so)?\s*(?:[.!]|$)",
    rf"(?:{_SUBJECT_EN})\s+(?:contains?|provides?|includes?|has|have|gives?|mentions?)\s+(?:no"
    rf"|nothing)\b(?:\s+{_ANY_EN})*\s*(?:{_WHAT_EN}|about|on|that|$|\.)",
    rf"none\s+of\s+(?:the\s+)?(?:{_GIVEN}\s+)*{_TEXTS_EN}\s+(?:contain|include|provide|mention|answer|address"
    rf"|say|give|have)s?\b",
    rf"there(?:\s+is|\s+are|['’]s)\s+(?:no|not\s+(?:enough|sufficient"
    rf"|any))\s+(?:{_ANY_EN}\s+)*{_WHAT_EN}\b.{{0,120}}?{_FROM_EN}",
    rf"no\s+(?:{_ANY_EN}\s+)*{_WHAT_EN}\b.{{0,80}}?\b(?:is|are|was|were|can\s+be|could\s+be)\s+(?:found|given"
    rf"|provided|available|contained|included)\b.{{0,40}}?{_FROM_EN}",
    rf"(?:{_ANY_EN}\s+)*{_WHAT_EN}\b.{{0,60}}?\b(?:is|are|was|were|could|can)(?:\s+not|n['’]t"
    rf"|not)\s+(?:be\s+)?(?:found|given|provided|available|contained|included|mentioned"
    rf"|stated)\b.{{0,40}}?{_FROM_EN}",
    rf"(?:i|we)\s+(?:can(?:\s*not|['’]t)|could(?:\s+not|n['’]t)|am\s+(?:un|not\s+)able\s+to|was\s+(?:un"
    rf"|not\s+)able\s+to|did\s+not|do\s+not|don['’]t)\s+"
    rf"(?:find|answer|see|determine|have|locate|tell|say)\b.{{0,90}}?(?:{_FROM_EN}|{_QUESTION_EN}\s*[.!]?$"
    rf"|(?:information|details?|answer)\b.{{0,60}}$)",
    rf"(?:this|that|the|your)\s+question\s+(?:can(?:\s*not|['’]t)|could\s+not)\s+be\s+answered"
    rf"\s*(?:[.!]|$|\b.{{0,40}}?{_FROM_EN})",
    rf"(?:this|that|it)\s+is\s+not\s+(?:mentioned|stated|specified|covered|answered|addressed|contained)\s+{_FROM_EN}",
    # German
    r"(?:(?:die|den|der|das|in\s+den)\s+)?(?:\w+en\s+|zur\s+verfügung\s+gestellten\s+)?(?:dokumente?n?"
    r"|unterlagen|passagen|textstellen|quellen|textpassagen|kontext|auszüge|texte?)\s+"
    r"(?:enthalten|enthält|geben|gibt|liefern|liefert|bieten|bietet|nennen|nennt)\s+(?:leider\s+|dazu\s+"
    r"|hierzu\s+|darüber\s+)*(?:nicht\s+(?:die|genügend|ausreichend)\w*"
    r"|keine\w*)\s+(?:\w+\s+){0,2}(?:informationen?|angaben?|antwort|auskunft|hinweise?)",
    r"enthalten\s+die\s+(?:\w+\s+)?(?:dokumente|unterlagen|passagen|textstellen|quellen)\s+(?:nicht"
    r"|keine)\s+(?:die\s+|genügend\s+)?(?:informationen|angaben|antwort)",
    r"(?:in\s+den\s+(?:\w+\s+)?(?:dokumenten|unterlagen|passagen|quellen|textstellen))\s+(?:finden?\s+sich"
    r"|gibt\s+es|steht|stehen|ist|sind)\s+(?:leider\s+|dazu\s+|hierzu\s+|darüber\s+)*(?:keine?|nichts)\b",
    r"(?:diese|die|ihre|deine)\s+frage\s+(?:lässt\s+sich|kann)\b.{0,70}\bnicht\s+beantwort",
    # French, Spanish
    r"(?:les?\s+)?(?:documents?|passages?|extraits?|contexte|sources?|textes?)(?:\s+(?:fournis?|disponibles?"
    r"|ci-dessus|donnés?))?\s+ne\s+(?:contien\w+|fourniss\w+|fournit|mentionn\w+|donn\w+|comport\w+|précis\w+"
    r"|répond\w+)\s+(?:pas|aucune?)\b.{0,40}?(?:informations?|réponse|question|renseignements?|détails?)",
    r"(?:los?\s+)?(?:documentos?|pasajes?|fragmentos?|contexto|fuentes?|textos?)(?:\s+(?:proporcionados?"
    r"|disponibles?|facilitados?|dados?))?\s+no\s+(?:contien\w+|proporciona\w*|incluy\w+|mencion\w+|ofrec\w+"
    r"|da\w*|respond\w+)\s+.{0,30}?(?:información|respuesta|datos|detalles|pregunta)",
    # Chinese
    r"(?:(?:您|你|所|给|已|上述|上面|以上|这些|给定的?|给出的?|提供的?|现有的?|当前的?|检索到的?|相关的?|的"
    r"|中)*)(?:文档|文件|资料|片段|上下文|材料|内容|原文|文本|信息|段落|知识库)(?:片段|内容)?(?:中|里|内"
    r"|之中)?[，,]?"
    r"(?:都|均|并|也|暂)*(?:不|未|没有|没|无|缺乏|缺少|找不到)(?:包含|包括|提供|提及|提到|涉及|说明|给出|明确"
    r"|记载|找到|发现|有|含有?|足够|任何|相关)*(?:的)*(?:任何|足够|相关|有关|具体|充分|直接|关于|可以|能够?"
    r"|用于|用来)*.{0,40}?(?:信息|答案|内容|说明|资料|记载|依据|线索|数据)(?:来?(?:回答|解答)(?:这个|该|此"
    r"|您的?|你的?)?问题)?\s*(?:[。.!！，,；;]|$)",
    r"(?:我|我们)?(?:无法|不能|难以|没有办法|没办法|没法)(?:根据|从|基于|依据|依照|通过|在)?.{0,30}?(?:回答"
    r"|解答|得出答案|找到(?:相关)?(?:答案|信息|内容)|确定答案|得知答案)(?:您|你|这|该|此|个|的|一|问题"
    r"|提问)*\s*[。.!！]?$",
    r"(?:该|这个?|此|您的?|你的?)问题.{0,20}?(?:无法|不能|没有办法)(?:从|根据|由)?.{0,30}?(?:回答|解答|找到答案)",
    r"(?:未|没有|没)(?:能)?(?:在|从).{0,20}?(?:文档|资料|片段|上下文|材料|内容)(?:中|里)?(?:找到|发现"
    r"|查到).{0,20}?(?:信息|答案|内容)",
    r"(?:未|没有|没)(?:能)?(?:找到|查到|发现)(?:与?.{0,20}?)(?:相关|有关)?(?:的)?(?:信息|答案|内容)\s*[。.!！]?$",
    r"(?:没有|并没有|未见|暂无|无)(?:任何)?(?:关于|有关|与).{0,30}?(?:的)?(?:具体|相关)?(?:信息|内容|说明"
    r"|答案)\s*[。.!！]?$",
    # Japanese
    r".{0,20}?(?:文書|資料|ドキュメント|コンテキスト|文脈|テキスト)(?:の中)?(?:に)?は?[、,]?.{0,40}?(?:情報"
    r"|回答|答え|記載|記述)[はが](?:含まれてい|記載されてい|見つかり|見当たり|あり|ござい)ませ",
]  # fmt: skip
_UNCITED_SAYINGS = [
    rf"{_SUBJECT_EN}\s+{_NOT_EN}\s+(?:\w+ly\s+)?(?:mention|address|answer|discuss|say|specify|state|cover|tell"
    rf"|explain|describe)\b",
    rf"(?:(?:i|we)\s+(?:found|find|see|have)\s+)?no\s+(?:{_ANY_EN}\s+)*{_WHAT_EN}\b.{{0,80}}$",
    r"(?:(?:您|你|所|给|已|上述|上面|以上|这些|给定的?|给出的?|提供的?|现有的?|的)*)(?:文档|资料|片段|上下文"
    r"|材料|原文|文本|段落)(?:片段|内容)?(?:中|里|内)?(?:都|均|并|也)*(?:未|没有)(?:提及|提到|涉及|说明|回答"
    r"|包含|给出)[^，。！？\[]{0,30}[。！]?$",
    r"(?:暂无|没有|未见)(?:任何)?(?:相关|有关)(?:的)?(?:信息|内容|说明|答案|资料)",
]  # fmt: skip
_SAYING = re.compile("|".join(f"(?:{saying})" for saying in _SAYINGS), re.IGNORECASE)
_TEXTS = re.compile(
    r"\b(?:documents?|passages?|excerpts?|contexts?|sources?|texts|materials?|snippets?|(?:provided|the|this)\s+text|provided\s+files?|"
    r"dokumente?n?|unterlagen|passagen|textstellen|quellen|auszüge\w*|kontext|extraits?|contexte|textes|"
    r"documentos?|pasajes?|fragmentos?|contexto|fuentes?|textos|trechos?|fontes)\b"
    r"|文档|文件|资料|片段|段落|上下文|材料|原文|文本|文書|資料|ドキュメント|コンテキスト|提供された情報",
    re.IGNORECASE,
)
_TELL = (
    r"(?:answer|find|found|determine|tell|told|locate|say|said|state|mention|specif(?:y|ied)|address|cover|discuss|"
    r"describe|explain|indicate|reveal|refer|contain|include|provide|give|list|name|show)"
)
_TELL_DE = r"(?:enth[aä]lt\w*|erwähn\w*|nenn\w*|genannt|geht|steht|stehen|finde\w*|beantwort\w*|sag\w*|lieg\w*)"
_KNOWLEDGE_DE = (
    r"(?:angaben?|informationen?|hinweise?|antwort\w*|auskunft|erwähnt|beantwort\w*|hervor|"
    r"finden|enthalten|genannt|gefunden|gesagt|angegeben|ersichtlich|entnehmen|nennt|nennen|sagt|gibt)"
)
_ABSENCES = [
    rf"(?:\bnot|n['’]t|\bcannot|\bunable\s+to|\bnone|\bnever|\bneither)\b.{{0,40}}?\b{_TELL}",
    r"\bnothing\b.{0,60}?\b(?:says?|tells?|states?|indicates?|mentions?|suggests?|shows?)\b"
    r"|(?:\bnot|n['’]t)\s+(?:\w+\s+){0,2}?(?:information|details?|mention|evidence|answers?)\b",
    r"(?:\bnot|n['’]t)\s+(?:appear|seem)\s+to\s+(?:contain|include|provide|have)\b|\b(?:unclear|not\s+clear|unknown|"
    r"outside(?:\s+the\s+scope)?(?:\s+of)?\s+(?:what\s+)?(?:the|these)|unklar)\b",
    r"\b(?:no|not\s+(?:enough|any|sufficient)|nothing|insufficient|lacks?"
    r"|without)\s+(?:\w+\s+){0,3}?(?:information|info|"
    r"details?|answers?|mention|evidence|data|indication|references?|statements?|about|on|regarding|of\s+this)\b",
    r"(?:\bnot|n['’]t)\s+(?:\w+\s+){0,2}?(?:in|from|within|part\s+of)\s+(?:\w+\s+){0,3}?"
    r"(?:documents?|passages?|excerpts?|contexts?|sources?|texts?|materials?)\b",
    r"\bsilent\s+(?:on|about|in)\b|\bcontain\w*\s+nothing\b",
    rf"\b(?:kein\w*|nichts?)\b.{{0,50}}?\b{_KNOWLEDGE_DE}\b|\b{_TELL_DE}\b.{{0,60}}?\b(?:nichts?|kein\w*)\b",
    r"(?:\bne\s|\bn['’])\s*(?:\w+\s+)?\w*(?:contien|mention|trouv|figur|précis|répond|donn|perme|indiqu|di(?:t"
    r"|sent|sait|re)|appara|abord)"
    r"\w*.{0,30}?\b(?:pas|aucune?|rien)\b|\b(?:ai|avons|a)\s+pas\s+(?:trouvé|pu)|\bne\s+\w+\s+pas\b.{0,20}?\brépondre"
    r"|\bn['’]y\s+a\s+(?:pas|aucune?)\b.{0,20}?\b(?:informations?|réponse|renseignements?|mention|indications?)\b",
    r"\baucune?s?\s+(?:\w+\s+){0,2}?(?:informations?|réponse|renseignements?|mention|indications?|détails?"
    r"|trace|donnée)\b"
    r"|\brien\b.{0,50}?\bn(?:e\s|['’])|\b(?:pas\s+possible|impossible|imposible|impossível)\s+(?:de\s+|d['’])?"
    r"(?:répondre|déterminer|dire|savoir|trouver|responder|determinar|decir|saber|encontrar|dizer)"
    r"|\baucune?\s+(?:des?|de\s+ces)\b.{0,40}?\bn(?:e\s|['’])",
    r"\b(?:ningun[oa]s?|ningún|nenhuma?|nenhum)\b.{0,40}?\b(?:informa\w+|datos?|dados?|respuesta|resposta"
    r"|menci\w+|menç\w+|"
    r"indica\w*|especific\w+|respond\w+|contien\w+|contém|cont[êe]m|habla|dice|diz|detalles?|detalhes?)\b",
    r"\bno\s+(?:\w+\s+){0,2}?\w*(?:contien|mencion|encuentr|encontr|aparec|figur|especific|respond|indic|dice|"
    r"proporcion|inclu|permit|conté|apresent|diz|consta|há\s)|\bnão\s+(?:\w+\s+){0,2}?\w*(?:cont|mencion|encontr|"
    r"aparec|figur|especific|respond|indic|diz|fornec|inclu|permit|apresent|consta)"
    r"|\b(?:no\s+hay|não\s+há)\b.{0,20}?\b(?:informaci[óo]n|informaç\w+|respuesta|resposta|datos|dados|mención"
    r"|menção)\b",
    r"(?:没有?|未|无法|不能|找不到|不|无)(?:能|在|从|对|就|有|明确|具体|直接|任何|相关|足够|这方面|这一?个?|关于.{1,20}?的?|的){0,4}"
    r"(?:提到|提及|说明|信息|答案|内容|找到|回答|解答|包含|记载|涉及|写明|给出|介绍|记录|讲|说"
    r"|确定|判断|得知|得出)|找不到|不足以|不在.{0,6}?(?:文档|文件|资料|片段|上下文|材料)"
    r"|(?:没能?|没有|未能?|无法|不能|难以)(?:在|从|根据|由|通过).{0,25}?(?:找到|得知|得出|回答|解答|确定|看出|判断|了解|获知|发现|查到)",
    r"(?:情報|回答|答え|記載|記述|言及|記され|触れられ|触れて|書かれ|述べられ|示され|説明され|明記され|特定でき|分かり|わかり|判断でき"
    r"|見当たり|見つかり|見つけられ|確認でき).{0,12}?(?:ません|ない|いない)",
]  # fmt: skip
_ABOUT_WHAT = (
    r"(?:the|an?|any|this|that|these|it|its|who|whom|whose|what|which|when|where|why|how|whether|if|names?|dates?)\b"
)
_DOCUMENTS_EN = r"(?:documents?|passages?|excerpts?|contexts?|sources?|texts|materials?|snippets?)"
_ABSENCES += [
    # the documents themselves do not do it: no obligation of theirs, nothing that is done to them
    rf"\b{_DOCUMENTS_EN}\s+(?:\w+\s+){{0,2}}?(?:do|does|did)(?:\s+not|n['’]t)\s+(?:\w+ly\s+)?"
    rf"(?!need|require|have|apply|exceed|count|expire|affect|replace)\w+\s+{_ABOUT_WHAT}",
    rf"\b(?:no|none\s+of\s+the|neither)\s+(?:\w+\s+)?{_DOCUMENTS_EN}\s+(?!need|may|must|should|can|is|are|has|have)\w+",
    r"\b(?:missing|absent|omitted|left\s+out)\s+(?:from|in)\b|\bleaves?\s+(?:this|that|it)\s+(?:\w+\s+)?(?:open|unanswered|out)\b",
    r"\b(?:dokumente?|unterlagen|passagen|textstellen|quellen|auszüge)\s+(?!müssen|dürfen|können|werden|sind|sollen|brauchen|gelten)"
    r"\w+en\s+(?:den|die|das|dem|der|es|dies\w*|dazu|darüber)\b.{0,60}?\bnicht\b|\bfehl(?:t|en)\s+in\s+(?:den|der)\b",
    r"\b(?:documents?|passages?|extraits?|sources?|textes?)\s+(?:\w+\s+){0,2}?n(?:e\s+|['’])(?!doi|peu|son|est|ont|a\b|son|exp)\w+\s+"
    r"pas\s+(?:le|la|les|l['’]|qui|quand|où|comment|si|ce|cette|d['’]|de)|\b(?:absente?s?|manqu\w+)\s+(?:de|des|du|dans)\b",
    r"\b(?:documentos?|pasajes?|fragmentos?|fuentes?|textos|trechos?|fontes)\s+(?:\w+\s+){0,2}?(?:no|não)\s+"
    r"(?!deb|dev|pued|pod|son|são|est|tien|têm|necesit|precis|se\b)\w+\s+(?:al?|el|la|los|las|o|os|as|quién|quem|qué|que|cuándo|"
    r"quando|dónde|onde|cómo|como|si|se)\b|\bfalta[nm]?\s+(?:en|em|nos?|nas?)\b",
    rf"\b(?:{_DOCUMENTS_EN}|text)\s+(?:do|does|did)(?:\s+not|n['’]t)\s+(?:\w+ly\s+)?"
    r"(?:go\s+into|deal\s+with|touch\s+(?:up)?on|speak\s+(?:of|about|to)|talk\s+about|elaborate|comment)\b",
    r"\bschweig\w+|\bgeh(?:t|en)\b.{0,60}?\bnicht\b.{0,20}?\bein\b"
    r"|\b(?:behandel\w+|thematisier\w+|befass\w+|klär\w+|erläuter\w+|erklär\w+|sprech\w+)\b.{0,60}?\b(?:nicht|kein\w*)\b",
    r"\bn(?:e\s+|['’])(?:parl|trait|évoqu|expliqu|détaill|décri)\w+\s+(?:pas|rien|aucun)",
    r"\b(?:no|não)\s+(?:se\s+)?(?:trata|habla|fala|aborda|explica|detalla|detalha|refier|refere|describ|descrev|coment|toca)\w*",
    r"(?:没有?|未)(?:谈|讲|论|讨论|触)(?:到|及)|(?:答え|回答|判断|説明|確認).{0,10}?(?:でき|られ).{0,4}?(?:ません|ない)",
    r"(?:查|看|找|得|推断|读|判断)不(?:到|出)|缺(?:少|乏)|没写|未写|没有写",
]
_ABSENCE = re.compile("|".join(f"(?:{absence})" for absence in _ABSENCES), re.IGNORECASE)
"""That something is not told. Beside a word for the documents, and without a citation, a refusal in whatever order."""
_UNCITED_SAYING = re.compile("|".join(f"(?:{saying})" for saying in _UNCITED_SAYINGS), re.IGNORECASE)
"""What may as well be an answer: it is one where it names a passage."""
_GOES_ON = re.compile(
    r"\b(?:but|however|although|though|except|only\s+that|nevertheless|still|aber|jedoch|allerdings|sondern|mais|"
    r"cependant|toutefois|pero|sin\s+embargo|aunque)\b|但|不过|然而|只(?:说|提)|仅|而是|ただし|しかし",
    re.IGNORECASE,
)


def is_refusal(text: str) -> bool:
    """Whether the answer says that the documents do not answer, and no more than a sentence beside it."""
    bare = _bare(text)
    if len(bare) > _LONGEST:
        return False
    sentences = [sentence for sentence in _END.split(bare) if not _EMPTY.fullmatch(sentence)]
    if not sentences or len(sentences) > _MOST_SENTENCES:
        return False
    said = _without_lead(bare)
    if _is_our_sentence(said):
        return len(sentences) <= _MOST_SENTENCES
    cited = any(True for _ in marks_of(text))
    if not _SAYING.match(said) and (cited or not _is_uncited_refusal(said, bare)):
        return False
    return not (cited and _GOES_ON.search(said)) and not (cited and len(sentences) > 1)


def _is_uncited_refusal(said: str, bare: str) -> bool:
    """Whether a text that names no passage says of the documents that something is not told there."""
    if _UNCITED_SAYING.match(said):
        return True
    first = next(sentence for sentence in _END.split(bare) if not _EMPTY.fullmatch(sentence))
    absence = _ABSENCE.search(first)
    return absence is not None and bool(_TEXTS.search(first)) and not _GOES_ON.search(first, absence.end())


def only_refuses(text: str) -> bool:
    """Whether it is our sentence and nothing else, whatever its dressing."""
    said = letters_of(_without_lead(_bare(text)))
    return any(said == ours for ours in _OURS)


def may_become_refusal(text: str) -> bool:
    """Whether a text that goes on may still be our sentence alone."""
    if len(text) > _LONGEST:
        return False
    said = letters_of(_bare(text))
    return any(ours.startswith(said) or said == ours for ours in _WHOLE)


def _bare(text: str) -> str:
    """Without thoughts, citation marks and dressing, in one width."""
    text = _THOUGHT.sub("", text, count=1)
    text = without(text, [(mark.start, mark.end) for mark in marks_of(text)])
    return _BULLET.sub("", _DRESSING.sub("", unicodedata.normalize("NFKC", text)).strip())


def _without_lead(text: str) -> str:
    """Without "Based on the documents:", "Unfortunately," and the like, one after the other."""
    for _ in range(3):
        lead = _LEAD.match(text)
        if lead is None or not lead.group():
            break
        text = text[lead.end() :]
    return re.sub(r"^(?:but\s+|that\s+|,|，)+", "", text, flags=re.IGNORECASE)


def _is_our_sentence(said: str) -> bool:
    letters = letters_of(said)
    return any(letters.startswith(ours) for ours in _OURS)


_WHOLE = tuple(letters_of(unicodedata.normalize("NFKC", sentence)) for sentence in REFUSALS.values())
_OURS = tuple(letters_of(_without_lead(_bare(sentence))) for sentence in REFUSALS.values())
