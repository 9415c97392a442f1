"""Refusals as models word them, and answers that only look like one: sixty of each and more, in both languages."""

import pytest

from server.answering.refusals import is_refusal, may_become_refusal, only_refuses
from server.language import REFUSALS

EN, ZH = REFUSALS["en"], REFUSALS["zh"]

OURS = [
    EN,
    ZH,
    EN.rstrip("."),
    EN.replace(".", "!"),
    EN + " [1]",
    EN[:-1] + " [1][2].",
    f"**{EN}**",
    f"*{EN}*",
    f'"{EN}"',
    f"“{EN}”",
    f"> {EN}",
    f"`{EN}`",
    EN.lower(),
    EN.replace("Sorry, ", "Sorry - "),
    EN.replace("Sorry, the", "The"),
    EN.replace(" ", "  "),
    f"\n\n{EN}\n",
    f"Answer: {EN}",
    f"Based on the provided documents: {EN}",
    f"<think>\nNothing about it [1].\n</think>\n\n{EN}",
    f"The user asks for a price.</think>{EN}",
    f"{EN} The passages only speak of the deposit.",
    f"{EN} You may want to ask the landlord.",
    f"I'm {EN[0].lower()}{EN[1:]}",
    ZH.replace("。", ""),
    ZH.replace("，", ","),
    ZH + "[1]",
    f"**{ZH}**",
    f"“{ZH}”",
    f"回答：{ZH}",
    f"根据提供的文档，{ZH}",
    ZH.replace("对不起，", "很抱歉，"),
    f"{ZH}文档只提到了押金。",
    f"<think>没有提到。</think>\n{ZH}",
]
OTHER_WORDS = [
    "The documents do not contain any information about the parking fee.",
    "The provided passages do not contain enough information to answer this question.",
    "The provided context doesn't include the answer to your question.",
    "Unfortunately, the documents provided do not mention this.",
    "None of the passages mention a parking fee.",
    "There is no information about parking in the documents.",
    "I cannot answer this question based on the provided documents.",
    "I'm sorry, but I couldn't find any information about that in the given passages.",
    "Based on the passages, this question cannot be answered.",
    "The passages contain no information on this.",
    "No information about the parking fee is given in the passages.",
    "This question cannot be answered from the documents.",
    "The documents do not say when the fee is due.",
    "文档中没有相关信息。",
    "根据提供的片段，无法回答这个问题。",
    "抱歉，所提供的资料中没有包含回答该问题的信息。",
    "很抱歉，上下文中没有足够的信息来回答这个问题。",
    "所给片段未提及停车费。",
    "文档中未提供关于停车费的信息。",
    "提供的文档中没有提到相关内容。",
    "我无法从给定的文档中找到答案。",
    "这个问题无法根据现有资料回答。",
    "没有找到相关信息。",
    "根据您提供的文档，没有关于停车费的具体信息。",
    "资料中没有说明停车费是多少。",
    "Die Dokumente enthalten keine Informationen zu dieser Frage.",
    "Les documents fournis ne contiennent pas d'informations sur ce point.",
    "Los documentos no contienen información sobre esto.",
]
LOOK_ALIKE = [
    "The contract does not contain a penalty clause [1].",
    "The lease does not mention parking; a space is not part of it [1].",
    "No, dogs are not allowed without consent [1].",
    "Sorry for the confusion: the fee is 60 euros [1].",
    "The documents that the tenant must hand in do not include a passport [2].",
    "If the documents do not contain the information, ask the office [1].",
    'The error message reads "Sorry, the documents do not contain the information to answer this question." [1]',
    "The deposit is 3,420 euros [1]. The passages do not say when it is due.",
    f"The deposit is 3,420 euros [1]. {EN}",
    "The documents do not mention a deposit, but the rent is 1,140 euros [1].",
    "The form does not ask for information on income [2].",
    "The kit does not contain batteries [3].",
    "There is no fee [1].",
    "There is no information desk in the library [1].",
    "Nothing is due before May [1].",
    "The answer is no [1].",
    "I cannot be reached on Sundays, says the caretaker [1].",
    "The question cannot be appealed after 14 days [1].",
    "The database does not provide data on minors [1].",
    "The report found no evidence of fraud [2].",
    "No documents are needed to register [1].",
    "Documents older than ten years are not kept [1].",
    "The documents contain the information in chapter 3 [1].",
    "The passages describe three methods [1][2][3].",
    "The source code does not contain comments [1].",
    "The model does not answer questions about medicine [1].",
    "The tenant must provide information about pets [1].",
    "It is not possible to pay in instalments [1].",
    "The context window does not include the system prompt [2].",
    "Unfortunately, the offer ended on 31 March [1].",
    "The policy does not cover glass [1].",
    "The manual gives no warranty on batteries [1].",
    "合同中不包含违约金条款[1]。",
    "不允许养狗[1]。",
    "对不起一词在文中出现了三次[1]。",
    "押金为3420欧元[1]。文档没有说明何时支付。",
    "登记时不需要提供身份证[2]。",
    "该软件不收集任何个人信息[1]。",
    "会员无法退款[1]。",
    "如果资料中没有答案，请咨询客服[1]。",
    "套件不包含电池[3]。",
    "没有停车费[1]。",
    "图书馆没有信息台[1]。",
    "报告没有发现舞弊的证据[2]。",
    "文件须在十年内保存[1]。",
    "租金不包含水电费[1]。",
    "该模型不回答医学问题[1]。",
    "保险不涵盖玻璃[1]。",
    "不能分期付款[1]。",
    "文档中提到了三种方法[1][2]。",
    "该数据集不含图像内容[1]。",
    "截至三月三十一日有效，此后不再提供[1]。",
    "周日无法联系到管理员[1]。",
    "材料费不包括在报价之内[2]。",
    "根据合同，押金不得超过三个月租金[1]。",
    "根据手册，设备没有防水功能[1]。",
    "文档没有提到押金，但租金为1140欧元[1]。",
    "Die Satzung enthält keine Angaben zur Kündigung durch den Vorstand [1].",
    "Le contrat ne contient pas de clause pénale [1].",
    "El contrato no menciona mascotas [1].",
]


def test_there_are_sixty_of_each() -> None:
    assert len({*OURS, *OTHER_WORDS}) >= 60
    assert len(set(LOOK_ALIKE)) >= 60


@pytest.mark.parametrize("answer", OURS + OTHER_WORDS)
def test_these_are_refusals(answer: str) -> None:
    assert is_refusal(answer)


@pytest.mark.parametrize("answer", LOOK_ALIKE)
def test_these_only_look_like_one(answer: str) -> None:
    assert not is_refusal(answer)


@pytest.mark.parametrize("sentence", REFUSALS.values())
def test_our_own_sentences_are_known_in_any_dressing(sentence: str) -> None:
    assert is_refusal(sentence)
    for dressed in (f"**{sentence}** [1]", sentence.upper(), f"«{sentence}»"):
        assert is_refusal(dressed)
        assert only_refuses(dressed)
    assert not only_refuses(f"{sentence} 1.")
    assert all(may_become_refusal(sentence[:end]) for end in range(1, len(sentence)))


def test_what_goes_on_otherwise_is_not_held_back() -> None:
    assert not may_become_refusal("Sorry, the documents are")
    assert not may_become_refusal("The deposit")
