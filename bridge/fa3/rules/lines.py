"""Section G of fa3.md: lines → what is missing, miscounted or suspicious in them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from bridge.fa3.rules import subjects
from bridge.fa3.rules.rule import Context, E, Found, Rule, W, held, rule
from bridge.fa3.totals.values import rate_of, standing
from bridge.model.identifiers import EU_VAT
from bridge.model.invoice import Invoice, Kind, Line
from bridge.model.vat import RATES, grosze

CENT = Decimal("0.01")
HUNDRED = Decimal(100)
PLACEHOLDERS = frozenset({"-", ".", "x", "?", "brak", "nazwa", "towar", "n/a", "test"})
CODES = (
    ("cn", re.compile(r"\d{8}"), "CN"),
    ("pkwiu", re.compile(r"\d\d(\.\d{1,2}){0,2}(\.\d)?"), "PKWiU"),
    ("pkob", re.compile(r"\d{4}"), "PKOB"),
)
ROUNDED = "ostrzeżenie, gdy różnicę tłumaczy zaokrąglona ilość, i w wierszu różnicowym korekty"
SUMS = "Sprawdź ilość, cenę, rabat i wartość tej pozycji w programie ERP."


@rule(
    "G01",
    E,
    "Fa/FaWiersz/P_7",
    "Pozycja ma nazwę towaru lub usługi.",
    "XSD note",
    field="pozycja.nazwa",
    advice="Uzupełnij nazwę w programie ERP.",
    otherwise="ostrzeżenie w korekcie i gdy nazwa jest tylko ogólna („towar”, „test”, „-”)",
)
def name(f: Invoice, _c: Context) -> Iterator[Found]:
    if f.correction and f.correction.collective:
        return  # art. 106j(3)(2)
    for line in f.lines:
        if not line.name:
            said = f"Pozycja {line.number} nie ma nazwy."
            yield Found(said, rows=_row(line), severity=W if f.kind.corrects else None)
        elif len(line.name) < 6 and line.name.casefold() in PLACEHOLDERS:
            said = f"„{line.called}” nie mówi, jaki to towar albo usługa."
            yield Found(said, line.name, _row(line), severity=W)


@rule(
    "G02",
    W,
    "Fa/FaWiersz/P_8B",
    "Pozycja ma jednostkę i ilość.",
    "XSD note",
    field="pozycja.ilosc",
    advice="Wskaż w mapowaniu `pozycja.jednostka` i `pozycja.ilosc`.",
)
def quantity(f: Invoice, _c: Context) -> Iterator[Found]:
    if f.kind is Kind.UPR or f.kind.corrects:
        return
    for line in f.lines:
        if line.unit is None or line.quantity is None:
            lacks = [what for what, value in (("jednostki", line.unit), ("ilości", line.quantity)) if value is None]
            yield Found(f"Pozycja „{line.called}” nie ma {' i '.join(lacks)}.", rows=_row(line))


@rule(
    "G03",
    W,
    "Fa/FaWiersz/P_9A",
    "Pozycja ma dokładnie jedną cenę: netto albo brutto.",
    "section 4",
    field="pozycja.cena_netto",
    advice="Wskaż w mapowaniu jedną z: pozycja.cena_netto, pozycja.cena_brutto.",
)
def one_price(f: Invoice, _c: Context) -> Iterator[Found]:
    for line in f.lines:
        if line.net_price is not None and line.gross_price is not None:
            yield Found(f"Pozycja „{line.called}” ma i cenę netto, i cenę brutto.", rows=_row(line))
        elif line.net_price is None and line.gross_price is None and f.kind is Kind.VAT:
            yield Found(f"Pozycja „{line.called}” nie ma ceny.", rows=_row(line))


@rule(
    "G04",
    E,
    "Fa/FaWiersz/P_11",
    "Wartość netto to ilość razy cena netto minus rabat, z dokładnością, z jaką zapisano cenę.",
    "section 4",
    field="pozycja.wartosc_netto",
    advice=SUMS,
    otherwise=ROUNDED,
)
def net_value(f: Invoice, _c: Context) -> Iterator[Found]:
    for line in f.lines:
        yield from _product(f, line, line.net, line.net_price)


@rule(
    "G05",
    E,
    "Fa/FaWiersz/P_11A",
    "Wartość brutto to ilość razy cena brutto minus rabat, z dokładnością, z jaką zapisano cenę.",
    "section 4",
    field="pozycja.wartosc_brutto",
    advice=SUMS,
    otherwise=ROUNDED,
)
def gross_value(f: Invoice, _c: Context) -> Iterator[Found]:
    for line in f.lines:
        yield from _product(f, line, line.gross, line.gross_price)


@rule(
    "G06",
    W,
    "Fa/FaWiersz/P_11Vat",
    "VAT pozycji wynika z jej wartości i stawki.",
    "section 4",
    field="pozycja.kwota_vat",
    advice="Sprawdź kwotę VAT tej pozycji.",
)
def line_vat(f: Invoice, _c: Context) -> Iterator[Found]:
    for line in f.lines:
        percent = RATES[line.rate].percent if line.rate in RATES else None
        if line.vat is None or percent is None:
            continue
        counted = (
            grosze(line.gross * percent / (HUNDRED + percent))
            if line.net is None and line.gross is not None
            else grosze((line.net or CENT * 0) * percent / HUNDRED)
        )
        if abs(line.vat - counted) > CENT:
            yield Found(
                f"VAT pozycji „{line.called}” to {line.vat}, a z wartości i stawki {line.rate} wychodzi {counted}.",
                str(line.vat),
                _row(line),
            )


@rule(
    "G07",
    W,
    "Fa/FaWiersz/P_10",
    "Rabat nie jest ujemny ani większy niż wartość.",
    "SM",
    field="pozycja.nazwa",
    advice="Sprawdź rabat.",
)
def discount(f: Invoice, _c: Context) -> Iterator[Found]:
    for line in f.lines:
        price = line.net_price if line.net_price is not None else line.gross_price
        if line.discount is None:
            continue
        if line.discount < 0 or (price is not None and line.discount > abs((line.quantity or 1) * price)):
            yield Found(
                f"Rabat {line.discount} w pozycji „{line.called}” jest ujemny albo większy niż jej wartość.",
                str(line.discount),
                _row(line),
            )


@rule(
    "G08",
    E,
    "Fa/FaWiersz/P_12",
    "Pozycja ma jedną stawkę: krajową albo OSS; bez stawki jest w procedurze marży i w wierszu korekty bez wartości.",
    "INFO",
    field="pozycja.stawka_vat",
    advice="Wskaż w mapowaniu `pozycja.stawka_vat`.",
    otherwise="ostrzeżenie, gdy faktura ma tylko sumę bez podatku (art. 106e ust. 4 pkt 3)",
)
def rate(f: Invoice, _c: Context) -> Iterator[Found]:
    if f.kind is Kind.UPR or (f.correction and f.correction.collective):
        return
    for line in f.lines:
        if line.rate is not None and line.foreign_rate is not None:
            yield Found(f"Pozycja „{line.called}” ma dwie stawki: krajową i OSS.", line.rate, _row(line))
        elif line.rate is None and rate_of(line, f) is None:
            if f.kind.corrects and line.net is None and line.gross is None:
                continue  # it only names what is corrected
            said = f"Pozycja „{line.called}” nie ma stawki VAT."
            yield Found(said, rows=_row(line), severity=W if _untaxed(f) else None)


@rule(
    "G10",
    W,
    "Fa/FaWiersz/P_12",
    "Przy stawce oo nabywca ma polski NIP.",
    "KU OO_RATE_FOREIGN_BUYER",
    field="nabywca.nip",
    advice="Dla zagranicznego nabywcy stawką jest np I albo np II.",
    about=subjects.buyer_without_nip,
)
def domestic_reverse_charge(f: Invoice, _c: Context) -> Iterator[Found]:
    if not f.buyer.nip and _has(f, "oo"):
        yield Found("Są pozycje „oo” (krajowe odwrotne obciążenie), a nabywca nie ma polskiego NIP.")


@rule(
    "G11",
    E,
    "Fa/FaWiersz/P_12",
    "Przy 0 WDT nabywca ma numer VAT UE innego kraju; nowy środek transportu może kupić każdy.",
    "LAW*",
    field="nabywca.numer_vat_ue",
    advice="Uzupełnij kod_ue i numer_vat_ue nabywcy.",
    about=subjects.special_rates,
)
def intra_eu_supply(f: Invoice, _c: Context) -> Iterator[Found]:
    if f.annotations.new_transport and not f.buyer.nip:
        return  # a new means of transport is a WDT to anybody
    if _has(f, "0 WDT") and (not f.buyer.eu_vat or f.buyer.eu_code == "PL"):
        yield Found("Są pozycje „0 WDT”, a nabywca nie ma numeru VAT UE innego kraju.")


@rule(
    "G12",
    W,
    "Fa/FaWiersz/P_12",
    "Przy 0 EX nabywca albo dostawa jest poza Unią.",
    "LAW*",
    field="nabywca.kraj",
    law=True,
    advice="Sprawdź rodzaj transakcji.",
    about=subjects.special_rates,
)
def export(f: Invoice, _c: Context) -> Iterator[Found]:
    country = f.buyer.address.country if f.buyer.address else ""
    sent_to = [each.sent_to.country for each in (f.terms.transports if f.terms else ()) if each.sent_to]
    if any(each not in EU_VAT and each not in ("PL", "GR") for each in sent_to):
        return  # it leaves the Union, whoever buys it
    if _has(f, "0 EX") and (country == "PL" or (country in EU_VAT and country != "XI") or country == "GR"):
        yield Found(f"Są pozycje „0 EX” (eksport), a nabywca jest w Unii ({country}).", country)


@rule(
    "G13",
    E,
    "Fa/FaWiersz/P_12",
    "Przy np II nabywca ma numer VAT UE.",
    "INFO",
    field="nabywca.numer_vat_ue",
    advice="Uzupełnij kod_ue i numer_vat_ue nabywcy.",
    about=subjects.special_rates,
)
def services_in_eu(f: Invoice, _c: Context) -> Iterator[Found]:
    if _has(f, "np II") and not f.buyer.eu_vat:
        yield Found("Są pozycje „np II”, a nabywca nie ma numeru VAT UE.")


@rule(
    "G16",
    W,
    "Fa/FaWiersz/CN",
    "Kody CN, PKWiU i PKOB mają swoją budowę.",
    "BR",
    field="pozycja.cn",
    advice="Sprawdź kod w programie ERP.",
)
def classification(f: Invoice, _c: Context) -> Iterator[Found]:
    for line in f.lines:
        if not (line.cn or line.pkwiu or line.pkob):
            continue
        for attribute, pattern, called in CODES:
            code = getattr(line, attribute)
            if code and not pattern.fullmatch(code.replace(" ", "")):
                yield Found(f"„{code}” nie wygląda na kod {called}.", code, _row(line), field=f"pozycja.{attribute}")


@rule(
    "G17",
    W,
    "Fa/FaWiersz/UU_ID",
    "UU_ID nie powtarza się w stanie przed ani w stanie po.",
    "INFO",
    field="pozycja.uu_id",
    advice="Sprawdź kolumnę identyfikatora pozycji.",
)
def unique_ids(f: Invoice, _c: Context) -> Iterator[Found]:
    named = [(line.uid, line.before) for line in f.lines if line.uid]
    for (uid, _before), count in Counter(named).items() if named else ():
        if count > 1:
            yield Found(f"UU_ID „{uid}” występuje {count} razy.", uid or "")


@rule("G18", E, "Fa/FaWiersz", "Pozycji jest najwyżej 10 000.", "XSD", field="pozycja.nazwa", advice="Podziel fakturę.")
def not_too_many(f: Invoice, _c: Context) -> Iterator[Found]:
    if len(f.lines) > 10_000:
        yield Found(f"Faktura ma {len(f.lines)} pozycji.", str(len(f.lines)))


@rule(
    "G19",
    W,
    "Fa/FaWiersz",
    "Pozycje nie powtarzają się co do joty.",
    "BR",
    field="pozycja.nazwa",
    advice="Sprawdź, czy eksport nie powtórzył wierszy.",
)
def no_duplicates(f: Invoice, _c: Context) -> Iterator[Found]:
    seen: dict[tuple[object, ...], list[int]] = {}
    for line in f.lines:
        price = line.net_price if line.net_price is not None else line.gross_price
        seen.setdefault((line.name, line.code, line.quantity, price, line.before), []).append(line.row)
    if len(seen) == len(f.lines):
        return
    for key, rows in seen.items():
        if len(rows) > 1:
            yield Found(
                f"Pozycja „{key[0]}” powtarza się {len(rows)} razy z tą samą ilością i ceną.",
                str(key[0]),
                tuple(row for row in rows if row),
            )


G20 = held(
    "G20",
    E,
    "Fa/P_15",
    "Sumy programu ERP są równe sumom faktury.",
    "BR",
    "bridge.fa3.totals.totals (RG20), co do grosza",
)


def _product(f: Invoice, line: Line, value: Decimal | None, price: Decimal | None) -> Iterator[Found]:
    """Both readings of P_10, as its meaning is open (GH#402): per unit, and per line.

    The law asks for the value and for a price, not that the price as printed gives the value: rounding of the price is
    allowed for. A row of difference may give the state after beside the value of the difference.
    """
    if value is None or price is None or line.quantity is None:
        return
    if not line.discount and abs(value - line.quantity * price) <= CENT:
        return  # most lines
    cut = line.discount or CENT * 0
    off = min(abs(value - (line.quantity * price - cut)), abs(value - line.quantity * (price - cut)))
    allowed = CENT + abs(line.quantity) * _half_of_last(price, at_least=2)
    if off <= allowed:
        return
    called = "netto" if value is line.net else "brutto"
    counted = grosze(line.quantity * price - cut)
    by_quantity = _places(line.quantity) >= 2 and off <= allowed + abs(price) * _half_of_last(line.quantity)
    difference = f.kind.corrects and not line.before and not any(each.before for each in f.lines)
    yield Found(
        f"Pozycja „{line.called}”: {line.quantity} × {price} to {counted}, a wartość {called} w pliku to {value}.",
        str(value),
        _row(line),
        severity=W if by_quantity or difference else None,
    )


def _places(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _half_of_last(number: Decimal, *, at_least: int = 0) -> Decimal:
    """Half a unit of the last decimal it is written with: how far from it the number may be that was rounded."""
    return Decimal(5).scaleb(-max(_places(number), at_least) - 1)


def _untaxed(f: Invoice) -> bool:
    """Whether its one total shows no VAT, so that a line need not say a rate to be understood."""
    bands = [band for band in (f.totals.bands if f.totals else ()) if band.net]
    return len(bands) == 1 and bands[0].vat is None


def _has(f: Invoice, rate_: str) -> bool:
    return any(line.rate == rate_ for line in standing(f))


def _row(line: Line) -> tuple[int, ...]:
    return (line.row,) if line.row else ()


RULES: tuple[Rule, ...] = tuple(each for each in globals().values() if isinstance(each, Rule))
