"""Section D beyond fa3.md: rates of exchange and amounts in PLN → what cannot be, without any table of a bank.

VAT in PLN is wrong by the factor of the rate, so a rate of 1, a lost comma, an inverted rate and one for a hundred units
are doubted. The spans are wide on purpose: they hold the rates of the last twenty years and more.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from bridge.fa3.rules import subjects
from bridge.fa3.rules.rule import Context, Found, Rule, W, rule
from bridge.fa3.totals.values import rate_of
from bridge.model.invoice import Band, Invoice, Kind
from bridge.model.vat import grosze

CENT = Decimal("0.01")
FIFTH = Decimal("0.2")
NEAR = frozenset({Kind.VAT, Kind.UPR, Kind.ZAL})  # whose VAT in PLN is nothing but VAT times its rates
LINES = frozenset({Kind.VAT, Kind.UPR, Kind.KOR})  # whose totals are sums of lines
# PLN for one unit, from and to.
SPANS = {
    currency: (Decimal(low), Decimal(high))
    for currency, low, high in (
        ("EUR", "2", "8"),
        ("USD", "2", "8"),
        ("GBP", "2", "10"),
        ("CHF", "2", "8"),
        ("CAD", "1.5", "6"),
        ("AUD", "1.5", "6"),
        ("NZD", "1.5", "6"),
        ("SGD", "1.5", "6"),
        ("CZK", "0.1", "0.4"),
        ("HUF", "0.003", "0.05"),
        ("JPY", "0.01", "0.1"),
        ("SEK", "0.2", "0.9"),
        ("NOK", "0.2", "0.9"),
        ("DKK", "0.3", "1.2"),
        ("ISK", "0.01", "0.1"),
        ("RON", "0.5", "1.6"),
        ("UAH", "0.03", "0.6"),
        ("CNY", "0.3", "1.2"),
        ("AED", "0.5", "2"),
        ("ILS", "0.6", "2"),
        ("TRY", "0.02", "3"),
        ("INR", "0.02", "0.15"),
        ("KRW", "0.001", "0.01"),
    )
}
ADVICE = "Sprawdź kurs w programie ERP: kurs to złote za jedną jednostkę waluty, np. 4,2512 za euro."
LINE, WHOLE = "pozycja.kurs_waluty", "faktura.kurs_zaliczki"


@rule(
    "D20",
    W,
    "Fa/FaWiersz/KursWaluty",
    "Kurs waluty jest możliwy: za jedną jednostkę, nieodwrócony, bez zgubionego przecinka.",
    "BR",
    field=LINE,
    advice=ADVICE,
    about=subjects.foreign_money,
)
def possible_rate(f: Invoice, _c: Context) -> Iterator[Found]:
    for currency, rate, key, row in _rates(f):
        why = _absurd(currency, rate)
        if why:
            yield Found(f"Kurs {currency} {rate} {why}.", str(rate), (row,) if row else (), field=key)


@rule(
    "D21",
    W,
    "Fa/P_14_1W",
    "VAT w złotych zgadza się z kursem także tam, gdzie nie wynika z pozycji.",
    "LAW* 106e(11)",
    field="sumy.vat_23_pln",
    advice="Sprawdź kwoty VAT w złotych i kurs w programie ERP.",
    about=subjects.foreign_money,
)
def pln_is_possible(f: Invoice, _c: Context) -> Iterator[Found]:
    if f.currency == "PLN" or f.totals is None:
        return
    for band in f.totals.bands:
        if band.vat_pln is None or not band.vat:
            continue
        rates = _rates_of(f, band)
        if len(rates) == 1 and f.lines and f.kind in LINES:
            continue  # rule D09
        if not rates:
            why = _absurd(f.currency, band.vat_pln / band.vat) if abs(band.vat) >= 1 else ""
            if why:
                yield Found(
                    f"VAT {band.vat} {f.currency} to w złotych {band.vat_pln}: taki kurs {why}.", str(band.vat_pln)
                )
            continue
        wide = Decimal(0) if f.kind in NEAR else FIFTH
        low, high = sorted((grosze(band.vat * min(rates) * (1 - wide)), grosze(band.vat * max(rates) * (1 + wide))))
        slack = CENT * max(1, len(f.lines), len(f.part_advances)) + (CENT if wide else 0)
        if not low - slack <= band.vat_pln <= high + slack:
            counted = low if low == high else f"od {low} do {high}"
            yield Found(
                f"VAT w złotych P_14_{band.band}W to {band.vat_pln}, a z kursu wychodzi {counted}.", str(band.vat_pln)
            )


def _rates(f: Invoice) -> Iterator[tuple[str, Decimal, str, int]]:
    """Every rate on the invoice: currency, rate, key and row."""
    if f.currency != "PLN":
        for line in f.lines:
            if line.exchange_rate is not None:
                yield f.currency, line.exchange_rate, LINE, line.row
        for part in f.part_advances:
            if part.exchange_rate is not None:
                yield f.currency, part.exchange_rate, "zaliczki_czesciowe.kurs", 0
        before = f.correction.exchange_rate_before if f.correction else None
        for rate, key in ((f.exchange_rate, WHOLE), (before, "korekta.kurs_przed")):
            if rate is not None:
                yield f.currency, rate, key, 0
    if f.terms and f.terms.agreed_rate is not None and f.terms.agreed_currency:
        yield f.terms.agreed_currency, f.terms.agreed_rate, "warunki.kurs_umowny", 0


def _absurd(currency: str, rate: Decimal) -> str:
    """Why a rate cannot be; "" when it can, or when it is no rate at all (rule D10)."""
    if rate <= 0 or _within(currency, rate):
        return ""
    if rate == 1:
        return "oznacza, że jednostka waluty jest warta jednego złotego"
    if currency not in SPANS:
        return ""
    if _within(currency, 1 / rate):
        return "wygląda na odwrócony: to waluta za złotego, a nie złote za walutę"
    if _within(currency, rate / 100):
        return "wygląda na kurs za 100 jednostek"
    shifted = any(_within(currency, rate.scaleb(power)) for power in (-4, -3, -1, 1, 2, 3, 4))
    return "ma przecinek w złym miejscu" if shifted else "jest niemożliwy"


def _within(currency: str, rate: Decimal) -> bool:
    low, high = SPANS.get(currency, (Decimal(2), Decimal(0)))
    return low <= rate <= high


def _rates_of(f: Invoice, band: Band) -> set[Decimal]:
    """By which rates the VAT of a band may have been turned into PLN."""
    of_lines = {
        line.exchange_rate
        for line in f.lines
        if line.exchange_rate and (rate := rate_of(line, f)) is not None and rate.band == band.band
    }
    before = f.correction.exchange_rate_before if f.correction else None
    others = {f.exchange_rate, before, *(part.exchange_rate for part in f.part_advances)}
    return {rate for rate in of_lines | others if rate is not None and rate > 0}


RULES: tuple[Rule, ...] = tuple(each for each in globals().values() if isinstance(each, Rule))
