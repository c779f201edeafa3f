"""Folding text so that ＡＢＣ = abc and カイシャ = かいしゃ: NFKC, then lower case, then katakana to hiragana.

`fold` and the SQL function `ma_fold(text)` are twins, held together by a property test. Both change letters one for
one: no locale, no ß → ss, no word-final sigma, no legal forms. Stored folded columns are written with either.
"""

from __future__ import annotations

import re
import unicodedata

KATAKANA = "".join(map(chr, [*range(0x30A1, 0x30F7), 0x30FD, 0x30FE]))
HIRAGANA = "".join(map(chr, [*range(0x3041, 0x3097), 0x309D, 0x309E]))
_TO_HIRAGANA = str.maketrans(KATAKANA, HIRAGANA)
_DOTTED_CAPITAL_I = "\u0130"  # the one letter whose lower case is two characters
_SIGMA = "\u03a3"  # the one letter that is another one at the end of a word


def fold(text: str) -> str:
    """`fold("ｶﾞｲｼｬ Ａ") == "がいしゃ a"`."""
    narrow = unicodedata.normalize("NFKC", text)
    if _DOTTED_CAPITAL_I in narrow or _SIGMA in narrow:  # letters whose lower case hangs on the word, or grows
        return "".join("i" if c == _DOTTED_CAPITAL_I else c.lower() for c in narrow).translate(_TO_HIRAGANA)
    return narrow.lower().translate(_TO_HIRAGANA)


# Every letter that NFKC turns into katakana, katakana itself included: translate() looks at 88 letters for each one of
# a text, which is most of what folding costs, and few texts have any.
CARRIES_KATAKANA = "[ァ-ヶヽ-ヿ㋐-㋾㌀-㍗ｦ-ｯｱ-ﾝ🈁🈂🈓]"
LOWERED = 'lower(normalize({}, NFKC) COLLATE "pg_c_utf8")'
_LOWERED = LOWERED.format("$1")
# pg_c_utf8 is built in (PostgreSQL 17+), the same on every system. The body is bound when created, so the function may
# stand in indexes and generated columns and survives a restore with an empty search_path. Not STRICT: a strict function
# with a CASE is called for every row instead of being written into the statement; of NULL it makes NULL all the same.
CREATE_FOLD = f"""
CREATE OR REPLACE FUNCTION ma_fold(text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN $1 COLLATE "C" ~ '{CARRIES_KATAKANA}'
                THEN translate({_LOWERED}, '{KATAKANA}', '{HIRAGANA}')
                ELSE {_LOWERED} END
"""
_PRODUCED = frozenset(HIRAGANA)
_COLUMN = re.compile(r"\w+\.\w+")
# As many bytes as letters: plain ASCII, as most addresses are, which is lowered ten times as quickly as it is folded.
_QUICKER = 'CASE WHEN octet_length({0}) = char_length({0}) THEN lower({0} COLLATE "pg_c_utf8") ELSE {1} END'


def folded_for(sql: str, compared: str | tuple[str, ...]) -> str:
    """SQL of a text to be compared with folded texts: as good as `ma_fold` for them, and half the work for most.

    Without hiragana in what is looked for, no katakana can become part of it, so letters need not be turned.
    """
    written = compared if isinstance(compared, str) else "".join(compared)
    if _PRODUCED.intersection(written):
        return f"ma_fold({sql})"
    lowered = LOWERED.format(f"({sql})")
    return f"({_QUICKER.format(sql, lowered)})" if _COLUMN.fullmatch(sql) else lowered  # a column costs nothing to read


DROP_FOLD = "DROP FUNCTION IF EXISTS ma_fold(text)"
