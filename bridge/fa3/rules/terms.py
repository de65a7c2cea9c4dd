"""Section H of fa3.md, second half: settlement, pay link, terms of transaction and attachment → what contradicts itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation

from bridge.fa3.rules import subjects
from bridge.fa3.rules.rule import Context, E, Found, Rule, W, held, rule
from bridge.model.invoice import AttachedTable, Charge, Invoice

ZERO = Decimal(0)
KSEF_ID = re.compile(r"[0-9]{3}[a-zA-Z0-9]{10}")
IN_LINK = re.compile(r"[?&]IPKSeF=([^&]*)")
ABROAD = frozenset({"0 WDT", "0 EX"})
SETTLEMENT, TABLE = "rozliczenie.do_zaplaty", "zalaczniki.tabele.wiersze.liczba_komorek"


@rule(
    "H09",
    E,
    "Fa/Rozliczenie",
    "Sumy obciążeń i odliczeń są równe swoim kwotom.",
    "XSD note",
    field="rozliczenie.suma_obciazen",
    advice="Usuń sumy z mapowania: mostek policzy je sam.",
    about=subjects.settlement,
)
def sums_of_settlement(f: Invoice, _c: Context) -> Iterator[Found]:
    if f.settlement is None:
        return
    s = f.settlement
    for what, parts, told in (
        ("obciążeń", s.charges, s.charges_total),
        ("odliczeń", s.deductions, s.deductions_total),
    ):
        if told is not None and told != _sum(parts):
            yield Found(f"Suma {what} to {told}, a ich kwoty dają {_sum(parts)}.", str(told))


@rule(
    "H10",
    E,
    "Fa/Rozliczenie/DoZaplaty",
    "Do zapłaty jest kwota należności z obciążeniami, bez odliczeń; nadpłata stoi osobno.",
    "XSD note, SM",
    field=SETTLEMENT,
    advice="Usuń tę kwotę z mapowania: mostek policzy ją sam.",
    about=subjects.settlement,
)
def left_to_pay(f: Invoice, _c: Context) -> Iterator[Found]:
    if f.settlement is None or f.totals is None:
        return
    s = f.settlement
    left = f.totals.due + _sum(s.charges) - _sum(s.deductions)
    if s.to_pay is not None and s.to_pay < 0:
        yield Found(f"Do zapłaty jest ujemne {s.to_pay}: nadpłatę podaje się jako kwotę do rozliczenia.", str(s.to_pay))
    elif s.to_pay is not None and s.to_pay != left:
        yield Found(f"Do zapłaty jest {s.to_pay}, a z należności, obciążeń i odliczeń wychodzi {left}.", str(s.to_pay))
    if s.to_settle is not None and s.to_settle != -left:
        yield Found(f"Do rozliczenia jest {s.to_settle}, a wychodzi {-left}.", str(s.to_settle))


@rule(
    "H11",
    E,
    "Fa/Platnosc/IPKSeF",
    "Identyfikator płatności KSeF ma swoją postać, a link do płatności ten sam identyfikator.",
    "KU IPKSEF_FORMAT",
    field="platnosc.identyfikator_ksef",
    advice="Przepisz identyfikator i link z systemu płatności.",
    otherwise="ostrzeżenie, gdy link ma tylko inny identyfikator niż faktura",
)
def payment_id(f: Invoice, _c: Context) -> Iterator[Found]:
    if f.payment is None:
        return
    ours, link = f.payment.ksef_id, f.payment.link
    if ours and not KSEF_ID.fullmatch(ours):
        yield Found(f"„{ours}” nie jest identyfikatorem płatności KSeF (3 cyfry i 10 liter lub cyfr).", ours)
    named = IN_LINK.search(link) if link else None
    if link and named is None:
        yield Found("Link do płatności nie zawiera parametru IPKSeF.", link, field="platnosc.link")
    elif named and ours and named[1] != ours:
        yield Found(f"Link do płatności ma IPKSeF {named[1]}, a faktura {ours}.", named[1], severity=W)


@rule(
    "H13",
    E,
    "Fa/WarunkiTransakcji/WalutaUmowna",
    "Kurs i waluta umowna są razem, a walutą nie jest złoty.",
    "KU KURS_WALUTA_PAIR, WALUTA_UMOWNA_PLN",
    field="warunki.waluta_umowna",
    advice="Podaj oba pola albo żadne; kurs do VAT wskaż w pozycjach.",
    about=subjects.terms,
)
def agreed_currency(f: Invoice, _c: Context) -> Iterator[Found]:
    if f.terms is None:
        return
    if (f.terms.agreed_rate is None) != (f.terms.agreed_currency is None):
        yield Found("Faktura podaje kurs umowny bez waluty umownej albo odwrotnie.", f.terms.agreed_currency or "")
    elif f.terms.agreed_currency == "PLN":
        yield Found("Walutą umowną jest złoty.", "PLN")


@rule(
    "H14",
    W,
    "Fa/WarunkiTransakcji/Transport",
    "Transport ma rodzaj i ładunek, kończy się po rozpoczęciu, a przy WDT i eksporcie jedzie za granicę.",
    "KU TRANSPORT_MINIMUM_DATA",
    field="warunki.transporty.rodzaj",
    advice="Uzupełnij dane transportu albo popraw stawkę.",
    about=subjects.terms,
    otherwise="błąd, gdy brakuje rodzaju, ładunku albo adresu",
)
def transports(f: Invoice, _c: Context) -> Iterator[Found]:
    abroad = any(line.rate in ABROAD for line in f.lines)
    for each in f.terms.transports if f.terms else ():
        if not (each.kind or each.other_kind) or not (each.cargo or each.other_cargo):
            yield Found("Transport nie podaje rodzaju albo ładunku.", severity=E)
        if each.starts and each.ends and each.ends < each.starts:
            yield Found(
                f"Transport kończy się {each.ends:%Y-%m-%d %H:%M}, a zaczyna {each.starts:%Y-%m-%d %H:%M}.",
                str(each.ends),
            )
        for address in (each.sent_from, *each.sent_via, each.sent_to):
            if address and not (address.country and address.line1):
                yield Found("Adres transportu nie ma kraju albo pierwszej linii.", severity=E)
        if abroad and each.sent_to and each.sent_to.country == "PL":
            yield Found(
                "Sprzedaż ze stawką 0 WDT albo 0 EX jedzie do Polski.", "PL", field="warunki.transporty.do_kraj"
            )


H15 = held(
    "H15",
    E,
    "Zalacznik",
    "Faktura z załącznikiem idzie w sesji wsadowej i za zgodą.",
    "VER",
    "bridge.work: sesja wsadowa i pytanie o zgodę; bez niej faktura jest wstrzymana (K415)",
)


@rule(
    "H16",
    E,
    "Zalacznik/BlokDanych/Tabela",
    "Każdy wiersz tabeli załącznika ma tyle komórek, ile kolumn, a wartości pasują do ich typów.",
    "XSD-run",
    field=TABLE,
    advice="Popraw tabelę załącznika: liczbę komórek albo typ kolumny.",
    about=subjects.attachment,
    otherwise="ostrzeżenie, gdy wartość nie jest typu kolumny",
)
def attached_tables(f: Invoice, _c: Context) -> Iterator[Found]:
    for block in f.attachment:
        for table in block.tables:
            yield from _table(table)


def _table(table: AttachedTable) -> Iterator[Found]:
    for place, row in enumerate(table.rows, start=1):
        if len(row.cells) == 1:
            continue  # a heading inside the table, as in the Ministry's example 25
        if len(row.cells) != len(table.columns):
            yield Found(f"Wiersz {place} tabeli ma {len(row.cells)} komórek, a kolumn jest {len(table.columns)}.")
            continue
        for cell, column in zip(row.cells, table.columns, strict=True):
            if cell.strip(NOTHING) and not _fits(cell, column.type):
                yield Found(f"„{cell}” w kolumnie „{column.name}” nie jest typu {column.type}.", cell, severity=W)
    if table.totals is not None and len(table.totals.cells) != len(table.columns):
        yield Found(f"Wiersz sumy tabeli ma {len(table.totals.cells)} komórek, a kolumn jest {len(table.columns)}.")


NOTHING = " -–—"  # what stands in a cell that has no value
TYPES: dict[str, Callable[[str], object]] = {
    "date": date.fromisoformat,
    "datetime": datetime.fromisoformat,
    "dec": Decimal,
    "int": int,
    "time": time.fromisoformat,
    "txt": str,
}


def _fits(cell: str, kind: str) -> bool:
    try:
        TYPES[kind](cell)
    except (ValueError, InvalidOperation):
        return False
    return True


@rule(
    "H17",
    W,
    "Zalacznik",
    "Załącznik służy danym złożonym (ilości, ceny), a nie ulotkom.",
    "INFO",
    field="zalaczniki.akapity.tekst",
    advice="Sam tekst wpisz w `faktura.stopka` albo `dodatkowe_opisy`.",
    about=subjects.attachment,
)
def complex_data(f: Invoice, _c: Context) -> Iterator[Found]:
    if f.attachment and not any(block.tables or block.metadata for block in f.attachment):
        yield Found("Załącznik ma sam tekst, bez tabel i danych.")


def _sum(parts: tuple[Charge, ...]) -> Decimal:
    return sum((each.amount for each in parts), ZERO)


RULES: tuple[Rule, ...] = tuple(each for each in globals().values() if isinstance(each, Rule))
