"""Broken, shifted and declared encodings, and characters that other scripts need."""

import unicodedata
from pathlib import Path

import pytest

from indexing.cleaning.characters import clean_characters
from indexing.documents import ParsedDocument, ReadLimits
from indexing.readers import read_document
from indexing.readers.encoding import decode_text
from tests.indexing.samples import saved

CHINESE = "码头管理处规定，夜间靠泊须提前六小时申报。引航费每次九百八十元，由船长在离港之前付清。"
TRADITIONAL = "本館於每週二休息，閱覽證遺失時，應於三日內向櫃檯辦理補發，並繳交工本費五十元。"
JAPANESE = "会議は毎月第二火曜日に開かれます。議長は佐藤さんで、書記は高橋さんです。"
KOREAN = "창고의 임대료는 매월 사백만 원이다. 계약 기간은 이년이며 임차인은 보증금을 낸다."
ENGLISH = "The pilot’s fee is 980 crowns — paid by the master before he leaves. The “night rate” is double."


def read(folder: Path, name: str, content: bytes | str) -> ParsedDocument:
    return read_document(saved(folder / name, content), ReadLimits())


class TestOneBrokenByte:
    @pytest.mark.parametrize(
        ("text", "encoding"),
        [
            (CHINESE * 3, "utf-8"),
            (ENGLISH, "utf-8"),
            (KOREAN, "utf-8"),
            (CHINESE * 3, "gb18030"),
            (TRADITIONAL * 3, "big5"),
            (JAPANESE * 3, "shift_jis"),
            (JAPANESE * 3, "euc_jp"),
            (KOREAN * 3, "cp949"),
        ],
    )
    def test_costs_a_character_and_not_the_file(self, tmp_path: Path, text: str, encoding: str) -> None:
        lines = [text.encode(encoding), text.encode(encoding), text.encode(encoding)]
        lines[1] = lines[1][:-1] + b"\xff" + lines[1][-1:]
        page = read(tmp_path, "notes.txt", b"\n".join(lines)).pages[0]
        assert page.text.count(text.strip()) == 2
        assert page.text.split("\n")[1].startswith(text[:-2])
        assert page.remarks == ("places where bytes are broken and characters lost: 1",)

    def test_a_whole_file_has_no_remark(self, tmp_path: Path) -> None:
        assert read(tmp_path, "notes.txt", ENGLISH).pages[0].remarks == ()

    def test_text_of_another_encoding_is_not_taken_for_broken_utf8(self) -> None:
        text = "Le café est à côté de l'hôtel ; où êtes-vous allés cet été ? "
        assert decode_text((text * 5).encode("cp1252")) == text * 5


class TestOtherEncodings:
    @pytest.mark.parametrize(
        ("text", "encoding"),
        [
            (JAPANESE, "iso2022_jp"),
            ("Agenda: " + JAPANESE + "\nEnd.", "iso2022_jp"),
            (KOREAN, "iso2022_kr"),
            (CHINESE, "hz"),
            ("Notice\n" + CHINESE + "\nEnd.", "hz"),
            (TRADITIONAL, "big5"),
            (KOREAN, "cp949"),
            (JAPANESE, "cp932"),
        ],
    )
    def test_are_told_from_the_bytes(self, text: str, encoding: str) -> None:
        assert decode_text(text.encode(encoding)) == text

    @pytest.mark.parametrize("text", ['(format t "~{~a~^, ~}" list)', "a ~{x1~} b ~{y2~}", "\x1b[1mbold\x1b[0m"])
    def test_signs_of_programs_are_no_shifts(self, text: str) -> None:
        assert decode_text(text.encode()) == text


class TestXml:
    @pytest.mark.parametrize("encoding", ["GBK", "Big5", "Shift_JIS", "EUC-JP", "windows-1251", "UTF-16", "UTF-8"])
    def test_is_read_in_any_declared_encoding(self, tmp_path: Path, encoding: str) -> None:
        word = "港口" if encoding != "windows-1251" else "порт"
        xml = f'<?xml version="1.0" encoding="{encoding}"?>\n<合同><甲方>{word}</甲方></合同>'
        if encoding in ("windows-1251", "Big5", "Shift_JIS", "EUC-JP"):
            xml = xml.replace("合同", "deed").replace("甲方", "party")
        text = read(tmp_path, "deed.xml", xml.encode(encoding)).pages[0].text
        assert text.endswith(f": {word}")

    def test_with_a_broken_byte_is_read_but_for_it(self, tmp_path: Path) -> None:
        xml = '<?xml version="1.0" encoding="UTF-8"?><r><fee>“980” crowns, “net”</fee><due>May</due></r>'.encode()
        page = read(tmp_path, "fee.xml", xml.replace(b"net", b"n\xfft")).pages[0]
        assert "“980” crowns, “n\ufffdt”" in page.text
        assert "due: May" in page.text
        assert page.remarks

    def test_mixed_content_stays_one_sentence(self, tmp_path: Path) -> None:
        xml = (
            "<law><article n='4'><p>The <term>master</term> pays the fee of <sum cur='NOK'>980</sum> crowns"
            "<note>Since 2019.</note>, <em>be</em>fore leaving.</p></article><seal>Harbour</seal></law>"
        )
        text = read(tmp_path, "law.xml", xml).pages[0].text
        assert "p: The master pays the fee of 980 crowns Since 2019., before leaving." in text
        assert "sum cur: NOK" in text
        assert "article n: 4" in text
        assert "seal: Harbour" in text


class TestCharacters:
    def test_joiners_stay_where_letters_need_them(self) -> None:
        assert clean_characters("می\u200cخواهم") == "می\u200cخواهم"
        assert clean_characters("क\u094d\u200dष") == "क\u094d\u200dष"
        assert clean_characters("wa\u200cter\u200bfall\u200d.") == "waterfall."

    def test_decomposed_text_is_composed(self, tmp_path: Path) -> None:
        page = read(tmp_path, "lease.txt", unicodedata.normalize("NFD", KOREAN + " Café.")).pages[0]
        assert page.text == KOREAN + " Café."

    def test_powers_and_widths_stay(self) -> None:
        assert clean_characters("2⁵ Ａ ½") == "2⁵ Ａ ½"
