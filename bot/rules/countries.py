"""Which member is meant: names of States and organisations in the Network's languages, codes and typing errors.

The names come from Unicode's CLDR (through Babel), from `country_names.yaml` beside this module and, for a whole text
that neither knows, from the package countrynames. Nothing is read before `load_gazetteer` is called.
"""

import pickle
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

Codes = tuple[str, ...]
"""Members a name may mean: none for a name that is known to be no member's, several where it must be asked back."""

_STROKES = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ə": "a", "&": " and "}
    # Arabic is written with and without these signs; a reader takes both for the same word.
    | dict.fromkeys("أإآٱ", "ا")
    | {"ى": "ي", "ی": "ي", "ئ": "ي", "ؤ": "و", "ة": "ه", "ک": "ك", "ـ": ""}
    | dict.fromkeys("\u00ad\u200b\u200c\u200d\u200e\u200f\u2066\u2067\u2068\u2069\ufeff", "")
)
_ACCENTS = re.compile("([a-z\u0250-\u02af\u0370-\u052f])[\u0300-\u036f]+")
_VOWEL_POINTS = re.compile("[\u064b-\u0655\u0670]")
_MARKS = (
    "\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670\u0900-\u0963\u0966-\u0eff\u0f00-\u109f\u135d-\u135f\u1780-\u17ff"
)
_DENSE = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17d3\u3005-\u30fa\u30fc-\u30ff\u3400-\u9fff"
"""Scripts that write no spaces: Thai, Lao, Burmese, Khmer, Japanese and Chinese."""
_UNSPACED = re.compile(f"[{_DENSE}]+")
_GAP = re.compile(f"[^\\w{_MARKS}]+|_+")
_TOKEN = re.compile(f"[{_DENSE}]+(?:[(（・·][{_DENSE}]+[)）]?)*|(?:(?![{_DENSE}])[^\\W_]|[{_MARKS}](?<![{_DENSE}]))+")
_JOINTS = re.compile("[()（）・·\\s‧-]")
_AFFIXES = tuple(
    (re.compile(pattern), base)
    for pattern, base in (
        (r"^(?:[وف]?[بك]|[وف])(?=[\u0600-\u06ff]{4})", ""),
        (r"^[وف]?لل(?=[\u0600-\u06ff]{3})", "ال"),
        (r"^[وف]?ل(?=[\u0600-\u06ff]{4})", ""),
        (r"^[\u05d1\u05dc\u05de\u05e9\u05d5\u05d4\u05db]{1,2}(?=[\u05d0-\u05ea]{4})", ""),
        (r"(?<=[\uac00-\ud7a3]{2})(?:의|은|는|이|가|을|를|에서|에게|에|와|과|으로|로|도|만|부터|까지)$", ""),
        (r"(?<=[a-z]{5})[sn]$", ""),
        (r"(?<=[a-z]{4})ii$", "ia"),
        (r"(?<=[a-z]{4})[yeou]$", "a"),
        (r"(?<=[a-z]{4})[yi]$", "o"),
        (r"(?<=[\u0370-\u03ff]{4})σ$", ""),
        (r"(?<=[\u0980-\u09ff]{3})(?:ের|র)$", ""),
        (r"(?<=[\u10d0-\u10ff]{3})(?:ის|ს)$", "ი"),
        (r"(?<=[\u10d0-\u10ff]{4})ს$", ""),
        (r"(?<=[\u0561-\u0587]{4})(?:յի|ի|ում)$", ""),
    )
)
"""What languages hang on a name: articles and prepositions before it, genitives and particles behind it."""
_ADJECTIVE = re.compile("(?<=[оы])и$")
_LONGEST_NAME = 9


@dataclass(frozen=True)
class Recognised:
    """The text names exactly one member."""

    code: str


@dataclass(frozen=True)
class Ambiguous:
    """The text may mean several members, in the order of their codes; ask which."""

    codes: Codes


@dataclass(frozen=True)
class Unknown:
    """The text names no member; `nearest` are at most three (code, likeness from 0 to 1), best first."""

    nearest: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Mention:
    """A member named in text[start:end]; several codes where the name alone does not say which."""

    start: int
    end: int
    codes: Codes


@dataclass(frozen=True)
class Cautions:
    """Names and codes that are also words: when, inside a sentence, they are not members."""

    not_codes: frozenset[str] = frozenset()
    code_follows: frozenset[str] = frozenset()
    capital_only: frozenset[str] = frozenset()
    small_words: frozenset[str] = frozenset()
    not_in_english: frozenset[str] = frozenset()
    english_words: frozenset[str] = frozenset()
    near_words: frozenset[str] = frozenset()


@dataclass(frozen=True)
class _Token:
    start: int
    end: int
    text: str
    key: str

    @property
    def capital(self) -> bool:
        first = self.text[0]
        return first.isupper() or not first.islower()


@dataclass
class Names:
    """Folded names while a gazetteer is built: everywhere, of the main languages, with accents, and unspaced."""

    exact: dict[str, Codes] = field(default_factory=dict)
    main: dict[str, Codes] = field(default_factory=dict)
    short: dict[str, Codes] = field(default_factory=dict)
    dense: dict[str, Codes] = field(default_factory=dict)
    stems: dict[str, Codes] = field(default_factory=dict)
    _seen: set[str] = field(default_factory=set)

    def add(self, name: str, codes: Codes, *, main: bool = False) -> None:
        """Enter a name that has no entry yet: what is entered first stands."""
        if name in self._seen and not main:
            return
        self._seen.add(name)
        key = fold(name)
        if not key:
            return
        if len(key) <= 3 and not name.isascii() and key.isascii():
            self.short.setdefault(_accented(name), codes)
            return
        self.exact.setdefault(key, codes)
        if main:
            self.main.setdefault(key, codes)
        if _UNSPACED.match(name):
            self._add_dense(_JOINTS.sub("", name), codes)

    def _add_dense(self, name: str, codes: Codes) -> None:
        if len(name) > 1 and _UNSPACED.fullmatch(name):
            self.dense.setdefault(name, codes)

    def add_stem(self, name: str, codes: Codes) -> None:
        """Enter how a Cyrillic name begins in all its cases; one word in -о, -и or -у has no cases."""
        key = fold(name)
        if len(key) >= 4 and (" " in key or not key.endswith(("и", "о", "у", "е"))):
            self.stems.setdefault(_stem(key), codes)


class Gazetteer:
    """Finds the members that a text names. Asking never changes what it knows."""

    def __init__(
        self, names: Names, codes: Mapping[str, str], display: Mapping[str, Mapping[str, str]], cautions: Cautions
    ) -> None:
        """Know `names`, `codes` (alpha-2, alpha-3 and `X-…`, in capitals) and `display` by language and code."""
        self._names = names
        self._codes = dict(codes)
        self._members = frozenset(codes.values())
        self._display = display
        self._cautions = cautions
        self._fuzzy = list(names.main)
        self._widths: dict[str, int] = {}
        for key in (*names.exact, *names.stems):
            words = key.split()
            self._widths[words[0]] = max(len(words), self._widths.get(words[0], 0))

    def resolve(self, text: str, *, typos: bool = True) -> Recognised | Ambiguous | Unknown:
        """Say which member a whole text names or, for a code of two or three letters in any case, stands for.

        Without `typos` only what is a name as it stands counts.
        """
        text = text.strip()
        code = self._codes.get(text.upper()) if text.isascii() else None
        if code is not None:
            return Recognised(code)
        codes = self._exactly(text)
        if codes is not None:
            return _verdict(codes)
        return self._nearly(fold(text)) if typos else Unknown()

    def mentions(self, text: str, *, typos: bool = True) -> tuple[Mention, ...]:
        """Return the members named inside a sentence, in its order; typing errors count where no name is exact.

        Without `typos` they never count.
        """
        tokens = tuple(_tokens(text))
        found: list[Mention] = []
        known = [False] * len(tokens)
        position = 0
        while position < len(tokens):
            width, mentions = self._at(text, tokens, position)
            known[position : position + width] = [True] * width
            found += mentions
            position += max(width, 1)
        if not found and typos:
            found = [m for i, token in enumerate(tokens) if not known[i] for m in self._mistyped(token)]
        return tuple(found)

    def display_name(self, code: str, locale: str = "en") -> str:
        """Return the name of a member in the language of `locale` (an IETF tag), in English where it has none there."""
        language = locale.replace("_", "-").split("-")[0].lower()
        own = self._display.get(language, {}).get(code)
        return own or _cldr_name(code, locale) or self._display["en"].get(code) or _cldr_name(code, "en") or code

    def _exactly(self, text: str) -> Codes | None:
        """Return what a whole text means, or None if it is no name as it stands."""
        key = fold(text)
        names = self._names
        for known in (names.short.get(_accented(text)), names.exact.get(key), names.dense.get(_JOINTS.sub("", text))):
            if known is not None:
                return known
        for form in (*_forms(key), key.removeprefix("the ")):
            if form in names.exact:
                return names.exact[form]
        stemmed = names.stems.get(_stem(key)) if _is_cyrillic(key) else None
        return stemmed if stemmed is not None else self._rarely(key)

    def _rarely(self, key: str) -> Codes | None:
        """Return what a name known from elsewhere means, with the members whose usual name is one slip away."""
        codes = self._elsewhere.get(key)
        # "Nigera" is Niger somewhere, and a slip of Nigeria's name everywhere.
        return codes and tuple(sorted({*codes, *self._within(key, 1 if len(key) > 4 else 0)}))

    @cached_property
    def _elsewhere(self) -> dict[str, Codes]:
        """Names of every sort from countrynames, read when a text is first unknown: that takes a quarter second."""
        from countrynames.data import DATA

        known: dict[str, set[str]] = {}
        for code, names in DATA.items():
            for name in names if code in self._members else ():
                known.setdefault(fold(name), set()).add(code)
        return {key: tuple(sorted(codes)) for key, codes in known.items() if len(key) > 3}

    def _nearly(self, key: str) -> Ambiguous | Recognised | Unknown:
        codes = self._within(key, _tolerance(key))
        return _verdict(codes) if codes else Unknown(self._nearest(key))

    def _within(self, key: str, tolerance: int) -> Codes:
        """Return every member whose name is as near to `key` as the nearest one; none if that one is no member."""
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        if not tolerance:
            return ()
        near = process.extract(key, self._fuzzy, scorer=OSA.distance, score_cutoff=tolerance, limit=None)
        best = min((distance for _, distance, _ in near), default=0)
        nearest = [self._names.main[name] for name, distance, _ in near if distance == best]
        return tuple(sorted({code for codes in nearest for code in codes})) if all(nearest) else ()

    def _nearest(self, key: str) -> tuple[tuple[str, float], ...]:
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        near = process.extract(key, self._fuzzy, scorer=OSA.normalized_similarity, score_cutoff=0.4, limit=12)
        best: dict[str, float] = {}
        for name, likeness, _ in near:
            for code in self._names.main[name]:
                best.setdefault(code, round(likeness, 3))
        return tuple(best.items())[:3]

    def _at(self, text: str, tokens: tuple[_Token, ...], position: int) -> tuple[int, list[Mention]]:
        """Return how many tokens from `position` on are a name, and the mentions in them."""
        token = tokens[position]
        if _UNSPACED.match(token.text):
            return 1, list(self._in_dense(token))
        if text[token.end : token.end + 1] == "$":
            return 1, []
        for width in range(min(_LONGEST_NAME, len(tokens) - position), 0, -1):
            codes = self._named(tokens, position, width)
            if codes is not None:
                end = tokens[position + width - 1].end
                return width, [Mention(token.start, end, codes)] if codes else []
        code = self._code(text, tokens, position)
        return (1, [Mention(token.start, token.end, code)]) if code else (0, [])

    def _named(self, tokens: tuple[_Token, ...], position: int, width: int) -> Codes | None:
        part = tokens[position : position + width]
        if width == 1:
            return self._one_word(part[0], tokens)
        rest = " ".join(token.key for token in part[1:])
        for first in (part[0].key, *_forms(part[0].key)):
            if self._widths.get(first, 0) >= width and f"{first} {rest}" in self._names.exact:
                return self._names.exact[f"{first} {rest}"]
        if part[0].capital and _is_cyrillic(part[0].key):
            return self._names.stems.get(_stem(f"{part[0].key} {rest}"))
        return None

    def _one_word(self, token: _Token, tokens: tuple[_Token, ...]) -> Codes | None:
        short = self._names.short.get(_accented(token.text))
        if short is not None and token.capital:
            return short
        for form in (token.key, *_forms(token.key)):
            codes = self._names.exact.get(form)
            if codes is not None and self._meant(form, token, tokens):
                return codes
        if token.capital and _is_cyrillic(token.key):
            return self._names.stems.get(_stem(token.key))
        return None

    def _meant(self, form: str, token: _Token, tokens: tuple[_Token, ...]) -> bool:
        """Say whether a word that is a name is used as one here."""
        cautions = self._cautions
        if len(tokens) == 1:
            return True
        if form in cautions.not_in_english and any(t.key in cautions.english_words for t in tokens):
            return False
        if len(form) <= 3 and form[0] < "\u0590":
            return form in cautions.small_words or (token.text.isupper() and not _shouted(tokens))
        return token.capital or not {form, token.key} & cautions.capital_only

    def _code(self, text: str, tokens: tuple[_Token, ...], position: int) -> Codes:
        """Return what a code in capitals stands for; `AU` is Australia's code and the African Union's name."""
        token, cautions = tokens[position], self._cautions
        code = self._codes.get(token.text) if len(token.text) in {2, 3} else None
        if code is None or (_shouted(tokens) and text.strip() != token.text):
            return ()
        before = tokens[position - 1].key if position else ""
        if token.text in cautions.not_codes and len(tokens) > 1 and before not in cautions.code_follows:
            return ()
        return ("AU", "X-AU") if code == "AU" else (code,)

    def _in_dense(self, token: _Token) -> Iterator[Mention]:
        """Find names in writing without spaces: at each place the longest that fits."""
        kept = [(i, char) for i, char in enumerate(token.text) if not _JOINTS.match(char)]
        letters = "".join(char for _, char in kept)
        start = 0
        while start < len(letters):
            end = next(
                (e for e in range(min(len(letters), start + 24), start + 1, -1) if self._fits(letters, start, e)), 0
            )
            codes = self._names.dense.get(letters[start:end]) if end else ()
            if codes:
                yield Mention(token.start + kept[start][0], token.start + kept[end - 1][0] + 1, codes)
            start = end or start + 1

    def _fits(self, letters: str, start: int, end: int) -> bool:
        # Katakana words are spelled sounds: タイ (Thailand) inside タイトル (title) is no name.
        if letters[start:end] not in self._names.dense:
            return False
        return not (_katakana(letters[start - 1 : start]) and _katakana(letters[start])) and not (
            _katakana(letters[end - 1]) and _katakana(letters[end : end + 1])
        )

    def _mistyped(self, token: _Token) -> Iterator[Mention]:
        """Take a long word for a mistyped name if it is one slip away, or two when it is very long."""
        key = token.key
        if len(key) < 6 or key in self._cautions.near_words:
            return
        codes = self._within(key, 1 if len(key) < 9 or not token.capital else 2)
        if codes:
            yield Mention(token.start, token.end, codes)


def fold(text: str) -> str:
    """Return a text as names are compared: lower case, words between single blanks, without accents.

    Accents go only from Latin, Greek and Cyrillic letters; in other scripts they are letters of their own.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).casefold().translate(_STROKES)
        text = _ACCENTS.sub(r"\1", unicodedata.normalize("NFD", text))
        text = unicodedata.normalize("NFC", _VOWEL_POINTS.sub("", text)).translate(_STROKES)
    else:
        text = text.lower().replace("&", " and ")
    return _GAP.sub(" ", text).strip()


@cache
def load_gazetteer() -> Gazetteer:
    """Return the gazetteer of all members of the United Nations, its observers, and the Network's organisations.

    Takes a third of a second the first time and nothing after that.
    """
    data = yaml.load(_names_file(), Loader=_loader())  # noqa: S506  # one of PyYAML's two safe loaders
    organisations: dict[str, dict[str, list[str]]] = data["organisations"]
    codes = _all_codes(data["states"].split(), organisations)
    display: dict[str, dict[str, str]] = {language: dict(names) for language, names in data["display"].items()}
    for code, by_language in organisations.items():
        for language, names in by_language.items():
            display.setdefault(language, {})[code] = names[0]
    return Gazetteer(_collect(data, frozenset(codes.values())), codes, display, _cautions(data))


def _names_file() -> str:
    return files("bot.rules").joinpath("country_names.yaml").read_text(encoding="utf-8")


def _loader() -> Any:
    # The loader in C reads the file in 12 ms, the one in Python in 100; not every build of PyYAML has it.
    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _all_codes(states: Iterable[str], organisations: Iterable[str]) -> dict[str, str]:
    from countrynames.mappings import mappings

    codes = {code: code for code in (*states, *organisations)}
    return codes | {mappings[code]: code for code in tuple(codes) if code in mappings}


def _collect(data: Mapping[str, Any], members: frozenset[str]) -> Names:
    names = Names()
    for name in data["not_members"]:
        names.add(name, (), main=True)
    for codes, shared in data["ambiguous"].items():
        for name in shared:
            names.add(name, tuple(codes.split()), main=True)
    for code, aliases in data["aliases"].items():
        for name in aliases:
            names.add(name, (code,), main=True)
    for shown in data["display"].values():
        for code, name in shown.items():
            names.add(name, (code,), main=True)
    for code, by_language in data["organisations"].items():
        for name in (name for listed in by_language.values() for name in listed):
            names.add(name, (code,), main=True)
    for name, code in data["organisation_codes"].items():
        names.add(name, (code,))
    _collect_cldr(names, data, members)
    return names


def _collect_cldr(names: Names, data: Mapping[str, Any], members: frozenset[str]) -> None:
    for language in data["main_languages"].split():
        for code, name in _territories(language, members):
            names.add(name, (code,), main=True)
    for language in data["languages"].split():
        for code, name in _territories(language, members):
            names.add(name, (code,))
    for language in ("ru", "uk"):
        for code, name in _territories(language, members):
            names.add_stem(name, names.exact.get(fold(name), (code,)))
    for name, codes in tuple(names.main.items()):
        if _is_cyrillic(name) and codes:
            names.add_stem(name, codes)


@cache
def _territories(language: str, members: frozenset[str]) -> tuple[tuple[str, str], ...]:
    """Return (code, name) of every member in one language, from the data file that Babel carries.

    Babel's own loader merges each file with its parents, which takes a second for seventy languages; what a language
    inherits is its parent's, and that is read as well.
    """
    from babel.localedata import resolve_locale_filename

    with Path(resolve_locale_filename(language)).open("rb") as file:
        names = pickle.load(file)["territories"]  # noqa: S301  # shipped inside the package, not from outside
    # CLDR writes variants as "CD-alt-variant" or the like.
    return tuple((key[:2], name) for key, name in names.items() if key[:2] in members and not key[2:3].isalnum())


def _cautions(data: Mapping[str, Any]) -> Cautions:
    return Cautions(
        not_codes=frozenset(data["not_codes"]),
        **{
            kind: frozenset(fold(word) for word in data[kind])
            for kind in ("code_follows", "capital_only", "small_words", "not_in_english", "english_words", "near_words")
        },
    )


def _verdict(codes: Codes) -> Recognised | Ambiguous | Unknown:
    if not codes:
        return Unknown()
    return Recognised(codes[0]) if len(codes) == 1 else Ambiguous(codes)


def _tolerance(key: str) -> int:
    """Return how many slips a text of this length may hold: short names are too near to each other for any."""
    return 0 if len(key) < 5 else 1 if len(key) < 8 else 2


def _tokens(text: str) -> Iterator[_Token]:
    for match in _TOKEN.finditer(text):
        key = fold(match[0])
        if key:
            yield _Token(match.start(), match.end(), match[0], key)
        if match[0] == "&":
            yield _Token(match.start(), match.end(), "&", "and")


@lru_cache(maxsize=50_000)
def _forms(key: str) -> tuple[str, ...]:
    """Return a word without what its language may have hung on it, one way or another."""
    tried = (pattern.subn(base, key) for pattern, base in _AFFIXES)
    return tuple(form for form, changed in tried if changed)


def _stem(key: str) -> str:
    return " ".join(_stem_word(word) for word in key.split())


@cache
def _stemmer() -> Any:
    from snowballstemmer import stemmer

    return stemmer("russian")


def _stem_word(word: str) -> str:
    # Folding has made и of every й; of an adjective's ending the stemmer knows only the latter.
    found = str(_stemmer().stemWord(_ADJECTIVE.sub("й", word)))
    # Корея keeps an е that its other cases lose.
    return found.removesuffix("е") if len(found) > 3 else found


def _accented(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold().strip()


def _is_cyrillic(key: str) -> bool:
    return "\u0400" <= key[:1] <= "\u04ff"


def _katakana(char: str) -> bool:
    return bool(char) and "\u30a1" <= char <= "\u30fc"


def _shouted(tokens: tuple[_Token, ...]) -> bool:
    """Say whether a whole sentence is in capitals, where capitals tell nothing."""
    letters = "".join(token.text for token in tokens if len(token.text) > 3)
    return letters.isupper()


def _cldr_name(code: str, locale: str) -> str:
    from babel import Locale, UnknownLocaleError

    try:
        return str(Locale.parse(locale.replace("_", "-"), sep="-").territories.get(code, ""))
    except (UnknownLocaleError, ValueError):
        return ""


_BREAKS = re.compile(r"[\n;,]+")


def listed_in(text: str, known: Mapping[str, str], gazetteer: Gazetteer) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the members in a list that was typed (a line or a comma between them), and what names none of them.

    `known` are the members' formal names by code: what is none of them is no member.
    """
    formal = {name.casefold(): code for code, name in known.items()}
    codes, unknown = [], []
    for piece in filter(None, (each.strip(" .\t") for each in _BREAKS.split(text))):
        found = gazetteer.resolve(piece)
        code = formal.get(piece.casefold()) or (found.code if isinstance(found, Recognised) else "")
        if code in known:
            codes.append(code)
        else:
            unknown.append(piece)
    return tuple(dict.fromkeys(codes)), tuple(unknown)
