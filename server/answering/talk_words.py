"""The words of talk about an answer, by language: what makes a request one, and what else may stand in it. Pure data.

A request is about the conversation when something in it says so and nothing is left of it that the documents could be
asked about: "Write the above as a letter", but not "Write a letter about the deposit".
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TalkWords:
    """Of one language: `says_so` is searched for; `words` are all that may stand beside it."""

    says_so: re.Pattern[str]
    words: frozenset[str]


def _talk(says_so: str, words: str) -> TalkWords:
    return TalkWords(re.compile(says_so, re.IGNORECASE), frozenset(re.split(r"[\s'’-]+", words.casefold())))


_LANGUAGES_EN = "english german french spanish portuguese chinese japanese italian dutch korean russian"
_STYLE_EN = (
    "short shorter brief briefly briefer concise concisely simple simpler simply plain clear clearer clearly formal"
    " formally informal polite politely friendly friendlier professional casual precise precisely longer detailed"
)
_FORMS_EN = (
    "table list bullet bullets point points bulleted numbered summary sentence sentences word words line lines"
    " paragraph paragraphs email e-mail mail letter message tweet poem essay outline markdown json text version note"
)
ENGLISH = _talk(
    says_so=(
        r"\b(?:your|our|this|the|my)\s+(?:(?:last|first|second|previous|earlier|whole|own|entire|initial)\s+)?"
        r"(?:answers?|reply|replies|responses?|explanation|wording|conversation|chat|discussion|(?<=my )question"
        r"|(?:last|first|previous|earlier)\s+questions?|above)\b"
        r"|\b(?:you|i|we)(?:['’]ve|\s+have|\s+had)?\s+(?:(?:just|already|first|even)\s+)*(?:said|say|wrote|written"
        r"|asked"
        r"|ask|discussed|talked|told|meant|mentioned|covered)\b|\b(?:did|do)\s+you\s+(?:\w+\s+)?(?:say|write|use|get"
        r"|mean|read)\b"
        r"|\b(?:did|do)\s+you\s+(?:come|arrive|reach|conclude|know|find)\b|\b(?:you|i)\s+mis(?:understood|read)\b"
        r"|\bmakes?\s+(?:no\s+)?sense\b|\bare\s+you\s+(?:answering|speaking|writing|talking)\b|\b(?:make|making"
        r"|made)\s+(?:things|stuff|it|that)\s+up\b|(?:\A|\b)what\s+was\s+the\s+question|\b(?:come"
        r"|comes|came)\s+from\b|\b(?:everything|all)\s+you\s+(?:know|have|found)\b|\bso\s+far\b|\bfrom\s+now\s+on\b"
        r"|^(?:\W|please|now|ok|so|just|then|can|could|would|will|you|i|want|need|to|me|d|like|once|again)*"
        r"(?:summari[sz]e|sum|rephrase|reword|rewrite|paraphrase|translate|repeat|shorten|condense|simplify|polish"
        r"|reformat|proofread|shorter|longer|simpler|briefer)\b"
        rf"|^(?:\W|please|now|ok|so|just|then|can|could|would|you|i|want|need|to|have)*(?:say|put|make|write|give"
        rf"|turn|answer|reply|respond"
        rf"|explain|express|phrase|convert|format|present|show|tell|speak|continue|be|use|keep|draft|change|switch"
        rf"|stop|avoid|don|write\s+it\s+down)\b"
        rf".*\b(?:{'|'.join((_STYLE_EN + ' ' + _FORMS_EN + ' ' + _LANGUAGES_EN).split())})\b"
        rf"|^(?:in|into|as|only|just)\s+(?:a\s+|an\s+|one\s+|two\s+|three\s+|few\s+|simple\s+"
        rf"|plain\s+)*(?:{'|'.join((_FORMS_EN + ' ' + _LANGUAGES_EN).split())})\b"
        r"|\b(?:you|that|this|it)(?:['’]s|['’]re|\s+(?:is|are|was|were|made|must|has|have))?\s.*\b(?:wrong|mistake"
        r"|mistaken|nonsense|incorrect|confused)\b"
        r"|\b(?:can['’]?t|cannot|can\s+not|could\s+not|couldn['’]t)\s+be\s+(?:right|true|correct)\b|\btoo\s+(?:long"
        r"|short|complicated|technical|vague)\b"
        r"|\b(?:are\s+you|how|i['’]m|i\s+am)\s+(?:not\s+)?(?:really\s+|quite\s+|so\s+)?(?:sure|certain|confident)\b"
        r"|\bi\s+(?:doubt|disagree|believe\s+you|do\s+not\s+believe|did(?:\s+not|n['’]t)\s+(?:understand|get|follow"
        r"|mean)|don['’]t\s+(?:believe|understand|follow|think\s+so)|meant)\b"
        r"|^(?:thanks?|thank\s+you|thx|cheers|hello|hi|hey|good\s+(?:morning|evening|bye)|goodbye|bye|great|perfect"
        r"|ok(?:ay)?|cool|nice|awesome|got\s+it|understood|never\s*mind|sorry|wow|good|well\s+done)\b|\bthat\s+helps\b"
        r"|^who\s+are\s+you\b|^are\s+you\s+(?:an?|human|real|chatgpt)\b|^what\s+(?:can\s+you\s+do|are\s+you)\b"
    ),
    words=(
        f"{_STYLE_EN} {_FORMS_EN} {_LANGUAGES_EN} a an the and or but so to of in into as for from with by on at up"
        " seems seem looks look sounds sound better"
        f" it its that"
        " this these those them i you we me us my your our is are was were be been being do does did have has"
        " had can could would"
        " will not no please now ok okay just only really quite even again once more much very too bit little lot"
        " all one two three"
        " four five ten few fewer other another different differently way than then there here over back out about"
        " what which who"
        " why how where when sure certain confident right wrong true correct mistake mistaken mistakes nonsense"
        " accurate false"
        " answer answers reply replies respond response responses explain explanation conversation chat discussion"
        " question"
        " questions above below last first second previous before earlier whole entire own initial wording sound"
        " said say saying"
        " wrote write written asked ask discussed discuss talked talk told tell meant mean mentioned covered use"
        " used get got read"
        " said summarise summarize sum summary rephrase reword rewrite paraphrase translate repeat shorten condense"
        " simplify polish"
        " reformat format proofread put make turn convert give present show express phrase speak continue draft"
        " change switch keep"
        " add go through check double-check correct fix improve expand something someone somebody thing think"
        " thought believe doubt"
        " disagree understand understood thanks thank thx cheers hello hi hey good morning evening bye goodbye great"
        " perfect cool nice"
        " awesome helps helpful help wow well done never mind nevermind sorry want need like i'd i'm i've you're"
        " you've it's that's"
        " don't can't couldn't isn't didn't wasn't child kid five-year-old five year old beginner landlord boss"
        " colleague colleagues"
        " documents document sources source passages far long complicated technical vague didn't didnt dont cant"
        " sentence s t d m ve re"
        " confused must made still actually already don isn didn wasn can couldn doesn things stuff down up stop"
        " using avoid misunderstood"
        " misread conclusion come arrive reach conclude ai human robot bot machine chatbot chatgpt computer person"
        " real find know sense answering speaking writing talking reliable trustworthy complete based information"
        " comes came everything found nothing anything myself yourself instead style tone language terms tl;dr tldr"
    ),
)

_LANGUAGES_DE = (
    "englisch deutsch französisch spanisch portugiesisch chinesisch japanisch italienisch englische deutsche"
    " französische spanische chinesische italienische portugiesische englischen deutschen"
)
_STYLE_DE = (
    "kurz kürzer knapp knapper einfach einfacher klar klarer formell formeller förmlicher höflich höflicher"
    " freundlicher"
    " genau genauer präziser ausführlicher länger verständlicher detaillierter sachlicher einfachere einfacheren"
    " kürzere kürzeren einfachen klaren"
)
_FORMS_DE = (
    "tabelle liste stichpunkte stichpunkten stichworten punkte punkten zusammenfassung satz sätze sätzen wort worten"
    " wörtern brief e-mail email mail nachricht absatz gedicht text übersicht aufzählung"
)
GERMAN = _talk(
    says_so=(
        r"\b(?:deine|ihre|meine|unsere?|unserer|unserem|unseres|diese[rsn]?|der|die)\s+(?:(?:letzte|erste|vorige"
        r"|ganze|bisherige)[nrs]?\s+)?"
        r"(?:antwort(?:en)?|erklärung|gespräch|unterhaltung|formulierung|chat|(?<=meine )frage|(?:letzte|erste"
        r"|vorige)\s+frage)\b|\bdas\s+obige\b|\bunser\s+gespräch\b"
        r"|\b(?:du|sie|ich|wir)\b.{0,30}\b(?:gesagt|geschrieben|gefragt|besprochen|gemeint|erwähnt|verwendet"
        r"|benutzt)\b|\bab\s+jetzt\b|\bbisher\b"
        r"|\b(?:genauer|konkreter|knapper|klarer|ausführlicher)\s+sein\b|^sei(?:en\s+sie)?\s+(?:bitte\s+)?(?:etwas\s+)?\w+er\b"
        r"|^(?:\W|bitte|jetzt|kannst|könntest|können|sie|du|mir|das|es|nochmal)*(?:übersetz\w*|wiederhol\w*|kürz\w*"
        r"|formulier\w*|vereinfach\w*|umformulier\w*|zusammenfass\w*|fass\w*)\b"
        rf"|^(?:\W|bitte|jetzt|kannst|könntest|können|sie|du|mir|das|es|nochmal)*(?:sag\w*|schreib\w*|mach\w*|gib"
        rf"|geben|antworte\w*|erklär\w*|stell\w*|zeig\w*"
        rf"|drück\w*|fass\w*|formulier\w*|benutz\w*|verwend\w*|nimm"
        rf"|nutze)\b.*\b(?:{'|'.join((_STYLE_DE + ' ' + _FORMS_DE + ' ' + _LANGUAGES_DE).split())})\b"
        rf"|\b(?:{'|'.join(_STYLE_DE.split())})\s+(?:sagen|ausdrücken|formulieren|erklären|schreiben|antworten)\b"
        rf"|^(?:in|auf|als|nur|bitte)\s+(?:ein(?:em|er|e)?\s+|zwei\s+|drei\s+"
        rf"|kurze\w*\s+)*(?:{'|'.join((_FORMS_DE + ' ' + _LANGUAGES_DE).split())})\b"
        r"|\b(?:irrst|irren|falsch|fehler|quatsch|unsinn)\b|\bkann\b.*\bnicht\s+(?:stimmen|sein|richtig)\b"
        r"|\bstimmt\b|\bzu\s+(?:lang|kurz|kompliziert)\b"
        r"|\bnicht\s+verstanden\b|\bversuch\w*\b|\bsprich\b|\b(?:falsch|miss)\s*verstanden\b|\b(?:bist|sind)\s+(?:du"
        r"|sie)\s+ein(?:e)?\b|\b(?:sicher"
        r"|glaube\s+(?:ich|dir)|verstehe|bezweifle)\b|^(?:danke|vielen\s+dank|hallo|hi|guten\s+\w+|tschüss|super"
        r"|toll|prima|perfekt|gut|alles\s+klar|verstanden|ok(?:ay)?)\b|^wer\s+bist\s+du\b"
    ),
    words=(
        f"{_LANGUAGES_DE} {_STYLE_DE} {_FORMS_DE} der die das den dem des ein eine einen einem einer und oder aber"
        f" so auf in im ins an am zu zum zur als"
        " für von vom mit aus bei um ab es er sie ich du wir ihr mir mich dir dich uns ihm ist sind war waren sein"
        " bin bist hat habe hast haben kann"
        " kannst könntest können könnten doch nicht kein keine bitte jetzt nun mal nochmal noch einmal wieder erneut"
        " nur sehr zu viel mehr etwas"
        " bisschen wenig ganz wirklich auch schon eben gerade vorhin vorher zuvor bisher oben obige was welche wer"
        " wie warum woher wo da dazu daraus"
        " davon damit darin antwort antworten antworte erklärung erkläre erklär erklären gespräch unterhaltung chat"
        " frage fragen deine deiner ihre"
        " meine unser unsere unserer letzte letzten erste ersten vorige ganze sag sage sagen gesagt schreib schreibe"
        " schreiben geschrieben gefragt"
        " besprochen gemeint meinst meinen erwähnt verwendet benutzt mach mache machen gib geben stell stelle zeig"
        " zeige drück aus ausdrücken fass"
        " fasse zusammen zusammenfassen übersetz übersetze übersetzen wiederhol wiederhole wiederholen kürz kürze"
        " kürzen formulier formuliere"
        " formulieren umformulieren vereinfache vereinfachen anders andere neu um irrst irren falsch richtig fehler"
        " quatsch unsinn stimmt stimmen oder"
        " sicher glaube glaub verstehe bezweifle wahr danke dank vielen besten hallo hi guten tag morgen abend"
        " tschüss super toll prima perfekt gut"
        " alles klar verstanden ok okay hilft hilfreich lang möchte will brauche dokumente dokumenten quellen kind"
        " chef vermieter zwei drei vier"
        " fünf worte hör prüfe prüf überprüfe korrigiere dich selbst statt stattdessen meiner deinen daran dieses"
        " diese diesen diesem benutze"
        " benutzen verwende verwenden nimm nutze sprich missverstanden versuch versuche versuchs zuverlässig"
        " vollständig hilfe ki mensch roboter maschine"
    ),
)

_LANGUAGES_FR = "anglais allemand français espagnol chinois italien portugais japonais"
_STYLE_FR = (
    "court courte brève bref brièvement simple simplement clair claire clairement formel formelle poli poliment"
    " précis précise précisément long détaillé concis concise simples courtes courts claires"
)
_FORMS_FR = (
    "tableau liste points phrase phrases mots mot lignes paragraphe lettre e-mail email mail message"
    " résumé poème texte puces"
)
FRENCH = _talk(
    says_so=(
        r"\b(?:ta|votre|la|ma|notre|cette|tes|vos)\s+(?:(?:dernière|première|précédente)\s+)?(?:réponses?"
        r"|explication|conversation|discussion"
        r"|(?:dernière|première|précédente)\s+question|(?<=ma )question)\b|\bci-dessus\b|\bjusqu['’](?:ici|à"
        r" présent)\b|\bdésormais\b"
        r"|\b(?:tu|vous|je|on|nous)\b.{0,25}\b(?:dire|dit|écrit|écrire|demandé|demander|discuté|parlé|répondu"
        r"|utilisé)\b|\bj['’]ai\s+(?:demandé|dit)\b"
        r"|^(?:\W|peux|pourrais|pouvez|pourriez|tu|vous|merci|de|s['’]il|te|vous|plaît)*(?:résum\w*|tradui\w*"
        r"|répèt\w*|répét\w*|reformul\w*|simplif\w*|raccourc\w*|réécri\w*|abrèg\w*)\b"
        rf"|^(?:\W|peux|pourrais|pouvez|pourriez|tu|vous|le|la|me|l)*(?:dis|dites|dire|mets|mettez|mettre|fais"
        rf"|faites|faire|écris|écrivez|écrire|donne\w*"
        rf"|explique\w*|expliquer|réponds|répondez|répondre|présente\w*|rends|utilise\w*|emploie\w*"
        rf"|parle\w*)\b.*\b(?:{'|'.join((_STYLE_FR + ' ' + _FORMS_FR + ' ' + _LANGUAGES_FR).split())})\b"
        rf"|^(?:en|sous|comme|dans)\s+(?:forme\s+de\s+)?(?:une?\s+|deux\s+|trois\s+"
        rf"|quelques\s+)*(?:{'|'.join((_FORMS_FR + ' ' + _LANGUAGES_FR).split())})\b"
        r"|\b(?:trompes?|trompez|faux|erreur|n['’]importe\s+quoi)\b|\bpas\s+(?:possible|vrai|juste|correct)\b"
        r"|\btrop\s+(?:long|court|compliqué)\b|\b(?:être|sois|soyez)\s+plus\b"
        r"|\b(?:sûre?|certaine?)\b|\bcomprends\b|\b(?:mal|pas)\s+compris\b|\b(?:es-tu|tu\s+es|êtes-vous)\s+une?\b"
        r"|^(?:merci|bonjour|salut|bonsoir|au\s+revoir|super|parfait|génial|d['’]accord|ok|très\s+bien|compris)\b"
        r"|^qui\s+(?:es-tu|êtes-vous)\b"
    ),
    words=(
        f"{_LANGUAGES_FR} {_STYLE_FR} {_FORMS_FR} le la les l un une des du de d au aux et ou mais en dans sur sous"
        f" par pour avec à y ce c ça cela ceci"
        " est es êtes suis être était as ai a avez ont je j tu il elle on nous vous me m te t se s moi toi lui qu"
        " que qui quoi quelle quel quels quelles autre autres mieux sois soyez"
        " comment pourquoi où ne n pas plus moins trop très bien encore fois autrement différemment peux peut"
        " pourrais pouvez pourriez si oui non merci"
        " beaucoup plaît plait svp stp bonjour salut bonsoir revoir super parfait génial d'accord accord ok compris"
        " comprends ta votre ma notre cette ton tes"
        " vos dernière première précédente réponse réponses explication conversation discussion question ci-dessus"
        " jusqu'ici ici désormais maintenant"
        " avant viens venez dire dit dis dites mets mettez mettre fais faites faire fais-en fais-le écris écrivez"
        " écrire donne donne-moi donnez explique"
        " expliquez expliquer réponds répondez répondre présente rends rendre résume résumez résumer traduis"
        " traduisez traduire répète répétez répéter"
        " reformule reformulez reformuler simplifie simplifiez simplifier raccourcis raccourcir réécris réécrire"
        " demandé demander discuté parlé répondu"
        " utilisé forme comme faux vrai juste correct erreur trompes trompez possible sûr sûre certain certaine"
        " impression pense crois deux trois"
        " quelques seule documents sources long façon manière est-ce qu'est-ce t'ai langue mal utilise utilisez"
        " emploie parle aide humain robot machine ia sont ont puis"
    ),
)

_LANGUAGES_ES = "inglés alemán francés español chino italiano portugués japonés"
_STYLE_ES = (
    "corto corta breve brevemente simple sencillo sencilla sencillamente claro clara formal educado cortés preciso"
    " precisa largo detallado conciso resumido sencillas sencillos simples cortas cortos claras"
)
_FORMS_ES = (
    "tabla lista puntos frase frases palabras palabra líneas párrafo carta correo email e-mail mensaje"
    " resumen poema texto viñetas"
)
SPANISH = _talk(
    says_so=(
        r"\b(?:tu|su|la|mi|nuestra|esta|tus)\s+(?:(?:última|primera|anterior)\s+)?(?:respuestas?|explicación"
        r"|conversación|charla"
        r"|(?:última|primera|anterior)\s+pregunta|(?<=mi )pregunta)\b|\blo\s+(?:anterior|de\s+arriba)\b"
        r"|\bhasta\s+ahora\b|\ba\s+partir\s+de\s+ahora\b"
        r"|\b(?:acabas?|has|ha|he|hemos|te|me|le)\s+(?:de\s+)?(?:decir|dicho|escribir|escrito|pregunt\w+|hablado"
        r"|explicado|usado)\b"
        r"|\b(?:ser|sé|sea)\s+más\b|^(?:\W|puedes|puede|podrías|podría|me|lo|la|por|favor)*(?:resum\w*|resúm\w*|tradu\w*|tradú\w*|repit\w*|repet\w*"
        r"|repít\w*|reformul\w*|reescrib\w*|reescríb\w*|simplific\w*|acort\w*|abrevi\w*)\b"
        rf"|^(?:\W|puedes|puede|podrías|podría|me|lo)*(?:di|dilo|diga\w*|decir\w*|pon\w*|poner\w*|haz\w*|hacer\w*"
        rf"|haga\w*|escrib\w*|escríb\w*|da|dame|explic\w*|explíc\w*"
        rf"|respond\w*|contest\w*|us[ae]|utili[cz]\w*"
        rf"|habl\w*)\b.*\b(?:{'|'.join((_STYLE_ES + ' ' + _FORMS_ES + ' ' + _LANGUAGES_ES).split())})\b"
        rf"|^(?:en|como)\s+(?:forma\s+de\s+)?(?:una?\s+|dos\s+|tres\s+|pocas\s+"
        rf"|sola\s+)*(?:{'|'.join((_FORMS_ES + ' ' + _LANGUAGES_ES).split())})\b"
        r"|\b(?:equivocas|equivoca|equivocad[oa]|error|mentira|fals[oa])\b|\bno\s+(?:puede\s+ser|es\s+(?:cierto|verdad"
        r"|correcto|así))\b|\bdemasiado\s+(?:largo|corto|complicado)\b"
        r"|\bque\s+(?:te\s+)?pregunt[ée]\b|\bentend(?:ido|iste)\s+mal\b|\bno\s+(?:lo\s+|te\s+)?(?:he\s+entendido"
        r"|entendí)\b|\beres\s+un[ao]?\b|\bsegur[oa]\b"
        r"|\bentiendo\b|^(?:muchas\s+)?gracias\b|^(?:hola|buenos\s+días|buenas|adiós|perfecto|genial|vale"
        r"|de\s+acuerdo|entendido|ok|muy\s+bien)\b|^quién\s+eres\b"
    ),
    words=(
        f"{_LANGUAGES_ES} {_STYLE_ES} {_FORMS_ES} el la los las un una unos unas de del al a y o pero en por para"
        f" con sobre lo le me te se nos que qué quién"
        " cómo por qué dónde cuál cuáles es eres son está estás fue ser no sí más menos muy mucho muchas gracias"
        " favor otra otro otras otros mejor ser sé sea vez nuevo de manera"
        " forma tu su mi nuestra nuestro esta este eso esto ese última primera anterior respuesta respuestas"
        " explicación conversación charla pregunta"
        " arriba hasta ahora partir antes acabas acaba has ha he hemos decir dicho escribir escrito pregunté"
        " preguntado preguntaste hablado explicado"
        " usado resume resuma resumir resúmelo traduce traduzca traducir traducirlo tradúcelo repite repetir"
        " repítelo reformula reformular reescribe"
        " reescribir reescríbelo simplifica simplificar acorta acortar acórtalo di dilo diga dígalo decirlo pon"
        " ponlo póngalo ponerlo haz hazlo hacer"
        " hacerlo haga hágalo escribe escríbelo escribirlo da dame explica explícalo explicarlo responde responda"
        " responder contesta puedes puede podrías"
        " podría equivocas equivoca equivocado falso falsa fiable fiables completa inténtalo intenta equivocada"
        " error mentira cierto verdad correcto así demasiado seguro segura entiendo entendido creo hola"
        " buenos días buenas adiós perfecto genial vale acuerdo ok bien dos tres pocas sola solo documentos fuentes"
        " largo como quiero idioma mal usa use utiliza utilice habla entendiste ayuda humano robot máquina ia haga fue"
    ),
)

_LANGUAGES_PT = "inglês alemão francês espanhol chinês italiano português japonês"
_STYLE_PT = (
    "curto curta curtas breve brevemente simples claro clara formal educado preciso precisa longo"
    " detalhado conciso resumido curtos claras claros"
)
_FORMS_PT = (
    "tabela lista tópicos pontos frase frases palavras palavra linhas parágrafo carta e-mail email"
    " mensagem resumo poema texto"
)
PORTUGUESE = _talk(
    says_so=(
        r"\b(?:sua|tua|a|minha|nossa|esta|suas)\s+(?:(?:última|primeira)\s+)?(?:respostas?|explicação|conversa"
        r"|(?:última|primeira)\s+pergunta"
        r"|(?<=minha )pergunta)(?:\s+anterior)?\b|\bo\s+(?:texto\s+)?acima\b|\baté\s+agora\b"
        r"|\ba\s+partir\s+de\s+agora\b"
        r"|\b(?:você|eu|nós|acabou|acabaste|te|lhe)\b.{0,15}\b(?:dizer|disse|escrever|escreveu|perguntei|falou"
        r"|falamos|quis|usou)\b|^o\s+que\s+(?:eu\s+)?(?:perguntei|disse)"
        r"|\b(?:ser|seja|sê)\s+mais\b|^(?:\W|pode|poderia|podes|você|por|favor)*(?:resum\w*|tradu\w*|repit\w*|repet\w*|reformul\w*|reescrev\w*"
        r"|simplifi\w*|encurt\w*)\b"
        rf"|^(?:\W|pode|poderia|podes|você|me)*(?:dig\w*|diz\w*|coloque|colocar|ponha|faça|fazer|escrev\w*|dê|dê-me"
        rf"|explique|explicar|responda|responde|responder|use|usa|utilize|fale)\b"
        rf".*\b(?:{'|'.join((_STYLE_PT + ' ' + _FORMS_PT + ' ' + _LANGUAGES_PT).split())})\b"
        rf"|^(?:em|numa|num|como)\s+(?:forma\s+de\s+)?(?:uma?\s+|duas\s+|três\s+|poucas\s+"
        rf"|só\s+)*(?:{'|'.join((_FORMS_PT + ' ' + _LANGUAGES_PT).split())})\b"
        r"|\b(?:errad[oa]|enganad[oa]|erro|mentira|fals[oa])\b|\bnão\s+(?:pode\s+ser|é\s+(?:verdade|certo|correto))\b"
        r"|\bmuito\s+(?:longo|curto|complicado)\b"
        r"|\bque\s+(?:eu\s+)?perguntei\b|\bentendeu\s+mal\b|\bvocê\s+é\s+uma?\b|\bcerteza\b|\bentend[io]\b"
        r"|^(?:muito\s+)?obrigad[oa]\b|^(?:olá|oi|bom\s+dia|boa\s+\w+|tchau|perfeito|ótimo|legal|entendi|certo|ok"
        r"|tudo\s+bem)\b|^quem\s+é\s+você\b"
    ),
    words=(
        f"{_LANGUAGES_PT} {_STYLE_PT} {_FORMS_PT} o a os as um uma de do da dos das no na em num numa para por com"
        f" sobre e ou mas ao à que quê quem como onde"
        " qual quais é são está estás foi ser não sim mais menos muito muita outra outro outras outros vez"
        " novo novamente maneira melhor ser seja sê"
        " forma sua tua seu minha nossa nosso esta"
        " este isso isto essa última primeira anterior resposta respostas explicação conversa pergunta acima até"
        " agora partir antes acabou acabaste dizer disse"
        " escrever escreveu perguntei falou falamos quis usou resuma resume resumir traduza traduz traduzir repita"
        " repete repetir reformule reformular reescreva"
        " reescrever simplifique simplificar encurte encurtar diga diz dizê-lo coloque colocar ponha faça fazer"
        " escreva escreve dê dê-me explique explicar"
        " responda responde responder pode poderia podes você eu nós me te lhe favor errado errada enganado falso"
        " falsa erro mentira verdade certo correto certeza tem tens"
        " entendi entendo acho obrigado obrigada olá oi bom boa dia tarde noite tchau perfeito ótimo legal ok tudo"
        " bem duas três poucas só documentos fontes"
        " texto longo quero idioma mal entendeu use usa utilize fale ajuda humano robô máquina ia foi"
    ),
)

TALK = (ENGLISH, GERMAN, FRENCH, SPANISH, PORTUGUESE)
