"""Numbers, dates and texts are read as the sheet shows them."""

import pytest

from indexing.readers.excel.number_formats import general_number, shown_number, shown_text


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        (1730, "00000", "01730"),
        (1234.5, "#,##0.00", "1,234.50"),
        (-1250.5, '#,##0.00 "€";[Red](#,##0.00) "€"', "(1,250.50) €"),
        (-1250.5, "#,##0.00", "-1,250.50"),
        (1234567, "#,##0.0,,", "1.2"),
        (1500, '0.0," k"', "1.5 k"),
        (0.075, "0.0%", "7.5%"),
        (0.075, "0%", "8%"),
        (0.5, "0 %", "50 %"),
        (12, 'General" kg"', "12 kg"),
        (12.5, '"about "0.0" kg"', "about 12.5 kg"),
        (99.9, "[$€-407] #,##0.00", "€ 99.90"),
        (99.9, "#,##0.00 [$kr-41D]", "99.90 kr"),
        (1234.5, '_-* #,##0.00 "€"_-;-* #,##0.00 "€"_-;_-* "-"?? "€"_-;_-@_-', "1,234.50 €"),
        (0, '_-* #,##0.00 "€"_-;-* #,##0.00 "€"_-;_-* "-"?? "€"_-;_-@_-', "- €"),
        (0.1 + 0.2, "General", "0.3"),
        (1234567890123456, "General", "1234567890123456"),
        (2.5, "0", "3"),
        (1.005, "0.00", "1.01"),
        (0.5, "#.##", ".5"),
        (12, "#.##", "12"),
        (5551234567, "(000) 000-0000", "(555) 123-4567"),
        (12345678901, "000-00-0000", "12345-67-8901"),
        (12345, "0.00E+00", "1.23E+04"),
        (0.00012, "0.0E-0", "1.2E-4"),
        (1.75, "# ?/?", "1 3/4"),
        (0.5, "# ?/8", "4/8"),
        (7, "[<10]0\\0;0", "70"),
        (70, '[<10]0"x";0', "70"),
        (5, ";;;", ""),
        (5, '"yes";"no";"none"', "yes"),
        (-5, '"yes";"no";"none"', "no"),
        (0, '"yes";"no";"none"', "none"),
        (3, "@", "3"),
        (45331, "yyyy-mm-dd", "2024-02-09"),
        (45331, "d mmm yyyy", "9 Feb 2024"),
        (45331, "dddd, dd. mmmm yy", "Friday, 09. February 24"),
        (45331, 'yyyy"年"m"月"d"日"', "2024年2月9日"),
        (45331, "[$-804]aaaa", "星期五"),
        (45331, "[$-409]d/m/yyyy;@", "9/2/2024"),
        (45331.5, "yyyy-mm-dd hh:mm", "2024-02-09 12:00"),
        (1.260416666666667, "[h]:mm", "30:15"),
        (2, "[h]:mm", "48:00"),
        (0.5, "[mm]:ss", "720:00"),
        (0.75, "h:mm AM/PM", "6:00 PM"),
        (0.0, "h:mm AM/PM", "12:00 AM"),
        (0.0208449074, "mm:ss.00", "30:01.00"),
        (0.999999999, "h:mm:ss", "0:00:00"),
        (1, "yyyy-mm-dd", "1900-01-01"),
        (-5, "yyyy-mm-dd", "-5"),
        (1e300, "yyyy", "1E+300"),
    ],
)
def test_a_number_is_written_as_it_is_seen(value: float, code: str, text: str) -> None:
    assert shown_number(value, code) == text


def test_days_may_be_counted_from_1904() -> None:
    assert shown_number(43869, "yyyy-mm-dd", is_1904=True) == "2024-02-09"


@pytest.mark.parametrize(
    ("code", "text"),
    [("General", "Tern"), ('@" (boat)"', "Tern (boat)"), ("0.00", "Tern"), ('0;0;0;"is "@', "is Tern"), (";;;", "")],
)
def test_a_text_is_written_with_what_its_format_adds(code: str, text: str) -> None:
    assert shown_text("Tern", code) == text


def test_a_format_made_to_harm_is_only_a_format() -> None:
    assert shown_number(5, "0" * 100_000)
    assert general_number(1e-7) == "1E-07"
