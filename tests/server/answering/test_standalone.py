"""Which questions need the conversation before them, and what is read from the model that rewrites them."""

import pytest

from server.answering.follow_up import read_rewritten
from server.answering.standalone import is_plainly_dependent, stands_alone


@pytest.mark.parametrize(
    "question",
    [
        "What is the GRPO?",
        "How much is the cooperative share that every member buys?",
        "What is GRPO and how does it differ from PPO?",
        "When the library is closed, where do I return it?",
        "Is it possible to borrow two drills?",
        "How long does it take to repair a bicycle?",
        "In which year was the library founded?",
        "For whom is the reduced share?",
        "Which tools may I borrow this year?",
        "What does the model that wins use?",
        "List the opening hours of the library",
        "Why did revenue fall in 2023?",
        "Why does the second experiment fail?",
        "Who wrote The Other Side of the Mountain?",
        "GRPO 的目标函数是什么？",
        "什么是GRPO？",
        "GRPO 是什么，它和 PPO 有什么区别？",
        "其他成员应该交多少钱？",
        "修理站有多少件工具可以外借？",
        "合作社的股金是多少？",
        "为什么 DeepSeek-R1 不使用过程奖励模型？",
    ],
)
def test_the_rules_let_these_stand_alone(question: str) -> None:
    assert not is_plainly_dependent(question)


@pytest.mark.parametrize(
    "question",
    [
        pytest.param("How does it work?", id="it"),
        pytest.param("How does it work and what is GRPO?", id="it, before what it could mean"),
        pytest.param("Who are they?", id="they"),
        pytest.param("What is their address?", id="their"),
        pytest.param("Is this allowed?", id="this"),
        pytest.param("How is that calculated?", id="is that"),
        pytest.param("What happened before that?", id="before that"),
        pytest.param("which one is better?", id="which one"),
        pytest.param("Tell me more about the second one", id="the second one"),
        pytest.param("and in 2023?", id="and …?"),
        pytest.param("And what does the share cost?", id="And …"),
        pytest.param("So what happens after closing time?", id="So …"),
        pytest.param("What about PPO?", id="What about"),
        pytest.param("What else can be borrowed?", id="What else"),
        pytest.param("Can you elaborate?", id="elaborate"),
        pytest.param("Why?", id="one word"),
        pytest.param("GRPO?", id="one name"),
        pytest.param("In 2023?", id="a year"),
        pytest.param("For children under ten?", id="no verb"),
        pytest.param("What is the difference?", id="nothing is named"),
        pytest.param("Give me an example.", id="no subject"),
        pytest.param("它是怎么计算的？", id="它"),
        pytest.param("他们交多少钱？", id="他们"),
        pytest.param("这个怎么用？", id="这个"),
        pytest.param("该方法的优点有哪些？", id="该"),
        pytest.param("其目标函数是什么？", id="其"),
        pytest.param("上述方法的缺点是什么？", id="上述"),
        pytest.param("两者有什么区别？", id="两者"),
        pytest.param("那 PPO 呢？", id="那…呢"),
        pytest.param("2023 年呢？", id="…呢"),
        pytest.param("如果是非会员呢？", id="如果是"),
        pytest.param("还有别的办法吗？", id="还有"),
        pytest.param("为什么？", id="为什么"),
        pytest.param("举个例子", id="举个例子"),
        pytest.param("能详细说说吗？", id="详细"),
    ],
)
def test_these_need_the_conversation(question: str) -> None:
    assert not stands_alone(question)


@pytest.mark.parametrize(
    ("reply", "question"),
    [
        ("What does GRPO cost?", "What does GRPO cost?"),
        ('  "What does GRPO cost?"\n', "What does GRPO cost?"),
        ("Rewritten question: What does GRPO cost?", "What does GRPO cost?"),
        ("**PPO 的目标函数是什么？**", "PPO 的目标函数是什么？"),
        ("", None),
        ("?!", None),
        ("GRPO costs 5 euros.\nIt is cheap.", None),
        ("x" * 5000, None),
    ],
)
def test_what_is_read_from_the_models_reply(reply: str, question: str | None) -> None:
    assert read_rewritten(reply) == question
