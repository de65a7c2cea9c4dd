"""What the ledger knows under the number of a corrected invoice → what a person is told when it is not that invoice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bridge.model.invoice import Original
from bridge.model.item import KnownDocument
from bridge.model.outcome import DocumentState
from bridge.model.problem import Problem, problem

NUMBER, DATE = "korekta.numer_faktury", "korekta.data_faktury"
ELEMENT = "Fa/DaneFaKorygowanej/NrKSeFFaKorygowanej"
FIRST = "Podaj numer i datę faktury pierwotnej, także w drugiej i dalszej korekcie."
RIGHT_DATE = "Popraw w korekcie datę faktury korygowanej albo jej numer."
SEND_FIRST = "Popraw i wyślij najpierw fakturę {number}, a potem wrzuć tę korektę jeszcze raz."
WHICH_ONE = (
    "Sprawdź, którą fakturę koryguje ten dokument; jeśli tę z KSeF, podaj jej numer KSeF w kolumnie korekty "
    "(`korekta.numer_ksef`)."
)
DECISION = (
    "Jeśli to inna, starsza faktura o tym samym numerze, wystawiona poza KSeF, potwierdź to dla tego jednego dokumentu: "
    "ksef-bridge retry PLIK --other-invoice NUMER (numer dokumentu z tego wiersza)."
)
DECIDED = "Człowiek potwierdził, że to inna, starsza faktura o tym samym numerze."
STILL_ITSELF = frozenset(
    {
        DocumentState.DRAFT,
        DocumentState.READY,
        DocumentState.HELD,
        DocumentState.SENDING,
        DocumentState.ACCEPTED,
        DocumentState.CLASH,  # KSeF holds an invoice of this number all the same
    }
)


def key_of(original: Original) -> str:
    """What names an original: two of one number differ in their day."""
    return f"{original.number} z {original.issued}"


def corrects(kind: str) -> bool:
    """Whether documents of a kind are corrections; a form that is not FA has kinds of its own."""
    return kind.startswith("KOR")


def in_ksef(known: Sequence[KnownDocument]) -> list[KnownDocument]:
    """Those that have a KSeF number or are on their way to one: none of them was issued outside KSeF."""
    return [each for each in known if each.state in STILL_ITSELF]


def described(each: KnownDocument) -> str:
    """One document as a person knows it: number, day, kind and where it stands."""
    named = f"{'korektę' if corrects(each.kind) else 'fakturę'} {each.number} z {each.issued}"
    if each.state is DocumentState.CLASH:
        return f"{named} (KSeF ma pod tym numerem inną fakturę: {each.ksef_number or 'numer nieznany'})"
    if each.ksef_number:
        return f"{named} (numer KSeF {each.ksef_number})"
    ends = {DocumentState.REJECTED: "odrzucona przez KSeF", DocumentState.WITHDRAWN: "wycofana przed wysłaniem"}
    if each.spoiled:
        return f"{named} (z błędem, w tym samym pliku)"
    return f"{named} ({ends.get(each.state, 'jeszcze bez numeru KSeF')})"


def unknown(original: Original, known: Sequence[KnownDocument], rows: tuple[int, ...] = ()) -> Problem:
    """Why a correction of this invoice cannot go: L02 with all that the ledger does know, or RF09 for a correction."""
    same_day = [each for each in known if each.issued == original.issued]
    first = next(iter([*same_day, *known]), None)
    found = problem(
        "L02",
        f"Mostek nie zna faktury korygowanej {original.number} z {original.issued}.",
        field=NUMBER,
        element=ELEMENT,
        rows=rows,
    )
    if first is None:
        return found
    said = f"Korekta wskazuje fakturę {original.number} z {original.issued}, a mostek zna {described(first)}."
    if corrects(first.kind):
        return replace(found, code="RF09", message=f"{said} Koryguje się fakturę pierwotną.", advice=FIRST)
    if first.state is DocumentState.CLASH:
        return replace(found, message=said, advice=WHICH_ONE)
    if first.spoiled or first.state in (DocumentState.REJECTED, DocumentState.WITHDRAWN):
        return replace(found, message=said, advice=SEND_FIRST.format(number=original.number))
    return replace(found, message=said, advice=RIGHT_DATE, field=DATE)
