"""Which of the encodings of Chinese, Japanese and Korean the bytes are in, told by how usual the characters would be.

Also where a byte or two are broken, which makes general detectors take some other encoding for the whole file. Pure.
"""

import re

_HAN = frozenset(
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然"
    "家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心本前开但因只从想实日军者意无力它与长把机"
    "十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加"
    "西斯月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活更别"
    "打女变四神总何电数安少报才结反受目太量再感建务做接必场件计管期市直德资命山金指克许统区保至队形社便空决治展马科"
    "司五基眼书非则听白却界达光放强即像难且权思王完设式色路记南品住告类求据程北边死张该交规万取拉格望术领共确传师观"
    "清今切院让识候带导争运這個們來為國說時會對於著過發後裡種經麼學現當沒動還進樣開從實軍無與長機關點業將兩間問並應"
    "戰頭體見產話內給門兒東聲員論處義幾認條氣題爾別變總電數報結務場計資許統區隊決馬書則聽卻達強難權設記類據邊張該規"
    "萬術領確傳師觀讓識帶導爭運"
)
_HANGUL = frozenset(
    "이다는의에을가고하지로한은를도기사나아리어자서시대그해수인부정라제일들보전상만면장주공구니과적원동스여계선마국관신"
    "치조미것등년경트우유소문모위세비생안재무러되내오있었습까월입"
)
_LETTER = re.compile("[\u3041-\u30fe\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f]|[\u0370-\u1fff\ue000-\uf8ff]")
_BROKEN = re.compile("\ufffd+")
_KANA = re.compile("[\u3041-\u3096\u30a1-\u30fa]")
_ENCODINGS = ("gb18030", "big5hkscs", "cp932", "euc_jp", "cp949")
_LEAST_LETTERS = 10
_LEAST_SHARE = {"gb18030": 0.2, "big5hkscs": 0.2, "cp932": 0.25, "euc_jp": 0.25, "cp949": 0.3}
_MOST_BROKEN = 0.01  # of the letters; a single broken byte is forgiven from 20 letters on
_LEAST_LETTERS_WITH_BROKEN = 20

_JAPANESE_SHIFT = re.compile(rb"\x1b\$(?:[@AB]|\([CDOPQ])|\x1b\([IJ]")
_KOREAN_SHIFT = re.compile(rb"\x1b\$\)C")
_HZ = re.compile(rb"~\{((?:[\x21-\x77][\x21-\x7e])+)~\}")
_LEAST_HZ = 4  # characters between the shifts


def shifted_encoding(data: bytes) -> str | None:
    """The seven-bit encoding that shifts between character sets (ISO-2022-JP, ISO-2022-KR, HZ), or None."""
    if _KOREAN_SHIFT.search(data):
        return "iso2022_kr"
    if _JAPANESE_SHIFT.search(data):
        return "iso2022_jp_ext" if b"\x1b(I" in data else "iso2022_jp_2"
    return "hz" if _is_hz(data) else None


def cjk_encoding(data: bytes) -> str | None:
    """The encoding in which the text would be most usual Chinese, Japanese or Korean; None: in none of them."""
    shares = {encoding: _usual_share(data, encoding) for encoding in _ENCODINGS}
    best = max(_ENCODINGS, key=lambda encoding: shares[encoding] - _LEAST_SHARE[encoding])
    return best if shares[best] >= _LEAST_SHARE[best] else None


def _usual_share(data: bytes, encoding: str) -> float:
    """The share (0–1) of its letters that such texts are mostly made of; 0 where too much is broken."""
    text = data.decode(encoding, "replace")
    letters = _LETTER.findall(text)
    broken = len(_BROKEN.findall(text))
    enough = _LEAST_LETTERS_WITH_BROKEN if broken else _LEAST_LETTERS
    if len(letters) < enough or broken > max(1, len(letters) * _MOST_BROKEN):
        return 0.0
    return sum(_is_usual(letter, encoding) for letter in letters) / len(letters)


def _is_usual(letter: str, encoding: str) -> bool:
    if encoding == "cp949":
        return letter in _HANGUL
    if encoding in ("cp932", "euc_jp"):
        return _KANA.match(letter) is not None
    return letter in _HAN


def _is_hz(data: bytes) -> bool:
    """Programs, too, write "~{" and "~}"; between them stands no Chinese."""
    shifted = b"".join(_HZ.findall(data))
    text = bytes(byte | 0x80 for byte in shifted).decode("gb2312", "replace")
    if len(text) < _LEAST_HZ:
        return False
    return "\ufffd" not in text and sum(letter in _HAN for letter in text) >= len(text) * _LEAST_SHARE["gb18030"]
