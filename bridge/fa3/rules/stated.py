"""Sections D and F beyond fa3.md: totals that no line tells (`sumy`, ready XML) → what contradicts rates, lines and orders.

Totals of ZAL, ROZ, UPR, KOR_ZAL, KOR_ROZ and of corrections without lines are stated by the ERP and not counted; what
a lawful invoice may do, such as a remainder after a change of rates, is a warning.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from bridge.fa3.rules import subjects
from bridge.fa3.rules.rule import Context, E, Found, Rule, W, rule
from bridge.fa3.totals.totals import of_lines
from bridge.fa3.totals.values import OSS, by_gross, rate_of, tax, value_of, vat_of
from bridge.model.invoice import Band, Invoice, Kind, Line
from bridge.model.vat import BANDS, RATES, Rate, grosze

ZERO = Decimal(0)
CENT = Decimal("0.01")
TWO = Decimal("0.02")
HUNDRED = Decimal(100)
ONE = Decimal(1)
COUNTED = frozenset({Kind.VAT, Kind.KOR, Kind.UPR})  # whose lines rules D03 and D04 add up
EXACT = frozenset({Kind.ZAL, Kind.UPR, Kind.VAT})  # whose VAT follows from nothing but the band
# The highest and the lowest rate that a band may hold.
SPAN = {
    band: (min(rates), max(rates))
    for band in BANDS
    if (rates := [each.percent for each in RATES.values() if each.band == band and each.percent is not None])
}
SUMS = "Sprawdź w programie ERP kwoty netto i VAT w podziale na stawki."


@rule(
    "D17",
    E,
    "Fa/P_14_1",
    "Podany VAT stawki wynika z jej podanej sumy netto.",
    "LAW* 106e(1)(12)-(14), 106f",
    field="sumy.vat_23",
    advice=SUMS,
    otherwise="ostrzeżenie do złotówki różnicy oraz w rozliczeniu i korekcie, które mogą łączyć różne stawki i okresy",
)
def vat_of_stated(f: Invoice, _c: Context) -> Iterator[Found]:
    if f.totals is None or (f.kind in COUNTED and f.lines and all(value_of(line, f) is not None for line in f.lines)):
        return  # rule D04 counts from lines
    tolerance = _rounding(f)
    for band in f.totals.bands:
        if band.band not in SPAN or band.vat is None or (not band.net and f.kind.corrects):
            continue  # a correction of the tax alone has no net
        low, high = sorted(grosze(band.net * percent / HUNDRED) for percent in SPAN[band.band])
        off = max(low - band.vat, band.vat - high)
        if off > tolerance:
            likely = grosze(band.net * SPAN[band.band][1] / HUNDRED)
            yield Found(
                f"Kwota VAT P_14_{band.band} to {band.vat}, a ze stawki i sumy netto {band.net} wychodzi {likely}.",
                str(band.vat),
                severity=E if f.kind in EXACT and off > ONE else W,
            )


@rule(
    "D18",
    E,
    "Fa/P_13_1",
    "Każda podana suma zaliczki albo rozliczenia ma stawkę z zamówienia albo z pozycji.",
    "section 2.4",
    field="sumy.netto_23",
    advice=SUMS,
    about=subjects.advances,
    otherwise="ostrzeżenie w korekcie, przy sumie niedodatniej albo gdy pozycja nie podaje stawki",
)
def bands_of_stated(f: Invoice, _c: Context) -> Iterator[Found]:
    if f.totals is None or f.kind in COUNTED:
        return
    known, whole = _bands_sold(f)
    if not known:
        return
    for band in f.totals.bands:
        if band.band not in known and (band.net or band.vat or f.kind is Kind.ROZ):
            yield Found(
                f"Suma P_13_{band.band} wynosi {band.net}, a w pozycjach nie ma tej stawki.",
                str(band.net),
                severity=E if whole and band.net > 0 and not f.kind.corrects else W,
            )


@rule(
    "D22",
    W,
    "Fa/P_15",
    "Sumy zgadzają się co do grosza.",
    "section 4",
    field="kontrola.faktura_brutto",
    advice="Różnicy grosza prawo nie zabrania; sprawdź, czy program ERP nie zaokrągla kwot po drodze.",
)
def to_the_grosz(f: Invoice, _c: Context) -> Iterator[Found]:
    """What D03, D04 and D05 let pass for the sake of rounding, where nothing was rounded: plain sums, or a single line."""
    if f.totals is None or not f.totals.bands:
        return
    counted = f.totals.net + f.totals.vat
    if _a_grosz_off(f.totals.due, counted):
        yield Found(f"Kwota należności to {f.totals.due}, a netto i VAT dają {counted}.", str(f.totals.due))
    if f.kind not in COUNTED or f.correction:
        return
    by_band: dict[str, list[tuple[Line, Rate]]] = {}
    for line in f.lines:
        rate = rate_of(line, f)
        if rate is None or value_of(line, f) is None:
            return
        by_band.setdefault(rate.band, []).append((line, rate))
    for band in f.totals.bands:
        rated = by_band.get(band.band, ())
        if len(rated) != 1:
            continue
        net, vat = _of_single(*rated[0], f)
        if _a_grosz_off(band.net, net):
            yield Found(f"Suma netto P_13_{band.band} to {band.net}, a pozycja daje {net}.", str(band.net))
        if vat is not None and band.vat is not None and _a_grosz_off(band.vat, vat):
            yield Found(f"VAT P_14_{band.band} to {band.vat}, a pozycja daje {vat}.", str(band.vat))


def _of_single(line: Line, rate: Rate, f: Invoice) -> tuple[Decimal, Decimal | None]:
    """Net and VAT of a band that has one line."""
    value = value_of(line, f) or ZERO
    value = -value if line.before else value
    if rate.percent is None:
        return value, None
    gross = by_gross(line, f)
    told = vat_of(line, f) if f.vat_method == "z_pozycji" else None
    vat = tax(value, rate.percent, gross=gross) if told is None else -told if line.before else told
    return (value - vat if gross else value), vat


def _a_grosz_off(told: Decimal, counted: Decimal) -> bool:
    """By one or two grosze; an amount in whole PLN was rounded on purpose."""
    return told != counted and CENT <= abs(told - counted) <= TWO and told != told.to_integral_value()


@rule(
    "F36",
    E,
    "Fa/P_15",
    "Kwota rozliczenia nie przekracza wartości całej dostawy, w żadnej stawce.",
    "section 2.4",
    field="sumy.do_zaplaty",
    advice="W `sumy` podaje się to, co zostało po zaliczkach; w pozycjach całą dostawę.",
    about=subjects.advances,
)
def remainder_within_supply(f: Invoice, _c: Context) -> Iterator[Found]:
    if f.kind is not Kind.ROZ or f.totals is None or not _valued(f):
        return
    whole = of_lines(f, f.vat_method)
    if f.totals.due > whole.due + _rounding(f):
        yield Found(
            f"Do zapłaty po zaliczkach zostało {f.totals.due}, a cała dostawa jest warta {whole.due}.",
            str(f.totals.due),
        )
    sold = {band.band: band.net for band in whole.bands}
    for band in f.totals.bands:
        if band.band in sold and band.net > max(sold[band.band], ZERO) + _rounding(f):
            yield Found(
                f"Suma netto P_13_{band.band} po zaliczkach to {band.net}, a cała dostawa w tej stawce {sold[band.band]}.",
                str(band.net),
                field="sumy.netto_23",
            )


@rule(
    "F37",
    W,
    "Fa/P_15ZK",
    "Kwota przed korektą i jej zmiana dają razem kwotę nieujemną.",
    "section 2.5",
    field="korekta.kwota_przed",
    advice="Kwota przed korektą jest pełna i dodatnia; w `sumy` stoi tylko zmiana.",
    about=subjects.correction,
)
def due_after(f: Invoice, _c: Context) -> Iterator[Found]:
    before = f.correction.due_before if f.correction else None
    if before is None or f.totals is None:
        return
    if before < 0:
        yield Found(f"Kwota przed korektą jest ujemna: {before}.", str(before))
    elif not before and f.kind is Kind.KOR_ZAL:
        yield Found("Kwota zaliczki przed korektą to zero, a takiej faktury zaliczkowej nie ma.", str(before))
    elif before + f.totals.due < 0:
        yield Found(
            f"Przed korektą było {before}, zmiana to {f.totals.due}: po korekcie zostaje mniej niż zero.", str(before)
        )


@rule(
    "F38",
    W,
    "Fa/P_13_1",
    "Zmiana w korekcie rozliczenia to pozycje po minus pozycje przed.",
    "section 2.5",
    field="sumy.netto_23",
    advice="Sprawdź znak i kwotę zmiany w programie ERP.",
    about=subjects.correction,
)
def change_of_lines(f: Invoice, _c: Context) -> Iterator[Found]:
    if f.kind is not Kind.KOR_ROZ or f.totals is None or not _valued(f):
        return
    change = of_lines(f, f.vat_method)
    by_band = {band.band: band for band in change.bands}
    if not any(band.net for band in change.bands) and any(line.before for line in f.lines):
        return  # identical rows before and after: the advances were corrected, not the order (EX18)
    for band in f.totals.bands:
        counted = by_band.get(band.band, Band(band.band, ZERO)).net
        if abs(band.net - counted) > _rounding(f):
            yield Found(
                f"Suma netto P_13_{band.band} korekty to {band.net}, a pozycje zmieniły się o {counted}.", str(band.net)
            )
    if abs(f.totals.due - change.due) > _rounding(f):
        yield Found(
            f"Kwota korekty to {f.totals.due}, a pozycje zmieniły się o {change.due}.",
            str(f.totals.due),
            field="sumy.do_zaplaty",
        )


@rule(
    "F39",
    W,
    "Fa/P_15",
    "Kwota faktury uproszczonej bez sum zgadza się z jej pozycjami.",
    "LAW* 106e(5)(3)",
    field="sumy.do_zaplaty",
    advice="Sprawdź kwotę należności i pozycje w programie ERP.",
    about=subjects.simplified,
)
def simple_of_lines(f: Invoice, _c: Context) -> Iterator[Found]:
    if f.kind is not Kind.UPR or f.totals is None:
        return
    if not f.lines:
        yield Found(f"Faktura uproszczona {f.number} nie mówi, co sprzedano: nie ma pozycji.", field="pozycja.nazwa")
    if f.totals.bands:
        known = {rate.band for line in f.lines if (rate := rate_of(line, f)) is not None}
        for band in f.totals.bands:
            if known and band.band not in known and len(known) == len(f.lines):
                yield Found(f"Suma P_13_{band.band} nie ma pozycji z tą stawką.", str(band.net))
    elif _valued(f):
        counted = of_lines(f, f.vat_method).due
        if abs(counted - f.totals.due) > _rounding(f):
            yield Found(f"Kwota należności to {f.totals.due}, a pozycje dają {counted}.", str(f.totals.due))
    if f.totals.due <= 0:
        yield Found(f"Faktura uproszczona {f.number} opiewa na {f.totals.due}.", str(f.totals.due))


@rule(
    "F40",
    W,
    "Fa/FaWiersz",
    "Korekta kwot jednej faktury i faktura rozliczeniowa mają pozycje.",
    "LAW* 106j(2)(5), 106e(1)(7)",
    field="pozycja.nazwa",
    advice="Wskaż w mapowaniu `pozycja`: co sprzedano albo co się zmieniło.",
)
def what_changed(f: Invoice, _c: Context) -> Iterator[Found]:
    if f.lines or f.totals is None:
        return
    if f.kind is Kind.ROZ:
        yield Found(f"Faktura rozliczeniowa {f.number} nie ma pozycji.")
    elif f.kind is Kind.KOR and f.totals.due and not (f.correction and f.correction.collective):
        yield Found(f"Korekta {f.number} zmienia kwoty jednej faktury, a nie ma pozycji.")


@rule(
    "F43",
    W,
    "Fa/Zamowienie",
    "Korekta zaliczki nie ma pozycji, a korekta rozliczenia wymienia zaliczki; żadna zaliczka nie ma numeru tej faktury.",
    "section 2.5",
    field="faktura.rodzaj",
    advice="Sprawdź `faktura.rodzaj` i numery w `zaliczki`.",
    about=subjects.advances,
)
def shape_of_correction(f: Invoice, _c: Context) -> Iterator[Found]:
    if f.kind is Kind.KOR_ZAL and f.lines:
        yield Found(f"Korekta zaliczki {f.number} ma pozycje, a powinna mieć zamówienie.")
    if f.kind is Kind.KOR_ROZ and not f.advances and not f.part_advances:
        yield Found(f"Korekta rozliczenia {f.number} nie wymienia faktur zaliczkowych.", field="zaliczki.numer_ksef")
    for each in f.advances:
        if each.number == f.number:
            yield Found(
                f"Faktura {f.number} wymienia siebie jako swoją zaliczkę.", f.number, field="zaliczki.numer_faktury"
            )


def _rounding(f: Invoice) -> Decimal:
    """What rounding may add up to: per line, advance and corrected invoice a grosz; over a period nobody can say."""
    correction = f.correction
    parts = len(f.lines) + len(f.advances) + len(f.part_advances) + (len(correction.originals) if correction else 0)
    return TWO + CENT * parts + (ONE if correction and correction.period else ZERO)


def _valued(f: Invoice) -> bool:
    return bool(f.lines) and all(value_of(line, f) is not None and rate_of(line, f) is not None for line in f.lines)


def _bands_sold(f: Invoice) -> tuple[set[str], bool]:
    """Bands of what is sold or ordered, and whether every line tells its own."""
    found = [rate.band if (rate := rate_of(line, f)) else None for line in f.lines]
    for line in f.order.lines if f.order else ():
        if line.foreign_rate is not None:
            found.append(OSS)
        else:
            found.append(RATES[line.rate].band if line.rate in RATES else None)
    known = {band for band in found if band is not None}
    return (known | {"11"} if f.annotations.margin else known), None not in found


RULES: tuple[Rule, ...] = tuple(each for each in globals().values() if isinstance(each, Rule))
