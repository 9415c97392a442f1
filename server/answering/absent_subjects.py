"""What a document may say nothing of, in words of several languages, and general questions. Data.

Of each subject the first word of a language is the one that is asked about; all are looked for, in all languages, and
the subject is only used where none of them stands anywhere.
"""

ASKED_OF = {
    "de": "Was sagt „{title}“ über {subject}?",
    "en": "What does “{title}” say about {subject}?",
    "zh": "《{title}》对{subject}有什么规定或说明？",
}
LANGUAGES = tuple(ASKED_OF)

_SUBJECTS = """
Parkplätze, parken, Garage | parking, car park, garage, parked | 停车, 车库
Quantencomputer | quantum computers, quantum, qubit | 量子
Hunde, Haustiere, Katzen | dogs, pets, cats, puppy | 宠物, 养狗, 猫狗
Hochzeiten, Trauung, Heirat | weddings, marriage, bride | 婚礼, 结婚, 婚假
Proteinfaltung, Eiweiß | protein folding, protein | 蛋白质
Bademode, Bikini, Badeanzug | swimwear, bikini, swimsuit | 泳衣, 泳裤
Asbest | asbestos | 石棉
Spracherkennung | speech recognition, speech | 语音识别
Erbschaftsteuer, Erben, Erbschaft | inheritance tax, inheritance, heirs | 遗产税, 继承人
Imkerei, Bienen, Honig | beekeeping, bees, honey | 养蜂, 蜜蜂, 蜂蜜
selbstfahrende Autos, autonomes Fahren | self-driving cars, autonomous driving | 自动驾驶
Elternzeit, Mutterschutz | parental leave, maternity, paternity | 产假, 陪产假
Hubschrauber, Helikopter | helicopters, helicopter | 直升机
Roboter, Robotik | robots, robotics | 机器人
Impfungen, Impfstoff | vaccination, vaccine, immunisation | 疫苗, 接种
Solaranlagen, Photovoltaik | solar panels, photovoltaic | 太阳能, 光伏
Treibhausgase, CO2 | carbon emissions, CO2, greenhouse | 碳排放, 温室气体
Gluten, Zöliakie | gluten, coeliac | 麸质, 无麸质
Feuerwerk, Böller | fireworks, firecracker | 烟花, 鞭炮
Satelliten | satellites, satellite | 卫星
Tätowierungen, Piercing | tattoos, piercing | 纹身, 穿孔
Glücksspiel, Kasino, Lotterie | gambling, casino, lottery | 赌博, 赌场, 彩票
Wettervorhersage, Wetterbericht | weather forecasting, weather forecast | 天气预报
Drohnen, Quadrocopter | drones, quadcopter | 无人机
Insolvenz, Konkursverfahren | bankruptcy, insolvency | 破产, 清算
Patente, patentiert | patents, patented | 专利
Reitunterricht, Pferde, Sattel | horse riding, horses, saddle | 骑马, 马匹, 马鞍
Kryptowährungen, Bitcoin | cryptocurrency, bitcoin, blockchain | 加密货币, 比特币
Tabakwaren, Rauchen, Zigaretten | tobacco, smoking, cigarettes | 吸烟, 香烟, 烟草
Wohnwagen, Camping, Zelte | caravans, camping, tents | 房车, 露营, 帐篷
Erdbeben | earthquakes, seismic | 地震
föderiertes Lernen | federated learning, federated | 联邦学习
"""

_GENERAL = """
What is the capital of Mongolia? | Mongolia, Ulaanbaatar, Mongolei, 蒙古
Who painted the Mona Lisa? | Mona Lisa, Leonardo da Vinci, 蒙娜丽莎
How high is Mount Kilimanjaro? | Kilimanjaro, Kilimandscharo, 乞力马扎罗
When did the Titanic sink? | Titanic, 泰坦尼克
Who composed the opera Carmen? | Carmen, Bizet, 卡门
How long does a day on Jupiter last? | Jupiter, 木星
In which year did the Berlin Wall fall? | Berlin Wall, Berliner Mauer, 柏林墙
What is the chemical symbol of tungsten? | tungsten, wolfram, 钨元素
How many strings does a violin have? | violin, Geige, Violine, 小提琴
Which river flows through Baghdad? | Baghdad, Bagdad, 巴格达
"""


def subjects() -> list[dict[str, list[str]]]:
    """Language → its words for each subject."""
    return [dict(zip(LANGUAGES, map(_words, line.split("|")), strict=True)) for line in _SUBJECTS.strip().split("\n")]


def general_questions() -> list[tuple[str, list[str]]]:
    """Questions about the world, with the words one of which any answer would hold."""
    pairs = (line.split("|") for line in _GENERAL.strip().split("\n"))
    return [(question.strip(), _words(words)) for question, words in pairs]


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",")]
