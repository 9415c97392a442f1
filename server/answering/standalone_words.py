"""The words by which `standalone` reads questions: pointing, going on, and saying nothing particular; by language."""

import re
from collections.abc import Mapping

from server.language import EuropeanLanguage

_NEVER = r"(?!)"


def _by_language(**patterns: str) -> Mapping[EuropeanLanguage, re.Pattern[str]]:
    languages: tuple[EuropeanLanguage, ...] = ("en", "de", "fr", "es", "pt", "it", "nl")
    flags = {language: 0 if language == "de" else re.IGNORECASE for language in languages}
    return {language: re.compile(patterns.get(language, _NEVER), flags[language]) for language in languages}


# German is read with its capitals: "sie" points back, "Sie" and "Ihr" are polite.
POINTING = _by_language(
    en=(
        r"\b(?:(?-i:it|It)|its|itself|they|them|their|theirs|he|him|his|she|her|hers|these|those|"
        r"this(?!\s+(?:year|month|week|time)\b)|former|latter|aforementioned|previous|"
        r"the\s+(?:same|first|second|third|last|other|others|rest)(?:\s+(?:one|two|ones))?\s*[?.!]*$|"
        r"(?:another|which|that|the|any)\s+ones?|the\s+other\s+\w+\s*[?.!]*$|the\s+same\s+(?:go|apply|hold|count)"
        r"|(?:the\s+two|both)\s*[?.!]*$|there\s*[?.!]*$|(?:from|to|in|around"
        r"|live|work)\s+there\b|"
        r"(?:is|was|are|does|do|did|why|how|like|than|about|of|for|with|after|before|to|by|from|in|on|and)\s+that)\b"
        r"|\b(?:that|then|there|the\s+other\s+\w+)\s*[?.!]*$"
    ),
    de=(
        r"\b(?:er|sie|es|ihm|ihn|ihnen|ihr(?:e[mnrs]?)?|seine?[mnrs]?(?=\s+[A-ZÄÖÜ])|[Dd]ies(?:e[mnrs]?)?(?!\w)|"
        r"[Jj]ene[mnrs]?|[Dd]essen|[Dd]eren|[Dd]enen|[Dd]a(?:von|für|zu|mit|ran|rin|raus|rüber|bei|nach|gegen"
        r"|rauf|durch|vor|"
        r"hinter|zwischen|her)|[Hh]ier(?:für|zu|von|mit|bei|rüber)|[Dd]ort|[Dd]orthin|[Bb]eiden?|[Ll]etztere[rsnm]?|"
        r"[Ee]rstere[rsnm]?|[Dd]ersel\w+|[Dd]asselbe|[Dd]er\s+(?:zweite|erste|letzte|andere)\s*\?)\b"
        r"|\b[Dd](?:as|er|ie|en|em)(?=\s*(?:[?.!,]|$))"
        r"|\b[Dd](?:as|er|ie|en|em)(?=\s+(?:nicht|auch|noch|so|denn|eigentlich|genau|immer|jetzt|gilt|ist|sind"
        r"|kostet|dauert|"
        r"bedeutet|heißt|geht|muss|kann|darf|wird|machen|bezahlen|zahlen|kündigen|verlängern|beantragen"
        r"|gemeint|möglich|"
        r"erlaubt|verboten|alles|bei|für|in|mit|aus|von|zu|auf|an|bis|ab|pro|im|am|schon|sein|haben)\b)"
    ),
    fr=(
        r"\b(?:ils?|elles?|lui|ça|cela|ceci|celui(?:-ci|-là)?|celles?(?:-ci|-là)?|ceux(?:-ci|-là)?"
        r"|ce(?=\s+\w{3})|cet|cette|"
        r"ces|son|sa|ses|leurs?|(?:les|des|ces)\s+deux(?=\s*\?)|(?:le|la|les)\s+(?:même|premier|première|second"
        r"|seconde|deuxième|dernier"
        r"|dernière)s?(?=\s*\?)|"
        r"là|dedans|dessus|en(?=\s+(?:faut|a-t|ai|avez|peut|coûte)))\b|-(?:ils?|elles?)\b|\b[cC]['’](?=est)"
        r"|\b(?:je|tu|on|nous|vous)\s+(?:le|la|les|l['’]|y|en)\s*\w+|\b(?:le|la|les|l['’])\s*\w+er\s*\?"
    ),
    es=(
        r"\b(?:él|ellas?|ellos|eso|esto|es[ae]s?|est[ae]s?(?!\s+(?:año|mes|semana|vez))|estos|aquell?[oa]?s?"
        r"|sus?|lo(?!\s+que)|"
        r"les?|ahí|allí|(?:los|las)\s+dos(?=\s*\?)|(?:el|la|los|las)\s+(?:mism[oa]|primer[oa]|segund[oa]|últim[oa]"
        r"|otr[oa])s?(?=\s*\?)|ambos)\b"
        r"|\b\w+(?:ar|er|ir)(?:lo|la|los|las|le|les)\b"
    ),
    pt=(
        r"\b(?:eles?|elas?|isso|isto|aquilo|ess[ae]s?|est[ae]s?(?!\s+(?:ano|mês|semana|vez))|aquel[ea]s?"
        r"|del[ea]s?|nel[ea]s?|"
        r"disso|disto|nisso|dess[ae]s?|ness[ae]s?|dest[ae]s?|seus?|suas?|ali|lá|(?:os|as|dos|das)\s+(?:dois"
        r"|duas)(?=\s*\?)|(?:o|a|os|as)\s+(?:mesm[oa]"
        r"|primeir[oa]|"
        r"segund[oa]|últim[oa]|outr[oa])s?(?=\s*\?)|ambos)\b|-(?:lo|la|los|las|lhe|lhes)\b"
    ),
)
EXPLETIVE = _by_language(
    en=(
        r"\b(?:is|was|will|would|does|can)\s+it\s+(?:be\s+)?"
        r"(?:possible|necessary|true|allowed|permitted|forbidden|prohibited|illegal|legal|required|mandatory"
        r"|important|"
        r"safe|worth|better|recommended|advisable|common|usual|normal|take|cost|mean)\b|"
        r"\b(?:is|was)\s+that\s+(?:of|in|for)\b"
    ),
    de=(
        r"\b[Gg]ibt\s+es\b|\bes\s+gibt\b|\b(?:[Ii]st|wäre|war|wird)\s+es\s+(?:möglich|erlaubt|verboten|nötig"
        r"|notwendig|"
        r"gestattet|zulässig|wichtig|Pflicht|sinnvoll)\b|\b[Gg]eht\s+es\s+(?:um|bei|in)\b|\bes\s+sich\b"
        r"|\bes(?=,?\s+(?:wenn|dass|daß|zu)\b)"
    ),
    fr=(
        r"\by\s+a-t-il\b|\bil\s+y\s+a\b|\bfaut-il\b|\bse\s+passe[- ]t[- ]il\b|\bil\s+faut\b|\best-ce\s+qu['’e]"
        r"|\bqu['’]est-ce\b|"
        r"\best-il\s+(?:possible|permis|interdit|nécessaire|obligatoire|autorisé)\b|\bquelle?s?\s+est\b"
    ),
    es=r"\blo\s+que\b",
    pt=_NEVER,
)
GOING_ON = _by_language(
    en=(
        r"^\W*(?:and|but|so|or|also|then|ok|okay|yes|no(?=\W)|instead|otherwise|(?:what|how)\s+about"
        r"|(?:i|we)\s+(?:meant?|(?:was|am|were|are)\s+(?:asking|talking)\s+about)|not\s+th(?:e|at|ose)"
        r"|what\s+else|who\s+else|"
        r"where\s+else|how\s+else|why\s+not|how\s+so|in\s+that\s+case|go\s+on|continue|anything\s+else|"
        r"(?:can|could)\s+you\s+(?:elaborate|go\s+on|continue|explain\s*[?.!]*$)|"
        r"(?:the\s+)?same\s+(?:question|for|with|in|on|as|goes)|including|excluding|how\s+come|"
        r"(?:any|some)\s+(?:more|other|others|exceptions?)\b|more\s+(?:about|on|details?)|tell\s+me\s+more)\b"
    ),
    de=(
        r"^\W*(?:(?:[Ii]ch|[Ww]ir)\s+mein\w+|[Nn]icht\s+d(?:er|ie|as|en|em)|[Uu]nd|[Aa]ber|[Oo]der|[Aa]lso|[Dd]ann|[Ss]onst|[Aa]ußerdem|[Jj]a|[Nn]ein|[Ss]tattdessen"
        r"|[Ww]as\s+(?:ist|wäre)\s+"
        r"(?:mit|bei)|[Ww]as\s+noch|[Ww]er\s+noch|[Ww]ie\s+(?:sieht|steht)\s+es\s+\w+|[Ww]arum\s+nicht"
        r"|[Ww]ieso\s+nicht|"
        r"[Gg]ibt\s+es\s+(?:noch|weitere|Ausnahmen|andere)|[Mm]ehr\s+(?:dazu|Details)|[Ww]eiter|[Nn]och\s+\w+"
        r"|[Ii]nklusive|[Ii]nkl\.|[Gg]enauso|[Dd]asselbe|[Uu]nd\s+wenn|[Ww]as,?\s+wenn)\b"
    ),
    fr=(
        r"^\W*(?:je\s+(?:parl|voulais\s+(?:dire|parler)|pens)\w*|pas\s+(?:le|la|les|l['’])|et|mais|ou(?!\s+est)|donc|alors|sinon|aussi|oui|non|qu['’]en\s+est-il|quoi\s+d['’]autre"
        r"|pourquoi\s+pas|"
        r"pareil|la\s+même\s+chose|idem|y\s+compris|ça\s+vaut|"
        r"y\s+a-t-il\s+(?:d['’]autres|des\s+exceptions)|et\s+si|continue|plus\s+de\s+détails|dans\s+ce\s+cas)\b"
    ),
    es=(
        r"^\W*(?:(?:yo\s+)?me\s+refer\w+|me\s+refiero|qui(?:ero|se)\s+decir|y|pero|o(?=\s+(?:si|es|hay|se|bien|también|puedo|en|con|por|a)\b)|entonces|también|además|sí|no(?=[\s,]*[¿?])|qué\s+(?:pasa\s+(?:con|si)|más|hay\s+de)"
        r"|por\s+qué\s+no|"
        r"(?:se\s+aplica|aplica|vale|sirve)\s+(?:también|igual|para)|lo\s+mismo|incluyendo|"
        r"hay\s+(?:otr[oa]s?|más|excepciones)|en\s+ese\s+caso|si\s+no|continúa|más\s+detalles)\b"
    ),
    pt=(
        r"^\W*(?:(?:eu\s+)?(?:me\s+refir?[oi]\w*|refiro-me|referia-me|qu(?:is|ero)\s+dizer)|e|mas|ou|então|também|além\s+disso|sim|o\s+que\s+mais|por\s+que\s+não|e\s+se|e\s+quanto|"
        r"(?:se\s+aplica|vale|serve)\s+(?:também|igual|para)|o\s+mesmo|incluindo|"
        r"há\s+(?:outr[oa]s?|mais|exceções)|existem?\s+(?:outr[oa]s?|exceções)|nesse\s+caso|continue"
        r"|mais\s+detalhes)\b"
    ),
)
LEADING_PREPOSITION = _by_language(
    en=r"^\W*(?:in|for|with|without|by|from|on|at|of|to|after|before|during|since|until|under|between|except|only"
    r"|even)\b",
    de=r"^\W*(?:[Ii]n|[Ff]ür|[Mm]it|[Oo]hne|[Vv]on|[Aa]uf|[Aa]b|[Bb]ei|[Nn]ach|[Vv]or|[Ss]eit|[Bb]is|[Uu]nter"
    r"|[Zz]u[rm]?|[Ii]m|[Aa]m|[Nn]ur|[Aa]uch)\b",
    fr=r"^\W*(?:en|pour|avec|sans|par|de|sur|à|après|avant|pendant|depuis|jusqu['’]|sous|entre|sauf|seulement|même"
    r"|dans)(?=\W)",
    es=r"^\W*(?:en|para|con|sin|por(?!\s+qué)|de(?!\s+qué)|sobre|a(?!\s+qué)|después|antes|durante|desde|hasta|entre"
    r"|solo|incluso)\b",
    pt=r"^\W*(?:em|para|com|sem|por(?!\s*que)|de(?!\s+que)|sobre|após|antes|durante|desde|até|entre|só|mesmo|no|na)\b",
)
STRUCTURE = _by_language(
    en=(
        r"\b(?:is|are|was|were|do|does|did|can|could|will|would|should|has|have|had|may|must|what|which|who|whom"
        r"|whose|"
        r"how|when|where|why|list|name|give|show|explain|describe|compare|summari[sz]e)\b"
    ),
    de=(
        r"\b(?:ist|sind|war|waren|hat|haben|kann|können|darf|dürfen|muss|müssen|soll|wird|werden|gilt|gelten"
        r"|[Ww]as|[Ww]elche\w*|"
        r"welche[mnrs]?|[Ww]er|[Ww]em|[Ww]en|[Ww]ie|[Ww]ann|[Ww]o|[Ww]arum|[Nn]enne|[Zz]eige|[Ee]rkläre|findet"
        r"|steht|bekomm\w*|zahl\w*)\b"
    ),
    fr=r"\b(?:est|sont|était|a|ont|peut|peuvent|doit|faut|quels?|quelles?|qui|que|quoi|comment|quand|où|pourquoi"
    r"|combien)\b",
    es=r"\b(?:es|son|está|están|hay|puede|pueden|debe|tiene|qué|cuál|cuáles|quién|cómo|cuándo|dónde|cuánt[oa]s?)\b",
    pt=r"\b(?:é|são|está|há|pode|podem|deve|tem|que|qual|quais|quem|como|quando|onde|quant[oa]s?)\b",
)
_UNITS = "dollar dollars euro euros eur usd pound pounds yuan percent cash card online instalments installments advance"
_EMPTY: Mapping[EuropeanLanguage, str] = {
    "en": f"""
        a an the is are was were be been being do does did done can could will would should may might must have
        has had of in on at to for by with from as what which who whom whose when where why how one ones so not
        no there me you i we us my our your please about explain elaborate again more detail details example
        examples difference give show tell name list else and or but if than then too also only just really
        exactly still any some all each every it its they them this that these those he she his her itself their
        much many long often far old big large high low early late soon fast quickly first second third last
        next other another same rest most least best worst maximum minimum max min total cost costs price prices
        pay pays paid payable payment due amount sum fee charge charged begin begins start starts end ends
        expire expires last lasts valid apply applies work works happen happens mean means need needs needed
        required get gets use used change changes changed allowed possible happen cancel cancelled extend
        extended renew renewed refund refunded decide decides decided several am up until since after before
        during between under over within per s re ve ll t d m reason reasons cause exception exceptions limit
        limits limitation deadline date time day days week weeks month months year years hour hours minute
        minutes advantages disadvantages benefits drawbacks pros cons consequences steps step condition
        conditions requirement requirements option options alternative alternatives result results section
        chapter page paragraph clause frequency frequently negotiable optional mandatory binding voluntary free
        discount discounts extra possible sure true thing things kind kinds way ways {_UNITS} do-it cheaper
        expensive newer older better worse higher lower bigger larger smaller faster slower longer shorter
        quicker recent born person household tax taxes vat included including excluding weekend weekends whole
        entire full half come
        per take takes took taken ask asked know known look looks available find found everything nothing
        something anything calculated computed measured determined check checks checked verified include
        includes contain contains based two three four five six seven eight nine ten
    """,
    "de": """
        der die das den dem des ein eine einen einem einer eines ist sind war waren wird werden wurde kann
        können darf dürfen muss müssen soll sollen hat haben wie was wer wo wann warum wieso weshalb welche
        welcher welches welchen wem wen wessen woher wohin womit wofür ich du er sie es wir ihr man mein meine
        mir mich uns und oder aber nicht kein keine auf aus bei mit nach seit von zu zum zur für über unter vor
        im am beim an ab bis in um pro als auch noch nur schon denn dann da sich so genau eigentlich gibt geben
        viel viele lange lang oft hoch groß alt spät früh schnell weit mehr weniger kostet kosten preis zahlen
        bezahlen zahlt bezahlt zahlbar fällig gilt gelten gültig dauert dauern beginnt beginnen endet enden
        anfangen startet läuft ablaufen passiert bedeutet heißt braucht brauche brauchen nötig erlaubt möglich
        kündigen verlängern beantragen widerrufen stornieren ändern betrag summe gebühr grund gründe ausnahme
        ausnahmen frist datum tag tage tagen woche wochen monat monate monaten jahr jahre jahren stunde stunden
        minuten vorteile nachteile folgen schritte bedingungen voraussetzungen unterschied beispiel beispiele
        abschnitt kapitel seite absatz paragraph häufig häufigkeit verhandelbar verbindlich verpflichtend
        freiwillig optional verfügbar übertragbar pflicht raten maximal mindestens höchstens insgesamt gesamt
        anders andere anderen nenne zeige erkläre mal bitte mehrere mehreren entscheidet bar karte voraus
        prozent kostenlos rabatt das dies diese dieser dieses davon dafür dazu dollar euro euros pfund yuan
        billiger teurer neuer älter besser schlechter höher niedriger größer kleiner schneller länger kürzer
        mache machst günstiger geboren person haushalt wochenende wochenenden steuer steuern mehrwertsteuer
        inklusive online
        machen nimmt noch immer weiterhin fragen wissen verfügbar alles etwas nichts berechnet gemessen geprüft
        während ganze ganzen ganzer ganz halbe halben vorherige vorherigen vorige vorigen folgende folgenden
        nächste nächsten letzte letzten
        bestimmt gehört gehören enthält enthalten beinhaltet welchem datum gekündigt verlängert storniert
        geändert
    """,
    "fr": """
        le la les l un une des du de d au aux est sont était être a ont ai avez peut peuvent peux puis pouvons
        doit doivent dois faut que qu qui quoi quel quelle quels quelles quand où comment pourquoi combien je j
        tu il elle on nous vous ils elles mon ma mes son sa ses leur leurs ce cet cette ces c ça cela et ou mais
        ne n pas plus moins dans sur sous par partir pour avec sans entre y s se en t si aussi encore seulement
        vraiment exactement jusqu après avant depuis temps longtemps souvent cher coûte coûtent coût prix payer
        paie paye payé payable montant somme frais dû due commence commencer finit finir expire dure durer
        valable valide marche fonctionne passe signifie veut dire besoin nécessaire possible permis autorisé
        résilier annuler prolonger renouveler rembourser changer demander raison raisons exception exceptions
        limite délai date jour jours semaine semaines mois an ans année années heure heures avantages
        inconvénients conséquences étapes conditions différence exemple exemples total maximum minimum fois
        section chapitre page paragraphe article fréquence négociable obligatoire facultatif plusieurs décide
        espèces carte avance ligne pourcent gratuit remise dollars dollar euros euro livres yuans à lequel
        laquelle lesquels lesquelles récent récente récents nouveau nouvelle mieux meilleur meilleure pire grand
        grande petit petite haut haute rapide né née personne foyer taxe taxes tva compris comprise comprises
        week-end week end weekend ligne faire ça prend prendre toujours disponible savoir tout rien annulé
        résilié prolongé changé calculé calculée mesuré vérifié déterminé comprend contient inclut donne donner
        montre explique explique-moi liste autre autres même premier dernier pendant entière entier complet
        complète précédent précédente suivant suivante
        prochain prochaine tous toutes
    """,
    "es": """
        el la los las un una uno unos unas de del al es son era fue ser está están estar hay ha han puede pueden
        puedo podemos debe deben debo tiene tienen tengo que qué quién quiénes cuál cuáles cuándo dónde cómo
        cuánto cuánta cuántos cuántas por para con sin en sobre entre desde hasta y e o u pero no sí se su sus
        mi mis este esta estos estas ese esa eso esto lo le les me te nos yo usted tú si más menos muy también
        solo sólo cada a ante tras tiempo mucho muchos largo vez veces cuesta cuestan costo coste precio pagar
        paga pago pagarse importe suma cuota debido vence vencer empieza empezar comienza comenzar termina
        terminar acaba dura durar válido vigente vale funciona pasa ocurre significa quiere decir necesita
        necesito necesario posible permitido cancelar prorrogar renovar reembolsar cambiar solicitar razón
        motivo excepción excepciones límite plazo fecha día días semana semanas mes meses año años hora horas
        ventajas desventajas consecuencias pasos condiciones requisitos diferencia ejemplo sección capítulo
        página apartado artículo párrafo frecuencia negociable obligatorio opcional ejemplos total máximo mínimo
        varios varias decide plazos efectivo tarjeta adelantado ciento gratis descuento dólares dólar euros euro
        barato barata caro cara nuevo nueva reciente mejor peor mayor menor alto alta bajo rápido nació persona
        hogar impuesto impuestos iva incluido incluidos incluida fin fines línea hacer aplica aplican sigue
        siguen siendo todavía aún tarda tardan tardar toma lleva disponible saber preguntar preguntarle todo
        nada algo cancelado prorrogado cambiado calcula calculan calculado mide comprueba incluye incluyen
        contiene libras yuanes da dame muestra explica hago otro otra otros otras mismo misma primero último
        durante según entera entero completa completo anterior anteriores siguiente siguientes
        próximo próxima pasado pasada
    """,
    "pt": """
        o a os as um uma uns umas de do da dos das no na nos nas ao à aos é são era foi ser está estão estar há
        tem têm tenho pode podem posso podemos deve devem devo que quê quem qual quais quando onde como quanto
        quanta quantos quantas por para com sem em sobre entre desde até e ou mas não sim se seu sua seus suas
        meu minha este esta esse essa isso isto ele ela eu você me te nos lhe mais menos muito também só cada
        tempo vez vezes custa custam custo preço pagar paga pago valor soma taxa devido vence vencer começa
        começar termina terminar acaba dura durar válido vale funciona acontece significa quer dizer precisa
        preciso necessário possível permitido cancelar prorrogar renovar reembolsar mudar solicitar razão motivo
        exceção exceções limite prazo data dia dias semana semanas mês meses ano anos hora horas vantagens
        desvantagens consequências passos condições requisitos seção secção capítulo página artigo parágrafo
        frequência negociável obrigatório opcional diferença exemplo exemplos total máximo mínimo vários várias
        decide prestações parcelas dinheiro cartão antecipado cento grátis desconto barato barata caro cara novo
        nova recente melhor pior maior menor alto alta baixo rápido nasceu pessoa família imposto impostos
        incluído incluídos fim fins online fazer dá aplica aplicam ainda continua sendo demora demoram leva
        disponível saber perguntar tudo nada algo fica ficam cancelado cancelada prorrogado mudado calculado
        calculada calcula mede verifica inclui incluem contém dólares dólar euros euro libras dê mostre explique
        outro outra outros outras mesmo mesma primeiro último dele dela deles delas faço durante inteira
        inteiro completa completo anterior anteriores seguinte seguintes próximo próxima
        passado passada
    """,
    "it": "",
    "nl": "",
}
EMPTY: Mapping[EuropeanLanguage, frozenset[str]] = {
    language: frozenset(words.split()) for language, words in _EMPTY.items()
}
"""Small words, and what may be asked of anything: by themselves they name no subject."""

POINTING_ZH = re.compile(
    r"(?<!其)它|(?<![其吉])他|她|这(?!种说法)|(?<!刹)那(?!么)|(?<![应活])该(?!死)|上述|两者|二者|上面|前者|后者|刚才|"
    r"(?<![因如彼])此(?!外)|(?<![尤极及与何])其(?![他它实次余])|前面|之前(?:的|说|提)|^\W*以上"
)
COMPARED = _by_language(
    en=(
        r"^\W*(?:is|are)\s+(?:(?:the|a)\s+)?\w+\s+(?:included|extra)\s*[?.!]*$|^\W*(?:is|are|was|were)\s+there\s+(?:an?|any|some)\s+(?:(?:\w+er|(?:more|less)\s+\w+|other|different)\s+)?\w+\s*[?.!]*$|"
        r"^\W*which(?:\s+ones?)?(?:\s+of\s+(?:the\s+two|them|these|those|both))?\s+(?:is|are|was|were|has|costs?"
        r"|lasts?)\s+"
        r"(?:the\s+)?(?:(?:more|less|most|least)\s+)?\w+\s*[?.!]*$"
    ),
    de=r"^\W*(?:[Ii]st|[Ss]ind)\s+(?:(?:der|die|das)\s+)?\w+\s+(?:inbegriffen|inklusive|enthalten|dabei)\s*[?.!]*$"
    r"|^\W*[Gg]ibt\s+es\s+(?:(?:eine?n?|irgendeine?n?)\s+)?(?:\w+(?:er|ere[nrs]?)\s+)?\w+\s*[?.!]*$|^\W*[Ww]elche[rsn]?(?:\s+(?:davon|von\s+beiden|der\s+beiden))?\s+(?:ist|sind|war|kostet"
    r"|hält)\s+(?:(?:am|der|die|das)\s+)?[a-zäöüß]+\s*[?.!]*$",
    fr=r"^\W*(?:y\s+a-t-il|il\s+y\s+a)\s+(?:une?|des)\s+\w+(?:\s+(?:plus|moins)\s+\w+)?\s*[?.!]*$|^\W*(?:le|la|les)quel(?:le)?s?(?:\s+des\s+deux)?\s+(?:est|sont)\s+(?:(?:le|la|les)\s+)?(?:(?:plus"
    r"|moins)\s+)?\w+\s*[?.!]*$",
    es=(
        r"^\W*hay\s+(?:(?:una?|algun[oa]s?|algún)\s+)?\w+(?:\s+(?:más|menos)\s+\w+)?\s*[?.!]*$|^\W*cuál(?:es)?(?:\s+de\s+(?:(?:los|las)\s+dos|ell[oa]s))?\s+(?:es|son)\s+(?:(?:el|la|los|las)\s+)?"
        r"(?:más|menos|mejor|peor|mayor|menor)(?:\s+\w+)?\s*[?.!]*$"
    ),
    pt=(
        r"^\W*há\s+(?:(?:uma?|algum(?:a)?)\s+)?\w+(?:\s+(?:mais|menos)\s+\w+)?\s*[?.!]*$|^\W*qual(?:\s+(?:dos|das)\s+(?:dois|duas)|\s+del[ea]s)?\s+(?:é|são)\s+(?:(?:o|a|os|as)\s+)?"
        r"(?:mais|menos|melhor|pior|maior|menor)(?:\s+\w+)?\s*[?.!]*$"
    ),
)
"""Which of what was spoken of is more so, and whether one is there: "Which is cheaper?", "Is there a fine?"."""
OUTSIDE = _by_language(
    fr=(
        r"\b(?:ça|cela|ceci)\b|\bl['’](?:a|ont|avai(?:t|ent)|aura)\s+\w+|\bles\s+(?:a|ont|avait)\s|\b[jns]['’]en\s|\b(?:me|te|se|nous|vous)\s+(?:le|la|les)\s"
        r"|\b(?:faut-il|(?:peut|doit)-on|(?:puis|dois|peux)-je|peux-tu|(?:pouvez|devez)-vous|(?:pouvons|devons)-nous)"
        r"\s+(?:le|la|les|l['’]|y|en)\s*\w+(?:er|ir|re)\s*[?.!]*$"
    ),
    es=r"\b(?:eso|esto|aquello)\b|\b(?:él|ellas?|ellos)\s*[?.!]*$|\b(?:me|te|se|nos|os)\s+(?:lo|la|los|las)\s+\w+",
    pt=(
        r"\b(?:isso|isto|aquilo|disso|nisso|disto)\b"
        r"|\b(?:que|quando|onde|como|não|já)\s+(?:as?\s+(?!foto|moto)\w+[^\Wã]o|[oa]s?\s+(?:posso|devo|pode|deve|podemos"
        r"|devemos|tenho|vou|vamos|\w+[aei]mos))\b"
    ),
    de=(
        r"\b[Dd](?:as|ies)(?=(?:\s+[a-zäöüß]+)*\s*[?.!,]*$)"
        r"|^\W*[A-ZÄÖÜ][^,]*\s(?:der|die|den|dem)(?:\s+[a-zäöüß]+(?:er|ere[nrs]?|ste[nrs]?|en|t))+\s*[?.!]*$"
    ),
    en=r"\b(?:otherwise|either)\s*[?.!]*$",
)
"""What points to the conversation whatever was named before it."""
ALSO = re.compile(
    r"\b(?:too|as\s+well|auch|aussi|también|também|anche|ook)\s*[?.!]*$|"
    r"\b(?:included|drin|dabei|enthalten|inbegriffen|eingeschlossen|compris|inclus|incluid[oa]|incluíd[oa]|incluso)(?:e?s)?\s*[?.!]*$|"
    r"^\W*(?:est[áa]n?|ficam?|vem|viene[n]?)\s+inclu[ií]d[oa]s?\s[^?]*\?\s*$",
    re.IGNORECASE,
)
"""Whether the same holds of another or another is part of it, in whatever language: so short a question shows little of
its own."""
EITHER = re.compile(r"^\W*(?:\w+\W+){0,2}\w+\s+(?:or|oder|ou|o|u)\s+(?:\w+\W+){0,4}\w+\s*[?.!]*$", re.IGNORECASE)
"""One or the other, and no more."""
ADDED = re.compile(r"\b(?:also|auch(?!\s+wenn)|aussi(?!.*\bque\b)|también|também)\b|(?<![再即])也", re.IGNORECASE)
"""One thing more; a sign of going on in a short question only: a long one may name all that it adds to."""
IN_PLACE = re.compile(
    r"\binstead(?!\s+of)\b|\bstattdessen\b|\bà\s+la\s+place(?!\s+d)|\ben\s+su\s+lugar\b|\bem\s+vez\s+disso\b|代替(?!品)|改用",
    re.IGNORECASE,
)
"""Something in the place of what was spoken of."""
HOW_MANY = re.compile(
    r"^\W*(?:how\s+(?:many|much|long|often)\s+(?:if|with|without|for|in|on|when|at|by|per)\b"
    r"|wie\s+(?:viele?|lange|oft)\s+(?:mit|ohne|für|in|bei|wenn|pro|am|im)\b"
    r"|combien\s+(?:avec|sans|pour|en|si|par|dans)\b|cuánt[oa]s?\s+(?:con|sin|para|en|si|por)\b"
    r"|quant[oa]s?\s+(?:com|sem|para|em|se|por|no|na)\b)",
    re.IGNORECASE,
)
"""How many, and what of was left out, unless it follows: "How much per night is the guest room?"."""
HOW_MANY_ZH = re.compile(r"^\W*(?:加上|算上|除去|不算|去掉)")
COSTS = re.compile(
    r"\b(?:costs?|lasts?|kostet|kosten|dauert|dauern|braucht|brauchen|coûte(?:nt)?|dure(?:nt)?|cuestan?|duran?|custam?)\b",
    re.IGNORECASE,
)
"""What else is asked of something with "how many", beside `STRUCTURE`."""
ONE = _by_language(
    en=r"\b(?:one|some|any|none)\s*[?.!]*$",
    de=r"\b(?:eine[nrs]?|keine[nrs]?|welche[nrs]?)(?:\s+[a-zäöüß]+)?\s*[?.!]*$",
    fr=r"\b(?:une?|aucune?|plusieurs)\s*[?.!]*$",
    es=r"\b(?:un[oa]|algun[oa]s?|ningun[oa])\s*[?.!]*$",
    pt=r"\b(?:uma?|algum(?:as?|s)?|nenhuma?|del[ea]s?)\s*[?.!]*$",
)
"""One of what was spoken of."""
GOING_ON_ZH = re.compile(
    r"^\W*(?:我(?:是说|说的是|指的?是|问的是|想问的是)|不是|比|(?:为什么|为何|怎么)?(?:不|没有?|都|也)?(?:包括|包含|涵盖|适用|算)|那|还有|然后|所以|但是?|可是|而|另外|此外|因此|再|接着|继续|换成|如果是?|要是|万一|除此之外|除了这|或者|"
    r"不(?:需要|用|必|要|能|可以|会|收|行)|折合|换算|相当于|只有|仅|含(?!有)|有[^，,。？?]{1,4}的吗|有(?:没有)?更[^，,。？?]{1,6}吗?\s*[？?]*$|有[^，,。？?]{2,3}吗\s*[？?]*$|不含|包括|同样|也|否则|不然|是(?!否|不是|谁|什么是)|哪一?[个种款家些]?(?:更|比较"
    r"|最)[^，,。？?]{1,3}\s*[？?！!。]*$)"
)
WHAT_ABOUT_ZH = re.compile(
    r"^[^，,。？?是]{1,6}还是[^，,。？?]{1,6}\s*[？?]*$|(?:包含|包括|算|含)在(?:内|里面|里)(?:了)?吗?\s*[？?]*$|"
    r"^[^，,。？?]{0,12}呢\s*[？?！!。]*$|^[^，,。？?]{0,6}也(?:是|适用|一样|可以|行|要|算|能|得|会|有)[^，,。？?]{0,3}吗?\s*[？?！!。]*$"
)
"""What about …, this or that, whether it is included, and whether the same holds of another: "租客也适用吗？"."""
EMPTY_ZH = re.compile(
    r"请问?|能否|可以|能不能|可不可以|是否|是不是|有没有|要不要|行不行|不行|能|详细|具体|多少|多久|多长|多大"
    r"|多高|多|说明|说说|说|"
    r"讲讲|一下|一点|些|吗|呢|吧|了|的|举|几?个|例子|例如|继续|解释|展开|为什么|为何|怎么样?|怎样|如何|什么"
    r"|哪[里儿天年个]?些?|谁|"
    r"是|有|还|意思|区别|差别|原因|理由|呀|啊|会|要|这样|时间|时候|何时|几[天月年点次]|需要|必须|应该|得|付款"
    r"|支付|付清|付|交|缴|退还|退款|退|"
    r"分期|分几期|费用|价格|价钱|多少钱|钱|美元|欧元|人民币|英镑|日元|元|开始|结束|到期|截止|有效期?|生效|失效"
    r"|期限|取消|解除|申请|办理|"
    r"使用|用|例外|限制|条件|要求|好处|坏处|优点|缺点|结果|后果|决定|负责|处理|不同|最多|最少|最晚|最早|一共"
    r"|总共|合计|允许"
    r"|禁止|别的|其他|方法|办法|"
    r"(?:更|比较|最)(?:便宜|贵|新|旧|好|大|小|快|慢|高|低|长|短|早|晚)|每人|每户|每个?[天月年周]|现在|目前|计算|包括|包含|检查|仍然?|依然|税前|税后|之前|之后|人均|含税|税|周末|适用|一样|出生|哪里人"
    r"|[一二两三四五六七八九十]个?人|后来|"
    r"章节|哪一[章页节条]|第几[章页节条]|一次|频率|步骤|流程|收费|免费|打折|折扣|优惠|罚款|逾期|延期|续期|续签|延长|提前|推迟|现金|刷卡|网上|线上|每[天月年次]"
    r"|按[月年]|在|从|到|由|和|与|对|"
    r"就|都|也|只|我们?|你们?|您|不"
)
POINTING_JA = re.compile(
    r"それ|これ|あれ|その|この|あの|そこ|ここ|そう|彼|同じ|では|じゃあ|なぜですか|いつですか|いくらですか$"
)
ACT = _by_language(
    en=(
        r"\b(?:can|could|may|must|should|do|did|will|would|shall)\s+(?:i|we|you|one|somebody|someone|anyone|people)\s+"
        r"(?:(?:still|also|have\s+to|need\s+to)\s+)*([a-z]+)"
    ),
    de=(
        r"^\W*[A-ZÄÖÜ].*?(?<!der)(?<!die)(?<!das)(?<!den)(?<!dem)(?<!ein)(?<!eine)(?<![ ,]im)(?<!zum)"
        r"\s([a-zäöüß]+)\s*[?.!]*$"
    ),
    fr=(
        r"\b(?:(?:puis|dois|peux)-je|(?:peut|doit)-on|(?:pouvons|devons)-nous|faut-il|faut|peux|peut|doit|dois|comment|où"
        r"|quand)\s+(?:s['’]|se\s+|m['’]|me\s+)?(\w+(?:er|ir|re))\b"
    ),
    es=(
        r"\b(?:puedo|puede[ns]?|podemos|debo|debe[ns]?|(?:hay|tengo|tiene)\s+que|cómo|dónde|cuándo|quién(?:es)?|por\s+qué"
        r"|cuánt[oa]s?(?:\s+(?:tiempo|veces))?|qué\s+hora|frecuencia)\s+(?:(?:se|me|te|nos|lo|la|hay\s+que|puede[ns]?|debe[ns]?"
        r"|ser|estar|es|está)\s+)*([a-záéíóúñ]+)"
    ),
    pt=(
        r"\b(?:posso|pode[ms]?|podemos|devo|deve[ms]?|preciso|tem\s+(?:que|de)|como|onde|quando|quem|por\s*que"
        r"|quant[oa]s?(?:\s+(?:tempo|vezes))?|que\s+horas|frequência)\s+(?:(?:é\s+que|se|me|te|nos|[oa]|pode[ms]?|deve[ms]?"
        r"|ser|estar|é|está)\s+)*([a-záâãéêíóôõúç]+)"
    ),
)
"""A verb where the thing that it is done to was left out: "Where do I apply?", "¿Se puede ampliar?"."""
