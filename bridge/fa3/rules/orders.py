"""Section G beyond fa3.md: lines of an order, and what lines say about goods, services and rates → what contradicts itself."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from bridge.fa3.rules import subjects
from bridge.fa3.rules.rule import Context, E, Found, Rule, W, rule
from bridge.fa3.totals.values import rate_of, tax
from bridge.model.identifiers import EU_VAT, gtin_is_right
from bridge.model.invoice import Invoice, Kind, Line, OrderLine
from bridge.model.vat import RATES

ZERO = Decimal(0)
CENT = Decimal("0.01")
TWO = Decimal("0.02")
OLD_RATES = frozenset({"22", "7", "3"})
NEW_RATES = date(2011, 1, 1)  # 23, 8, 5 and 4 came in the place of 22, 7 and 3 (VAT Act art. 146a)
GOODS_ONLY = frozenset({"0 WDT", "0 EX"})
SERVICE_UNIT = re.compile(r"us[łl]\.?|us[łl]ug[aio]?|godz\.?|rbh|r-g|h", re.IGNORECASE)
# PKWiU divisions that hold services only; 58, 59 and 62 hold books, films and programs on carriers as well.
SERVICE_PKWIU = re.compile(r"(33|4[3-9]|5[0-7]|6[0134-9]|[7-9]\d)\.")
SERVICE_GTU = frozenset({"GTU_12"})
HIGHEST_IN_EU = Decimal(27)
ORDER = "pozycja_zamowienia.wartosc_netto"
PRICED = "Sprawdź ilość, cenę, wartość, VAT i stawkę tej pozycji zamówienia w programie ERP."


@rule(
    "D19",
    E,
    "Fa/FaWiersz/P_12",
    "Stawek 22, 7 i 3 % nie ma przy sprzedaży od 2011 roku.",
    "LAW* art. 146a, 146ef",
    field="pozycja.stawka_vat",
    advice="Popraw stawkę w programie ERP albo w słowniku stawek (23, 8 albo 4).",
    otherwise="ostrzeżenie w korekcie",
)
def rates_of_today(f: Invoice, _c: Context) -> Iterator[Found]:
    lines: tuple[Line | OrderLine, ...] = (*f.lines, *(f.order.lines if f.order else ()))
    for line in lines:
        if line.rate in OLD_RATES and not line.before and _since(f, line) >= NEW_RATES:
            yield Found(
                f"Pozycja „{line.called}” ma stawkę {line.rate}%, której od 2011 roku nie ma.",
                str(line.rate),
                _row(line),
                severity=W if f.kind.corrects else E,
                field="pozycja.stawka_vat" if isinstance(line, Line) else "pozycja_zamowienia.stawka_vat",
            )


@rule(
    "G21",
    W,
    "Fa/Zamowienie/ZamowienieWiersz/P_11NettoZ",
    "Wartość i VAT pozycji zamówienia wynikają z ilości, ceny i stawki.",
    "XSD note",
    field=ORDER,
    advice=PRICED,
    about=subjects.advances,
)
def order_adds_up(f: Invoice, _c: Context) -> Iterator[Found]:
    for line in f.order.lines if f.order else ():
        called = f"Pozycja zamówienia „{line.called}”"
        if line.net is None:
            continue
        if line.quantity is not None and line.net_price is not None:
            counted = line.quantity * line.net_price
            if abs(counted - line.net) > _of_price(line.quantity):
                yield Found(
                    f"{called}: {line.quantity} × {line.net_price} to {counted:.2f}, a wartość to {line.net}.",
                    str(line.net),
                    _row(line),
                )
        percent = line.foreign_rate if line.foreign_rate is not None else _percent(line.rate)
        if percent is None and line.vat and line.rate in RATES:
            yield Found(f"{called} ma stawkę „{line.rate}” i VAT {line.vat}.", str(line.vat), _row(line))
        elif percent is not None and line.vat is not None and abs(line.vat - tax(line.net, percent)) > TWO:
            yield Found(
                f"{called}: VAT to {line.vat}, a z wartości i stawki {percent}% wychodzi {tax(line.net, percent)}.",
                str(line.vat),
                _row(line),
            )


@rule(
    "G22",
    W,
    "Fa/Zamowienie/ZamowienieWiersz",
    "Pozycja zamówienia ma nazwę, wartość, stawkę i VAT, numer tylko swój i prawidłowy GTIN.",
    "LAW* 106f(1)(4)",
    field="pozycja_zamowienia.nazwa",
    advice="Uzupełnij tę pozycję zamówienia w programie ERP.",
    about=subjects.advances,
)
def order_is_whole(f: Invoice, _c: Context) -> Iterator[Found]:
    lines = f.order.lines if f.order else ()
    for line in lines:
        lacks = [
            what
            for what, missing in (
                ("nazwy", not line.name),
                ("wartości netto", line.net is None),
                ("stawki", not f.annotations.margin and line.rate is None and line.foreign_rate is None),
                ("kwoty VAT", line.vat is None and bool(_percent(line.rate))),
            )
            if missing
        ]
        if lacks and not (f.annotations.margin and line.name):
            yield Found(f"Pozycja zamówienia {line.number} nie ma: {', '.join(lacks)}.", rows=_row(line))
        if line.gtin and not gtin_is_right(line.gtin):
            yield Found(f"GTIN „{line.gtin}” jest nieprawidłowy.", line.gtin, field="pozycja_zamowienia.gtin")
        if line.name and not _says(line.name):
            yield Found(f"„{line.called}” nie jest nazwą towaru ani usługi.", line.name, _row(line))
    for (number, before), count in Counter((line.number, line.before) for line in lines).items():
        if count > 1:
            said = f"Numer pozycji zamówienia {number}{' (stan przed)' if before else ''} występuje {count} razy."
            yield Found(said, str(number), field="pozycja_zamowienia.numer_wiersza")


@rule(
    "G23",
    W,
    "Fa/FaWiersz/P_8B",
    "Ilość i cena nie są obie ujemne, a wartość ma ich wspólny znak.",
    "BR",
    field="pozycja.ilosc",
    advice="Zwrot ma ujemną ilość, rabat ujemną cenę; obie ujemne znaczą sprzedaż.",
)
def two_negatives(f: Invoice, _c: Context) -> Iterator[Found]:
    for line in f.lines:
        if line.quantity is None or line.quantity >= 0:
            continue
        price = line.net_price if line.net_price is not None else line.gross_price
        if price is not None and price < 0:
            yield Found(
                f"Pozycja „{line.called}” ma ujemną ilość {line.quantity} i ujemną cenę {price}.",
                str(line.quantity),
                _row(line),
            )


@rule(
    "G24",
    W,
    "Fa/FaWiersz/P_12",
    "Stawki 0 WDT i 0 EX mają towary, a stawkę np II usługi.",
    "LAW* art. 41, 42, 28b",
    field="pozycja.stawka_vat",
    advice="Usługa dla firmy z Unii ma stawkę np II, spoza Unii np I; dostawa towaru za granicę 0 WDT albo 0 EX.",
    law=True,
    about=subjects.special_rates,
)
def goods_or_services(f: Invoice, _c: Context) -> Iterator[Found]:
    for line in f.lines:
        service = bool(
            SERVICE_UNIT.fullmatch(line.unit or "") or SERVICE_PKWIU.match(line.pkwiu or "") or line.gtu in SERVICE_GTU
        )
        if line.rate in GOODS_ONLY and service and not line.cn:
            yield Found(f"Pozycja „{line.called}” wygląda na usługę, a ma stawkę „{line.rate}”.", line.rate, _row(line))
        elif line.rate == "np II" and (line.cn or line.gtin) and not service:
            yield Found(f"Pozycja „{line.called}” wygląda na towar, a ma stawkę „np II”.", "np II", _row(line))


@rule(
    "G25",
    W,
    "Fa/FaWiersz/P_12_XII",
    "Sprzedaż OSS idzie do innego kraju Unii, ze stawką tego kraju i z jej VAT.",
    "INFO",
    field="pozycja.stawka_oss",
    advice="Sprawdź kraj konsumenta i stawkę VAT tego kraju.",
)
def sale_by_oss(f: Invoice, _c: Context) -> Iterator[Found]:
    foreign = [line for line in f.lines if line.foreign_rate is not None]
    if not foreign:
        return
    country = f.buyer.address.country if f.buyer.address else ""
    if country == "PL" or (country and country not in EU_VAT and country not in {"GR", "MC"}):
        yield Found(f"Sprzedaż OSS ma nabywcę z kraju {country}.", country, field="nabywca.kraj")
    for line in foreign:
        if line.foreign_rate is not None and line.foreign_rate > HIGHEST_IN_EU:
            yield Found(f"Stawki {line.foreign_rate}% nie ma w żadnym kraju Unii.", str(line.foreign_rate), _row(line))
    band = next((band for band in (f.totals.bands if f.totals else ()) if band.band == "5"), None)
    if band and band.net and not band.vat and any(line.foreign_rate for line in foreign):
        yield Found("Sprzedaż OSS nie ma kwoty VAT (P_14_5).", field="sumy.vat_oss")


@rule(
    "G26",
    W,
    "Fa/FaWiersz/P_11",
    "Pozycja ma wartość, a netto, VAT i brutto jednej pozycji się zgadzają.",
    "LAW* 106e(1)(11)",
    field="pozycja.wartosc_netto",
    advice="Wskaż w mapowaniu `pozycja.wartosc_netto` albo `pozycja.wartosc_brutto`.",
)
def line_has_value(f: Invoice, _c: Context) -> Iterator[Found]:
    for line in f.lines:
        if line.net is None and line.gross is None:
            if f.kind is not Kind.UPR and not (f.correction and f.correction.collective):
                yield Found(f"Pozycja „{line.called}” nie ma wartości.", rows=_row(line))
            continue
        if line.net is None or line.gross is None:
            continue
        rate = rate_of(line, f)
        if rate is None:
            continue
        vat = line.vat if line.vat is not None else tax(line.net, rate.percent or ZERO)
        if abs(line.net + vat - line.gross) > TWO:
            yield Found(
                f"Pozycja „{line.called}” ma netto {line.net} i brutto {line.gross}, a VAT {vat}.",
                str(line.gross),
                _row(line),
                field="pozycja.wartosc_brutto",
            )


@rule(
    "G27",
    W,
    "Fa/FaWiersz/P_7",
    "Nazwa towaru lub usługi ma litery.",
    "LAW* 106e(1)(7)",
    field="pozycja.nazwa",
    advice="Sprawdź, czy `pozycja.nazwa` nie wskazuje kolumny indeksu albo kwoty.",
)
def name_says_something(f: Invoice, _c: Context) -> Iterator[Found]:
    for line in f.lines:
        if line.name and not _says(line.name):
            yield Found(f"„{line.called}” nie mówi, co to za towar lub usługa.", line.name, _row(line))


@rule(
    "G28",
    W,
    "Fa/FaWiersz/KwotaAkcyzy",
    "Akcyza jest dodatnia i mniejsza niż wartość pozycji, a dodatkowy opis wskazuje pozycję, która jest.",
    "BR",
    field="pozycja.akcyza",
    advice="Sprawdź tę kwotę albo numer wiersza w programie ERP.",
)
def excise_and_descriptions(f: Invoice, _c: Context) -> Iterator[Found]:
    for line in f.lines:
        if line.excise is None:
            continue
        worth = line.gross if line.gross is not None else line.net
        if line.excise < 0 or (worth is not None and line.excise > 2 * abs(worth)):
            yield Found(
                f"Akcyza {line.excise} w pozycji „{line.called}” jest niemożliwa.", str(line.excise), _row(line)
            )
    described = [each for each in f.descriptions if each.line is not None]
    if not described:
        return
    numbers = {line.number for line in f.lines} | {line.number for line in (f.order.lines if f.order else ())}
    for each in described:
        if numbers and each.line not in numbers:
            yield Found(
                f"Dodatkowy opis „{each.key}” wskazuje pozycję {each.line}, której nie ma.",
                str(each.line),
                field="dodatkowe_opisy.numer_wiersza",
            )


def _says(name: str) -> bool:
    return name[0].isalpha() or any(sign.isalpha() for sign in name)


def _since(f: Invoice, line: Line | OrderLine) -> date:
    """When the tax point of a line was at the earliest, as far as the invoice says."""
    if f.correction and f.correction.originals:
        return min(each.issued for each in f.correction.originals)
    own = line.sale_date if isinstance(line, Line) else None
    return min(f.issued, own or f.sold or (f.period[0] if f.period else f.issued))


def _percent(rate: str | None) -> Decimal | None:
    return RATES[rate].percent if rate in RATES else None


def _of_price(quantity: Decimal) -> Decimal:
    """What a unit price rounded to grosze may make of a value."""
    return max(CENT, abs(quantity) * CENT / 2)


def _row(line: Line | OrderLine) -> tuple[int, ...]:
    return (line.row,) if line.row else ()


RULES: tuple[Rule, ...] = tuple(each for each in globals().values() if isinstance(each, Rule))
