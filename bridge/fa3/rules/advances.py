"""Section F of fa3.md: advances, final, simplified invoices and their corrections → what contradicts the kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from bridge.fa3.rules import ledger_originals as originals
from bridge.fa3.rules import subjects
from bridge.fa3.rules.originals import issuers
from bridge.fa3.rules.rule import Context, E, Found, Rule, W, rule
from bridge.fa3.totals.totals import of_lines
from bridge.fa3.totals.values import value_of
from bridge.model.identifiers import ksef_crc_is_right
from bridge.model.invoice import Invoice, Kind, OrderLine
from bridge.model.vat import RATES

ZERO = Decimal(0)
TWO = Decimal("0.02")
CENT = Decimal("0.01")
SIMPLE_UP_TO = {"PLN": Decimal(450), "EUR": Decimal(100)}
NOT_SIMPLE = frozenset({"0 WDT", "np I", "np II", "oo"})
WITH_REMAINDER = frozenset({Kind.KOR_ZAL, Kind.KOR_ROZ})
WITH_ORDER = frozenset({Kind.ZAL, Kind.KOR_ZAL})
WITH_ADVANCES = frozenset({Kind.ZAL, Kind.ROZ, Kind.KOR_ZAL, Kind.KOR_ROZ})
DUE, ADVANCES, ORDER = "sumy.do_zaplaty", "zaliczki.numer_ksef", "zamowienie.wartosc"


@rule(
    "F14",
    E,
    "Fa/P_15ZK",
    "Kwota przed korektą jest tylko w korekcie zaliczki albo rozliczenia, i tam zawsze.",
    "INFO",
    field="korekta.kwota_przed",
    advice="Wskaż w mapowaniu `korekta.kwota_przed` przy KOR_ZAL i KOR_ROZ, a przy innych rodzajach ją usuń.",
    about=subjects.correction,
    otherwise="ostrzeżenie, gdy jej tam brakuje",
)
def due_before(f: Invoice, _c: Context) -> Iterator[Found]:
    given = f.correction is not None and f.correction.due_before is not None
    if given and f.kind not in WITH_REMAINDER:
        yield Found(f"Faktura rodzaju {f.kind} podaje kwotę przed korektą (P_15ZK).")
    elif f.kind in WITH_REMAINDER and not given:
        yield Found(f"Korekta {f.number} nie podaje kwoty przed korektą (P_15ZK).", severity=W)


@rule(
    "F21",
    E,
    "Fa/Zamowienie",
    "Faktura zaliczkowa ma zamówienie, a nie ma pozycji.",
    "LAW* 106f, INFO",
    field=ORDER,
    advice="Wskaż w mapowaniu `pozycja_zamowienia` zamiast `pozycja`.",
    about=subjects.advances,
    otherwise="ostrzeżenie, gdy obok zamówienia są także pozycje (schemat je dopuszcza)",
)
def advance_shape(f: Invoice, _c: Context) -> Iterator[Found]:
    if f.kind is not Kind.ZAL:
        return
    if f.order is None or not f.order.lines:
        yield Found(f"Faktura zaliczkowa {f.number} nie ma zamówienia.")
    if f.lines:
        said = f"Faktura zaliczkowa {f.number} ma pozycje, a powinna mieć tylko zamówienie."
        yield Found(said, severity=W if f.order and f.order.lines else None)


@rule(
    "F22",
    E,
    "Fa/ZaliczkaCzesciowa",
    "Zapłaty częściowe zaliczki dają razem jej kwotę i jest ich najwyżej 31.",
    "XSD note",
    field="zaliczki_czesciowe.kwota",
    advice="Sprawdź kwoty zapłat w programie ERP.",
    about=subjects.advances,
)
def parts_of_advance(f: Invoice, _c: Context) -> Iterator[Found]:
    if len(f.part_advances) > 31:
        yield Found(f"Faktura ma {len(f.part_advances)} zapłat częściowych, a najwięcej może mieć 31.")
    if f.kind is not Kind.ZAL or not f.part_advances or f.totals is None:
        return
    together = sum((each.amount for each in f.part_advances), ZERO)
    if together != f.totals.due:
        yield Found(f"Zapłaty dają razem {together}, a kwota zaliczki to {f.totals.due}.", str(together))


@rule(
    "F23",
    W,
    "Fa/Zamowienie/WartoscZamowienia",
    "Zaliczki nie przekraczają wartości zamówienia.",
    "BR",
    field=ORDER,
    advice="Sprawdź, czy zaliczka nie jest wystawiona drugi raz.",
    about=subjects.advances,
)
def advances_within_order(f: Invoice, c: Context) -> Iterator[Found]:
    if f.kind is not Kind.ZAL or f.totals is None or f.order is None or f.order.value is None:
        return
    earlier = [c.accepted(each.ksef_number) for each in f.advances if each.ksef_number]
    paid = f.totals.due + sum((each.totals.due for each in earlier if each and each.totals), ZERO)
    if paid > f.order.value:
        yield Found(f"Zaliczki razem to {paid}, a zamówienie jest warte {f.order.value}.", str(paid))


@rule(
    "F24",
    W,
    "Fa/Zamowienie/WartoscZamowienia",
    "Wartość zamówienia to suma jego pozycji brutto.",
    "XSD note",
    field=ORDER,
    advice="Sprawdź pozycje zamówienia w programie ERP.",
    about=subjects.advances,
)
def value_of_order(f: Invoice, _c: Context) -> Iterator[Found]:
    if f.order is None or f.order.value is None or not f.order.lines:
        return
    after = [line for line in f.order.lines if not line.before]
    if any(line.net is None or (line.vat is None and _taxed(line)) for line in after) or (
        f.kind is Kind.KOR_ZAL and len(after) == len(f.order.lines)
    ):
        return  # rows of difference do not add up to the order
    counted = sum(((line.net or ZERO) + (line.vat or ZERO) for line in after), ZERO)
    if abs(counted - f.order.value) > max(TWO, CENT * len(after)):
        yield Found(f"Zamówienie ma wartość {f.order.value}, a z jego pozycji wychodzi {counted}.", str(f.order.value))


@rule(
    "F25",
    W,
    "Fa/P_13_6_2",
    "Zaliczka nie dotyczy wewnątrzwspólnotowej dostawy towarów.",
    "XSD note",
    field="pozycja_zamowienia.stawka_vat",
    advice="Zaliczka na WDT nie rodzi obowiązku podatkowego; faktury zaliczkowej się nie wystawia.",
    about=subjects.advances,
)
def no_advance_for_wdt(f: Invoice, _c: Context) -> Iterator[Found]:
    if f.kind is Kind.ZAL and f.totals and any(band.band == "6_2" for band in f.totals.bands):
        yield Found(f"Faktura zaliczkowa {f.number} ma kwoty ze stawką 0 WDT.")


@rule(
    "F26",
    E,
    "Fa/FakturaZaliczkowa",
    "Faktura rozliczeniowa wymienia swoje faktury zaliczkowe.",
    "INFO",
    field=ADVANCES,
    advice="Wskaż w mapowaniu `zaliczki`, a gdy ich nie wystawiono, zapłaty w `zaliczki_czesciowe`.",
    about=subjects.advances,
)
def final_names_advances(f: Invoice, _c: Context) -> Iterator[Found]:
    if f.kind is Kind.ROZ and not f.advances and not f.part_advances:
        yield Found(f"Faktura rozliczeniowa {f.number} nie wymienia żadnej faktury zaliczkowej.")


@rule(
    "F27",
    E,
    "Fa/P_15",
    "Kwota faktury rozliczeniowej to wartość dostawy bez zaliczek.",
    "XSD note",
    field=DUE,
    advice="Sprawdź w programie ERP, czy odjęto wszystkie zaliczki.",
    about=subjects.advances,
    otherwise="ostrzeżenie, gdy odjęto tylko część zaliczek",
)
def remainder(f: Invoice, c: Context) -> Iterator[Found]:
    if f.kind is not Kind.ROZ or f.totals is None or not f.advances:
        return
    earlier = [c.accepted(each.ksef_number) if each.ksef_number else None for each in f.advances]
    whole = _gross_of_lines(f)
    if whole is None or any(each is None or each.totals is None for each in earlier):
        return  # not all of them are ours to know
    paid = sum((each.totals.due for each in earlier if each and each.totals), ZERO)
    near = max(TWO, CENT * len(f.lines))
    if abs(whole - paid - f.totals.due) > near:
        between = whole - paid < f.totals.due < whole - near  # the rest of an advance may be for another delivery
        yield Found(
            f"Dostawa jest warta {whole}, zaliczki to {paid}, więc zostaje {whole - paid}, a faktura podaje {f.totals.due}.",
            str(f.totals.due),
            severity=W if between else None,
        )


@rule(
    "F28",
    E,
    "Fa/P_15",
    "Od kwoty faktury rozliczeniowej odjęto zaliczki.",
    "BR",
    field=DUE,
    advice="Wskaż w mapowaniu w `sumy` kwoty, które zostały po zaliczkach.",
    about=subjects.advances,
    otherwise="ostrzeżenie, gdy wartości zamówienia mostek nie zna",
)
def advances_subtracted(f: Invoice, c: Context) -> Iterator[Found]:
    if f.kind is not Kind.ROZ or not f.totals or not f.totals.due or not f.advances:
        return
    earlier = [c.accepted(each.ksef_number) for each in f.advances if each.ksef_number]
    ordered = {each.order.value for each in earlier if each and each.order}
    whole = _gross_of_lines(f)
    all_of_it = whole is not None and abs(f.totals.due - whole) <= max(TWO, CENT * len(f.lines))
    if f.totals.due in ordered and (all_of_it or whole is None):
        yield Found(f"Kwota {f.totals.due} to wartość całego zamówienia: zaliczek nie odjęto.", str(f.totals.due))
    elif all_of_it and not ordered:
        said = f"Kwota {f.totals.due} to wartość wszystkich pozycji: sprawdź, czy odjęto zaliczki."
        yield Found(said, str(f.totals.due), severity=W)


@rule(
    "F29",
    E,
    "Fa/FakturaZaliczkowa",
    "Numery faktur zaliczkowych są prawidłowe, tego sprzedawcy, różne, i tylko w rozliczeniach.",
    "XSD note",
    field=ADVANCES,
    advice="Przepisz numery KSeF faktur zaliczkowych jeszcze raz.",
    keeps=True,
    about=subjects.advances,
)
def numbers_of_advances(f: Invoice, c: Context) -> Iterator[Found]:
    if f.advances and f.kind not in WITH_ADVANCES:
        yield Found(f"Faktura rodzaju {f.kind} wymienia faktury zaliczkowe.")
    for each in f.advances:
        if each.ksef_number and not ksef_crc_is_right(each.ksef_number):
            yield Found(f"Numer KSeF „{each.ksef_number}” ma błędną sumę kontrolną.", each.ksef_number)
        elif each.ksef_number and each.ksef_number.partition("-")[0] not in issuers(f):
            yield Found(f"Numer KSeF „{each.ksef_number}” nie należy do sprzedawcy {f.seller.nip}.", each.ksef_number)
        known = originals.in_ksef(c.named(f.seller.nip, each.number or "")) if each.outside_ksef else []
        if known:
            said = f"Zaliczka {each.number} jest oznaczona „poza KSeF”, a mostek zna {originals.described(known[0])}."
            decided = c.is_another(f.number, each.number or "")
            yield Found(
                f"{said} {originals.DECIDED}" if decided else said,
                each.number or "",
                severity=W if decided else None,
                field="zaliczki.poza_ksef",
                advice=f"Usuń oznaczenie „poza KSeF” i podaj numer KSeF tej faktury. {originals.DECISION}",
            )
    for named, count in Counter(each.ksef_number or each.number for each in f.advances).items():
        if count > 1:
            yield Found(f"Faktura zaliczkowa {named} jest wymieniona {count} razy.", named or "")


@rule(
    "F30",
    W,
    "Fa/P_15",
    "Faktura uproszczona nie przekracza 450 zł albo 100 euro.",
    "LAW* 106e(5)(3)",
    field="faktura.rodzaj",
    advice="Ustaw `faktura.rodzaj: VAT`.",
    law=True,
    about=subjects.simplified,
)
def simple_is_small(f: Invoice, _c: Context) -> Iterator[Found]:
    limit = SIMPLE_UP_TO.get(f.currency)
    if f.kind is Kind.UPR and f.totals and limit is not None and f.totals.due > limit:
        yield Found(f"Faktura uproszczona opiewa na {f.totals.due} {f.currency}, a może na {limit}.", str(f.totals.due))


@rule(
    "F31",
    W,
    "Podmiot2/DaneIdentyfikacyjne/NIP",
    "Faktura uproszczona ma NIP nabywcy i tylko sprzedaż krajową.",
    "LAW*",
    field="nabywca.nip",
    advice="Uzupełnij NIP nabywcy albo ustaw `faktura.rodzaj: VAT`.",
    law=True,
    about=subjects.simplified,
)
def simple_is_domestic(f: Invoice, _c: Context) -> Iterator[Found]:
    if f.kind is not Kind.UPR:
        return
    if not f.buyer.nip:
        yield Found(f"Faktura uproszczona {f.number} nie ma NIP-u nabywcy.")
    for rate in sorted({line.rate for line in f.lines if line.rate in NOT_SIMPLE} - {None}, key=str):
        yield Found(f"Faktura uproszczona {f.number} ma stawkę „{rate}”.", str(rate), field="pozycja.stawka_vat")


@rule(
    "F32",
    E,
    "Fa/FaWiersz/P_12",
    "Faktura uproszczona podaje sumy według stawek albo stawkę w każdej pozycji.",
    "EX15/16",
    field="pozycja.stawka_vat",
    advice="Wskaż w mapowaniu `pozycja.stawka_vat` albo sumy w sekcji `sumy`.",
    about=subjects.simplified,
)
def simple_tells_vat(f: Invoice, _c: Context) -> Iterator[Found]:
    if f.kind is not Kind.UPR or f.totals is None or f.totals.bands:
        return
    if not f.lines or any(line.rate is None for line in f.lines):
        yield Found(f"Z faktury uproszczonej {f.number} nie da się określić kwoty VAT: brak sum i stawek.")


@rule(
    "F34",
    E,
    "Fa/Zamowienie",
    "Zamówienie jest tylko na fakturze zaliczkowej i jej korekcie.",
    "KU RODZAJ_FAKTURY_SECTIONS",
    field=ORDER,
    advice="Ustaw `faktura.rodzaj: ZAL` albo wskaż `pozycja` zamiast `pozycja_zamowienia`.",
    about=subjects.advances,
)
def order_of_kind(f: Invoice, _c: Context) -> Iterator[Found]:
    if f.order is not None and f.kind not in WITH_ORDER:
        yield Found(f"Faktura rodzaju {f.kind} ma zamówienie.")


def _taxed(line: OrderLine) -> bool:
    return line.foreign_rate is not None or (line.rate in RATES and RATES[line.rate].percent is not None)


def _gross_of_lines(f: Invoice) -> Decimal | None:
    """What the whole supply is worth, from its lines; None when one of them does not say."""
    if not f.lines or any(value_of(line, f) is None for line in f.lines):
        return None
    return of_lines(f, f.vat_method).due


RULES: tuple[Rule, ...] = tuple(each for each in globals().values() if isinstance(each, Rule))
