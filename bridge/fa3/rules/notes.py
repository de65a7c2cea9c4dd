"""Section E of fa3.md: annotations → what contradicts the lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from bridge.fa3.rules import subjects
from bridge.fa3.rules.rule import Context, E, Found, Rule, W, held, rule
from bridge.fa3.totals.values import MARGIN, in_pln, standing
from bridge.model.invoice import Invoice, Kind, Line, OrderLine
from bridge.model.vat import RATES

MPP_FROM = Decimal(15_000)
EXEMPTION = "faktura.zwolnienie_ustawa"
SPLIT = "faktura.podzielona_platnosc"
TRANSFER = "6"
FINANCIAL = re.compile(
    r"odset|prowizj|ubezpiecz|kredyt|po[żz]ycz|por[ęe]cz|gwarancj|polis|składk|faktoring|bankow|walut|rachunk"
    r"|akcj[ei]|udział|obligacj|fundusz|depozyt|wierzyteln|windykac|maklersk|po[śs]rednictw",
    re.IGNORECASE,
)

E01 = held(
    "E01",
    E,
    "Fa/Adnotacje",
    "Jest wszystkich osiem części adnotacji.",
    "KU ADNOTACJE_MANDATORY_FIELDS",
    "szablon fa3.xml.j2 i schemat (RA06)",
)


@rule(
    "E02",
    E,
    "Fa/Adnotacje/Zwolnienie",
    "Podstawa zwolnienia jest wtedy, gdy są pozycje „zw”; usługi finansowe i ubezpieczeniowe mogą jej nie podawać.",
    "INFO, KU ZWOLNIENIE_LOGIC",
    field=EXEMPTION,
    advice="Ustaw regułą `faktura.zwolnienie_ustawa`, np. art. 43 ust. 1 pkt 37 ustawy o VAT.",
    about=subjects.special_rates,
    otherwise="ostrzeżenie przy usługach finansowych i ubezpieczeniowych, w korekcie, która zwolnienie tylko zmniejsza, i gdy podstawa stoi przy stawkach bez podatku",
)
def exemption(f: Invoice, _c: Context) -> Iterator[Found]:
    lines = [line for line in _all_lines(f) if line.rate == "zw"]
    exempt_lines = bool(lines) or _has_band(f, "7")
    if exempt_lines and not f.annotations.exempt:
        rates = {line.rate for line in standing(f)}
        if f.kind.corrects and rates and "zw" not in rates:
            return  # what was exempt is taxed now
        lighter = (f.kind.corrects and "zw" not in rates) or (bool(lines) and all(map(_financial, lines)))
        said = "Faktura ma pozycje zwolnione z VAT, a nie podaje podstawy zwolnienia."
        yield Found(said, severity=W if lighter else None)
    elif f.annotations.exempt and not exempt_lines and f.lines and f.kind is not Kind.UPR and not f.kind.corrects:
        taxed = all(line.rate in RATES and RATES[line.rate].percent is not None for line in f.lines)
        yield Found(
            "Faktura podaje podstawę zwolnienia, a nie ma pozycji „zw”.",
            advice="Zawęź regułę, która ustawia podstawę zwolnienia.",
            severity=None if taxed else W,
        )


@rule(
    "E03",
    E,
    "Fa/Adnotacje/Zwolnienie",
    "Podstawa zwolnienia jest jedna i nie jest samym „zw”.",
    "XSD",
    field=EXEMPTION,
    advice="Podaj przepis: artykuł, ustęp, punkt.",
    about=subjects.annotated,
    otherwise="ostrzeżenie, gdy w podstawie nie ma numeru przepisu",
)
def one_basis(f: Invoice, _c: Context) -> Iterator[Found]:
    a = f.annotations
    given = [each for each in (a.exempt_act, a.exempt_directive, a.exempt_other) if each]
    if len(given) > 1:
        yield Found("Faktura podaje więcej niż jedną podstawę zwolnienia.", " / ".join(given))
    elif given and not re.search(r"\d", given[0]):
        yield Found(f"„{given[0]}” nie jest podstawą zwolnienia.", given[0], severity=W)


@rule(
    "E04",
    E,
    "Fa/Adnotacje/P_18",
    "Przy stawce oo jest adnotacja odwrotnego obciążenia.",
    "KU REVERSE_CHARGE_CONSISTENCY, EX",
    field="faktura.odwrotne_obciazenie",
    advice="Ustaw regułą `faktura.odwrotne_obciazenie: tak`.",
    about=subjects.special_rates,
    otherwise="ostrzeżenie przy np II i procedurze trójstronnej",
)
def reverse_charge(f: Invoice, _c: Context) -> Iterator[Found]:
    if f.annotations.reverse_charge:
        return
    rates = {line.rate for line in standing(f)}
    if "oo" in rates:
        yield Found("Są pozycje „oo”, a nie ma adnotacji „odwrotne obciążenie”.")
    elif "np II" in rates or f.annotations.triangulation:
        yield Found("Przy „np II” i procedurze trójstronnej zwykle jest adnotacja „odwrotne obciążenie”.", severity=W)


@rule(
    "E05",
    E,
    "Fa/Adnotacje/P_18A",
    "Podzielona płatność jest przy kwocie ponad 15 000 zł i opodatkowanych towarach z załącznika 15 dla podatnika.",
    "XSD note, LAW* 106e(1)(18a)",
    field=SPLIT,
    advice="Ustaw `faktura.podzielona_platnosc: tak`.",
    otherwise="ostrzeżenie, gdy nabywca ma tylko numer VAT UE albo gdy adnotacja jest zbędna",
)
def split_payment(f: Invoice, _c: Context) -> Iterator[Found]:
    if f.totals is None or f.kind.corrects:
        return
    annex = any(line.annex15 and _shows_vat(line.rate) for line in _all_lines(f))
    needed = annex and in_pln(f) > MPP_FROM
    to_taxpayer = f.buyer.nip or f.buyer.eu_vat  # 106e(1)(18a) speaks of a supply to a taxpayer
    if needed and to_taxpayer and not f.annotations.split_payment:
        yield Found(
            f"Kwota {f.totals.due} i towary z załącznika 15 wymagają adnotacji „mechanizm podzielonej płatności”.",
            str(f.totals.due),
            severity=None if f.buyer.nip else W,
        )
    elif f.annotations.split_payment and not needed:
        why = "nie przekracza 15 000 zł" if annex else "nie ma pozycji oznaczonych jako załącznik 15"
        yield Found(
            f"Faktura ma adnotację „mechanizm podzielonej płatności”, a {why}.",
            severity=W,
            advice="Dobrowolna podzielona płatność nie wymaga adnotacji.",
        )


@rule(
    "E06",
    W,
    "Fa/Adnotacje/P_18A",
    "Przy podzielonej płatności jest przelew, rachunek i polski nabywca.",
    "BR",
    field=SPLIT,
    advice="Uzupełnij formę płatności, rachunek albo NIP nabywcy.",
    about=subjects.annotated,
)
def split_payment_needs(f: Invoice, _c: Context) -> Iterator[Found]:
    if not f.annotations.split_payment or f.kind.corrects:
        return
    p = f.payment
    lacks = [
        what
        for what, missing in (
            ("przelewu jako formy płatności", p is None or p.form != TRANSFER),
            ("rachunku", p is None or not p.accounts),
            ("NIP-u nabywcy", not f.buyer.nip),
        )
        if missing
    ]
    if lacks:
        yield Found(f"Przy podzielonej płatności brakuje: {', '.join(lacks)}.")


@rule(
    "E07",
    W,
    "Fa/Adnotacje/P_16",
    "Metoda kasowa zgadza się ze statusem sprzedawcy.",
    "BR",
    field="faktura.metoda_kasowa",
    advice="Sprawdź, czy firma rozlicza VAT metodą kasową.",
)
def cash_method(f: Invoice, c: Context) -> Iterator[Found]:
    if c.cash_method is not None and c.cash_method != f.annotations.cash_method:
        yield Found(
            f"Faktura {'ma' if f.annotations.cash_method else 'nie ma'} adnotacji „metoda kasowa”, a firma {'ją' if c.cash_method else 'jej nie'} stosuje."
        )


E08 = held(
    "E08",
    E,
    "Fa/Adnotacje/P_17",
    "Przy samofakturowaniu wysyła nabywca z uprawnieniem SelfInvoicing.",
    "OAPI",
    "reguła B03 i odpowiedź KSeF (K410)",
)


@rule(
    "E09",
    W,
    "Fa/Adnotacje/P_23",
    "Procedura trójstronna ma prefiks PL, nabywcę z Unii, sprzedaż np I, odwrotne obciążenie i oznaczenie TT_D.",
    "INFO",
    field="faktura.trojstronna",
    advice="Uzupełnij to, czego brakuje, albo usuń `faktura.trojstronna`.",
    about=subjects.annotated,
)
def triangulation(f: Invoice, _c: Context) -> Iterator[Found]:
    if not f.annotations.triangulation or (f.kind.corrects and not f.lines):
        return
    lacks = [
        what
        for what, there in (
            ("prefiksu PL sprzedawcy", f.seller.eu_prefix),
            ("numeru VAT UE nabywcy", f.buyer.eu_vat),
            ("sumy P_13_8 (stawka np I)", _has_band(f, "8")),
            ("adnotacji „odwrotne obciążenie”", f.annotations.reverse_charge),
            ("procedury TT_D w pozycjach", any(line.procedure == "TT_D" for line in f.lines)),
        )
        if not there
    ]
    if lacks:
        yield Found(f"Procedurze trójstronnej brakuje: {', '.join(lacks)}.")


@rule(
    "E10",
    E,
    "Fa/Adnotacje/PMarzy",
    "Procedura marży jest wtedy, gdy jest jej suma (P_13_11).",
    "KU PMARZY_LOGIC",
    field="faktura.marza",
    advice="Ustaw `faktura.marza`, a pozycjom marży zostaw pustą stawkę i podaj ich wartość brutto.",
    about=subjects.special_rates,
    otherwise="ostrzeżenie w korekcie, która marżę znosi",
)
def margin(f: Invoice, _c: Context) -> Iterator[Found]:
    announced, summed = f.annotations.margin is not None, _has_band(f, MARGIN)
    under = any(line.rate is None and line.foreign_rate is None for line in _all_lines(f))
    if announced and not summed and not under and not f.kind.corrects:
        yield Found("Faktura ma adnotację „procedura marży”, a żadna pozycja nie jest nią objęta.")
    elif summed and not announced:
        said = "Faktura ma sumę procedury marży (P_13_11), a nie ma tej adnotacji."
        yield Found(said, severity=W if f.kind.corrects else None)


@rule(
    "E11",
    W,
    "Fa/FaWiersz/P_11",
    "Pozycja procedury marży podaje tylko kwotę brutto, bez wartości netto i VAT.",
    "LAW* 106e(3)",
    field="pozycja.wartosc_brutto",
    advice="Przy procedurze marży wskaż w mapowaniu tylko `cena_brutto` i `wartosc_brutto`.",
    law=True,
    about=subjects.annotated,
)
def margin_lines(f: Invoice, _c: Context) -> Iterator[Found]:
    if not f.annotations.margin:
        return
    for line in f.lines:
        if line.rate is None and line.foreign_rate is None and (line.net is not None or line.vat is not None):
            yield Found(
                f"Pozycja „{line.called}” w procedurze marży podaje wartość netto albo VAT.",
                rows=(line.row,) if line.row else (),
            )


@rule(
    "E12",
    E,
    "Fa/Adnotacje/NoweSrodkiTransportu",
    "Nowy środek transportu jest przy pozycji 0 WDT, a jego numer pozycji istnieje.",
    "KU NST_LOGIC, XSD",
    field="nowe_srodki_transportu.numer_wiersza",
    advice="Sprawdź numery pozycji nowych środków transportu i stawkę 0 WDT.",
    about=subjects.annotated,
)
def new_transport(f: Invoice, _c: Context) -> Iterator[Found]:
    if f.annotations.new_transport is None or f.kind.corrects or not f.lines:
        return  # a correction repeats the annotations of its original and need not have the line
    if not any(line.rate == "0 WDT" for line in f.lines):
        yield Found("Faktura ma nowy środek transportu, a nie ma pozycji ze stawką 0 WDT.", field="pozycja.stawka_vat")
    numbers = {line.number for line in f.lines}
    for vehicle in f.annotations.new_transport.vehicles:
        if vehicle.line not in numbers:
            yield Found(f"Nowy środek transportu wskazuje pozycję {vehicle.line}, której nie ma.", str(vehicle.line))


def _has_band(f: Invoice, band: str) -> bool:
    """A total that is not nought: some programs print every one of them."""
    return f.totals is not None and any(each.band == band and each.net for each in f.totals.bands)


def _all_lines(f: Invoice) -> list[Line | OrderLine]:
    return [*f.lines, *(f.order.lines if f.order else ())]


def _shows_vat(rate: str | None) -> bool:
    return rate in RATES and RATES[rate].percent is not None


def _financial(line: Line | OrderLine) -> bool:
    """Financial and insurance services need not name their exemption (Dz.U. 2021 poz. 1979, par. 3 pkt 2)."""
    return bool(FINANCIAL.search(line.name or "") or re.match(r"6[456]\b", line.pkwiu or ""))


RULES: tuple[Rule, ...] = tuple(each for each in globals().values() if isinstance(each, Rule))
