"""Sections B and E beyond fa3.md: identifiers and roles → by which the buyer or its unit would never see the invoice.

KSeF shows an invoice to the NIP and the internal identifier that stand in their own elements; a right number in another
element, or the number of somebody else, routes to nobody.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from bridge.fa3.rules import subjects
from bridge.fa3.rules.rule import Context, Found, Rule, W, rule
from bridge.model.identifiers import nip_is_right
from bridge.model.invoice import Address, Buyer, Invoice, ThirdParty

ADDITIONAL_BUYER, UNIT_OF_JST, MEMBER_OF_GV = "4", "8", "10"
SAME_IS_NOBODY = {
    UNIT_OF_JST: "jednostka samorządu",
    MEMBER_OF_GV: "członek grupy VAT",
    ADDITIONAL_BUYER: "dodatkowy nabywca",
}
INTERNAL = re.compile(r"(\d{10})-?\d{5}", re.ASCII)
POLISH_POSTCODE = re.compile(r"(?<![\d-])\d\d-\d{3}(?![\d-])")
ANY_LETTER = re.compile(r"[^\W\d_]")
NO_NAMES = frozenset(
    {
        "brak",
        "brak danych",
        "brak nazwy",
        "nieznany",
        "nie dotyczy",
        "nd",
        "n/d",
        "n/a",
        "x",
        "xx",
        "xxx",
        "test",
        "nazwa",
    }
    | {"nabywca", "kontrahent", "firma", "nazwa firmy", "nazwa kontrahenta", "?"}
)
NIP_IN_NAME = re.compile(r"\bNIP\D{0,3}(\d[\d -]{8,14}\d)", re.IGNORECASE)


@rule(
    "B33",
    W,
    "Podmiot3/DaneIdentyfikacyjne",
    "Jednostka, członek grupy i dodatkowy nabywca mają własny NIP albo identyfikator, inny niż nabywca.",
    "INFO JST/GV",
    field="podmioty_trzecie.nip",
    advice="Podaj własny NIP albo identyfikator wewnętrzny (IDWew): inaczej faktury w KSeF nie zobaczy.",
    about=subjects.third_parties,
)
def own_identifier(f: Invoice, _c: Context) -> Iterator[Found]:
    for each in f.third_parties:
        who = SAME_IS_NOBODY.get(each.role or "")
        if who and each.nip and each.nip == f.buyer.nip:
            yield Found(f"Podmiot trzeci „{each.name or ''}” ({who}) ma ten sam NIP {each.nip} co nabywca.", each.nip)
        found = INTERNAL.fullmatch(each.internal_id or "")
        if found and each.role in (UNIT_OF_JST, MEMBER_OF_GV) and f.buyer.nip and found[1] != f.buyer.nip:
            yield Found(
                f"Identyfikator wewnętrzny {each.internal_id} ({who}) nie zaczyna się od NIP-u nabywcy {f.buyer.nip}.",
                each.internal_id or "",
                field="podmioty_trzecie.id_wewnetrzny",
            )


@rule(
    "B34",
    W,
    "Podmiot2/DaneIdentyfikacyjne/NrID",
    "NIP i identyfikator wewnętrzny nie stoją w polu innego identyfikatora ani w nazwie.",
    "INFO",
    field="nabywca.inny_identyfikator",
    advice="Wpisz NIP w `nabywca.nip`, a identyfikator wewnętrzny w `podmioty_trzecie.id_wewnetrzny`.",
)
def identifier_in_its_place(f: Invoice, _c: Context) -> Iterator[Found]:
    parties: tuple[tuple[Buyer | ThirdParty, str, str], ...] = (
        (f.buyer, "nabywca.inny_identyfikator", "nabywcy"),
        *((each, "podmioty_trzecie.inny_identyfikator", "podmiotu trzeciego") for each in f.third_parties),
    )
    for who, key, called in parties:
        if not who.other_id and not who.none_given:
            continue
        held = _polish(who.other_id or "", who.other_country)
        told_by_b07 = who.other_country in (None, "PL") and nip_is_right((who.other_id or "").removeprefix("PL"))
        seen = who is f.buyer and told_by_b07
        if held and not seen:
            yield Found(f"Identyfikator {called} „{who.other_id}” to {held}.", who.other_id or "", field=key)
        if who.none_given:
            for where, text in (("nazwie", who.name), ("adresie", _lines_of(who.address))):
                if number := NIP_IN_NAME.search(text or ""):
                    said = f"W {where} {called} stoi NIP {number[1]}, a w polu NIP go nie ma."
                    yield Found(said, number[1], field=key)


@rule(
    "B35",
    W,
    "Podmiot2/Adres/KodKraju",
    "Adres z polskim kodem pocztowym jest w Polsce.",
    "BR",
    field="nabywca.kraj",
    advice="Sprawdź kolumnę kraju w mapowaniu.",
)
def postcode_of_country(f: Invoice, _c: Context) -> Iterator[Found]:
    for key, address in _addresses(f):
        if address and address.country != "PL" and POLISH_POSTCODE.search(f"{address.line1} {address.line2 or ''}"):
            yield Found(
                f"Adres „{address.line1} {address.line2 or ''}” ma polski kod pocztowy, a kraj {address.country}.".replace(
                    " ”", "”"
                ),
                address.country,
                field=key,
            )


@rule(
    "B36",
    W,
    "Podmiot3",
    "Ten sam podmiot trzeci nie stoi dwa razy w tej samej roli, a dane nabywcy przed korektą są jedne.",
    "BR",
    field="podmioty_trzecie.rola",
    advice="Usuń powtórzone dane.",
    about=subjects.parties_more,
)
def party_once(f: Invoice, _c: Context) -> Iterator[Found]:
    for each, count in Counter(f.third_parties).items():
        if count > 1:
            yield Found(
                f"Podmiot trzeci „{each.name or each.nip or ''}” jest na fakturze {count} razy.", each.nip or ""
            )
    before = Counter(f.correction.buyers_before if f.correction else ())
    for buyer, count in before.items():
        if count > 1:
            said = f"Dane nabywcy przed korektą „{buyer.name or ''}” są na fakturze {count} razy."
            yield Found(said, buyer.nip or "", field="nabywcy_przed.nip")


@rule(
    "E13",
    W,
    "Fa/Adnotacje/P_18",
    "Adnotacja „odwrotne obciążenie” ma sprzedaż oo, np I albo np II.",
    "INFO",
    field="faktura.odwrotne_obciazenie",
    advice="Zawęź regułę, która ustawia odwrotne obciążenie, albo popraw stawkę.",
    about=subjects.annotated,
)
def reverse_charge_of_nothing(f: Invoice, _c: Context) -> Iterator[Found]:
    sold = {line.rate for line in f.lines} | {line.rate for line in (f.order.lines if f.order else ())}
    bands = {band.band for band in (f.totals.bands if f.totals else ())}
    if (
        f.annotations.reverse_charge
        and (sold or bands)
        and not ({"oo", "np I", "np II"} & sold or {"8", "9", "10"} & bands)
    ):
        yield Found("Faktura ma adnotację „odwrotne obciążenie”, a żadna pozycja nie ma stawki oo, np I ani np II.")


@rule(
    "E14",
    W,
    "Fa/Adnotacje/P_17",
    "Samofakturuje nabywca z numerem podatnika, inny niż sprzedawca.",
    "LAW* 106d",
    field="faktura.samofakturowanie",
    advice="Usuń `faktura.samofakturowanie` albo uzupełnij NIP nabywcy.",
    law=True,
    about=subjects.annotated,
)
def self_billing_buyer(f: Invoice, _c: Context) -> Iterator[Found]:
    if f.annotations.self_billing and (f.buyer.none_given or f.buyer.other_id):
        yield Found("Faktura jest samofakturowaniem, a nabywca nie ma numeru podatnika.")


@rule(
    "E15",
    W,
    "Fa/Adnotacje/NoweSrodkiTransportu/NowySrodekTransportu",
    "Nowy środek transportu jest nowy, opisany i stoi raz.",
    "LAW* art. 2 pkt 10, 106e(1)(24)",
    field="nowe_srodki_transportu.data_dopuszczenia",
    advice="Sprawdź datę dopuszczenia do użytku, przebieg i numer pojazdu.",
    law=True,
    about=subjects.annotated,
)
def new_vehicles(f: Invoice, _c: Context) -> Iterator[Found]:
    vehicles = f.annotations.new_transport.vehicles if f.annotations.new_transport else ()
    for each in vehicles:
        if each.first_used > f.issued:
            yield Found(
                f"Pojazd dopuszczono do użytku {each.first_used}, po wystawieniu faktury.", str(each.first_used)
            )
        driven = int(each.mileage) if each.mileage and each.mileage.isdecimal() else 0
        if (f.issued - each.first_used).days > 184 and (driven > 6_000 or not each.mileage or driven == 0):
            yield Found(
                f"Pojazd dopuszczono do użytku {each.first_used}: dawniej niż pół roku przed fakturą.",
                str(each.first_used),
            )
        if not (each.vin or each.body or each.chassis or each.frame or each.hull or each.serial):
            yield Found("Pojazd nie ma numeru VIN, nadwozia, podwozia, ramy, kadłuba ani fabrycznego.")
        if not each.make:
            yield Found("Pojazd nie ma marki.", field="nowe_srodki_transportu.marka")
    for each, count in Counter(vehicles).items():
        if count > 1:
            yield Found(f"Pojazd {each.vin or each.make or ''} jest na fakturze {count} razy.", each.vin or "")


@rule(
    "B37",
    W,
    "Podmiot2/DaneIdentyfikacyjne/Nazwa",
    "Nabywca nie nazywa się jak sprzedawca, strony mają nazwy, a nazwa to nie „brak” ani „---”.",
    "BR",
    field="nabywca.nazwa",
    advice="Sprawdź kolumny nazw w mapowaniu.",
)
def names(f: Invoice, _c: Context) -> Iterator[Found]:
    if f.buyer.name and f.buyer.nip != f.seller.nip and f.buyer.name.casefold() == f.seller.name.casefold():
        yield Found(f"Nabywca i sprzedawca nazywają się tak samo: „{f.buyer.name}”.", f.buyer.name)
    for each in f.third_parties:
        if not each.name:
            yield Found(
                f"Podmiot trzeci {each.nip or each.internal_id or ''} nie ma nazwy.", field="podmioty_trzecie.nazwa"
            )
    named = (
        ("sprzedawca.nazwa", f.seller.name),
        ("nabywca.nazwa", f.buyer.name),
        *(("podmioty_trzecie.nazwa", each.name) for each in f.third_parties),
    )
    for key, name in named:
        if name and (not ANY_LETTER.search(name) or name.casefold().strip(" .-()") in NO_NAMES):
            yield Found(f"„{name}” nie jest nazwą firmy ani osoby.", name, field=key)


@rule(
    "F42",
    W,
    "Fa/Podmiot2K",
    "Dane przed korektą są pełne i inne niż dane po niej.",
    "XSD note",
    field="nabywcy_przed.nazwa",
    advice="W danych przed korektą podaje się wszystko tak, jak stało na fakturze korygowanej.",
    about=subjects.correction,
)
def data_before(f: Invoice, _c: Context) -> Iterator[Found]:
    if f.correction is None:
        return
    for before in f.correction.buyers_before:
        if not (before.name and before.address):
            yield Found("Dane nabywcy przed korektą nie mają nazwy albo adresu.", before.name or before.nip or "")
        elif (before.name, before.address) == (f.buyer.name, f.buyer.address):
            yield Found(f"Dane nabywcy „{before.name}” przed korektą są takie same jak po niej.", before.name)
    old = f.correction.seller_before
    if old and (old.name, old.address) == (f.seller.name, f.seller.address):
        yield Found(
            f"Dane sprzedawcy „{old.name}” przed korektą są takie same jak po niej.",
            old.name,
            field="sprzedawca_przed.nazwa",
        )


def _polish(value: str, country: str | None) -> str:
    """What of Poland an identifier holds: a NIP however it is written, or an internal identifier; "" for neither.

    One foreign number of ten digits in eleven has the check digit of a NIP, so its country or prefix must say PL.
    """
    own = INTERNAL.fullmatch(value.strip())
    if own and nip_is_right(own[1]):
        return "identyfikator wewnętrzny (IDWew) zbudowany z polskiego NIP-u"
    plain = re.sub(r"[\s-]", "", value.upper())
    if (country in (None, "PL") or plain.startswith("PL")) and nip_is_right(plain.removeprefix("PL")):
        return "polski NIP, a stoi w polu innego identyfikatora"
    return ""


def _lines_of(address: Address | None) -> str:
    return f"{address.line1 or ''}\n{address.line2 or ''}" if address else ""


def _addresses(f: Invoice) -> Iterator[tuple[str, Address | None]]:
    parties: tuple[tuple[str, Buyer | ThirdParty], ...] = (
        ("nabywca", f.buyer),
        *(("podmioty_trzecie", each) for each in f.third_parties),
        *(("nabywcy_przed", each) for each in (f.correction.buyers_before if f.correction else ())),
    )
    yield "sprzedawca.kraj", f.seller.address
    for section, each in parties:
        yield f"{section}.kraj", each.address


RULES: tuple[Rule, ...] = tuple(each for each in globals().values() if isinstance(each, Rule))
