"""An invoice as the file tells it → the same with counted lines and totals, and what disagrees with the ERP's own.

Totals are computed, never copied (design.md, decision 9; formulas: fa3.md, section 4; VAT Act art. 106e).
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from bridge.model.invoice import Band, Totals
from bridge.model.problem import Problem, Severity, problem
from bridge.model.vat import BANDS, RATES, grosze

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bridge.model.invoice import Invoice, Line

ZERO = Decimal("0.00")
CENT = Decimal("0.01")
HUNDRED = Decimal(100)
METHODS = ("od_sumy", "z_pozycji")


def totalled(invoice: Invoice) -> tuple[Invoice, list[Problem]]:
    """Lines valued, totals by band, P_15; errors where the ERP's control totals differ by a grosz."""
    gross_prices = invoice.prices == "brutto"
    lines, computed = _valued(invoice.lines, gross_prices=gross_prices)
    found = _computed(invoice, computed)
    unknown = [line for line in lines if (line.gross if gross_prices else line.net) is None]
    if unknown:
        return invoice, [*found, *(_without_value(line, gross_prices=gross_prices) for line in unknown)]
    found += [each for line in lines for each in _line_control(line, gross_prices=gross_prices)]
    totals = _totals(lines, invoice, invoice.vat_method)
    found += _control(invoice, lines, totals)
    if invoice.vat_method == "z_pozycji":
        lines = tuple(replace(line, vat=_line_vat(line, gross_prices=gross_prices)) for line in lines)
    return replace(invoice, lines=lines, totals=totals), found


def _valued(lines: Sequence[Line], *, gross_prices: bool) -> tuple[tuple[Line, ...], list[Line]]:
    """Lines with their values; which of them were computed."""
    valued: list[Line] = []
    computed: list[Line] = []
    for line in lines:
        value = line.gross if gross_prices else line.net
        if value is None:
            value = _product(line, gross_prices=gross_prices)
            if value is not None:
                computed.append(line)
                line = replace(line, gross=value) if gross_prices else replace(line, net=value)  # noqa: PLW2901
        valued.append(line)
    return tuple(valued), computed


def _product(line: Line, *, gross_prices: bool) -> Decimal | None:
    """Quantity × price − discount, half up; None when the file lacks one of them."""
    price = line.gross_price if gross_prices else line.net_price
    if line.quantity is None or price is None:
        return None
    return grosze(line.quantity * price - (line.discount or ZERO))


def _line_vat(line: Line, *, gross_prices: bool) -> Decimal | None:
    """VAT of one line: from the file, else value × rate, or gross × r/(100+r); None where no VAT is shown."""
    percent = RATES[line.rate].percent if line.rate in RATES else None
    if percent is None:
        return None
    if line.vat is not None:
        return line.vat
    if gross_prices:
        assert line.gross is not None
        return grosze(line.gross * percent / (HUNDRED + percent))
    assert line.net is not None
    return grosze(line.net * percent / HUNDRED)


def _totals(lines: Sequence[Line], invoice: Invoice, method: str) -> Totals:
    """By band in the order of the schema: after minus before (section 4)."""
    by_band: dict[str, list[Line]] = {}
    for line in lines:
        if line.rate in RATES:
            by_band.setdefault(RATES[line.rate].band, []).append(line)
    bands = tuple(_band(band, by_band[band], invoice, method) for band in BANDS if band in by_band)
    due = sum((band.net + (band.vat or ZERO) for band in bands), ZERO)
    return Totals(bands, due)


def _band(band: str, lines: Sequence[Line], invoice: Invoice, method: str) -> Band:
    gross_prices = invoice.prices == "brutto"
    value = _signed_sum((line, line.gross if gross_prices else line.net) for line in lines)
    if RATES[lines[0].rate or ""].percent is None:
        return Band(band, value)
    vat = _vat(lines, method, gross_prices=gross_prices)
    vat_pln = None if invoice.currency == "PLN" else _in_pln(lines, vat, gross_prices=gross_prices)
    return Band(band, value - vat if gross_prices else value, vat, vat_pln)


def _vat(lines: Sequence[Line], method: str, *, gross_prices: bool) -> Decimal:
    """By the sum of each rate (art. 106e(1), (7)), or as the sum of the lines' VAT (art. 106e(10))."""
    if method == "z_pozycji":
        return _signed_sum((line, _line_vat(line, gross_prices=gross_prices)) for line in lines)
    total = ZERO
    for rate in dict.fromkeys(line.rate or "" for line in lines):  # a band may hold two rates: 23 and 22
        percent = RATES[rate].percent or ZERO
        base = _signed_sum((line, line.gross if gross_prices else line.net) for line in lines if line.rate == rate)
        total += grosze(base * percent / (HUNDRED + percent if gross_prices else HUNDRED))
    return total


def _in_pln(lines: Sequence[Line], vat: Decimal, *, gross_prices: bool) -> Decimal | None:
    """VAT of the band in PLN: by one rate of exchange from the band's VAT, by several from the lines, rounded once."""
    rates = {line.exchange_rate for line in lines}
    if None in rates:
        return None
    if len(rates) == 1:
        return grosze(vat * (lines[0].exchange_rate or ZERO))
    parts = (
        (line, (_line_vat(line, gross_prices=gross_prices) or ZERO) * (line.exchange_rate or ZERO)) for line in lines
    )
    return grosze(_signed_sum(parts))


def _signed_sum(values: Iterable[tuple[Line, Decimal | None]]) -> Decimal:
    total = ZERO
    for line, value in values:
        if value is not None:
            total += -value if line.before else value
    return total


# --- what disagrees ------------------------------------------------------------------------------------------------


def _computed(invoice: Invoice, lines: Sequence[Line]) -> list[Problem]:
    if not lines:
        return []
    message = (
        f"Wartość {len(lines)} pozycji faktury {invoice.number} policzono jako ilość × cena, bo plik jej nie podaje."
    )
    rows = tuple(line.row for line in lines if line.row)
    return [problem("D19", message, severity=Severity.INFO, field="pozycja.wartosc_netto", rows=rows)]


def _without_value(line: Line, *, gross_prices: bool) -> Problem:
    field = "pozycja.wartosc_brutto" if gross_prices else "pozycja.wartosc_netto"
    message = f"Pozycja „{line.name or ''}” nie ma wartości, a bez ilości i ceny nie da się jej policzyć."
    return problem("D01", message, field=field, rows=(line.row,) if line.row else ())


def _line_control(line: Line, *, gross_prices: bool) -> list[Problem]:
    """VAT and gross of a line against the ERP's, within 0.01, as sums may be rounded."""
    if line.erp_vat is None and line.erp_gross is None:
        return []
    vat = _line_vat(line, gross_prices=gross_prices) or ZERO
    gross = line.gross if gross_prices else (line.net or ZERO) + vat
    compared = (
        ("VAT", "kontrola.pozycja_vat", line.erp_vat, vat),
        ("brutto", "kontrola.pozycja_brutto", line.erp_gross, gross or ZERO),
    )
    return [
        problem(
            "D07",
            f"Pozycja „{line.name}”: {what} w pliku to {_pl(said)}, a z wartości i stawki {line.rate} wychodzi {_pl(counted)}.",
            field=field,
            rows=(line.row,) if line.row else (),
            value=str(said),
        )
        for what, field, said, counted in compared
        if said is not None and abs(said - counted) > CENT
    ]


def _control(invoice: Invoice, lines: Sequence[Line], totals: Totals) -> list[Problem]:
    """Rule G20: the ERP's totals of the invoice against ours, to the grosz; says which method would agree."""
    said = invoice.control
    differ = _differences(invoice, totals)
    if not differ:
        return []
    other = METHODS[1 - METHODS.index(invoice.vat_method)]
    agrees = not _differences(invoice, _totals(lines, invoice, other))
    advice = (
        f"Kwoty zgadzają się przy `metoda_vat: {other}`: ustaw ją w mapowaniu w sekcji `faktura`."
        if agrees
        else "Sprawdź w programie ERP, czy wszystkie pozycje tej faktury są w eksporcie."
    )
    assert said is not None
    return [
        Problem(
            "RG20",
            f"Faktura {invoice.number}: {what} według programu ERP to {_pl(told)}, a z pozycji wychodzi {_pl(counted)}.",
            advice,
            field=field,
            element=element,
            rows=invoice.rows,
            value=str(told),
        )
        for what, field, element, told, counted in differ
    ]


def _differences(invoice: Invoice, totals: Totals) -> list[tuple[str, str, str, Decimal, Decimal]]:
    said = invoice.control
    compared = (
        ("suma netto", "kontrola.faktura_netto", "Fa/P_13_1", said.net, totals.net),
        ("suma VAT", "kontrola.faktura_vat", "Fa/P_14_1", said.vat, totals.vat),
        ("suma brutto", "kontrola.faktura_brutto", "Fa/P_15", said.gross, totals.due),
    )
    return [
        (what, field, element, told, counted)
        for what, field, element, told, counted in compared
        if told is not None and told != counted
    ]


def _pl(amount: Decimal) -> str:
    """1234.5 → 1 234,50."""
    return f"{amount:,.2f}".replace(",", " ").replace(".", ",")
