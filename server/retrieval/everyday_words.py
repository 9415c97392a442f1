"""Everyday words of a question in the words that documents use: "hand in" is "submit", "抽烟" is "吸烟". Pure.

Apart from the root, which hands it to the flow: what people say and what rules and contracts write are lists of their
own. A phrase is replaced only where no document says it, by the first of the others that some document says; so nothing
that could be found by its own words is lost. English, German and Chinese.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache

from storage.words.frame_words import question_tongue
from storage.words.lexicon import entries, key_of
from storage.words.scripts import IS_HAN

IsSaid = Callable[[str], bool]
"""Whether some document says this word or phrase."""

_ENGLISH = """
capex = capital expenditures, capital expenditure, purchases of property and equipment
opex = operating expenses, operating expenditure
cogs = cost of sales, cost of goods sold, cost of revenue
r&d = research and development
sg&a = selling general and administrative
d&a = depreciation and amortization, depreciation and amortisation
eps = earnings per share
fcf = free cash flow
income statement, profit and loss = statement of income, statements of operations, statements of earnings
statement of financial position = balance sheet
bottom line, net profit = net income, net earnings, profit for the year
top line = revenue, net sales
headcount = employees, workforce, staff
hand in, turn in, send in, give in = submit, lodge, file, present, return
hand over, give over = transfer, deliver, surrender, pay
hand back, give back, bring back, take back, send back = return, surrender
pick up = collect, receive
drop off = deliver, return, deposit
pay back, give me back, get back = refund, reimburse, repay, return
money back = refund, reimbursement, repayment
money off = discount, reduction, reduced
money up front, cash up front, money beforehand, money in advance, cash in advance = advance, prepayment, down payment
up front = in advance, advance, prepayment
out of my own pocket = personally, private expense
fill in, fill out = complete, form
sign up, join up = register, enrol, apply, join
sign out, log off = deregister, withdraw
get out of, back out of, pull out of = terminate, withdraw, cancel, resign
call off = cancel, postpone
put off, push back = postpone, defer, extend
go up = increase, raise, rise
go down = decrease, reduce, fall
take along, bring along = accompany, bring
take part, join in = participate, attend
turn up, show up = attend, attendance, appear
skip class, miss class, skip lessons, bunk off = absence, absent
throw away, throw out, chuck out, get rid of = dispose, disposal, discard
kick out = exclude, expel, evict, dismiss, terminate
break down = fail, failure, defect, malfunction
look after, take care of = supervise, maintain, care
find out = inform, learn, determine
set up = install, establish, found
let in = admit, admission
let out, sublet = sublease, sublet, let
lend out = lend, loan, borrow
move out = vacate, leave, termination
move in = occupy, commencement, handover
wake up = start
switch off, turn off = deactivate, disconnect
switch on, turn on = activate, start
plug in = connect, connection
clean up, tidy up = clean, cleaning
cut down = fell, reduce
cut back = prune, reduce
work out = calculate, determine
run out = expire, expiry
speed up = accelerate
mess up = damage, error
stay over, sleep over = overnight stay, accommodation
stay with friends, sleep at a friend's = private accommodation, friends or relatives
airbnb, couchsurfing = rental platforms, private accommodation, holiday apartment, apartments, private rooms
air miles, airmiles, flyer miles = bonus points of airlines, bonus points, bonus miles, loyalty points
cab, uber = taxi, ride services
bike = bicycle, cycle
motorbike = motorcycle
car park = parking, parking spaces, garage
lift = elevator
elevator = lift
plane ticket, plane tickets = flight, flights, air travel
train ticket, train tickets = rail travel, fare
sat nav = navigation
petrol, gas money = fuel, kilometre, mileage
kid, kids, little ones, toddler, toddlers = children, minors, juniors, child
baby, babies = infants, children
teen, teens, teenagers, teenager = juniors, youth, minors, young people
grown-up, grown-ups, grownup, grownups = adults, adult
mum, mom, dad, mummy, daddy, parents = parent, guardian, legal representative
granny, grandma, grandpa, grandad = relatives, family members
wife, husband, spouse, girlfriend, boyfriend = partner, accompanying persons, spouse, relatives, family members
mates, buddies, pals, friends = guests, visitors, accompanying persons
boss = line manager, manager, supervisor, superior, head
workmates, coworkers, co-workers = colleagues, employees
staff = employees, personnel
cops = police
fired, sacked, laid off = dismissed, dismissal, termination
quit = resign, terminate, termination, give notice
leave the club, leave the association, leave the society = resignation, resign, termination of membership
leave the cooperative = resignation, resign, termination of membership
day off, days off, time off = leave, annual leave, holiday
holidays, vacation days = annual leave, leave, vacation
sick note, sick notes, doctors note, doctor's note = medical certificate, certificate of incapacity
work from home, home office, wfh = remote work, telework, teleworking, working remotely
overtime = additional hours, extra hours
pay rise, payrise, raise = salary increase, increase
payday, pay day = salary is paid, payment of salary
wages, pay cheque, paycheck = salary, remuneration
tips = gratuities, gratuity
freebies, presents = gifts
expenses = costs, reimbursement
bills = invoices, invoice
bill = invoice
cash = coins, bank transfer
fine, fines = penalty, penalties, surcharge
telling off = warning, reprimand
cheating, cheat, copying = plagiarism, deception, misconduct
retake, resit, redo = repeat, repetition, second attempt
flunk, flunked = fail, not passed
homework = assignments, coursework
teacher = instructor, lecturer, tutor
classes = groups, lessons, courses
flat = apartment, dwelling, premises
apartment = flat, dwelling
landlord = lessor, owner
roommate, flatmate, housemate = subtenant, cohabitant, occupant
rent = lease, hire
rubbish, trash, garbage = waste, refuse
bin, bins = waste containers, refuse containers
loo, bathroom, restroom, toilets = toilet, sanitary facilities, washroom
telly = television
loud music = noise, quiet hours
bathing hat, bathing cap, swimming hat = swimming caps, swimming cap
swimsuit, bathers, trunks = swimwear, bathing costume
selfie, selfies, take pictures, take photos, snaps = photography, photographs, photograph
filming, take videos = recordings, video recordings
booze, beer, wine, drinking = alcohol, alcoholic drinks
ciggies, cigarettes, cigarette, vape, vaping = smoking
dog, puppy, pup = dogs, animals, pets
cat, kitten = cats, animals, pets
chicken, chickens = hens, poultry
pet, pets = animals, domestic animals
food = meals, catering
snacks = meals, food
grub = meals
lunch money = meal allowance, daily allowance
pocket money, spending money = allowance, daily allowance
medicine, meds, pills = medication, drugs
doctor = physician
hurt, injured = accident, injury
broken, bust, busted, kaput = damaged, defective, faulty
fix, mend = repair, rectify
stolen, nicked, robbed = theft, loss
leaking, leaks, drips = leakage, leak, escape of water
flooded = flood, water damage, flooding
burned down, burnt = fire
laptop, notebook = computer, device, equipment
mobile, cell phone, cellphone, smartphone = telephone, mobile phone, phone
wifi, wi-fi = internet, wireless network
passcode, pin = code, password
stuff, gear, kit = equipment, belongings, items
things = items, objects
lost and found = lost property, found objects
locker key = key
second-hand, secondhand = used
complain, moan = complaint, objection
complaint = objection, appeal
say no, turned down, knocked back = rejected, refused, declined
ok'd, sign off, signed off, okay = approved, approval, approve
who's in charge, in charge = responsible, chair, head
head honcho = chair, director
meet up = meeting, meet
get-together = meeting, event
street lamps, street lamp = street lights, street lighting
lamp, lamps, bulbs = lights, lighting
chopped down = felled
wait list, waitlist = waiting list
tuition = fees, course fee
grades, marks = assessment, mark
dorm = hall of residence, accommodation
extra charge, extra cost = surcharge, supplement
cheap rate, cheaper = reduced, discount, concession
old people, oap, oaps, retirees = pensioners, seniors, senior citizens
jobless = unemployed
disabled = persons with disabilities, severely disabled
handicapped = persons with disabilities, disabled
"""
_GERMAN = """
rauskommen, aussteigen, rausgehen = kündigen, austreten, Austritt, Abmeldung, Kündigung
aus dem Vertrag, raus aus = Kündigung, Abmeldung, Abmeldungen, kündigen
kündigen, Kündigung = Abmeldung, Abmeldungen, Austritt
austreten = Austritt, Kündigung, Abmeldung
mitmachen = Teilnahme, teilnehmen, mitwirken
anmelden = Anmeldung
abgeben, einreichen = einzureichen, vorzulegen, Abgabe, einreichen, Rückgabe
abholen = Abholung, Ausgabe
zurückbringen, zurückgeben = Rückgabe, zurückzugeben
Geld zurück, Geld wieder = erstattet, Erstattung, Rückzahlung
billiger, günstiger = ermäßigt, Ermäßigung, Nachlass, Rabatt
Rabatt = Ermäßigung, Nachlass, weniger
Strafe, Bußgeld, Knöllchen = Vertragsstrafe, Mahngebühr, Gebühr
Chef, Chefin, Boss = Vorgesetzte, Vorgesetzter, Leitung
Papa, Mama, Eltern = Erziehungsberechtigte, gesetzliche Vertreter
Oma, Opa = Angehörige
Freunde, Kumpel, Kumpels = Gäste, Besucher, Begleitpersonen
Freundin, Freund, Ehefrau, Frau, Mann = Partner, Begleitpersonen, Angehörige
Kids, Kleine, Kleinen = Kinder, Kind
Handy = Mobiltelefon, Telefon
Laptop = Rechner, Computer, Gerät
filmen, Video, Videos, fotografieren, Fotos = Aufnahmen, Bildaufnahmen, Filmaufnahmen
rauchen, Zigarette, Zigaretten = Rauchen, Rauchverbot
Bier, saufen = Alkohol
Geige, Klavier, Gitarre, Flöte, Trompete, Cello = Instrumente, Instrument
ausleihen, leihen, borgen = verliehen, Leihgebühr, Ausleihe, Verleih
klauen, geklaut = Diebstahl, gestohlen
kaputt = beschädigt, defekt, Schäden, Schaden
krank = Krankheit, Erkrankung
Urlaub = Erholungsurlaub, Ferien
freihaben, frei nehmen = Urlaub, Freistellung
Homeoffice = mobiles Arbeiten, Telearbeit
Müll, Abfall = Abfälle, Restmüll, Abfall
Wohnung = Mietsache, Mieträume
Vermieterin, Hausbesitzer = Vermieter
laut, Krach, Lärm = Ruhezeiten, Ruhezeit, Nachtruhe
Hund, Hunde, Katze = Tiere, Haustiere, Tierhaltung
Auto, Wagen = Kraftfahrzeug, Fahrzeug, Pkw
Rad, Fahrrad = Fahrräder, Fahrrad
Fahrstuhl = Aufzug
Putzen, putzen = Reinigung, reinigen
Geld vorher, Vorkasse = Vorschuss, Anzahlung
mahnen, zu spät zahlen = Mahnung, Verzug
Unterricht fällt aus = Ausfall
nachholen = nachgeholt, Ersatztermin
Rentner, Senioren = Personen ab 65
"""
_CHINESE = """
抽烟 = 吸烟
吸烟 = 抽烟
小孩, 孩子, 小朋友 = 儿童, 未成年人, 兒童
爷爷, 奶奶, 外公, 外婆, 爸妈, 爸爸, 妈妈 = 家属, 亲属, 父母, 家长
看病人, 看望病人 = 探视, 探访, 探病
请假 = 休假, 事假
辞职, 不干了 = 离职, 解除劳动合同
开除, 炒鱿鱼 = 解除劳动合同, 辞退
老板, 领导 = 部门负责人, 上级, 主管
工资, 薪水 = 薪酬, 工资, 报酬
迟到 = 晚到, 逾期
加班费 = 加班工资
报销 = 费用报销
交钱 = 缴费, 缴纳
罚钱, 罚多少 = 罚款, 违约金, 滞纳金
退钱 = 退款, 退还, 退回
退房 = 退租, 解除合同
租房 = 租赁
房东 = 出租人, 甲方
打折, 便宜 = 优惠, 减免, 折扣
手机, 电话 = 移动电话, 电话
停车, 车位 = 停放, 机动车
电瓶车, 电动车 = 电动自行车
单车, 自行车 = 自行车, 非机动车
小狗, 小猫 = 犬, 犬只, 宠物, 动物
宠物 = 犬, 动物
垃圾 = 生活垃圾, 废弃物
吵, 噪音, 太吵 = 噪声, 喧哗
装修 = 装饰装修, 施工
坏了 = 故障, 损坏, 损毁
弄丢了, 弄丢, 丢了, 不见了 = 遗失, 丢失, 挂失
拍照, 照相 = 摄影, 拍摄
吃的, 零食 = 食物, 食品
外卖 = 送餐
送花 = 鲜花
晚上留下来, 留下来照顾, 照顾病人 = 陪护, 陪床
租张床, 租床 = 陪护床, 床位
复印件 = 复印
几点开门 = 开放时间, 营业时间
涨价 = 调整, 上调
老人 = 老年人
上网 = 网络
签字 = 签名, 签署
"""
_JOINED = re.compile(r"(?<![\w-])(?P<code>[A-Za-z]*\d[A-Za-z\d]*)-(?P<noun>[A-ZÄÖÜ][a-zäöüß]{3,})(?![\w-])")
_PARTICLES = "in|up|off|out|back|away|down|over|along"
_LONGEST_GAP = 3  # words between a verb and its particle: "hand my receipts in"


def in_words_of_documents(question: str, is_said: IsSaid, even_if_said: bool = False) -> str | None:
    """The question in words that documents say; None where it is in such words already, or they say none of them.

    `even_if_said`: phrases of several words are replaced even if some document says them: for who found nothing so.
    """
    worded = _apart(question, is_said)
    for said, others in _phrases(IS_HAN.search(question) is not None):
        found = said.search(worded)
        if found is None or any(other.casefold() in worded.casefold() for other in others):
            continue
        gap = found.groupdict().get("gap") or ""
        may_be_said = even_if_said and " " in found.group()
        if may_be_said or not is_said(" ".join(found.group().replace(gap, " ").split()) if gap else found.group()):
            other = next((each for each in others if is_said(each)), None)
            if other is not None:
                worded = f"{worded[: found.start()]}{other}{gap}{worded[found.end() :]}"
    return None if worded == question else worded


def _apart(question: str, is_said: IsSaid) -> str:
    """The question with "B2-Prüfung" in two words, as documents may say them: what German joins by a hyphen.

    R1-Zero is another thing than R1: only what ends in a word that the lexicon has is taken apart.
    """
    for joined in _JOINED.finditer(question) if question_tongue(question) == "de" else ():
        if (key_of(joined["noun"], "de"),) in entries("de").whole and not is_said(joined.group()):
            question = question.replace(joined.group(), f"{joined['code']} {joined['noun']}")
    return question


@cache
def _phrases(is_chinese: bool) -> tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]:
    """What is looked for, longest first, and what documents may say instead."""
    found = [*_read(_CHINESE, _chinese)] if is_chinese else [*_read(_ENGLISH, _english), *_read(_GERMAN, _german)]
    found.sort(key=lambda entry: -len(entry[0]))
    return tuple((re.compile(pattern, flags), others) for _, pattern, flags, others in found)


def _read(lines: str, pattern: Callable[[str], str]) -> Iterator[tuple[str, str, re.RegexFlag, tuple[str, ...]]]:
    for line in lines.strip().splitlines():
        said, _, others = line.partition(" = ")
        for phrase in said.split(", "):
            # A German noun has a capital, and is another word without: "Rad", "rad".
            flags = re.IGNORECASE if phrase.islower() else re.NOFLAG
            yield phrase, pattern(phrase), flags, tuple(others.split(", "))


def _chinese(phrase: str) -> str:
    return rf"(?<!生){re.escape(phrase)}"  # 生孩子 is to give birth


def _english(phrase: str) -> str:
    verb, _, particle = phrase.partition(" ")
    if re.fullmatch(_PARTICLES, particle):
        return rf"\b{re.escape(verb)}(?:s|ed|ing)?\b(?P<gap>(?: [\w'’]+){{0,{_LONGEST_GAP}}}?) {particle}\b"
    return rf"\b{re.escape(phrase)}\b"


def _german(phrase: str) -> str:
    return rf"\b{re.escape(phrase)}(?:e|en|er|n|s|es)?\b"
