"""Section F of fa3.md: corrections and what they refer to → what contradicts the kind or the original."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date

from bridge.fa3 import subjects
from bridge.fa3.rule import Context, E, Found, Rule, W, held, rule
from bridge.model.identifiers import ksef_crc_is_right, ksef_date
from bridge.model.invoice import Correction, Invoice, Kind, Line

NUMBER = "korekta.numer_faktury"
KSEF = "korekta.numer_ksef"
OUTSIDE = "korekta.poza_ksef"
MANDATE = date(2026, 4, 1)  # from here on everyone who is not exempted issues in KSeF


NOTHING = Correction()
CORRECTED_BY = {
    Kind.KOR: (Kind.VAT, Kind.UPR),
    Kind.KOR_ZAL: (Kind.ZAL,),
    Kind.KOR_ROZ: (Kind.ROZ,),
}


def _correction(f: Invoice) -> Correction:
    return f.correction or NOTHING


@rule(
    "F01",
    E,
    "Fa/DaneFaKorygowanej",
    "Dane faktury korygowanej są wtedy, gdy faktura jest korektą.",
    "KU RODZAJ_FAKTURY_SECTIONS",
    field=NUMBER,
    advice="Popraw `faktura.rodzaj` albo kolumny sekcji `korekta`.",
    keeps=True,
    about=subjects.correction,
)
def block_of_kind(f: Invoice, _c: Context) -> Iterator[Found]:
    if f.kind.corrects and not _correction(f).originals:
        yield Found(f"Korekta {f.number} nie podaje numeru i daty faktury korygowanej.")
    elif not f.kind.corrects and f.correction:
        yield Found(
            f"Faktura rodzaju {f.kind} podaje fakturę korygowaną {f.correction.originals[0].number if f.correction.originals else ''}."
        )


@rule(
    "F02",
    E,
    "Fa/DaneFaKorygowanej/NrKSeFFaKorygowanej",
    "Numer KSeF faktury korygowanej ma prawidłową sumę kontrolną.",
    "section 6.1",
    field=KSEF,
    advice="Przepisz numer KSeF jeszcze raz.",
    keeps=True,
    about=subjects.correction,
)
def ksef_crc(f: Invoice, _c: Context) -> Iterator[Found]:
    for original in _correction(f).originals:
        if original.ksef_number and not ksef_crc_is_right(original.ksef_number):
            yield Found(f"Numer KSeF „{original.ksef_number}” ma błędną sumę kontrolną.", original.ksef_number)


@rule(
    "F03",
    E,
    "Fa/DaneFaKorygowanej/NrKSeFFaKorygowanej",
    "Numer KSeF faktury korygowanej zaczyna się od NIP-u sprzedawcy.",
    "BR",
    field=KSEF,
    advice="Sprawdź, czyj to numer.",
    keeps=True,
    about=subjects.correction,
)
def ksef_of_seller(f: Invoice, _c: Context) -> Iterator[Found]:
    for original in _correction(f).originals:
        if original.ksef_number and not original.ksef_number.startswith(f"{f.seller.nip}-"):
            yield Found(
                f"Numer KSeF „{original.ksef_number}” nie należy do sprzedawcy {f.seller.nip}.", original.ksef_number
            )


@rule(
    "F04",
    E,
    "Fa/DaneFaKorygowanej/NrKSeFN",
    "Faktura korygowana albo ma numer KSeF, albo powstała poza KSeF.",
    "KU KOR_NRKSEF_CONSISTENCY",
    field=OUTSIDE,
    advice="Ustaw `korekta.poza_ksef: tak` tylko dla faktur bez numeru KSeF.",
    keeps=True,
    about=subjects.correction,
)
def number_or_outside(f: Invoice, _c: Context) -> Iterator[Found]:
    for original in _correction(f).originals:
        if original.ksef_number and original.outside_ksef:
            yield Found(
                f"Faktura {original.number} ma numer KSeF {original.ksef_number} i jednocześnie oznaczenie „poza KSeF”.",
                original.ksef_number,
            )


@rule(
    "F05",
    E,
    "Fa/DaneFaKorygowanej/NrKSeFN",
    "Faktura „poza KSeF” nie ma numeru w księdze mostka.",
    "BR",
    field=OUTSIDE,
    advice="Usuń oznaczenie „poza KSeF”: numer weźmie mostek.",
    about=subjects.correction,
)
def outside_but_known(f: Invoice, c: Context) -> Iterator[Found]:
    for original in _correction(f).originals:
        known = c.number_of(original.number, original.issued) if original.outside_ksef else None
        if known:
            yield Found(
                f"Faktura {original.number} jest oznaczona „poza KSeF”, a mostek wysłał ją pod numerem {known}.", known
            )


@rule(
    "F06",
    W,
    "Fa/DaneFaKorygowanej/NrKSeFN",
    "Faktura sprzed obowiązku może być poza KSeF; późniejsza wymaga powodu.",
    "BR",
    field=OUTSIDE,
    advice="Sprawdź, dlaczego ta faktura nie trafiła do KSeF.",
    about=subjects.correction,
)
def outside_after_mandate(f: Invoice, _c: Context) -> Iterator[Found]:
    for original in _correction(f).originals:
        if original.outside_ksef and original.issued >= MANDATE:
            yield Found(
                f"Faktura {original.number} z {original.issued} powstała po starcie obowiązku KSeF, a jest oznaczona „poza KSeF”.",
                original.number,
            )


@rule(
    "F07",
    E,
    "Fa/DaneFaKorygowanej/DataWystFaKorygowanej",
    "Faktura korygowana nie jest późniejsza niż korekta ani niż jej numer KSeF.",
    "BR",
    field="korekta.data_faktury",
    advice="Sprawdź datę faktury korygowanej.",
    about=subjects.correction,
)
def original_before(f: Invoice, _c: Context) -> Iterator[Found]:
    for original in _correction(f).originals:
        if original.issued > f.issued:
            yield Found(
                f"Faktura korygowana {original.number} ma datę {original.issued}, późniejszą niż korekta {f.issued}.",
                str(original.issued),
            )
        elif original.ksef_number and ksef_date(original.ksef_number) < str(original.issued):
            yield Found(
                f"Faktura {original.number} ma datę {original.issued}, a numer KSeF nadano {ksef_date(original.ksef_number)}.",
                str(original.issued),
                severity=W,
            )


@rule(
    "F08",
    E,
    "Fa/DaneFaKorygowanej/NrFaKorygowanej",
    "Korekta ma inny numer niż faktura korygowana.",
    "BR",
    field=NUMBER,
    advice="Sprawdź kolumny numerów w mapowaniu.",
    about=subjects.correction,
)
def own_number(f: Invoice, _c: Context) -> Iterator[Found]:
    for original in _correction(f).originals:
        if original.number == f.number:
            yield Found(f"Korekta i faktura korygowana mają ten sam numer {f.number}.", f.number)
        if _correction(f).right_number == original.number:
            yield Found(
                f"Prawidłowy numer {original.number} jest taki sam jak błędny.",
                original.number,
                field="korekta.prawidlowy_numer",
            )


@rule(
    "F09",
    E,
    "Fa/DaneFaKorygowanej",
    "Korekta wskazuje fakturę pierwotną, nie wcześniejszą korektę.",
    "LAW*, POD",
    field=NUMBER,
    advice="Podaj numer faktury pierwotnej, także w drugiej i dalszej korekcie.",
    about=subjects.correction,
)
def original_is_first(f: Invoice, c: Context) -> Iterator[Found]:
    for original in _correction(f).originals:
        known = c.accepted(original.ksef_number) if original.ksef_number else None
        if known and known.kind.corrects:
            yield Found(f"Faktura {original.number} jest korektą, a nie fakturą pierwotną.", original.number)


@rule(
    "F10",
    E,
    "Fa/DaneFaKorygowanej",
    "Faktury korygowane nie powtarzają się i są rodzaju, który ta korekta koryguje.",
    "XSD enum",
    field=NUMBER,
    advice="Usuń powtórzony wiersz albo popraw `faktura.rodzaj`.",
    about=subjects.correction,
)
def no_repeats(f: Invoice, c: Context) -> Iterator[Found]:
    for original in _correction(f).originals:
        known = c.accepted(original.ksef_number) if original.ksef_number else None
        if known and not known.kind.corrects and known.kind not in CORRECTED_BY.get(f.kind, ()):
            yield Found(f"Faktura {original.number} jest rodzaju {known.kind}, a koryguje ją {f.kind}.", f.kind)
    for (number, issued), count in Counter((each.number, each.issued) for each in _correction(f).originals).items():
        if count > 1:
            yield Found(f"Faktura korygowana {number} z {issued} jest wymieniona {count} razy.", number)


F11 = held(
    "F11",
    E,
    "Fa/DaneFaKorygowanej",
    "Faktura korygowana ma numer KSeF, zanim korekta zostanie wysłana.",
    "DOC offline",
    "pipeline: numer z księgi, DRAFT albo L02",
)


@rule(
    "F12",
    E,
    "Podmiot2/DaneIdentyfikacyjne/NIP",
    "Korekta ma identyfikator nabywcy z faktury pierwotnej.",
    "XSD note",
    field="nabywca.nip",
    advice="Błędnego NIP-u nie zmienia się korektą: skoryguj fakturę do zera (z tym NIP-em) i wystaw nową.",
    about=subjects.correction,
)
def same_buyer(f: Invoice, c: Context) -> Iterator[Found]:
    for original in _correction(f).originals:
        known = c.accepted(original.ksef_number) if original.ksef_number else None
        if known and _who(known) != _who(f):
            yield Found(
                f"Faktura {original.number} ma nabywcę {_who(known)}, a jej korekta {_who(f)}.", f.buyer.nip or ""
            )


@rule(
    "F13",
    E,
    "Fa/Podmiot2K/IDNabywcy",
    "Dane nabywcy przed korektą mają ten sam klucz i identyfikator.",
    "XSD note",
    field="nabywca.klucz",
    advice="Wpisz ten sam klucz w nabywcy i w jego danych przed korektą.",
    about=subjects.correction,
)
def buyers_before(f: Invoice, _c: Context) -> Iterator[Found]:
    for before in _correction(f).buyers_before:
        if before.key != f.buyer.key:
            yield Found(
                f"Dane nabywcy przed korektą mają klucz „{before.key or ''}”, a nabywca „{f.buyer.key or ''}”.",
                before.key or "",
            )
        elif (before.nip, before.eu_vat, before.other_id) != (f.buyer.nip, f.buyer.eu_vat, f.buyer.other_id):
            yield Found(
                "Identyfikatora nabywcy nie zmienia się korektą danych.",
                before.nip or "",
                advice="Skoryguj fakturę do zera i wystaw nową.",
            )


@rule(
    "F15",
    E,
    "Fa/FaWiersz/StanPrzed",
    "Stan przed jest tylko w korekcie i ma swój stan po.",
    "XSD note",
    field="pozycja.stan_przed",
    advice="Sprawdź kolumnę stanu przed i po.",
)
def before_in_corrections(f: Invoice, _c: Context) -> Iterator[Found]:
    if f.kind.corrects:
        return
    for line in f.lines:
        if line.before:
            yield Found(f"Pozycja „{line.name}” ma „stan przed”, a faktura nie jest korektą.", rows=_row(line))
    for ordered in f.order.lines if f.order else ():
        if ordered.before:
            yield Found(f"Pozycja zamówienia „{ordered.name}” ma „stan przed”, a faktura nie jest korektą.")


@rule(
    "F16",
    W,
    "Fa/FaWiersz/NrWierszaFa",
    "Numery pozycji nie powtarzają się w stanie przed ani w stanie po.",
    "GH#487",
    field="pozycja.numer_wiersza",
    advice="Usuń mapowanie numeru wiersza: mostek ponumeruje sam.",
)
def line_numbers(f: Invoice, _c: Context) -> Iterator[Found]:
    if len({(line.number, line.before) for line in f.lines}) == len(f.lines):
        return
    counted = Counter((line.number, line.before) for line in f.lines)
    for (number, before), count in counted.items():
        if count > 1:
            yield Found(
                f"Numer pozycji {number}{' (stan przed)' if before else ''} występuje {count} razy.", str(number)
            )


F17 = held(
    "F17",
    E,
    "Fa/P_13_1",
    "Sumy korekty to stan po minus stan przed.",
    "section 4",
    "bridge.fa3.totals liczy je tak; D03 i D04 sprawdzają",
)


@rule(
    "F18",
    W,
    "Fa",
    "Korekta coś zmienia.",
    "BR",
    field="korekta.przyczyna",
    advice="Sprawdź, czy korekta nie jest zbędna. Zmiana nazwy nabywcy wymaga jego danych przed korektą.",
    about=subjects.correction,
)
def changes_something(f: Invoice, _c: Context) -> Iterator[Found]:
    if not f.kind.corrects or f.totals is None:
        return
    k = _correction(f)
    if f.totals.due == 0 and not f.totals.bands and not (k.seller_before or k.buyers_before or k.right_number):
        yield Found(f"Korekta {f.number} niczego nie zmienia: kwoty są zerowe, a danych przed korektą nie podano.")


@rule(
    "F19",
    W,
    "Fa/PrzyczynaKorekty",
    "Korekta podaje przyczynę i typ.",
    "BR, SM",
    field="korekta.przyczyna",
    advice="Wskaż w mapowaniu `korekta.przyczyna` i `korekta.typ`.",
    about=subjects.correction,
)
def reason(f: Invoice, _c: Context) -> Iterator[Found]:
    if not f.kind.corrects:
        return
    lacks = [what for what, value in (("przyczyny", _correction(f).reason), ("typu", _correction(f).type)) if not value]
    if lacks:
        yield Found(f"Korekta {f.number} nie podaje {' i '.join(lacks)}.")


@rule(
    "F20",
    W,
    "Fa/OkresFaKorygowanej",
    "Korekta zbiorcza bez pozycji podaje okres.",
    "EX6",
    field="korekta.okres",
    advice="Wskaż w mapowaniu `korekta.okres`.",
    about=subjects.correction,
)
def period(f: Invoice, _c: Context) -> Iterator[Found]:
    k = _correction(f)
    if len(k.originals) > 1 and not f.lines and not k.period:
        yield Found(f"Korekta zbiorcza {f.number} nie podaje okresu.")


@rule(
    "F33",
    E,
    "Fa/FaWiersz",
    "Faktura VAT ma pozycje.",
    "POD 1.6.1",
    field="pozycja.nazwa",
    advice="Sprawdź, czy eksport zawiera pozycje tej faktury.",
)
def has_lines(f: Invoice, _c: Context) -> Iterator[Found]:
    if f.kind is Kind.VAT and not f.lines:
        yield Found(f"Faktura {f.number} nie ma pozycji.")


@rule(
    "F35",
    E,
    "Fa/DaneFaKorygowanej/NrKSeFFaKorygowanej",
    "Numer KSeF faktury korygowanej zgadza się z księgą mostka.",
    "BR",
    field=KSEF,
    advice="Usuń numer z pliku (mostek weźmie swój) albo go popraw.",
    keeps=True,
    about=subjects.correction,
)
def number_of_ledger(f: Invoice, c: Context) -> Iterator[Found]:
    for original in _correction(f).originals:
        known = c.number_of(original.number, original.issued) if original.ksef_number else None
        if known and known != original.ksef_number:
            yield Found(
                f"Plik podaje dla faktury {original.number} numer KSeF {original.ksef_number}, a mostek zna {known}.",
                original.ksef_number or "",
            )


def _who(f: Invoice) -> str:
    """The buyer's identifier, "" for a buyer without one."""
    return f.buyer.nip or f"{f.buyer.eu_code or ''}{f.buyer.eu_vat or ''}" or f.buyer.other_id or ""


def _row(line: Line) -> tuple[int, ...]:
    return (line.row,) if line.row else ()


RULES: tuple[Rule, ...] = tuple(each for each in globals().values() if isinstance(each, Rule))
