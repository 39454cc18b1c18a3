"""Sets of letters as XPath's regular expressions name them: `[a-z-[aeiou]]`, `\\p{Lu}`, `\\p{IsGreek}`, `\\i`."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TypeAlias

Test: TypeAlias = Callable[[str], bool]

_CATEGORIES = {
    "L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "Mn", "Mc", "Me", "N", "Nd", "Nl", "No", "P", "Pc", "Pd", "Ps", "Pe", "Pi",
    "Pf", "Po", "Z", "Zs", "Zl", "Zp", "S", "Sm", "Sc", "Sk", "So", "C", "Cc", "Cf", "Co", "Cn",
}
_BLOCKS = {
    "BasicLatin": (0x0, 0x7F), "Latin-1Supplement": (0x80, 0xFF), "LatinExtended-A": (0x100, 0x17F),
    "LatinExtended-B": (0x180, 0x24F), "IPAExtensions": (0x250, 0x2AF), "SpacingModifierLetters": (0x2B0, 0x2FF),
    "CombiningDiacriticalMarks": (0x300, 0x36F), "Greek": (0x370, 0x3FF), "GreekandCoptic": (0x370, 0x3FF),
    "Cyrillic": (0x400, 0x4FF), "Armenian": (0x530, 0x58F), "Hebrew": (0x590, 0x5FF), "Arabic": (0x600, 0x6FF),
    "Syriac": (0x700, 0x74F), "Thaana": (0x780, 0x7BF), "Devanagari": (0x900, 0x97F), "Bengali": (0x980, 0x9FF),
    "Gurmukhi": (0xA00, 0xA7F), "Gujarati": (0xA80, 0xAFF), "Oriya": (0xB00, 0xB7F), "Tamil": (0xB80, 0xBFF),
    "Telugu": (0xC00, 0xC7F), "Kannada": (0xC80, 0xCFF), "Malayalam": (0xD00, 0xD7F), "Sinhala": (0xD80, 0xDFF),
    "Thai": (0xE00, 0xE7F), "Lao": (0xE80, 0xEFF), "Tibetan": (0xF00, 0xFFF), "Myanmar": (0x1000, 0x109F),
    "Georgian": (0x10A0, 0x10FF), "HangulJamo": (0x1100, 0x11FF), "Ethiopic": (0x1200, 0x137F),
    "Cherokee": (0x13A0, 0x13FF), "Ogham": (0x1680, 0x169F), "Runic": (0x16A0, 0x16FF), "Khmer": (0x1780, 0x17FF),
    "Mongolian": (0x1800, 0x18AF), "Balinese": (0x1B00, 0x1B7F), "Sundanese": (0x1B80, 0x1BBF),
    "LatinExtendedAdditional": (0x1E00, 0x1EFF), "GreekExtended": (0x1F00, 0x1FFF),
    "GeneralPunctuation": (0x2000, 0x206F), "SuperscriptsandSubscripts": (0x2070, 0x209F),
    "CurrencySymbols": (0x20A0, 0x20CF), "CombiningMarksforSymbols": (0x20D0, 0x20FF),
    "LetterlikeSymbols": (0x2100, 0x214F), "NumberForms": (0x2150, 0x218F), "Arrows": (0x2190, 0x21FF),
    "MathematicalOperators": (0x2200, 0x22FF), "MiscellaneousTechnical": (0x2300, 0x23FF),
    "ControlPictures": (0x2400, 0x243F), "OpticalCharacterRecognition": (0x2440, 0x245F),
    "EnclosedAlphanumerics": (0x2460, 0x24FF), "BoxDrawing": (0x2500, 0x257F), "BlockElements": (0x2580, 0x259F),
    "GeometricShapes": (0x25A0, 0x25FF), "MiscellaneousSymbols": (0x2600, 0x26FF), "Dingbats": (0x2700, 0x27BF),
    "BraillePatterns": (0x2800, 0x28FF), "CJKRadicalsSupplement": (0x2E80, 0x2EFF), "KangxiRadicals": (0x2F00, 0x2FDF),
    "IdeographicDescriptionCharacters": (0x2FF0, 0x2FFF), "CJKSymbolsandPunctuation": (0x3000, 0x303F),
    "Hiragana": (0x3040, 0x309F), "Katakana": (0x30A0, 0x30FF), "Bopomofo": (0x3100, 0x312F),
    "HangulCompatibilityJamo": (0x3130, 0x318F), "Kanbun": (0x3190, 0x319F), "BopomofoExtended": (0x31A0, 0x31BF),
    "EnclosedCJKLettersandMonths": (0x3200, 0x32FF), "CJKCompatibility": (0x3300, 0x33FF),
    "CJKUnifiedIdeographsExtensionA": (0x3400, 0x4DBF), "CJKUnifiedIdeographs": (0x4E00, 0x9FFF),
    "YiSyllables": (0xA000, 0xA48F), "YiRadicals": (0xA490, 0xA4CF), "Javanese": (0xA980, 0xA9DF),
    "HangulSyllables": (0xAC00, 0xD7AF), "PrivateUse": (0xE000, 0xF8FF), "PrivateUseArea": (0xE000, 0xF8FF),
    "CJKCompatibilityIdeographs": (0xF900, 0xFAFF), "AlphabeticPresentationForms": (0xFB00, 0xFB4F),
    "ArabicPresentationForms-A": (0xFB50, 0xFDFF), "CombiningHalfMarks": (0xFE20, 0xFE2F),
    "CJKCompatibilityForms": (0xFE30, 0xFE4F), "SmallFormVariants": (0xFE50, 0xFE6F),
    "ArabicPresentationForms-B": (0xFE70, 0xFEFF), "HalfwidthandFullwidthForms": (0xFF00, 0xFFEF),
    "Specials": (0xFFF0, 0xFFFF), "OldItalic": (0x10300, 0x1032F), "Gothic": (0x10330, 0x1034F),
    "Deseret": (0x10400, 0x1044F), "ByzantineMusicalSymbols": (0x1D000, 0x1D0FF),
    "MusicalSymbols": (0x1D100, 0x1D1FF), "MathematicalAlphanumericSymbols": (0x1D400, 0x1D7FF),
    "CJKUnifiedIdeographsExtensionB": (0x20000, 0x2A6DF),
    "CJKCompatibilityIdeographsSupplement": (0x2F800, 0x2FA1F), "Tags": (0xE0000, 0xE007F),
}
_NAME_START = (
    (0x3A, 0x3A), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A), (0xC0, 0xD6), (0xD8, 0xF6), (0xF8, 0x2FF), (0x370, 0x37D),
    (0x37F, 0x1FFF), (0x200C, 0x200D), (0x2070, 0x218F), (0x2C00, 0x2FEF), (0x3001, 0xD7FF), (0xF900, 0xFDCF),
    (0xFDF0, 0xFFFD), (0x10000, 0xEFFFF),
)
_NAME_MORE = ((0x2D, 0x2E), (0x30, 0x39), (0xB7, 0xB7), (0x300, 0x36F), (0x203F, 0x2040))


def among(ranges: Iterable[tuple[int, int]]) -> Test:
    """Whether a letter lies in one of the ranges of code points, both ends included."""
    ordered = sorted(ranges)
    merged: list[tuple[int, int]] = []
    for low, high in ordered:
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = merged[-1][0], max(merged[-1][1], high)
        else:
            merged.append((low, high))
    lows = [low for low, _ in merged]

    def test(letter: str) -> bool:
        code = ord(letter)
        place = bisect_right(lows, code)
        return place > 0 and code <= merged[place - 1][1]

    return test


def negated(test: Test) -> Test:
    return lambda letter: not test(letter)


def either(tests: list[Test]) -> Test:
    if len(tests) == 1:
        return tests[0]
    return lambda letter: any(test(letter) for test in tests)


def without(test: Test, other: Test) -> Test:
    return lambda letter: test(letter) and not other(letter)


@lru_cache(maxsize=256)
def of_property(name: str) -> Test | None:
    """`\\p{name}`: a category or, after "Is", a block; None for one there is not."""
    if name.startswith("Is"):
        block = _BLOCKS.get(name[2:])
        return None if block is None else among([block])
    if name not in _CATEGORIES:
        return None
    if len(name) == 1:
        return lambda letter: unicodedata.category(letter)[0] == name
    return lambda letter: unicodedata.category(letter) == name


def _word(letter: str) -> bool:
    return unicodedata.category(letter)[0] not in "PZC"


_CLASSES: dict[str, Test] = {
    "d": lambda letter: unicodedata.category(letter) == "Nd",
    "s": lambda letter: letter in " \t\n\r",
    "w": _word,
    "i": among(_NAME_START),
    "c": among((*_NAME_START, *_NAME_MORE)),
}


def of_class(letter: str) -> Test | None:
    """`\\d`, `\\s`, `\\w`, `\\i`, `\\c` and, in capitals, what is not in them."""
    test = _CLASSES.get(letter.lower())
    if test is None:
        return None
    return test if letter.islower() else negated(test)


def any_case(letter: str) -> frozenset[str]:
    """The letters that are the same but for case."""
    found = {letter}
    for one in (letter.lower(), letter.upper(), letter.casefold()):
        if len(one) == 1:
            found |= {one, *(other for other in (one.upper(), one.lower()) if len(other) == 1)}
    return frozenset(found | _TWINS.get(letter, set()))


_TWINS = {
    "K": {"\u212a"}, "k": {"\u212a"}, "\u212a": {"k", "K"}, "S": {"\u017f"}, "s": {"\u017f"}, "\u017f": {"s", "S"},
    "\u00c5": {"\u212b"}, "\u00e5": {"\u212b"}, "\u212b": {"\u00c5", "\u00e5"},
}
"""Letters beside those that Python's `upper` and `lower` lead to."""


def ignoring_case(test: Test) -> Test:
    """Whether a letter passes in any case."""
    return lambda letter: test(letter) or any(test(one) for one in any_case(letter))
