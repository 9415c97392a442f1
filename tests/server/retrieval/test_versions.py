"""Versions of a document are told by their names, and nothing else is taken for one."""

import pytest

from server.retrieval.versions import other_versions, version_key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("policy_v1.pdf", "policy_v2.pdf"),
        ("policy v1.2.pdf", "archive/Policy (3).docx"),
        ("minutes-2024-05-01.md", "minutes-2024-06-12.md"),
        ("minutes 01.05.2024.md", "Minutes 2023.md"),
        ("lease_final.docx", "lease_draft.docx"),
        ("lease.docx", "lease - copy.docx"),
        ("Mietvertrag_Entwurf.pdf", "Mietvertrag rev 3.pdf"),
        ("员工手册第2版.pdf", "员工手册第3版.pdf"),
        ("员工手册最终版.pdf", "员工手册草稿.pdf"),
        ("report 20240501.pdf", "report 20250501.pdf"),
        ("宿舍管理规定2022.txt", "宿舍管理规定2024版.txt"),
        ("宿舍管理规定-2022版.txt", "宿舍管理规定2024年版.txt"),
        ("2023年员工手册.docx", "2024年员工手册.docx"),
    ],
)
def test_versions_of_one_document(one: str, other: str) -> None:
    assert version_key(one) == version_key(other) is not None
    assert other_versions(one, [one, other]) == [other]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("chapter1.pdf", "chapter2.pdf"),
        ("2024.pdf", "2025.pdf"),
        ("lease.pdf", "release.pdf"),
        ("DeepSeek_V3.pdf", "DeepSeek_R1-Zero.pdf"),
        ("renewal.pdf", "new.pdf"),
        ("v1.pdf", "v2.pdf"),
    ],
)
def test_what_is_no_version(one: str, other: str) -> None:
    assert other_versions(one, [one, other]) == []
