"""What people say about an answer they were given: shorter, as a table, in English, are you sure? Pure.

The whole question must say it: "Give me a table of the fees" asks the documents.
"""

import re

from server.answering.talk_words import TALK
from storage.words.scripts import IS_HAN, without_accents

_POLITE = r"(?:please|bitte|s['’]il (?:te|vous) pla[iî]t|svp|stp|por favor|请你?|请您|麻烦你?|kindly)"
_ASKING = (
    r"(?:(?:can|could|would|will) you (?:please )?|i (?:want|need|would like|['’]d like) (?:it |that |this )?|now |"
    r"(?:kannst|könntest) du (?:mir )?(?:bitte )?|können sie (?:bitte )?|(?:peux|pourrais)-tu "
    r"|(?:est-ce que )?(?:tu (?:peux|pourrais)|vous (?:pouvez|pourriez)) |pouvez-vous |(?:me )?(?:puedes?"
    r"|podrías?) |"
    r"(?:você )?(?:pode|poderia) |能不能|能否|能|可以|帮我|再)"
)
_IT_EN = (
    r"(?:it|this|that|them|(?:your|our|the|this|that)(?: (?:last|previous|above|earlier|whole))* (?:answers?"
    r"|responses?|reply|explanation|text|conversation|discussion|chat))"
)
_LANGUAGE_EN = (
    r"(?:english|german|french|spanish|portuguese|chinese|japanese|italian|dutch|korean|russian|plain english"
    r"|simple (?:words|terms|english|language))"
)
_FORM_EN = (
    r"(?:(?:a |an )?(?:(?:short(?:er)?|brief|simple|markdown|small|bulleted|numbered|longer) )*(?:table|list"
    r"|summary|version|bullets?|bullet points?|e-?mail|letter|message|paragraph|poem|tweet|essay|outline|haiku|joke|"
    r"bullet list|overview|tl;?dr)|(?:one|two|three|a few|fewer|simple|simpler|other|your own) (?:sentences?"
    r"|words|lines?|bullet points?)|(?:one|a) (?:paragraph|line)|json|markdown)"
)
_ABOUT_EN = [
    rf"(?:summari[sz]e|clarify|(?:double|re)[- ]?check|improve|polish|shorten|simplify|rephrase|reword|rewrite"
    rf"|paraphrase|repeat|translate|condense|reformat"
    rf"|format|explain|check|verify|correct|continue|expand)(?: on)?"
    rf"(?: {_IT_EN})?(?: again)?(?: (?:in|into|to|as) (?:{_LANGUAGE_EN}|{_FORM_EN}))?(?: again| more (?:simply"
    rf"|briefly|clearly))?",
    rf"(?:give|show|make|put|present|write|say|list|turn|format|answer|reply|respond|speak)"
    rf"(?: me)?(?: {_IT_EN})?(?: again)?(?: (?:as|in|into"
    rf"|to))? (?:{_FORM_EN}|{_LANGUAGE_EN})(?: (?:of|for) {_IT_EN})?(?: instead)?",
    rf"(?:(?:and |now )?(?:in|into|as) )?(?:{_LANGUAGE_EN}|{_FORM_EN})(?: please)?",
    rf"(?:make {_IT_EN} |a bit |much |even )*(?:shorter|simpler|briefer|longer|clearer|more briefly|more simply"
    r"|in short|be brief|more concise(?:ly)?)",
    r"(?:are|r) you (?:really |quite |absolutely |100 ?% )?(?:sure|certain|serious)(?: (?:about|of) (?:that|this"
    r"|it))?",
    r"(?:is|was) (?:that|this|it|your answer) (?:really |actually )?(?:right|true|correct|accurate)|really"
    r"|seriously|no way",
    r"how do you know(?: (?:that|this))?|where did you (?:get|find|read) (?:that|this|it)(?: from)?|says who"
    r"|why do you (?:say|think) (?:so|that|this)",
    r"what (?:did|have) (?:i|you|we) (?:just |first )?(?:ask(?:ed)?|sa(?:y|id)|talk(?:ed)? about"
    r"|discuss(?:ed)?)(?: .{0,30})?|what was my (?:first|last|previous) question",
    rf"(?:say|put|explain|express|phrase|write|describe)(?: {_IT_EN})?"
    r"(?: (?:a bit|a little|much|even|again))*"
    r" (?:more (?:simply|briefly|clearly|concisely|formally|politely)|differently|another way|in other words"
    r"|in (?:plain|simpler?|fewer|your own) (?:words|terms|language|english))",
    r"what do you mean(?: by (?:that|this|it))?|say (?:that|it) again|once more|come again|i (?:do not"
    r"|don['’]t) understand(?: (?:that|this|it|your answer))?",
    r"how (?:sure|certain|confident) are you(?: (?:about|of) (?:that|this|it))?|i (?:do not|don['’]t"
    r"|can['’]t) (?:get|follow|see)"
    r"(?: (?:it|that|this))?|(?:you(?:['’]re| are)|that(?:['’]s| is|s)|this is|(?:the|your) (?:last )?answer is) "
    r"(?:probably |not |completely |just )*(?:wrong|mistaken|incorrect|right|correct|true|false|nonsense"
    r"|helpful|great|good|"
    r"clear|unclear|enough|what i (?:asked|meant)(?: for)?)|try again",
    r"(?:ok(?:ay)?,? |great,? )?(?:thanks|thank you)(?: (?:a lot|very much|so much))?|thx",
    r"explain (?:it|that|this) (?:like i['’]?m (?:five|5)|to (?:a child|me) .{0,20}|in simple(?:r)? (?:words"
    r"|terms)|simply)",
]
_IT_DE = r"(?:das|es|dies|(?:deine|ihre|die|diese)(?: letzte)? (?:antwort|erklärung))"
_LANGUAGE_DE = (
    r"(?:(?:ins|auf|in)(?: das)? (?:englische?|deutsche?|französische?|spanische?|chinesische?|italienische?"
    r"|portugiesische?|einfacher sprache))"
)
_FORM_DE = (
    r"(?:(?:als|in)(?: einer?| eine| kurzer| kurze| form einer)* (?:tabelle|liste|e-?mail|brief|gedicht|absatz"
    r"|stichpunkten?|übersicht"
    r"|zusammenfassung)|in (?:einem|zwei|einem einzigen|wenigen) (?:satz|sätzen|worten?))"
)
_ABOUT_DE = [
    rf"(?:{_IT_DE} )?(?:bitte |kurz |noch einmal |nochmal |einfacher |kürzer |knapper |anders |genauer )*"
    rf"(?:{_LANGUAGE_DE} |{_FORM_DE} )?"
    r"(?:zusammenfassen|übersetzen|wiederholen|kürzen|erklären|vereinfachen|umformulieren|darstellen"
    r"|sagen|ausdrücken|schreiben|formulieren|beantworten|antworten)",
    rf"(?:fass|fasse|fassen sie)(?: {_IT_DE})?(?: (?:bitte|kurz|nochmal"
    rf"|noch einmal))*(?: {_FORM_DE})?(?: bitte)? zusammen(?: bitte)?",
    rf"(?:übersetz|übersetze|übersetzen sie|wiederhole?|wiederholen sie|kürze|kürzen sie|formuliere|erkläre?"
    rf"|erklären sie|vereinfache|zeig|zeige|gib|schreib|schreibe|sage?|antworte|antworten sie|prüfe)"
    rf"(?: mir)?(?: {_IT_DE})?"
    rf"(?: (?:bitte|nochmal|noch einmal|kurz|einfacher|anders|um|einfach))*(?: (?:{_LANGUAGE_DE}|{_FORM_DE}))?(?:"
    rf" um)?",
    rf"(?:{_LANGUAGE_DE}|{_FORM_DE})|(?:bitte )?(?:kürzer|einfacher|knapper|ausführlicher)",
    r"(?:bist du|sind sie)(?: dir| sich)?(?: da| ganz| wirklich)* sicher|stimmt das(?: wirklich)?|wirklich"
    r"|echt|im ernst",
    r"woher (?:weißt du|wissen sie|hast du|haben sie) das|was (?:meinst du|meinen sie)(?: damit)?"
    r"|was habe ich (?:gerade |zuerst |eben )?gefragt|was war meine (?:letzte|erste|vorige|vorherige) frage"
    r"|wie sicher (?:bist du|sind sie)(?: dir| sich)?(?: da)?|(?:ist|war) das (?:wirklich |auch )?(?:richtig"
    r"|wahr|korrekt|so|sicher)|mach(?:e|en sie)? (?:es|das|deine antwort) (?:bitte )?(?:etwas "
    r"|noch )?(?:kürzer|einfacher|länger|knapper|klarer)|das (?:stimmt nicht|ist (?:falsch"
    r"|nicht richtig))|du irrst dich|noch ?(?:ein)?mal",
    r"(?:vielen |besten )?dank(?:e)?(?: (?:schön|sehr))?|das verstehe ich nicht|ich verstehe (?:das )?nicht",
]
_LANGUAGE_FR = r"(?:en|vers l['’]) ?(?:anglais|allemand|français|espagnol|chinois|italien|portugais)"
_FORM_FR = (
    r"(?:comme (?:un |une )?(?:e-?mail|lettre|poème)|"
    r"(?:sous (?:la )?forme (?:de |d['’]un )?(?:tableau|liste|points)|dans un tableau|en (?:un tableau"
    r"|une phrase|deux phrases|quelques mots|une liste|bref|résumé)))"
)
_ABOUT_FR = [
    rf"(?:résume[zr]?|résumer|traduis(?:ez)?|traduire|répète[zr]?|répéter|reformule[zr]?|simplifie[zr]?"
    rf"|raccourci[sr](?:sez)?|explique[zr]?|donne[zr]?|montre[zr]?|mets|mettez|réponds|répondez|écris|écrivez"
    rf"|dis|dites)(?:-(?:le|la|moi|ça))*"
    rf"(?: (?:ça|cela|(?:ta|votre|la|cette)(?: dernière)? réponse))?(?: (?:encore(?: une fois)?|plus simplement"
    rf"|autrement|un tableau|une liste))?(?: (?:{_LANGUAGE_FR}|{_FORM_FR}))?",
    rf"{_LANGUAGE_FR}|{_FORM_FR}|(?:fais(?:-le)?|faites(?:-le)?|rends-le) plus (?:court|simple|clair|long)"
    rf"|plus (?:court|simple|simplement|bref|brièvement)|(?:un|en) tableau",
    r"(?:tu es|vous êtes|es-tu|êtes-vous|t['’]es)(?: vraiment| bien)? (?:sûre?|certaine?)(?: de (?:ça|cela"
    r"|vous|toi))?|(?:c['’]est|est-ce) (?:vrai|exact|correct)|vraiment|sérieusement",
    r"comment (?:le )?(?:sais-tu|savez-vous)(?: cela| ça)?|d['’]où (?:tiens-tu|tenez-vous) (?:ça|cela)"
    r"|qu['’]est-ce que j['’]ai demandé|quelle était ma (?:dernière |première )?question(?: précédente)?"
    r"|c['’]est faux|(?:tu te trompes|vous vous trompez)"
    r"|je ne comprends pas|que (?:veux-tu|voulez-vous) dire|merci(?: beaucoup)?",
]
_LANGUAGE_ES = r"(?:(?:al|en) (?:inglés|alemán|francés|español|chino|italiano|portugués))"
_FORM_ES = (
    r"(?:(?:en|como)(?: forma de)?(?: una?)? (?:tabla|lista|carta|correo|e-?mail|poema"
    r"|frase|resumen|pocas palabras|dos frases|sola frase))"
)
_ABOUT_ES = [
    rf"(?:resume|resúmelo|resumirlo|traducirlo|repetirlo|explicarlo|explicármelo|acortarlo|resuma|resumir"
    rf"|resúmeme|traduce|tradúcelo|traduzca|traducir|repite|repítelo|repetir"
    rf"|reformula|simplifica|acorta|explica|explícalo|explícamelo|dame|ponlo|muéstralo|escríbelo|responde"
    rf"|responda|contesta|dilo|escribe)"
    rf"(?: (?:eso|esto|(?:tu|su|la)(?: última)? respuesta))?(?: (?:otra vez|de nuevo|mejor|más claro|"
    rf"más simple|más sencillo"
    rf"|de otra forma|una tabla|una lista|un resumen))?(?: (?:{_LANGUAGE_ES}|{_FORM_ES}))?",
    rf"{_LANGUAGE_ES}|{_FORM_ES}|(?:hazlo |hágalo |ponlo )?más (?:corto|breve|simple|sencillo|claro)",
    r"(?:estás|está(?: usted)?)(?: totalmente)? segur[oa](?: de (?:eso|esto|ello))?|seguro|de verdad|en serio"
    r"|(?:es|eso es) (?:verdad|cierto|correcto)",
    r"cómo lo sabes?|de dónde (?:sacas|lo sacas|sale) eso|qué (?:te |he )?pregunt(?:é|ado)(?: antes)?"
    r"|cuál (?:fue|era|es) mi (?:última |primera )?pregunta(?: anterior)?|(?:te equivocas|se equivoca)"
    r"|eso no es (?:cierto|verdad|correcto)|no (?:lo )?entiendo|qué quieres decir|(?:muchas )?gracias",
]
_LANGUAGE_PT = r"(?:(?:para(?: o)?|em) (?:inglês|alemão|francês|espanhol|chinês|italiano|português))"
_FORM_PT = (
    r"(?:(?:em|numa|num|como)(?: forma de)?(?: uma?)? (?:tabela|lista|carta|e-?mail|poema"
    r"|frase|resumo|poucas palavras|duas frases))"
)
_ABOUT_PT = [
    rf"(?:resuma|resume|resumir|traduza|traduz|traduzir|repita|repete|repetir|reformule|simplifique|encurte"
    rf"|explique|dê-me|dá-me|mostre|escreva|coloque|responda|responde|diga)"
    rf"(?: (?:isso|isto|(?:a )?(?:sua|tua)(?: última)? resposta|a resposta))?(?: (?:de novo|novamente|outra vez"
    rf"|de forma mais simples|uma tabela|uma lista|um resumo))?(?: (?:{_LANGUAGE_PT}|{_FORM_PT}))?",
    rf"{_LANGUAGE_PT}|{_FORM_PT}|(?:faça |torne )?(?:isso )?mais (?:curto|breve|simples|claro)",
    r"(?:você )?(?:tem|tens) (?:a )?certeza(?: disso)?|(?:é|isso é|está) (?:mesmo )?(?:verdade|certo|correto)"
    r"|sério|a sério",
    r"como (?:você )?sabe(?:s)?(?: disso)?|de onde (?:você )?tirou isso|o que (?:eu )?perguntei"
    r"|qual (?:foi|era|é) a? ?minha (?:última |primeira )?pergunta(?: anterior)?|(?:você )?(?:está|estás) errad[oa]"
    r"|isso não é (?:verdade|certo|correto)|não (?:entendi|percebi)|o que (?:você )?quer dizer|(?:muito )?obrigad[oa]",
]
_IT_ZH = (
    r"(?:(?:把|将|对)?(?:你|您)?(?:刚才|刚刚|上面|以上|前面|上一个|这个|这段|这|那|它)?(?:的)?(?:这)?(?:个|段"
    r"|次)?(?:回答|答案|内容|结果|话|解释|回复)?)"
)
_ABOUT_ZH = [
    rf"{_IT_ZH}(?:用.{{1,4}}文)?(?:翻译|译|翻)(?:一下)?(?:成|为|到)?(?:英文|英语|中文|汉语|德文|德语|法语|法文"
    rf"|日语|日文|西班牙语|葡萄牙语|韩语)?(?:一下)?{_IT_ZH}",
    rf"{_IT_ZH}(?:简单|简要|简短|再)?(?:地)?(?:总结|概括|归纳|重写|重新(?:写|说|组织|回答|表述|整理)|润色|改进|扩写|缩短|精简|简化|改写|复述|重复|重说|检查"
    rf"|核实)(?:一下|一遍|下)?{_IT_ZH}(?:吧)?",
    rf"{_IT_ZH}(?:用|以)?(?:英文|英语|中文|德语|法语|日语|西班牙语|表格|列表|一句话|两句话|几句话|要点|简单的话"
    rf"|通俗的话|表格形式|列表形式|JSON)(?:的?形式)?(?:来)?(?:再)?(?:重新)?(?:回答|总结|概括|表示|列出来?|说|讲|写|展示|整理|给我"
    rf"|解释)?(?:一下|一遍|吧)?{_IT_ZH}",
    rf"{_IT_ZH}(?:给我)?(?:做成|列成|整理成|变成|改成|写成|画成|转成|换成|列个|列一个|做个|做一个|给我一个|给个"
    rf"|画个)(?:一个|一张|张|个)?(?:表格?|列表|清单|要点|一句话|摘要|总结|邮件|诗"
    r"|英文|英语|中文|德文|德语|法文|法语|日文|日语|西班牙语|葡萄牙语|韩语)",
    r"(?:你|您)?(?:真的)?(?:确定|肯定|确信|敢肯定)(?:吗|么|嘛)?|真的(?:吗|么|假的)?|(?:这|那)?(?:是)?(?:对|真"
    r"|正确|准确)的?(?:吗|么)|是吗",
    r"(?:简短|简单|短|简洁|通俗|清楚|详细)(?:一?点|一些|些)(?:儿)?(?:说|讲|回答)?(?:吧)?|(?:说|讲|写"
    r"|回答)得?(?:再)?(?:简短|简单|短|简洁|通俗|清楚)(?:一?点|一些|些)",
    r"换(?:个|一种|一个)?(?:说法|方式说|方式|表达)(?:说|讲)?(?:一下|一遍)?|再(?:说|讲|解释|回答)一?(?:遍|次|下)",
    r"(?:我|你|您|我们)(?:刚才|刚刚|之前|前面|第一次|最开始|一开始)?(?:问|说|聊|讨论|提到)(?:了|过"
    r"|的)?(?:是)?(?:些)?什么(?:问题)?|我的?(?:上一个|第一个)问题是什么",
    r"(?:你|您)?(?:是)?怎么(?:知道|得出)的?(?:这个结论)?|(?:你|您)?(?:从哪里?|哪儿)(?:看到|知道|找到)的|(?:你"
    r"|您)?(?:是)?什么意思|(?:(?:你|您)?(?:刚才|刚刚|上面|前面)?(?:说|讲|回答|写)[的得]?(?:话|内容)?(?:都)?是?(?:真|对|正确|准确)的?(?:吗|么)?)"
    r"|我?(?:还是)?(?:没有?|不)太?(?:看|听|搞)?(?:懂|明白|理解)(?:你的意思|你的回答|这个)?|没(?:看|听)懂|(?:多谢|谢谢|感谢)(?:你|您|了)?",
]
_ABOUT = re.compile(
    rf"(?:{_POLITE}[,，]? ?)?(?:{_ASKING})?(?:{_POLITE} ?)?(?:"
    + "|".join(f"(?:{each})" for each in (*_ABOUT_EN, *_ABOUT_DE, *_ABOUT_FR, *_ABOUT_ES, *_ABOUT_PT, *_ABOUT_ZH))
    + rf")(?: for (?:me|a child|children|kids|beginners|laypeople|my \w+)"
    rf"| pour moi| für mich| para mí| para mim)?(?:[,，]? ?{_POLITE})?(?:吗|么|吧|好吗|可以吗|行吗)?",
    re.IGNORECASE,
)  # fmt: skip
_SAYS_SO_ZH = re.compile(
    r"(?:你|您)的?(?:刚才|刚刚|之前|上次|上面)?(?:都|是)?(?:说|回答|答|讲|写|用了?|引用|参考)"
    r"|(?:我|我们)的?(?:刚才|刚刚|之前|前面|上次)(?:都)?(?:问|聊|讨论|说|谈)|(?:我们的?|这段|本次|整个)(?:对话|聊天|谈话|讨论)"
    r"|(?:上面|以上|前面|刚才)的?(?:内容|回答|话|答案)|(?:回答|答案|回复)"
    r"|用[^，。]{0,6}(?:[文语话]|表格|列表|要点|句话|词|语气|风格|方式)[^，。]{0,4}(?:回答|说|讲|写|列|概括|总结|表达|解释)|(?:翻译|译)[成为]?"
    r"|(?:太|再|更)?(?:短|长|简短|简单|简洁|通俗|正式|礼貌|口语化|清楚|详细|具体)(?:了|点|一点|一些|些)|太(?:长|短|复杂|笼统)|(?:说|搞|弄|答)错"
    r"|不(?:太)?(?:对|正确)(?:吧|啊|呀)|换(?:一?[种个])|(?:做|列|整理|改写|写|转|变)成|^(?:总结|概括|重复|重说|重写|润色|精简|缩短)"
    r"|^(?:你好|您好|谢谢|多谢|感谢|好的?|明白|懂了|知道了|再见|不客气|太好了|很好|早上好)|(?:你|您)是(?:谁|不是)?(?:人工智能|机器人|真人|AI|ai)?|(?:误会|误解)"
    r"|给(?:我|出).*(?:要点|表格?|列表|清单|总结|摘要|版本)|语气|(?:我|我们)(?:想)?问的|放(?:到|进|在).*(?:表格|列表)|(?:你|您)[^，。]{0,4}(?:确定|肯定)"
    r"|(?:是|都)错"
)
_WORDS_ZH = re.compile(
    r"语气|文档|文章|(?:翻译成|译成|译为|用)[^，。]{1,4}[语文]|请|麻烦|帮我|帮忙|能不能|能否|可以|可不可以|以后|今后|从现在起|现在|都|也|再|又|就|还|把|将|给我|给|对|向|我们?|你们?|您|的|了|吗|呢|吧|啊|呀|嘛|是|有|在|那|这|它|哪些|哪个"
    r"|哪里?|什么"
    r"|怎么|为什么|谁|刚才|刚刚|之前|前面|上次|上面|以上|下面|最后|第一|第[一二三]|次|个|段|句|种|张|份|封|条|些|一下|一遍|一点|点|一些|一个|一张|一封|一[句段份种]|两|三|几"
    r"|英文|英语|中文|汉语|德文|德语|法文|法语|日文|日语|西班牙语|葡萄牙语|韩语|俄语|文|语言?|表格?|列表|清单|要点|句话|话|摘要|总结|概括|归纳|邮件|信|诗|短信|文章|段落"
    r"|翻译|译|成|为|到|以内|回答|答案|答|回复|内容|说法|方式|语气|风格|形式|说|讲|写|列出?|用|引用|参考|来|做|整理|改写?|转换?|变|换|重新|重复|重说|重写|润色|精简|缩短|简化|扩写|解释"
    r"|表达|问"
    r"|聊天?|讨论|谈话?|对话|问题|太|更|很|短|长|简短|简单|简洁|通俗|正式|礼貌|口语化|清楚|详细|具体|复杂|笼统|觉得|认为|想|要|知道|错|正确|真|确定|肯定|不|没|看|听|懂|明白|理解|意思"
    r"|你好|您好|谢谢|多谢|感谢|好|再见|不客气|非常|早上|文档|资料|来源|出处|检查|核实|字|词语?|可靠|完整|准确|放|到|里面?|上一?个|上一|完全|百分之百|能|会|让|友好|亲切|客气|严肃|专业|版本"
    r"|误会|误解|人工智能|机器人"
    r"|真人|AI|ai|帮助|建议|整个|本次"
    r"|得|出|过|吧|更正|纠正|试"
)
"""What may stand beside it: with these taken away, nothing is left."""
_OF_THE_SUBJECT = re.compile(
    r"(?:(?:ok(?:ay)?|and|so|but|well|right|great|thanks|thank you|alright),? )+(?:how|when|where|why) "
    r"(?:do|can|should|would|could|must|may) (?:i|we|one|you|they)\b.*",
    re.IGNORECASE,
)
"""What somebody can do about what was spoken of: "ok and how do I fix it"."""
_LONGEST = 120  # characters
_WORD = re.compile(r"[^\W_]+")
_LETTER = re.compile(r"\w")


def is_about_conversation(question: str) -> bool:
    """Whether it is about the last answer or the conversation, and not about the documents."""
    said = re.sub(r"\s+", " ", question).strip(" \t¿¡?？!！.。…\"'“”")
    if not said or len(said) > _LONGEST:
        return False
    return _ABOUT.fullmatch(said) is not None or (_OF_THE_SUBJECT.fullmatch(said) is None and _is_only_talk(said))


def _is_only_talk(said: str) -> bool:
    """Whether something in it speaks of the answer, and nothing in it of anything else."""
    if IS_HAN.search(said):
        return bool(_SAYS_SO_ZH.search(said)) and not _LETTER.search(_WORDS_ZH.sub("", said))
    words = _WORD.findall(said.casefold())
    return any(talk.says_so.search(said) and all(_is_among(word, talk.words) for word in words) for talk in TALK)


def _is_among(word: str, known: frozenset[str]) -> bool:
    """Whether the word is known, or is a known one with pronouns hung on: "explícamelo" is "explica"."""
    if word in known or word.isdigit():
        return True
    stem = without_accents(_HUNG_ON.sub("", word))
    return stem != word and stem in known


_HUNG_ON = re.compile(r"(?<=\w{3})(?:me|te|se|nos)?(?:l[oae]s?|me|nos)$")
"""Spanish pronouns at the end of a verb: "dímelo", "resúmela", "háznoslo"."""
