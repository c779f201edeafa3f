"""Which encoding a file is in, told by its bytes, and decoding that loses no character of Windows' Japanese."""

import codecs
import unicodedata
from typing import BinaryIO

FIRST, BLOCK = 64 * 1024, 1024 * 1024
HOPELESS = 100  # characters lost; reading on what is not Japanese in this encoding takes a minute for a large file
SAMPLE = 200_000  # characters a doubtful file is judged by
LOST = "\ufffd"
EUC_ERRORS = "vendor_euc"
# What a person may choose, the names being Python's codecs.
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp932", "euc_jp")
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def detect_encoding(stream: BinaryIO) -> str:
    """The encoding of the whole stream, one of ENCODINGS; reads it to the end in blocks and rewinds it.

    Plain ASCII is utf-8. A file that fits none exactly gets the one that loses the fewest characters.
    """
    stream.seek(0)
    head = stream.read(4096)
    found = _by_bom(head) or _by_zeros(head) or _by_trying(stream)
    stream.seek(0)
    return found


def errors_of(encoding: str) -> str:
    """How undecodable bytes are met: Windows' additions to EUC are understood, the rest becomes U+FFFD."""
    return EUC_ERRORS if encoding == "euc_jp" else "replace"


def _by_bom(head: bytes) -> str:
    return next((name for bom, name in _BOMS if head.startswith(bom)), "")


def _by_zeros(head: bytes) -> str:
    """UTF-16 without a mark: commas and line ends leave zeros on one side only."""
    pairs = head[: len(head) // 2 * 2]
    even, odd = pairs[0::2].count(0), pairs[1::2].count(0)
    if max(even, odd) * 20 < len(pairs) or min(even, odd) * 10 > max(even, odd):
        return ""
    return "utf-16-le" if odd > even else "utf-16-be"


def _by_trying(stream: BinaryIO) -> str:
    readers = {name: _Reader(name) for name in ("utf-8", "cp932", "euc_jp")}
    stream.seek(0)
    block = stream.read(FIRST)
    while block:
        for reader in readers.values():
            reader.feed(block)
        fewest = min(reader.lost for reader in readers.values())
        readers = {name: reader for name, reader in readers.items() if reader.lost <= HOPELESS + 10 * fewest}
        block = stream.read(BLOCK)
    for reader in readers.values():
        reader.feed(b"", final=True)
    if "utf-8" in readers and not readers["utf-8"].lost:
        return "utf-8"
    return min(readers.values(), key=lambda reader: (reader.lost, -reader.japanese())).name


class _Reader:
    """One candidate: what it loses, and a sample of what it reads."""

    def __init__(self, name: str) -> None:
        self.name, self.lost, self._sample = name, 0, ""
        self._decoder = codecs.getincrementaldecoder(name)(errors_of(name))

    def feed(self, block: bytes, *, final: bool = False) -> None:
        text = self._decoder.decode(block, final)
        self.lost += text.count(LOST)
        if len(self._sample) < SAMPLE:
            self._sample += "".join(char for char in text[:SAMPLE] if char > "\x7f")

    def japanese(self) -> float:
        """Share of characters people write; half-width kana in a row is EUC read as Shift_JIS."""
        if not self._sample:
            return 0.0
        return sum(map(_usual, self._sample)) / len(self._sample)


def _usual(char: str) -> bool:
    return "\u3000" <= char <= "\u30ff" or "\u4e00" <= char <= "\u9fff" or "\uff01" <= char <= "\uff5e"


def _vendor_euc(error: UnicodeError) -> tuple[str, int]:
    """Two bytes EUC-JP does not define, read as Windows writes them (①, ㈱, 髙): the same cell in Shift_JIS."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    pair = error.object[error.start : error.start + 2]
    if len(pair) == 2 and all(0xA1 <= byte <= 0xFE for byte in pair):
        try:
            return _shift(*pair).decode("cp932"), error.start + 2
        except UnicodeDecodeError:
            return LOST, error.start + 2
    return LOST, error.start + 1


def _shift(first: int, second: int) -> bytes:
    row, cell = first - 0xA0, second - 0xA0
    lead = (row - 1) // 2 + (0x81 if row <= 62 else 0xC1)
    trail = cell + 0x9E if row % 2 == 0 else cell + 0x3F + (cell >= 64)
    return bytes((lead, trail))


codecs.register_error(EUC_ERRORS, _vendor_euc)


# What Shift_JIS of Windows writes where Unicode has another, alike sign.
_ALIKE = str.maketrans(
    "\u301c\u2212\u2016\u00a2\u00a3\u00ac\u2014\u00a5", "\uff5e\uff0d\u2225\uffe0\uffe1\uffe2\u2015\uffe5"
)
GETA = "〓"


def to_cp932(text: str) -> tuple[bytes, int]:
    """`text` for Excel in Japan, and how many characters it cannot hold (each written as 〓)."""
    alike = unicodedata.normalize("NFC", text).translate(_ALIKE)
    try:
        return alike.encode("cp932"), 0
    except UnicodeEncodeError:
        written = ["".join(char if _fits(char) else GETA) for char in alike]
        return "".join(written).encode("cp932"), sum(not _fits(char) for char in alike)


def _fits(char: str) -> bool:
    try:
        char.encode("cp932")
    except UnicodeEncodeError:
        return False
    return True
