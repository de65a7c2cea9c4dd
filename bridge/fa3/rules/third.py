"""Section B of fa3.md, second half: third parties, the authorised entity and registers → what is wrong with them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from stdnum.pl import regon

from bridge.fa3.rules import subjects
from bridge.fa3.rules.rule import Context, E, Found, Rule, W, rule
from bridge.model.identifiers import internal_id_is_right, nip_is_right
from bridge.model.invoice import Invoice, ThirdParty

FACTOR, ADDITIONAL_BUYER, ISSUER, UNIT_OF_JST, MEMBER_OF_GV = "1", "4", "5", "8", "10"
OFFICE = re.compile(r"rachunkow|księgow|ksiegow", re.IGNORECASE)
WHOLE = Decimal(100)
ROLE = "podmioty_trzecie.rola"
NIP_ADVICE = "Sprawdź ten numer w programie ERP: jedna cyfra jest inna."


@rule(
    "B18",
    E,
    "Podmiot2/JST",
    "Faktura dla jednostki samorządu wskazuje ją jako podmiot trzeci w roli 8, z NIP-em albo identyfikatorem.",
    "XSD, KU JST_REQUIRES_PODMIOT3",
    field="nabywca.jst",
    advice="Dopisz w `podmioty_trzecie` jednostkę z `rola: 8` i jej `nip` albo `id_wewnetrzny`.",
    about=subjects.third_parties,
)
def unit_of_jst(f: Invoice, _c: Context) -> Iterator[Found]:
    if f.buyer.jst and not _identified(f, UNIT_OF_JST):
        yield Found("Nabywca ma oznaczenie JST, a nie ma podmiotu trzeciego w roli 8 z NIP-em albo identyfikatorem.")


@rule(
    "B19",
    E,
    "Podmiot2/GV",
    "Faktura dla członka grupy VAT wskazuje go jako podmiot trzeci w roli 10, z NIP-em albo identyfikatorem.",
    "XSD, KU GV_REQUIRES_PODMIOT3",
    field="nabywca.gv",
    advice="Dopisz w `podmioty_trzecie` członka grupy z `rola: 10` i jego `nip` albo `id_wewnetrzny`.",
    about=subjects.third_parties,
)
def member_of_group(f: Invoice, _c: Context) -> Iterator[Found]:
    if f.buyer.gv and not _identified(f, MEMBER_OF_GV):
        yield Found("Nabywca ma oznaczenie GV, a nie ma podmiotu trzeciego w roli 10 z NIP-em albo identyfikatorem.")


@rule(
    "B20",
    W,
    "Podmiot3/Rola",
    "Podmiot trzeci w roli 8 albo 10 jest wtedy, gdy nabywca ma oznaczenie JST albo GV.",
    "INFO",
    field=ROLE,
    advice="Ustaw `nabywca.jst: tak` (rola 8) albo `nabywca.gv: tak` (rola 10).",
    about=subjects.third_parties,
)
def roles_are_announced(f: Invoice, _c: Context) -> Iterator[Found]:
    roles = {each.role for each in f.third_parties}
    for role, announced, name in ((UNIT_OF_JST, f.buyer.jst, "JST"), (MEMBER_OF_GV, f.buyer.gv, "GV")):
        if role in roles and not announced:
            yield Found(f"Jest podmiot trzeci w roli {role}, a nabywca nie ma oznaczenia {name}.", role)


@rule(
    "B25",
    E,
    "Podmiot3/DaneIdentyfikacyjne/NIP",
    "NIP podmiotu trzeciego ma prawidłową cyfrę kontrolną.",
    "VER",
    field="podmioty_trzecie.nip",
    advice=NIP_ADVICE,
    about=subjects.third_parties,
)
def nip_of_third(f: Invoice, _c: Context) -> Iterator[Found]:
    for each in f.third_parties:
        if each.nip and not nip_is_right(each.nip):
            yield Found(f"NIP podmiotu trzeciego „{each.nip}” jest nieprawidłowy.", each.nip)


@rule(
    "B26",
    E,
    "Podmiot3/DaneIdentyfikacyjne/IDWew",
    "Identyfikator wewnętrzny ma prawidłowy NIP i cyfrę kontrolną.",
    "VER; C#",
    field="podmioty_trzecie.id_wewnetrzny",
    advice=NIP_ADVICE,
    about=subjects.third_parties,
)
def internal_id_of_third(f: Invoice, _c: Context) -> Iterator[Found]:
    for each in f.third_parties:
        if each.internal_id and not internal_id_is_right(each.internal_id):
            yield Found(f"Identyfikator wewnętrzny „{each.internal_id}” jest nieprawidłowy.", each.internal_id)


@rule(
    "B27",
    E,
    "Podmiot3/Rola",
    "Podmiot trzeci ma rolę z listy albo opis innej roli.",
    "KU PODMIOT3_ROLE_MISSING",
    field=ROLE,
    advice="Podaj `rola` (1-11) albo `rola_inna` słowami.",
    about=subjects.third_parties,
)
def one_role(f: Invoice, _c: Context) -> Iterator[Found]:
    for each in f.third_parties:
        if bool(each.role) == bool(each.other_role):
            said = "ma dwie role naraz" if each.role else "nie ma żadnej roli"
            yield Found(f"Podmiot trzeci „{_name(each)}” {said}.", each.role or "")


@rule(
    "B28",
    E,
    "Podmiot3/Udzial",
    "Udział ma tylko dodatkowy nabywca (rola 4), a udziały razem są mniejsze niż 100%.",
    "XSD note, KU PODMIOT3_UDZIAL_REQUIRES_ROLE_4",
    field="podmioty_trzecie.udzial",
    advice="Reszta do 100% to udział nabywcy; popraw udziały albo role.",
    about=subjects.third_parties,
    otherwise="ostrzeżenie, gdy dają równo 100%",
)
def shares(f: Invoice, _c: Context) -> Iterator[Found]:
    for each in f.third_parties:
        if each.share is not None and each.role != ADDITIONAL_BUYER:
            yield Found(f"Podmiot trzeci „{_name(each)}” ma udział {each.share}%, a nie ma roli 4.", str(each.share))
    together = sum((each.share for each in f.third_parties if each.share is not None), Decimal(0))
    if together >= WHOLE:
        left = "nabywcy nic nie zostaje" if together == WHOLE else "to więcej niż całość"
        yield Found(
            f"Udziały dodatkowych nabywców dają razem {together}%: {left}.",
            str(together),
            severity=W if together == WHOLE else E,  # official examples give 100
        )


@rule(
    "B29",
    W,
    "Podmiot3/Rola",
    "Przy samofakturowaniu nie ma wystawcy w roli 5: wystawia nabywca.",
    "XSD note, KU SELF_BILLING_PODMIOT3_CONFLICT",
    field=ROLE,
    advice="Usuń podmiot trzeci w roli 5 albo `faktura.samofakturowanie`.",
    about=subjects.third_parties,
)
def issuer_of_self_billing(f: Invoice, _c: Context) -> Iterator[Found]:
    if f.annotations.self_billing and any(each.role == ISSUER for each in f.third_parties):
        yield Found("Samofakturowanie ma podmiot trzeci w roli 5 (wystawca), a wystawcą jest nabywca.", ISSUER)


@rule(
    "B30",
    W,
    "Podmiot3/Rola",
    "Faktor i jego rachunek są na fakturze razem.",
    "INFO",
    field="rachunki_faktora.numer",
    advice="Dopisz rachunek faktora w `rachunki_faktora` albo faktora (rola 1) w `podmioty_trzecie`.",
    about=subjects.third_parties,
)
def factor_and_account(f: Invoice, _c: Context) -> Iterator[Found]:
    factor = any(each.role == FACTOR for each in f.third_parties)
    account = bool(f.payment and f.payment.factor_accounts)
    if factor and not account and not f.kind.corrects:
        yield Found("Na fakturze jest faktor (rola 1), a nie ma jego rachunku.")
    elif account and not factor:
        yield Found("Na fakturze jest rachunek faktora, a nie ma faktora (rola 1).")


@rule(
    "B31",
    E,
    "PodmiotUpowazniony/DaneIdentyfikacyjne/NIP",
    "Podmiot upoważniony to organ, komornik albo przedstawiciel podatkowy z prawidłowym NIP-em.",
    "VER, XSD",
    field="podmiot_upowazniony.nip",
    advice="Biura rachunkowego nie wpisuje się jako podmiotu upoważnionego; NIP sprawdź w programie ERP.",
    about=subjects.third_parties,
    otherwise="ostrzeżenie, gdy nazwa wygląda na biuro rachunkowe",
)
def authorised(f: Invoice, _c: Context) -> Iterator[Found]:
    if f.authorised is None:
        return
    if not nip_is_right(f.authorised.nip):
        yield Found(f"NIP podmiotu upoważnionego „{f.authorised.nip}” jest nieprawidłowy.", f.authorised.nip)
    if OFFICE.search(f.authorised.name):
        yield Found(f"„{f.authorised.name}” wygląda na biuro rachunkowe.", f.authorised.name, severity=W)


@rule(
    "B32",
    W,
    "Stopka/Rejestry",
    "REGON i KRS w stopce mają prawidłową postać.",
    "BR",
    field="rejestry.regon",
    advice="Numery zapisz w komórkach tekstowych: Excel gubi zera na początku.",
    about=subjects.registers,
)
def registers(f: Invoice, _c: Context) -> Iterator[Found]:
    for each in f.registers:
        if each.regon and not regon.is_valid(each.regon):
            yield Found(f"REGON „{each.regon}” jest nieprawidłowy.", each.regon)
        if each.krs and not re.fullmatch(r"\d{10}", each.krs, re.ASCII):
            yield Found(f"KRS „{each.krs}” nie ma 10 cyfr.", each.krs, field="rejestry.krs")
    for number, count in Counter(each.krs for each in f.registers if each.krs).items():
        if count > 1:
            yield Found(f"KRS „{number}” jest w stopce {count} razy.", number, field="rejestry.krs")


def _identified(f: Invoice, role: str) -> bool:
    return any(each.role == role and (each.nip or each.internal_id) for each in f.third_parties)


def _name(each: ThirdParty) -> str:
    return each.name or each.nip or each.internal_id or each.other_id or ""


RULES: tuple[Rule, ...] = tuple(each for each in globals().values() if isinstance(each, Rule))
