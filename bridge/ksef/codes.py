"""KSeF's codes → what they mean in Polish, what to do, and which way the work goes on (protocol.md, 1.5, 4.4, 4.5).

Decisions follow codes only; KSeF's own texts change and are shown, never read by the program.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from bridge.model.problem import Problem


class Action(StrEnum):
    """What the answer about an invoice, or about all invoices of a session, asks for."""

    POLL = "poll"  # not decided yet: ask again
    ACCEPTED = "accepted"  # it has its KSeF number
    REFUSED = "refused"  # it is not in KSeF and would be refused again
    DUPLICATE = "duplicate"  # compare with the original before anything else (ledger.md, "Exactly once" 6)
    VOID = "void"  # surely not in KSeF, nothing said against it: send it again
    ASK_PERSON = "ask_person"  # not in KSeF; rights or settings must change first
    EACH = "each"  # of a session: the list of its invoices decides


class Meaning(NamedTuple):
    """One code."""

    action: Action
    sentence: str
    advice: str = ""


_WAIT = "Nic nie trzeba robić: mostek zapyta ponownie."
_AGAIN = "Nic nie trzeba robić: mostek wyśle fakturę jeszcze raz."
_REPORT = "Zgłoś to razem z plikiem: to błąd mostka, nie danych."

INVOICE: dict[int, Meaning] = {
    100: Meaning(Action.POLL, "KSeF przyjął fakturę do przetwarzania.", _WAIT),
    150: Meaning(Action.POLL, "KSeF przetwarza fakturę.", _WAIT),
    200: Meaning(Action.ACCEPTED, "KSeF przyjął fakturę."),
    405: Meaning(Action.VOID, "KSeF przerwał przetwarzanie z powodu błędu sesji.", _AGAIN),
    410: Meaning(
        Action.ASK_PERSON,
        "Uprawnienia w KSeF nie pozwalają wystawić tej faktury w imieniu sprzedawcy.",
        "Sprawdź w KSeF uprawnienie do wystawiania faktur i NIP sprzedawcy. Przy samofakturowaniu (P_17 = 1) sprzedawca musi nadać nabywcy uprawnienie do samofakturowania, a fakturę wysyła nabywca.",
    ),
    415: Meaning(
        Action.ASK_PERSON,
        "KSeF nie pozwala tej firmie wysyłać faktur z załącznikiem.",
        "Złóż w e-Urzędzie Skarbowym zgłoszenie zamiaru wystawiania faktur z załącznikiem.",
    ),
    430: Meaning(Action.REFUSED, "KSeF nie mógł sprawdzić pliku faktury.", _REPORT),
    435: Meaning(Action.VOID, "KSeF nie odszyfrował pliku faktury.", _AGAIN),
    440: Meaning(
        Action.DUPLICATE,
        "W KSeF jest już faktura tego sprzedawcy o tym rodzaju i numerze.",
        "Jeśli to nowa sprzedaż, nadaj jej nowy numer; jeśli poprawka, wystaw korektę.",
    ),
    450: Meaning(
        Action.REFUSED,
        "KSeF uznał treść faktury za niezgodną ze schematem lub regułami.",
        "Popraw dane w programie ERP według szczegółów i wyeksportuj fakturę jeszcze raz.",
    ),
    500: Meaning(Action.VOID, "KSeF napotkał nieznany błąd.", _AGAIN),
    550: Meaning(Action.VOID, "KSeF anulował operację.", _AGAIN),
}

SESSION: dict[int, Meaning] = {
    100: Meaning(Action.POLL, "Sesja jest otwarta."),
    150: Meaning(Action.POLL, "KSeF przetwarza sesję.", _WAIT),
    170: Meaning(Action.POLL, "Sesja jest zamknięta, KSeF kończy jej przetwarzanie.", _WAIT),
    200: Meaning(Action.EACH, "KSeF przetworzył sesję."),
    405: Meaning(Action.VOID, "KSeF nie zgodził się z sumami kontrolnymi części paczki.", _AGAIN),
    415: Meaning(Action.VOID, "KSeF nie odszyfrował klucza sesji.", _AGAIN),
    420: Meaning(Action.VOID, "W sesji jest więcej faktur, niż KSeF pozwala.", _AGAIN),
    430: Meaning(Action.VOID, "KSeF nie rozpakował paczki faktur.", _AGAIN),
    435: Meaning(Action.VOID, "KSeF nie odszyfrował paczki faktur.", _AGAIN),
    440: Meaning(Action.VOID, "KSeF anulował sesję.", _AGAIN),
    445: Meaning(Action.EACH, "KSeF nie przyjął żadnej faktury z sesji."),
    500: Meaning(Action.VOID, "KSeF napotkał nieznany błąd sesji.", _AGAIN),
}

_UNKNOWN = Meaning(
    Action.ASK_PERSON,
    "KSeF odpowiedział kodem, którego mostek nie zna.",
    "Zajrzyj do opisu kodów KSeF albo zaktualizuj mostek.",
)


class Reaction(StrEnum):
    """What an `exceptionCode` asks for where no caller expects it; what is not listed goes back as a value."""

    LATER = "later"
    SETUP = "setup"
    ANEW = "anew"  # sign in again


EXCEPTIONS: dict[int, tuple[Reaction, str]] = {
    9101: (Reaction.SETUP, "KSeF nie uznał dokumentu logowania."),
    9102: (Reaction.SETUP, "KSeF nie znalazł podpisu w dokumencie logowania."),
    9103: (Reaction.SETUP, "KSeF znalazł więcej niż jeden podpis w dokumencie logowania."),
    9105: (Reaction.SETUP, "KSeF uznał podpis logowania za nieprawidłowy. Sprawdź certyfikat w ustawieniach."),
    21111: (Reaction.LATER, "KSeF nie uznał wyzwania logowania."),
    21115: (
        Reaction.SETUP,
        "KSeF nie uznał certyfikatu. Sprawdź, czy wydano go dla tego środowiska i czy jest to certyfikat do logowania.",
    ),
    21117: (Reaction.SETUP, "Certyfikat nie pasuje do firmy, w której imieniu mostek się loguje."),
    21165: (Reaction.LATER, "Faktury nie można jeszcze pobrać z KSeF."),
    21173: (Reaction.LATER, "KSeF nie widzi tej sesji."),
    21178: (Reaction.LATER, "UPO nie jest jeszcze gotowe."),
    21182: (Reaction.LATER, "W KSeF trwa już zbyt wiele eksportów."),
    21217: (Reaction.SETUP, "KSeF nie odczytał kodowania dokumentu logowania."),
    21301: (Reaction.ANEW, "KSeF unieważnił logowanie."),
    21304: (Reaction.ANEW, "KSeF nie zna tego logowania."),
    21308: (Reaction.SETUP, "KSeF odmówił logowania w imieniu osoby zmarłej."),
    21401: (Reaction.SETUP, "Dokument logowania jest niezgodny ze schematem. Zaktualizuj mostek."),
    21406: (Reaction.SETUP, "Rodzaj podpisu nie pasuje do certyfikatu."),
}

LOGIN: dict[int, tuple[Reaction, str]] = {
    415: (
        Reaction.SETUP,
        "Logowanie do KSeF: brak uprawnień w imieniu tej firmy. Sprawdź NIP w ustawieniach i nadaj uprawnienia w KSeF.",
    ),
    425: (Reaction.LATER, "Logowanie do KSeF zostało unieważnione."),
    450: (Reaction.SETUP, "KSeF nie uznał tokenu. Wygeneruj w KSeF nowy token i podaj go w ustawieniach."),
    460: (Reaction.SETUP, "KSeF nie uznał certyfikatu. Sprawdź, czy jest ważny i nieodwołany."),
    470: (Reaction.SETUP, "KSeF odmówił logowania w imieniu osoby zmarłej."),
    480: (
        Reaction.SETUP,
        "KSeF zablokował logowanie: podejrzenie incydentu bezpieczeństwa. Skontaktuj się z infolinią KSeF.",
    ),
    500: (Reaction.LATER, "Logowanie do KSeF: nieznany błąd KSeF."),
    550: (Reaction.LATER, "Logowanie do KSeF zostało anulowane przez system."),
    21470: (Reaction.LATER, "KSeF wycofał klucz publiczny, którego użył mostek."),
}

# 403, `reasonCode`; each is followed by what KSeF says in `security`.
FORBIDDEN: dict[str, str] = {
    "missing-permissions": "Brakuje uprawnienia w KSeF. Nadaj je i uruchom mostek ponownie.",
    "ip-not-allowed": "KSeF nie pozwala na logowanie z tego adresu IP. Dopisz go w zasadach tokenu albo certyfikatu.",
    "insufficient-resource-access": "Ta sesja w KSeF należy do kogoś innego.",
    "auth-method-not-allowed": "KSeF nie pozwala na tę operację przy tym sposobie logowania.",
    "context-type-not-allowed": "KSeF nie pozwala na tę operację w tym rodzaju kontekstu.",
}


def of_invoice(code: int) -> Meaning:
    """Meaning of an invoice status; an unknown one below 200 is still on its way."""
    return INVOICE.get(code) or (INVOICE[150] if code < 200 else _UNKNOWN)


def of_session(code: int) -> Meaning:
    """Meaning of a session status for the invoices in it; an unknown one below 200 is still on its way."""
    return SESSION.get(code) or (SESSION[150] if code < 200 else _UNKNOWN)


def problem_of(code: int, description: str, details: Sequence[str] = ()) -> Problem:
    """What KSeF said of an invoice, for the results: K440, K450, K21405 and so on."""
    known = of_invoice(code) if code < 1000 else Meaning(Action.ASK_PERSON, EXCEPTIONS.get(code, ("", ""))[1], _REPORT)
    said = (" ".join(details) or description).rstrip(".")
    told = f"{known.sentence} Odpowiedź KSeF: „{said}”." if said else known.sentence
    return Problem(f"K{code}", told, known.advice)
