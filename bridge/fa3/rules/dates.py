"""Section C of fa3.md: dates, number and currency → what cannot be, or looks wrong."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from bridge.fa3.rules import subjects
from bridge.fa3.rules.rule import Context, E, Found, I, Rule, W, held, rule
from bridge.model.invoice import Invoice, Kind

ISSUED = "faktura.data_wystawienia"
MANDATE = date(2026, 2, 1)
ON_DEMAND = timedelta(days=92)  # three months from the end of the month of supply, and 15 days
AHEAD = timedelta(days=7)  # how far P_1 may lie ahead and wait
DEAD_CURRENCIES = frozenset({"HRK", "BGN", "XXX", "XAU", "XDR", "XTS"})


@rule(
    "C01",
    E,
    "Fa/P_1",
    "Data wystawienia nie leży w przyszłości; do 7 dni naprzód faktura czeka.",
    "VER",
    field=ISSUED,
    advice="Popraw datę w programie ERP.",
    keeps=True,
    otherwise="ostrzeżenie do 7 dni naprzód",
)
def not_in_future(f: Invoice, c: Context) -> Iterator[Found]:
    ahead = f.issued - c.today
    if ahead > AHEAD:
        yield Found(f"Data wystawienia {f.issued} leży {ahead.days} dni w przyszłości.", str(f.issued))
    elif ahead > timedelta(0):
        yield Found(
            f"Data wystawienia {f.issued} jest w przyszłości: faktura poczeka do tego dnia.",
            str(f.issued),
            severity=W,
            advice="Nic nie trzeba robić.",
        )


@rule(
    "C02",
    W,
    "Fa/P_1",
    "Faktura z wcześniejszą datą zostanie oznaczona w KSeF jako offline.",
    "DOC offline",
    field=ISSUED,
    advice="Wysyłaj faktury w dniu wystawienia; wydanej nabywcy kopii potrzebny jest drugi kod QR.",
)
def will_be_offline(f: Invoice, c: Context) -> Iterator[Found]:
    if f.issued < c.today:
        yield Found(
            f"Data wystawienia {f.issued} jest wcześniejsza niż dzisiejsza: KSeF oznaczy fakturę jako offline.",
            str(f.issued),
        )


@rule(
    "C03",
    W,
    "Fa/P_1",
    "Faktura nie jest stara i nie sprzed obowiązku KSeF.",
    "BR",
    field=ISSUED,
    advice="Sprawdź, czy ta faktura nie została już wydana poza KSeF.",
)
def not_old(f: Invoice, c: Context) -> Iterator[Found]:
    if f.issued < MANDATE:
        yield Found(
            f"Data wystawienia {f.issued} jest sprzed 1 lutego 2026, gdy zaczął się obowiązek KSeF.", str(f.issued)
        )
    elif (c.today - f.issued).days > c.old_days:
        yield Found(f"Faktura ma {(c.today - f.issued).days} dni.", str(f.issued))


C04 = held(
    "C04",
    E,
    "Fa/P_2",
    "Numer nie powtarza się dla tego NIP-u i rodzaju przez 10 lat.",
    "VER",
    "w pliku: D06 w mapowaniu; w historii: księga (ledger.md, unikalny indeks dokumentów)",
)


@rule(
    "C05",
    E,
    "Fa/P_6",
    "Data sprzedaży jest albo wspólna (P_6), albo w pozycjach (P_6A).",
    "KU P6_P6A_MUTUAL_EXCLUSION",
    field="faktura.data_sprzedazy",
    advice="Wskaż w mapowaniu jedno z: faktura.data_sprzedazy, pozycja.data_sprzedazy.",
    about=subjects.supply_date,
)
def one_sale_date(f: Invoice, _c: Context) -> Iterator[Found]:
    if f.sold and any(line.sale_date for line in f.lines):
        yield Found(f"Faktura ma wspólną datę sprzedaży {f.sold} i daty w pozycjach.", str(f.sold))


@rule(
    "C06",
    E,
    "Fa/OkresFa",
    "Jest albo data sprzedaży, albo okres.",
    "XSD",
    field="faktura.okres_od",
    advice="Wskaż w mapowaniu jedno z nich.",
    about=subjects.supply_date,
)
def date_or_period(f: Invoice, _c: Context) -> Iterator[Found]:
    if f.sold and f.period:
        yield Found(f"Faktura ma i datę sprzedaży {f.sold}, i okres {f.period[0]} - {f.period[1]}.")


@rule(
    "C07",
    I,
    "Fa/P_6",
    "Jednakowe daty w pozycjach mogą być wspólną datą sprzedaży.",
    "XSD note",
    field="pozycja.data_sprzedazy",
    advice="Wskaż w mapowaniu `faktura.data_sprzedazy` zamiast daty w pozycjach.",
)
def common_date(f: Invoice, _c: Context) -> Iterator[Found]:
    dates = {line.sale_date for line in f.lines}
    if len(dates) == 1 and len(f.lines) > 1 and None not in dates:
        yield Found(f"Wszystkie pozycje mają tę samą datę sprzedaży {dates.pop()}.")


@rule(
    "C08",
    E,
    "Fa/OkresFa",
    "Okres zaczyna się przed swoim końcem.",
    "XSD-run",
    field="faktura.okres_od",
    advice="Zamień kolumny początku i końca okresu.",
    about=subjects.supply_date,
)
def period_in_order(f: Invoice, _c: Context) -> Iterator[Found]:
    if f.period and f.period[0] > f.period[1]:
        yield Found(f"Okres od {f.period[0]} do {f.period[1]} kończy się przed początkiem.", str(f.period[0]))


@rule(
    "C09",
    W,
    "Fa/P_6",
    "Faktura z datą sprzedaży (a nie okresem) nie jest wystawiona wcześniej niż 60 dni przed nią.",
    "LAW* art. 106i",
    field="faktura.data_sprzedazy",
    law=True,
    advice="Sprawdź datę sprzedaży.",
)
def not_too_early(f: Invoice, _c: Context) -> Iterator[Found]:
    if f.sold and not f.period and (f.sold - f.issued).days > 60:  # a named period has no such limit: art. 106i(8)
        yield Found(f"Fakturę wystawiono {(f.sold - f.issued).days} dni przed sprzedażą ({f.sold}).", str(f.sold))


@rule(
    "C10",
    W,
    "Fa/P_6",
    "Faktura z datą sprzedaży (a nie okresem) jest wystawiona do 15. dnia miesiąca po niej; na żądanie konsumenta, do paragonu i przy zwolnieniu później.",
    "LAW* art. 106i",
    field="faktura.data_sprzedazy",
    law=True,
    advice="Sprawdź daty wystawienia i sprzedaży.",
)
def not_too_late(f: Invoice, _c: Context) -> Iterator[Found]:
    if f.sold is None or f.period or f.kind.corrects:
        return  # rent, energy, subscriptions and other periods: art. 106i(3)(4)
    latest = date(f.sold.year + f.sold.month // 12, f.sold.month % 12 + 1, 15)
    if f.issued > (latest + ON_DEMAND if _on_demand(f) else latest):
        yield Found(f"Sprzedaż była {f.sold}, a fakturę wystawiono {f.issued}, po {latest}.", str(f.sold))


@rule(
    "C12",
    E,
    "Fa/KodWaluty",
    "W złotych nie ma kursów ani VAT w złotych; waluta istnieje.",
    "XSD note",
    field="faktura.waluta",
    advice="Sprawdź walutę; kurs na fakturze w złotych usuwa reguła, która dla PLN wpisuje puste `pozycja.kurs_waluty`.",
    otherwise="ostrzeżenie, gdy waluta wyszła z obiegu",
)
def currency(f: Invoice, _c: Context) -> Iterator[Found]:
    if f.currency in DEAD_CURRENCIES:
        yield Found(f"Waluta {f.currency} nie jest w obrocie.", f.currency, severity=W)
    if f.currency != "PLN":
        return
    for line in f.lines:
        if line.exchange_rate is not None:
            yield Found(
                f"Faktura jest w złotych, a pozycja „{line.called}” ma kurs waluty {line.exchange_rate}.",
                str(line.exchange_rate),
                _row(line.row),
                field="pozycja.kurs_waluty",
            )


@rule(
    "C13",
    W,
    "Fa/P_1",
    "Dzień i miesiąc nie są zamienione.",
    "BR",
    field="faktura.data_sprzedazy",
    advice="Sprawdź kolejność dnia i miesiąca w `zrodlo.format_daty`.",
)
def day_and_month(f: Invoice, _c: Context) -> Iterator[Found]:
    dates = [
        ("faktura.data_sprzedazy", f.sold),
        *(("platnosc.termin", term.due) for term in (f.payment.terms if f.payment else ())),
    ]
    for key, day in dates:
        if day and day.day <= 12 and day.day != day.month and abs((day - f.issued).days) > 60:
            swapped = date(day.year, day.day, day.month)
            if abs((swapped - f.issued).days) <= 31:
                yield Found(
                    f"Data {day} leży daleko od daty wystawienia {f.issued}, a {swapped} blisko: może dzień i miesiąc są zamienione.",
                    str(day),
                    field=key,
                )


@rule(
    "C11",
    W,
    "Fa/P_6",
    "Zaliczka ma datę zapłaty nie późniejszą niż data wystawienia.",
    "XSD note",
    field="faktura.data_sprzedazy",
    advice="Sprawdź datę otrzymania zapłaty.",
    about=subjects.advances,
)
def advance_paid_before(f: Invoice, _c: Context) -> Iterator[Found]:
    if f.kind is Kind.ZAL and f.sold and f.sold > f.issued:
        yield Found(f"Zapłata {f.sold} jest późniejsza niż data wystawienia {f.issued}.", str(f.sold))


def _on_demand(f: Invoice) -> bool:
    """Whether it may have been asked for, within three months (art. 106b(3), 106i(6)): by a consumer, to a receipt, of what is exempt."""
    private = not f.buyer.nip and not f.buyer.eu_vat
    return private or f.to_receipt or {line.rate for line in f.lines} == {"zw"}


def _row(row: int) -> tuple[int, ...]:
    return (row,) if row else ()


RULES: tuple[Rule, ...] = tuple(each for each in globals().values() if isinstance(each, Rule))
