"""The repair stage: what it mends, what it leaves alone, and that its gate changes nothing but the time it takes."""

import hashlib
import importlib.metadata
import random
import re
import subprocess
import sys
from time import process_time

import pytest
from ftfy import TextFixerConfig, badness, chardata, fix_text_segment
from ftfy import __version__ as ftfy_version
from hypothesis import example, given
from hypothesis import strategies as st

from defurnish import repair_tables
from defurnish.edits import apply, invert
from defurnish.model import Edit, Span
from defurnish.repair import FIXES, LINE_BREAKS, Gate, _gate, _mended, repair
from scripts.build_repair_tables import module

# Sends every line to ftfy and looks for an entity in each: what the gate must agree with.
OPEN_GATE = Gate(re.compile(""), re.compile(""))

MENDED = [
    # Decoded with the wrong codec.
    ("schÃ¶n", "schön"),
    ("The cafÃ© is open.", "The café is open."),
    ("â€œquotesâ€\x9d", "“quotes”"),
    ("Itâ€™s late â€” too late", "It’s late — too late"),
    ("â€¢ Salt", "• Salt"),
    ("5Â°C and 20Â£", "5°C and 20£"),
    ("ÐŸÑ€Ð¸Ð²ÐµÑ‚, Ð¼Ð¸Ñ€", "Привет, мир"),
    ("РџСЂРёРІРµС‚, РјРёСЂ вЂ“ Р·РґРµСЃСЊ", "Привет, мир – здесь"),
    ("ÃƒÂ©tÃƒÂ©", "été"),
    ("voilÃ le bac", "voilà le bac"),
    ("It\x92s late", "It’s late"),
    # Entities.
    ("Salt &amp; rain", "Salt & rain"),
    ("Salt &amp;amp; rain", "Salt & rain"),
    ("caf&eacute; &#8211; &#x2019;", "café – ’"),
    ("a&nbsp;b", "a\xa0b"),
    ("caf&Atilde;&copy;", "café"),
    # Control characters.
    ("\ufeffRain fell.", "Rain fell."),
    ("Rain\x00 fell\x07.", "Rain fell."),
    ("\x1b[31mRain\x1b[0m fell.", "Rain fell."),
    ("half \ud83d\ude00 and \ud800.", "half 😀 and \ufffd."),
    ("Rain &am\x00p; salt", "Rain & salt"),
    # Emptied, the line would let the break before it and its own become one.
    ("a\r\x00\nb", "a\r \nb"),
]

KEPT = [
    "",
    "\n\n\n",
    "Rain fell all night.",
    "“It’s late,” she said – ‘too late’ — …",
    "ﬁne ﬂour, Ｆｕｌｌ　Ｗｉｄｔｈ, ½ × 3²",
    "e\u0301te\u0301 and été",
    "👩\u200d👩\u200d👧 und Auf\u00adlage und نامه\u200cای \u200e\u202a",
    "AT&T, R&D & Co; Q&A;",
    "<b>Salt &amp; rain</b>",
    "The sign `&lt;` opens a tag; &amp; ends it.",
    "    &lt;p&gt;",
    "\t&lt;p&gt;",
    "```\n&lt;p&gt;\n```",
    "Rain\n~~~~ html\n&lt;p&gt;\n~~~\n&amp;\n~~~~\nSalt",
    "- Rain\n\n      ```html\n      &lt;p&gt;\n      ```",
    "```\n&amp;\n```\n\n~~~\n&amp;\n~~~",
    # A mended line stays one line.
    "Rain&#10;fell",
    "Rain&NewLine;fell",
    "Rain â€¨ fell",
    # Line breaks are kept, whichever they are.
    "Rain\x85fell\u2028all\u2029night\vlong\x1cand\rlonger\fstill\r\n",
    # Entities nested deeper than anyone escapes them.
    f"&{'amp;' * 40}lt;",
    f"{'&#5&#4&#5&#5&#5' * 4}3{';' * 20}",
    # Mojibake without end.
    f"{'Â' * 100}°",
    f"{'Ã‚' * 100}°",
]

SENTENCES = [
    "Der Fährmann grüßt: „Über Nacht fällt Schnee“ – für 5 €.",
    "L’été, l’œuvre d’Émile « à la fête » coûtait 12 £ à Œuvry ; où ça ?",
    "¿Dónde está el niño? ¡Allí! «Mañana», dijo a las 5ª.",
    "O pão não está à mão; São João às três.",
    "Zażółć gęślą jaźń, rzekł „Łoś”. Żółć!",
    "Příliš žluťoučký kůň úpěl ďábelské ódy.",
    "Paromul înghețat așteaptă țărmul; Țara și Șoseaua.",
    "İstanbul’da gemi ağır ağır yanaştı, ışık söndü.",
    "Árvíztűrő tükörfúrógép, „Őszi” ŰR.",
    "Ķekava, Ģertrūde, ļoti ātri, ēst šķiņķi.",
    "Vesi „Õhtu“ jäätus, Ööülikool avati.",
    "Привет, мир! «Слово» — другое слово. РСФСР, ВГСР, Ёж.",
    "Їжак і ґудзик: “Ґанок”, № 5.",
    "Η βάρκα έφυγε «χθες» – Άνοιξη, Ώρα, ΒΓΞΟ.",
    "השלג ירד בלילה; „כן“.",
    "سقط الثلج ليلا؛ «نعم»، ٥٠٪.",
    "नौका रात में चली गई।",
    "เรือออกไปแล้ว",
    "雪が降った。「はい」と彼女は言った。ＡＢＣ",
    "눈이 내렸다. “네”라고 했다.",
    "Tàu đã rời bến đêm qua; Đường về nhà ở Huế.",
    "™ ® © § 5 ¶ 3 † ‡ ‰ √2 ≈ 1,4 ∞ × ² ³ µm 20 °C",
    "╔══╗ ║ ok ║ ╚══╝ ░▒▓ │ ┌─┐ (╯°□°)╯︵ ┻━┻ ò_ó",
    "Fine 😀 day 🏴\U000e0067\U000e007f 𝒥ohn 🇪🇪",
]


@pytest.mark.parametrize(("damaged", "mended"), MENDED)
def test_damage_is_mended(damaged, mended):
    assert repair(damaged)[0] == mended
    assert repair(mended) == (mended, ())


@pytest.mark.parametrize("text", KEPT + SENTENCES)
def test_what_is_no_damage_comes_back_as_the_same_object(text):
    mended, edits = repair(text)
    assert mended is text
    assert edits == ()


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r", "\x85", "\u2028", "\u2029", "\v", "\f", ""])
def test_a_line_is_mended_whatever_ends_it_and_keeps_its_ending(ending):
    assert repair(f"schÃ¶n{ending}Salt &amp; cÅ“ur{ending}")[0] == f"schön{ending}Salt & cœur{ending}"


def test_edits_are_cut_down_to_what_differs():
    assert repair("Rain.\r\nThe cafÃ© opens.\r\nSalt &amp; rain\r\n") == (
        "Rain.\r\nThe café opens.\r\nSalt & rain\r\n",
        (Edit(Span(14, 16), "Ã©", "é"), Edit(Span(31, 35), "amp;", "")),
    )


def test_a_fence_that_is_never_closed_hides_nothing_and_protects_nothing():
    assert repair("~~~\nSalt &amp; rain\n```\n&amp;\n```")[0] == "~~~\nSalt & rain\n```\n&amp;\n```"
    assert repair("````\nSalt &amp; rain\n```\n")[0] == "````\nSalt & rain\n```\n"


def test_mojibake_and_control_characters_in_code_are_mended_and_its_entities_stay():
    assert repair("```\nschÃ¶n &lt;\x00\n```")[0] == "```\nschön &lt;\n```"


def test_a_fence_that_mending_brings_to_light_counts_at_once():
    assert repair("\ufeff```\n&lt;\n```\n&lt;")[0] == "```\n&lt;\n```\n<"
    # But unescaping makes none: the lines below would be read anew.
    assert repair("&#126;~~\n&lt;\n~~~\n&lt;")[0] == "&#126;~~\n<\n~~~\n<"


def test_a_line_does_not_depend_on_its_neighbours():
    assert repair("<p>\nSalt &amp; rain\nПривет\nschÃ¶n\n")[0] == "<p>\nSalt & rain\nПривет\nschön\n"


BREAKS = st.sampled_from([*LINE_BREAKS, "\r\n"])
CODECS = [codec for codec in chardata.CHARMAP_ENCODINGS if not codec.startswith("sloppy")]
CODECS += [codec.removeprefix("sloppy-") for codec in chardata.CHARMAP_ENCODINGS if codec.startswith("sloppy")]


def miscoded(text: str, codec: str) -> str:
    """Encode in UTF-8 and decode wrongly; what the codec does not know becomes U+FFFD."""
    return text.encode("utf-8", "replace").decode(codec, "replace")


@st.composite
def mojibake(draw):
    text = draw(st.sampled_from(SENTENCES) | st.text(max_size=12))
    for _ in range(draw(st.integers(1, 3))):
        text = miscoded(text, draw(st.sampled_from(CODECS)))
    first = draw(st.integers(0, len(text)))
    return text[first : first + draw(st.integers(0, 40))]


CATEGORIES = {
    name: "".join(c for c in map(chr, range(0x80, 0x10000)) if re.match(f"[{members}]", c))
    for name, members in badness.MOJIBAKE_CATEGORIES.items()
}
NEIGHBOURS = "aZ .,?°œŒÂÃÎÐ× ²³ØÙŸà√≈‚Äâ†вЂВГРСў™β€Āā\xa0\ufffd"
suspicious = st.text(
    st.one_of(*(st.sampled_from(members) for members in CATEGORIES.values()), st.sampled_from(NEIGHBOURS)), max_size=12
)
ENTITIES = ["&amp;", "&lt;", "&#10;", "&nbsp;", "&Atilde;&copy;", "&#38;", "&#x60;", "&#126;", "amp;", "&", ";", "&#0;"]
MARKS = ["```", "~~~", "``", "~", "    ", "\t", "<", "`", "\x00", "\ufeff", "\x1b[0m", "\x1b[", "\ud83d", "\ude00", "Â"]
pieces = st.one_of(
    mojibake(),
    suspicious,
    st.sampled_from(SENTENCES),
    st.sampled_from(ENTITIES),
    st.sampled_from(MARKS),
    st.text(max_size=6),
    st.text(st.characters(codec=None), max_size=4),
    BREAKS,
)
texts = st.lists(pieces, max_size=12).map("".join) | st.lists(pieces, max_size=12).map("\n".join)


@given(texts)
@example("``\x00`\n```\n&lt;\n```")
@example("a\r&#1;\nb")
def test_mending_what_is_mended_changes_nothing(text):
    mended, _ = repair(text)
    again, edits = repair(mended)
    assert again is mended
    assert edits == ()


@given(texts)
def test_edits_apply_and_invert_exactly(text):
    mended, edits = repair(text)
    assert apply(text, edits) == mended
    assert apply(mended, invert(edits)) == text
    reached = 0
    for edit in edits:
        assert reached <= edit.span.start
        assert edit.span.of(text) == edit.before != edit.after
        assert not edit.before or not edit.after or edit.before[0] != edit.after[0]
        assert not edit.before or not edit.after or edit.before[-1] != edit.after[-1]
        reached = edit.span.end


@given(texts)
def test_mending_makes_and_takes_no_line_break(text):
    def breaks(text):
        return [line[len(line.rstrip(LINE_BREAKS)) :] for line in text.splitlines(keepends=True)]

    after, before = breaks(repair(text)[0]), breaks(text)
    # A last line without a break may be emptied.
    assert after == before or (after == before[:-1] and before[-1] == "")


@given(texts)
@example("Salt\rÂ £")
def test_the_gate_changes_nothing(text):
    assert repair(text) == _mended(text, OPEN_GATE)


@given(suspicious | mojibake())
def test_the_gate_is_exactly_what_ftfy_holds_for_mojibake(text):
    line = "".join(text.splitlines())
    acted_on = re.search("[\ud800-\udfff]", line) or line.translate(chardata.CONTROL_CHARS) != line
    assert bool(_gate().rare.search(line)) == bool(acted_on or badness.is_bad(line))


def test_the_gate_is_exact_on_a_hundred_thousand_lines_of_suspicious_characters():
    chance = random.Random(0)  # Hypothesis thinks too long about each to make this many
    pools = [*CATEGORIES.values(), NEIGHBOURS]
    rare = _gate().rare
    seen = {True: 0, False: 0}
    for _ in range(100_000):
        line = "".join(chance.choice(chance.choice(pools)) for _ in range(chance.randint(1, 4))).replace("\x85", "")
        bad = badness.is_bad(line)
        assert bool(rare.search(line)) == (bad or "\ufeff" in line), ascii(line)
        seen[bad] += 1
    assert min(seen.values()) > 10_000


@given(st.lists(mojibake() | suspicious, max_size=6))
def test_lines_without_entities_become_what_ftfy_makes_of_them(lines):
    lines = ["".join(line.splitlines()).replace("&", "") for line in lines]
    config = TextFixerConfig(**FIXES)
    expected = [fix_text_segment(line, config) for line in lines]
    expected = [new if len(new.splitlines()) < 2 else old for old, new in zip(lines, expected, strict=True)]
    expected = [new if new.splitlines() == [new] or not new else old for old, new in zip(lines, expected, strict=True)]
    assert repair("\n".join(lines))[0] == "\n".join(expected)


def test_the_shipped_tables_are_what_the_script_derives_from_the_installed_ftfy():
    assert ftfy_version == repair_tables.FTFY_VERSION
    pattern = badness.BADNESS_RE.pattern.encode()
    assert hashlib.sha256(pattern).hexdigest() == repair_tables.BADNESS_SHA256
    with open(repair_tables.__file__, encoding="utf-8") as shipped:
        assert shipped.read() == module()


@pytest.fixture
def other_ftfy(monkeypatch):
    monkeypatch.setattr(importlib.metadata, "version", lambda name: "99.0")
    _gate.cache_clear()
    yield
    _gate.cache_clear()


@pytest.mark.usefixtures("other_ftfy")
def test_with_another_ftfy_every_line_that_is_not_plain_goes_there():
    assert _gate().rare.search("Rain fell\tall night.\r\n") is None
    for line in ("é", "“", "\x00", "雪", "\U0001f600"):
        assert _gate().rare.search(line)
    for damaged, mended in MENDED:
        assert repair(damaged)[0] == mended
    for text in KEPT:
        assert repair(text)[0] is text


@pytest.mark.parametrize(
    ("text", "imported"),
    [("Rain fell. “Été” – • 5 € 😀 AT&T", False), ("schÃ¶n", True), ("Salt &amp; rain", True)],
)
def test_ftfy_is_imported_only_for_a_line_that_needs_it(text, imported):
    program = f"import sys; from defurnish.repair import repair; repair({text!r}); print('ftfy' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, encoding="utf-8")
    assert run.stdout.strip() == str(imported)


MILLION = 1_000_000
HOSTILE = {
    "combining marks": "e" + "\u0301" * MILLION,
    "empty lines": "\n" * MILLION,
    "empty lines and an entity": "\n" * MILLION + "&amp;",
    "one line": "Rain fell on the “old” harbour all night — and more. " * (MILLION // 5),
    "accents before apostrophes": "é’ x\n" * 200_000,
    "bullets": "• salt\n" * 150_000,
    "emoji": "Fine 😀 day 🎉\n" * 70_000,
    "ampersands": "&" * MILLION,
    "half entities": "&#12345678901234567890" * 45_000,
    "nested entities": "&" + "amp;" * (MILLION // 4),
    "chain": "Â" * MILLION + "°",
    "chain of two": "Ã‚" * (MILLION // 2) + "°",
    "chain of three": "Ãƒâ€š" * (MILLION // 5) + "°",
    "chain of leads": "ÂĀ" * (MILLION // 2) + "°",
    "nearly chains": ("Â" * 60 + " ") * 3_000,
    "escape sequences": "\x1b[" * (MILLION // 4) + "m" * (MILLION // 4),
    "open fences": "```a\n" * 100_000 + "&lt;",
    "open fences of both kinds": "````a\n~~~\n" * 50_000 + "```\n&lt;",
    "one edit in a long line": "a" * MILLION + "Ã©" + "b" * MILLION,
}
# The dearest takes 2.5 s on an old core. Quadratic time would be hours.
PATIENCE = 15.0


@pytest.mark.parametrize("kind", sorted(HOSTILE))
def test_hostile_input_takes_no_more_than_linear_time(kind):
    started = process_time()
    repair(HOSTILE[kind])
    assert process_time() - started < PATIENCE
