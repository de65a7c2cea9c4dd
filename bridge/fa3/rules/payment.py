"""Section H of fa3.md: payment → what is missing or cannot be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from bridge.fa3.rules.rule import Context, E, Found, Rule, W, rule
from bridge.fa3.totals.values import in_pln
from bridge.model.identifiers import iban_is_right
from bridge.model.invoice import Invoice

CASH, TRANSFER = "1", "6"
CASH_LIMIT = Decimal(15_000)
FAR = timedelta(days=365)


@rule(
    "H01",
    W,
    "Fa/Platnosc/DataZaplaty",
    "Data zapłaty nie jest późniejsza niż faktura.",
    "KU PAYMENT_ZAPLACONO_DATE",
    field="platnosc.data_zaplaty",
    advice="Sprawdź datę zapłaty.",
)
def paid_in_time(f: Invoice, c: Context) -> Iterator[Found]:
    paid = f.payment.paid_on if f.payment else None
    if paid and paid > max(f.issued, c.today):
        yield Found(f"Data zapłaty {paid} jest w przyszłości.", str(paid))


@rule(
    "H02",
    W,
    "Fa/Platnosc/ZaplataCzesciowa",
    "Zapłaty częściowe dają mniej niż całość (1) albo całość (2).",
    "XSD note",
    field="platnosc.forma",
    advice="Sprawdź kwoty zapłat.",
)
def parts(f: Invoice, _c: Context) -> Iterator[Found]:
    p = f.payment
    if p is None or not p.parts or f.totals is None:
        return
    paid = sum((part.amount for part in p.parts), Decimal(0))
    if p.parts_marker == "1" and paid >= f.totals.due:
        yield Found(f"Zapłaty częściowe ({paid}) pokrywają całą należność {f.totals.due}.", str(paid))
    if p.parts_marker == "2" and (paid != f.totals.due or len(p.parts) < 2):
        yield Found(f"Zapłaty w częściach ({paid}) nie dają należności {f.totals.due}.", str(paid))


@rule(
    "H03",
    W,
    "Fa/Platnosc/TerminPlatnosci/Termin",
    "Termin płatności nie jest przed fakturą ani bardzo daleko; przy przelewie jest podany.",
    "BR",
    field="platnosc.termin",
    advice="Sprawdź termin płatności.",
)
def due_date(f: Invoice, _c: Context) -> Iterator[Found]:
    p = f.payment
    if p is None or f.kind.corrects:  # a correction may repeat the terms of its original
        return
    for term in p.terms:
        if term.due and term.due < f.issued:
            yield Found(f"Termin płatności {term.due} jest przed datą wystawienia {f.issued}.", str(term.due))
        elif term.due and term.due - f.issued > FAR:
            yield Found(f"Termin płatności {term.due} jest ponad rok po wystawieniu.", str(term.due))
    if p.form == TRANSFER and not p.terms and not p.paid_on and not p.parts and not _settled(f):
        yield Found("Przelew nie ma terminu płatności.")


@rule(
    "H04",
    W,
    "Fa/Platnosc/RachunekBankowy",
    "Przy przelewie jest rachunek, sprzedawcy albo faktora.",
    "BR",
    field="platnosc.rachunek",
    advice="Wskaż w mapowaniu `platnosc.rachunek` albo wpisz swój rachunek na stałe.",
)
def account_given(f: Invoice, _c: Context) -> Iterator[Found]:
    p = f.payment
    accounts = (*p.accounts, *p.factor_accounts) if p else ()
    if p and p.form == TRANSFER and not p.paid_on and not accounts and not f.kind.corrects and not _settled(f):
        yield Found("Formą płatności jest przelew, a faktura nie podaje rachunku.")


@rule(
    "H05",
    E,
    "Fa/Platnosc/RachunekBankowy/NrRB",
    "Numer rachunku nie ma spacji i ma prawidłową sumę kontrolną.",
    "KU RACHUNEKBANKOWY_NRRB, BR",
    field="platnosc.rachunek",
    advice="Sprawdź numer rachunku; polski ma 26 cyfr.",
    otherwise="ostrzeżenie, gdy ma tylko spacje",
)
def account_is_right(f: Invoice, _c: Context) -> Iterator[Found]:
    for account in f.payment.accounts if f.payment else ():
        number = re.sub(r"\s", "", account.number)
        if number != account.number:
            yield Found(f"Numer rachunku „{account.number}” ma spacje.", account.number, severity=W)
        if re.fullmatch(r"\d{26}|[A-Z]{2}\d{2}[A-Z0-9]{10,30}", number) and not iban_is_right(number):
            yield Found(f"Numer rachunku „{account.number}” ma błędną sumę kontrolną.", account.number)


@rule(
    "H06",
    E,
    "Fa/Platnosc/RachunekBankowy/NrRB",
    "Numer rachunku ma od 10 do 34 znaków.",
    "GH#809",
    field="platnosc.rachunek",
    advice="Krótszych numerów FA(3) nie przyjmuje: podaj rachunek w dodatkowym opisie.",
)
def account_length(f: Invoice, _c: Context) -> Iterator[Found]:
    for account in f.payment.accounts if f.payment else ():
        if not 10 <= len(account.number) <= 34:
            yield Found(f"Numer rachunku „{account.number}” ma {len(account.number)} znaków.", account.number)


@rule(
    "H07",
    W,
    "Fa/Platnosc/RachunekBankowy/NrRB",
    "Polski rachunek ma 26 cyfr.",
    "BR",
    field="platnosc.rachunek",
    advice="Sprawdź, czy rachunek jest na białej liście i należy do firmy.",
)
def domestic_account(f: Invoice, _c: Context) -> Iterator[Found]:
    for account in f.payment.accounts if f.payment else ():
        abroad = account.swift is not None and account.swift[4:6] != "PL"
        if account.number.isdecimal() and len(account.number) != 26 and not abroad:
            yield Found(f"Numer rachunku „{account.number}” ma {len(account.number)} cyfr zamiast 26.", account.number)


@rule(
    "H08",
    W,
    "Fa/Platnosc/RachunekBankowy/SWIFT",
    "SWIFT ma 8 albo 11 znaków i kraj rachunku; zagraniczny rachunek go ma.",
    "BR",
    field="platnosc.swift",
    advice="Sprawdź kod SWIFT.",
)
def swift(f: Invoice, _c: Context) -> Iterator[Found]:
    for account in f.payment.accounts if f.payment else ():
        number = re.sub(r"\s", "", account.number)
        country = number[:2] if number[:2].isalpha() else "PL"
        if country == "PL" and len(number) != 26 and not number[:2].isalpha():
            continue  # neither a Polish number nor an IBAN: it does not say its country
        if account.swift and (len(account.swift) not in (8, 11) or account.swift[4:6] != country):
            yield Found(f"SWIFT „{account.swift}” nie pasuje do rachunku {account.number}.", account.swift)
        elif not account.swift and country != "PL":
            yield Found(f"Zagraniczny rachunek {account.number} nie ma kodu SWIFT.", account.number)


@rule(
    "H12",
    W,
    "Fa/Platnosc/FormaPlatnosci",
    "Gotówka między firmami nie przekracza 15 000 zł.",
    "LAW*",
    field="platnosc.forma",
    law=True,
    advice="Sprawdź formę płatności.",
)
def cash(f: Invoice, _c: Context) -> Iterator[Found]:
    p = f.payment
    if p and p.form == CASH and f.buyer.nip and f.totals and in_pln(f) > CASH_LIMIT and not f.kind.corrects:
        yield Found(f"Gotówka między firmami na {f.totals.due} {f.currency} przekracza 15 000 zł.", str(f.totals.due))


def _settled(f: Invoice) -> bool:
    """Nothing is left to pay: it comes to nought, or was paid in parts."""
    return (f.totals is not None and not f.totals.due) or (f.payment is not None and f.payment.parts_marker == "2")


RULES: tuple[Rule, ...] = tuple(each for each in globals().values() if isinstance(each, Rule))
