"""Section D of fa3.md: rates, bands and totals → what does not add up. Totals are ours; these rules guard us too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from bridge.fa3.rules import subjects
from bridge.fa3.rules.rule import Context, E, Found, Rule, W, held, rule
from bridge.fa3.totals.values import OSS, by_gross, rate_of, tax, value_of
from bridge.model.invoice import Band, Invoice, Kind, Line
from bridge.model.vat import BANDS, RATES, grosze

ZERO = Decimal(0)
HUNDRED = Decimal(100)
CENT = Decimal("0.01")
TWO = Decimal("0.02")
TAXED = frozenset({"1", "2", "3", "4"})
WITH_VAT = TAXED | {OSS}
ADVANCES = frozenset({Kind.ZAL, Kind.ROZ, Kind.KOR_ZAL, Kind.KOR_ROZ})
RATE = "pozycja.stawka_vat"
CHECK = "Sprawdź pozycje tej faktury w programie ERP."
DISCOUNT = re.compile(
    r"rabat|opust|upust|bonifikat|skont|zni[żz]k|przecen|bonus|promocj|voucher|kupon|\bbon|kaucj|zwrot|zaokr[ąa]gl|zaliczk|discount",
    re.IGNORECASE,
)


@rule(
    "D01",
    E,
    "Fa/FaWiersz/P_12",
    "Stawka jest jedną z listy FA(3).",
    "KU P12_ENUMERATION",
    field=RATE,
    advice="Dopisz tę stawkę w słowniku stawek.",
    keeps=True,
)
def known_rate(f: Invoice, _c: Context) -> Iterator[Found]:
    for line in f.lines:
        if line.rate is not None and line.rate not in RATES:
            yield Found(f"Stawki „{line.rate}” nie ma w FA(3).", line.rate, _row(line))


@rule(
    "D02",
    E,
    "Fa",
    "Każda stawka pozycji ma swoją sumę i każda suma swoje pozycje.",
    "INFO, 3.1",
    field=RATE,
    advice=CHECK,
    keeps=True,
)
def bands_of_lines(f: Invoice, _c: Context) -> Iterator[Found]:
    if f.kind in ADVANCES or f.kind is Kind.UPR or not f.lines or f.totals is None:
        return
    if f.correction and f.correction.collective:
        return
    totals = {band.band: band for band in f.totals.bands}
    if {rate.band for line in f.lines if (rate := rate_of(line, f)) is not None} == totals.keys():
        return
    worth: dict[str, Decimal] = {}
    for line in f.lines:
        rate, value = rate_of(line, f), value_of(line, f)
        if rate is not None:
            worth[rate.band] = worth.get(rate.band, ZERO) + (-(value or ZERO) if line.before else value or ZERO)
    # A sum of nothing may stand or not: of a free line, of rows before and after that are worth the same.
    lacking = {band for band, value in worth.items() if value} - set(totals)
    unrated = any(rate_of(line, f) is None for line in f.lines)  # rule G08 speaks of these
    strange = {name for name, band in totals.items() if (band.net or band.vat) and name not in worth and not unrated}
    for band in sorted(lacking | strange, key=BANDS.index):
        yield Found(f"Suma netto P_13_{band} i stawki pozycji nie odpowiadają sobie.", band)


@rule(
    "D03",
    E,
    "Fa/P_13_1",
    "Suma netto stawki to suma jej pozycji.",
    "section 4",
    field="pozycja.wartosc_netto",
    advice=CHECK,
    keeps=True,
)
def net_of_lines(f: Invoice, _c: Context) -> Iterator[Found]:
    for band, lines, values in _by_band(f):
        nets = [-line.net if line.before else line.net for line in lines if line.net is not None]
        if len(nets) == len(lines) and abs(band.net - sum(nets, ZERO)) <= CENT:
            continue  # lines that give both values may be summed by either
        counted = sum(values, ZERO)
        net_priced = [(line, value) for line, value in zip(lines, values, strict=True) if not by_gross(line, f)]
        if len(net_priced) < len(lines):  # of VAT, what lies within the gross lines
            counted -= (band.vat or ZERO) - sum((_on_top(line, value) for line, value in net_priced), ZERO)
        if abs(band.net - counted) > CENT * max(1, len(net_priced) if len(net_priced) < len(lines) else 1):
            yield Found(f"Suma netto P_13_{band.band} to {band.net}, a z pozycji wychodzi {counted}.", str(band.net))


def _on_top(line: Line, value: Decimal) -> Decimal:
    percent = RATES[line.rate].percent if line.rate in RATES else None
    return grosze(value * (percent or ZERO) / HUNDRED)


@rule(
    "D04",
    E,
    "Fa/P_14_1",
    "VAT stawki wynika z jej sumy albo z pozycji.",
    "section 4",
    field="pozycja.kwota_vat",
    advice=CHECK,
    keeps=True,
    otherwise="ostrzeżenie, gdy korekta zmienia sam podatek",
)
def vat_of_bands(f: Invoice, _c: Context) -> Iterator[Found]:
    for band, lines, values in _by_band(f):
        if band.vat is None or band.band not in WITH_VAT:
            continue
        bases: dict[tuple[str | Decimal | None, bool], Decimal] = {}  # by rate and pricing: a band may hold several
        for line, value in zip(lines, values, strict=True):
            way = (line.rate or line.foreign_rate, by_gross(line, f))
            bases[way] = bases[way] + value if way in bases else value
        by_rate = ZERO
        for (rate, gross), base in bases.items():
            percent = (RATES[rate].percent if isinstance(rate, str) else rate) or ZERO
            by_rate += tax(base, percent, gross=gross)
        off = abs(band.vat - by_rate)
        if off > TWO and off > CENT * _roundings(f, lines):
            only_tax = f.kind.corrects and not any(bases.values()) and not band.net
            said = f"Kwota VAT P_14_{band.band} to {band.vat}, a ze stawki wychodzi {by_rate}."
            yield Found(said, str(band.vat), severity=W if only_tax else None)


@rule(
    "D05",
    E,
    "Fa/P_15",
    "Do zapłaty to suma netto i VAT.",
    "section 4",
    advice=CHECK,
    keeps=True,
    otherwise="ostrzeżenie, gdy kwotę zaokrąglono do pełnych złotych",
)
def due(f: Invoice, _c: Context) -> Iterator[Found]:
    if f.totals is None or (f.kind is Kind.UPR and not f.totals.bands):
        return
    counted = f.totals.net + f.totals.vat
    off = abs(f.totals.due - counted)
    if off > TWO:
        severity = W if off <= 1 and f.totals.due == f.totals.due.to_integral_value() else E
        yield Found(
            f"Kwota należności {f.totals.due} nie jest sumą netto i VAT ({counted}).",
            str(f.totals.due),
            severity=severity,
        )


@rule("D06", E, "Fa/P_14_1", "Suma netto opodatkowana ma swój VAT.", "XSD", advice=CHECK)
def pairs(f: Invoice, _c: Context) -> Iterator[Found]:
    for band in f.totals.bands if f.totals else ():
        if band.band in TAXED and band.vat is None:
            yield Found(f"Suma netto P_13_{band.band} nie ma kwoty VAT (P_14_{band.band}).")


@rule(
    "D07",
    E,
    "Fa/P_14_1W",
    "VAT w złotych jest tylko przy obcej walucie.",
    "XSD-run",
    field="faktura.waluta",
    advice="Sprawdź walutę faktury.",
)
def pln_only_for_foreign(f: Invoice, _c: Context) -> Iterator[Found]:
    if f.currency == "PLN" and any(band.vat_pln is not None for band in (f.totals.bands if f.totals else ())):
        yield Found("Faktura w złotych ma kwoty VAT przeliczone na złote.")


@rule(
    "D08",
    E,
    "Fa/P_14_1W",
    "Przy obcej walucie VAT jest przeliczony na złote.",
    "KU FOREIGN_CURRENCY_TAX_PLN, LAW* 106e(11)",
    field="pozycja.kurs_waluty",
    advice="Wskaż w mapowaniu `pozycja.kurs_waluty`: bez kursu nie da się podać VAT w złotych.",
    about=subjects.foreign_currency,
)
def pln_for_foreign(f: Invoice, _c: Context) -> Iterator[Found]:
    if f.currency == "PLN":
        return
    for band in f.totals.bands if f.totals else ():
        if band.band in TAXED and band.vat and band.vat_pln is None:
            yield Found(f"Faktura w {f.currency} nie ma VAT w złotych (P_14_{band.band}W).")


@rule(
    "D09",
    W,
    "Fa/P_14_1W",
    "VAT w złotych to VAT pozycji razy kurs.",
    "EX20/21",
    field="pozycja.kurs_waluty",
    advice="Sprawdź kursy w pozycjach.",
    about=subjects.foreign_currency,
)
def pln_by_rate(f: Invoice, _c: Context) -> Iterator[Found]:
    if f.currency == "PLN":
        return  # rule D07
    for band, lines, _ in _by_band(f):
        rates = {line.exchange_rate for line in lines if line.exchange_rate}
        if band.vat_pln is None or band.vat is None or len(rates) != 1:
            continue
        counted = grosze(band.vat * rates.pop())
        if abs(counted - band.vat_pln) > CENT * max(1, len(lines)):
            yield Found(
                f"VAT w złotych P_14_{band.band}W to {band.vat_pln}, a z kursu wychodzi {counted}.", str(band.vat_pln)
            )


@rule(
    "D10",
    W,
    "Fa/FaWiersz/KursWaluty",
    "Opodatkowana pozycja w obcej walucie ma dodatni kurs.",
    "XSD note",
    field="pozycja.kurs_waluty",
    advice="Wskaż w mapowaniu kurs waluty.",
    about=subjects.foreign_currency,
)
def rate_of_exchange(f: Invoice, _c: Context) -> Iterator[Found]:
    if f.currency == "PLN" or (f.kind is Kind.UPR and f.totals is not None and not f.totals.bands):
        return  # a simplified invoice may leave the VAT to its buyer
    in_pln = {band.band for band in (f.totals.bands if f.totals else ()) if band.vat_pln is not None}
    for line in f.lines:
        taxed = line.rate in RATES and RATES[line.rate].band in TAXED and value_of(line, f) != 0
        told = line.rate in RATES and RATES[line.rate].band in in_pln  # the law asks for VAT in PLN, not for the rate
        if taxed and (line.exchange_rate <= 0 if line.exchange_rate is not None else not told):
            yield Found(
                f"Pozycja „{line.called}” w {f.currency} nie ma dodatniego kursu waluty.",
                str(line.exchange_rate or ""),
                _row(line),
            )


@rule(
    "D11",
    W,
    "Fa/FaWiersz/KursWaluty",
    "Kurs zgadza się z tabelą A NBP z ostatniego dnia roboczego przed sprzedażą albo przed wystawieniem.",
    "LAW*, KU CURRENCY_RATE_MISMATCH",
    field="pozycja.kurs_waluty",
    advice="Sprawdź kurs w programie ERP; tabele NBP bierze się z pliku `bank_rates` w ustawieniach.",
    law=True,
    about=subjects.foreign_currency,
)
def rate_of_bank(f: Invoice, c: Context) -> Iterator[Found]:
    if f.currency == "PLN" or f.kind.corrects:  # a correction keeps the rate of its original
        return
    for line in f.lines:
        sold = line.sale_date or f.sold or (f.period[1] if f.period else f.issued)
        bank = c.bank_rate(f.currency, min(sold, f.issued))
        if line.exchange_rate and bank and line.exchange_rate != bank:
            yield Found(
                f"Kurs {f.currency} w pozycji „{line.called}” to {line.exchange_rate}, a w tabeli NBP {bank}.",
                str(line.exchange_rate),
                _row(line),
            )


@rule(
    "D12",
    E,
    "Fa/KursWalutyZ",
    "Kurs całej faktury jest tylko na fakturze zaliczkowej i jej korekcie.",
    "KU KURS_WALUTY_Z_PLACEMENT",
    field="faktura.kurs_zaliczki",
    advice="Przy innych rodzajach wskaż kurs w pozycjach: `pozycja.kurs_waluty`.",
    about=subjects.advances,
)
def rate_of_whole(f: Invoice, _c: Context) -> Iterator[Found]:
    if f.exchange_rate is not None and f.kind not in (Kind.ZAL, Kind.KOR_ZAL):
        yield Found(f"Faktura rodzaju {f.kind} podaje kurs całej faktury {f.exchange_rate}.", str(f.exchange_rate))


@rule(
    "D13",
    E,
    "Fa/P_15",
    "Poza korektą nie ma ujemnych sum; ujemna pozycja to nazwany rabat albo zwrot.",
    "KU NEGATIVE_QUANTITY_NOT_ALLOWED",
    field="pozycja.wartosc_netto",
    advice="Ujemną kwotę należności dokumentuje się korektą (KOR).",
    otherwise="ostrzeżenie, gdy ujemna jest tylko pozycja albo suma jednej stawki",
)
def not_negative(f: Invoice, _c: Context) -> Iterator[Found]:
    if f.kind.corrects or f.totals is None:
        return
    if f.totals.due < 0:
        yield Found(f"Kwota należności jest ujemna: {f.totals.due}.", str(f.totals.due))
    for band in f.totals.bands:
        if band.net < 0:  # a returned package at another rate than the goods
            said = f"Suma netto P_13_{band.band} jest ujemna: {band.net}."
            yield Found(said, str(band.net), severity=W if f.totals.due >= 0 else None)
    for line in f.lines:
        value = line.net if line.net is not None else line.gross
        if value is not None and value < 0 and not DISCOUNT.search(line.name or ""):
            yield Found(f"Pozycja „{line.called}” ma ujemną wartość {value}.", str(value), _row(line), severity=W)


@rule("D14", W, "Fa/P_14_1", "VAT ma znak swojej sumy i nie ma kwoty -0.", "XSD-run", advice=CHECK)
def signs(f: Invoice, _c: Context) -> Iterator[Found]:
    for band in f.totals.bands if f.totals else ():
        if band.vat and band.net and (band.vat < 0) != (band.net < 0):
            yield Found(f"Suma netto P_13_{band.band} to {band.net}, a jej VAT {band.vat} ma inny znak.", str(band.vat))
        if (not band.net and band.net.is_signed()) or (band.vat is not None and not band.vat and band.vat.is_signed()):
            yield Found(f"W stawce {band.band} jest kwota -0.")


D15 = held("D15", E, "Fa/P_14_5W", "P_14_5W nie istnieje.", "XSD", "szablon fa3.xml.j2 i schemat (RA06)")


@rule("D16", W, "Fa/P_15", "Kwota nie jest podejrzanie duża.", "BR", advice="Sprawdź, czy nie przesunął się przecinek.")
def not_huge(f: Invoice, c: Context) -> Iterator[Found]:
    if f.totals is not None and abs(f.totals.due) > c.largest:
        yield Found(f"Kwota należności {f.totals.due} jest większa niż {c.largest}.", str(f.totals.due))


def _roundings(f: Invoice, lines: list[Line]) -> int:
    """How many amounts were rounded: those of lines, and of the invoices that one correction changes together."""
    return max(len(lines), len(f.correction.originals) if f.correction else 0)


def _by_band(f: Invoice) -> Iterator[tuple[Band, list[Line], list[Decimal]]]:
    """Bands with their lines and what each adds to them, where totals are meant to be sums of lines."""
    if f.totals is None or f.kind in ADVANCES or not f.lines:
        return
    by_band: dict[str, tuple[list[Line], list[Decimal]]] = {}
    for line in f.lines:
        rate, value = rate_of(line, f), value_of(line, f)
        if rate is not None:
            lines, values = by_band.setdefault(rate.band, ([], []))
            lines.append(line)
            if value is not None:
                values.append(-value if line.before else value)
    for band in f.totals.bands:
        lines, values = by_band.get(band.band, ([], []))
        if lines and len(values) == len(lines):  # a simplified invoice may give none
            yield band, lines, values


def _row(line: Line) -> tuple[int, ...]:
    return (line.row,) if line.row else ()


RULES: tuple[Rule, ...] = tuple(each for each in globals().values() if isinstance(each, Rule))
