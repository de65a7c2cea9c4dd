"""Section F of fa3.md: corrections and their lines → what contradicts the kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from bridge.fa3.rules import subjects
from bridge.fa3.rules.rule import Context, E, Found, Rule, W, held, rule
from bridge.model.invoice import Buyer, Correction, Invoice, Kind, Line, ThirdParty

NUMBER = "korekta.numer_faktury"


NOTHING = Correction()


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
    "F08",
    E,
    "Fa/DaneFaKorygowanej/NrFaKorygowanej",
    "Korekta ma inny numer niż faktura korygowana.",
    "BR",
    field=NUMBER,
    advice="Sprawdź kolumny numerów w mapowaniu.",
    about=subjects.correction,
    otherwise="ostrzeżenie, gdy daty są różne: korekty mogą mieć własną serię numerów",
)
def own_number(f: Invoice, _c: Context) -> Iterator[Found]:
    for original in _correction(f).originals:
        if original.number == f.number:
            said = f"Korekta i faktura korygowana mają ten sam numer {f.number}."
            yield Found(said, f.number, severity=W if original.issued < f.issued else None)
        if _correction(f).right_number == original.number:
            yield Found(
                f"Prawidłowy numer {original.number} jest taki sam jak błędny.",
                original.number,
                field="korekta.prawidlowy_numer",
            )


@rule(
    "F13",
    E,
    "Fa/Podmiot2K/IDNabywcy",
    "Dane nabywcy przed korektą mają ten sam klucz i identyfikator, co on albo dodatkowy nabywca.",
    "XSD note",
    field="nabywca.klucz",
    advice="Wpisz ten sam klucz w nabywcy i w jego danych przed korektą.",
    about=subjects.correction,
    otherwise="ostrzeżenie, gdy klucza brakuje po jednej stronie, a nabywca jest jeden",
)
def buyers_before(f: Invoice, _c: Context) -> Iterator[Found]:
    befores = _correction(f).buyers_before
    for before in befores:
        now: tuple[Buyer | ThirdParty, ...] = (f.buyer, *f.third_parties)
        after = next((each for each in now if each.key == before.key), None)
        if after is None:
            one_each = len(befores) == 1 and (not before.key or not f.buyer.key)
            yield Found(
                f"Dane nabywcy przed korektą mają klucz „{before.key or ''}”, a nabywca „{f.buyer.key or ''}”.",
                before.key or "",
                severity=W if one_each else None,
            )
        elif (before.nip, before.eu_vat, before.other_id) != (after.nip, after.eu_vat, after.other_id):
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
            yield Found(f"Pozycja „{line.called}” ma „stan przed”, a faktura nie jest korektą.", rows=_row(line))
    for ordered in f.order.lines if f.order else ():
        if ordered.before:
            yield Found(f"Pozycja zamówienia „{ordered.name}” ma „stan przed”, a faktura nie jest korektą.")


@rule(
    "F16",
    W,
    "Fa/FaWiersz/NrWierszaFa",
    "Numery pozycji nie powtarzają się w stanie przed ani w stanie po, a dodatkowy opis wskazuje pozycję, która jest.",
    "GH#487",
    field="pozycja.numer_wiersza",
    advice="Usuń mapowanie numeru wiersza: mostek ponumeruje sam.",
)
def line_numbers(f: Invoice, _c: Context) -> Iterator[Found]:
    numbers = {line.number for line in f.lines} | {line.number for line in (f.order.lines if f.order else ())}
    for described in f.descriptions:
        if described.line is not None and described.line not in numbers:
            yield Found(
                f"Dodatkowy opis „{described.key}” wskazuje pozycję {described.line}, której na fakturze nie ma.",
                str(described.line),
                field="dodatkowe_opisy.numer_wiersza",
                advice="Popraw numer pozycji w dodatkowym opisie albo go usuń: wtedy dotyczy całej faktury.",
            )
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
    "bridge.fa3.totals.totals liczy je tak; D03 i D04 sprawdzają",
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
    amounts = [f.totals.due, *(each.net for each in f.totals.bands), *(each.vat for each in f.totals.bands)]
    if not any(amounts) and not (k.seller_before or k.buyers_before or k.right_number or _rows_differ(f)):
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


def _rows_differ(f: Invoice) -> bool:
    """Whether what stands before is another than what stands after; a row of nothing is neither."""
    rows = [replace(line, number=0, row=0, uid=None) for line in f.lines if line.quantity or line.net or line.gross]
    before = {replace(line, before=False) for line in rows if line.before}
    return before != {line for line in rows if not line.before}


def _row(line: Line) -> tuple[int, ...]:
    return (line.row,) if line.row else ()


RULES: tuple[Rule, ...] = tuple(each for each in globals().values() if isinstance(each, Rule))
