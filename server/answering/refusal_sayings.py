"""What says of the documents so plainly that they do not tell something that it is a refusal though it names a passage.

Matched at the beginning of a clause, after what leads to it ("Based on the documents, …"). "The contract does not
contain a penalty clause [1]" is none of these: a contract is no word for what was given to read.
"""

import re

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
    # what can only be said of texts: holding something may be said of any pile of papers
    rf"(?:the|these|those|your|my|all)?\s*(?:{_GIVEN}\s+){{0,4}}(?:documents|passages|excerpts|contexts?(?!\s+(?:window|length))|sources|materials?|snippets|files|search\s+results)"
    rf"(?:\s+(?:{_GIVEN}|here|at\s+hand|i\s+have|you(?:\s+have|['’]ve)?\s+\w+)){{0,2}}\s+{_NOT_EN}\s+(?:\w+ly\s+|even\s+)?"
    r"(?:mention|specify|state|discuss|address|describe|explain|indicate|clarify|reveal|say|answer|tell)\b",
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
    rf"none\s+of\s+(?:the|these|your)\s+(?:{_GIVEN}\s+)*{_TEXTS_EN}\s+(?:mention|specif|state|discuss|address|describe|explain"
    r"|indicate|say|answer|tell|give|contain|cover)\w*\b",
    rf".{{0,60}}?\b(?:is|are|was|were)(?:\s+not|n['’]t)\s+(?:contained|mentioned|stated|specified|given|found|described|answered)"
    rf"\s+(?:anywhere\s+)?in\s+(?:the|these|your|any\s+of\s+the)\s+(?:(?:{_GIVEN}|pdf)\s+){{0,3}}(?:documents|passages|excerpts"
    r"|contexts?|sources|files|snippets)\s*[.!]?\s*$",
    # German
    r"(?:die|diese|ihre|deine)\s+(?:\w+en\s+){0,2}(?:dokumente|unterlagen|passagen|textstellen|quellen|auszüge)\s+(?:nennen|erwähnen"
    r"|beschreiben|sagen|erklären|beantworten)\s+(?:leider\s+)?.{0,60}?\bnicht\s*[.!]?\s*$",
    r".{0,60}?\bin\s+(?:den|diesen|keinem?\s+der)\s+(?:\w+en\s+){0,2}(?:dokumenten?|unterlagen|passagen|textstellen|quellen|auszügen)"
    r"\s+(?:nicht\s+)?(?:erwähnt|genannt|angegeben|beschrieben)\s*[.!]?\s*$",
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
    r"(?:les|ces|vos)\s+(?:documents|passages|extraits|sources|textes)(?:\s+(?:fournis|disponibles|ci-dessus))?\s+ne\s+"
    r"(?:mentionn|précis|indiqu|décriv|expliqu|abord|dis|parl)\w*\s+(?:pas|rien)\b",
    r"(?:los|las|estos|estas|sus)\s+(?:documentos|pasajes|fragmentos|fuentes|textos)(?:\s+(?:proporcionad|disponibl|facilitad)\w+)?\s+"
    r"no\s+(?:mencion|especific|indic|describ|explic|abord|dic|aclar)\w*\b",
    # Chinese
    r"(?:所|您|你)?(?:已)?(?:提供|给出?|给定|上传|检索到?|现有|上述)的?(?:这些|所有)?(?:文档|文件|资料|片段|上下文|材料|内容)(?:中|里|内)?(?:都|均|并|也)?"
    r"(?:未|没有?)(?:提及|提到|说明|涉及|给出|指明|回答|写明|谈到)",
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

PLAIN_SAYING = re.compile("|".join(f"(?:{saying})" for saying in _SAYINGS), re.IGNORECASE)


def without_lead(text: str) -> str:
    """Without "Based on the documents:", "Unfortunately," and the like, one after the other."""
    for _ in range(3):
        lead = _LEAD.match(text)
        if lead is None or not lead.group():
            break
        text = text[lead.end() :]
    return re.sub(r"^(?:but\s+|that\s+|,|，)+", "", text, flags=re.IGNORECASE)
