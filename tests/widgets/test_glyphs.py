"""Signs in ASCII, styles in sixteen colours and in none."""

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.color import Color

from widgets.few_colours import READABLE, NoColours, SixteenColours, contrast
from widgets.glyphs import RISING, AsciiGlyphs, ascii_text
from widgets.plain import plain

GROUND = Color.parse("#0f1318")
colours = st.tuples(*[st.integers(0, 255)] * 3).map(lambda rgb: "#{:02x}{:02x}{:02x}".format(*rgb))


@given(st.text(max_size=40).map(plain))
def test_any_text_becomes_ascii_of_the_same_width(text: str) -> None:
    assert ascii_text(text).isascii()
    assert len(ascii_text(text)) == sum(map(cell_len, text))


def test_names_lose_their_accents_and_signs_have_a_likeness() -> None:
    assert ascii_text("★Åkerström Østfold · 5–7 …") == "*Akerstrom Ostfold . 5-7 ~"
    assert ascii_text("╭──╮ ▲ 北") == "+--+ ^ ??"


def test_every_height_of_a_bar_looks_different() -> None:
    assert len(set(ascii_text(RISING))) == len(RISING)


def test_a_bar_that_hangs_is_drawn_as_a_bar() -> None:
    (segment,) = AsciiGlyphs().apply([Segment("▇▁ ", Style(reverse=True))], GROUND)
    assert segment.text == ascii_text("▁▇█")
    assert segment.style is not None
    assert not segment.style.reverse


@given(colours, colours)
def test_in_sixteen_colours_text_can_be_read_whatever_it_was(text: str, ground: str) -> None:
    (segment,) = SixteenColours().apply([Segment("x", Style(color=text, bgcolor=ground))], GROUND)
    style = segment.style
    assert style is not None
    assert style.color is not None
    assert style.bgcolor is not None
    assert style.color.number is not None
    assert style.color.number < 16
    one, other = (Color(*colour.get_truecolor()) for colour in (style.color, style.bgcolor))
    assert contrast(one, other) >= READABLE - 0.1


@given(colours, colours, st.booleans())
def test_without_colour_no_style_has_one(text: str, ground: str, bold: bool) -> None:
    (segment,) = NoColours(GROUND).apply([Segment("x", Style(color=text, bgcolor=ground, bold=bold))], GROUND)
    assert segment.style is not None
    assert segment.style.color is None
    assert segment.style.bgcolor is None
    assert bool(segment.style.bold) == bold


def test_what_stands_out_by_its_ground_is_reversed_and_what_stands_back_is_dim() -> None:
    banner, muted, severe = NoColours(GROUND).apply(
        [
            Segment("a", Style(color="#0f1318", bgcolor="#ff7b7b")),
            Segment("b", Style(color="#a3abb6", bgcolor="#0f1318")),
            Segment("c", Style(color="#ff7b7b", bgcolor="#161b22")),
        ],
        GROUND,
    )
    assert banner.style == Style(reverse=True)
    assert muted.style == Style(dim=True)
    assert severe.style == Style()
