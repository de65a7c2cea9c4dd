"""Converted values of one invoice, by vocabulary key → the Invoice; nothing is converted or decided here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bridge.model.invoice import (
    Account,
    Address,
    Annotations,
    Buyer,
    Contact,
    Control,
    Correction,
    Description,
    Invoice,
    Line,
    Original,
    Payment,
    Seller,
    Term,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Values = Mapping[str, Any]

_ANNOTATIONS = {
    "faktura.metoda_kasowa": "cash_method",
    "faktura.samofakturowanie": "self_billing",
    "faktura.odwrotne_obciazenie": "reverse_charge",
    "faktura.podzielona_platnosc": "split_payment",
    "faktura.zwolnienie_ustawa": "exempt_act",
    "faktura.zwolnienie_dyrektywa": "exempt_directive",
    "faktura.zwolnienie_inne": "exempt_other",
    "faktura.trojstronna": "triangulation",
}


def invoice(
    values: Values, lines: Sequence[Line], descriptions: Sequence[Description], rows: tuple[int, ...]
) -> Invoice:
    """The tree of an invoice whose needed values are all there."""
    get = values.get
    note, footer = get("faktura.wz"), get("faktura.stopka")
    begins, ends = get("faktura.okres_od"), get("faktura.okres_do")
    issued, sold = values["faktura.data_wystawienia"], get("faktura.data_sprzedazy")
    return Invoice(
        kind=values["faktura.rodzaj"],
        number=values["faktura.numer"],
        issued=issued,
        currency=values["faktura.waluta"],
        seller=_seller(values),
        buyer=_buyer(values),
        lines=tuple(lines),
        place=get("faktura.miejsce"),
        sold=None if sold == issued else sold,  # rule C07: P_6 is printed only when it differs from P_1
        period=(begins, ends) if begins and ends else None,
        warehouse_notes=(note,) if note else (),
        annotations=_annotations(values),
        correction=_correction(values),
        payment=_payment(values),
        descriptions=tuple(descriptions),
        to_receipt=bool(get("faktura.do_paragonu")),
        related=bool(get("faktura.powiazania")),
        footer=(footer,) if footer else (),
        prices=get("faktura.ceny") or "netto",
        vat_method=get("faktura.metoda_vat") or "od_sumy",
        control=Control(
            get("kontrola.faktura_netto"),
            get("kontrola.faktura_vat"),
            get("kontrola.faktura_brutto"),
            get("kontrola.sprzedawca_nip"),
        ),
        rows=rows,
    )


def _address(values: Values, section: str) -> Address | None:
    country, line1 = values.get(f"{section}.kraj"), values.get(f"{section}.adres_linia1")
    line2, gln = values.get(f"{section}.adres_linia2"), values.get(f"{section}.gln")
    return Address(country or "", line1 or "", line2, gln) if line1 or line2 or gln else None


def _contacts(values: Values, section: str) -> tuple[Contact, ...]:
    email, phone = values.get(f"{section}.email"), values.get(f"{section}.telefon")
    return (Contact(email, phone),) if email or phone else ()


def _seller(values: Values) -> Seller:
    return Seller(
        nip=values["sprzedawca.nip"],
        name=values["sprzedawca.nazwa"],
        address=_address(values, "sprzedawca") or Address(),
        eu_prefix=values.get("sprzedawca.prefiks_ue"),
        eori=values.get("sprzedawca.eori"),
        contacts=_contacts(values, "sprzedawca"),
        status=values.get("sprzedawca.status"),
    )


def _buyer(values: Values) -> Buyer:
    get = values.get
    whole = get("nabywca.vat_ue")
    return Buyer(
        name=get("nabywca.nazwa"),
        nip=get("nabywca.nip"),
        eu_code=whole[0] if whole else get("nabywca.kod_ue"),
        eu_vat=whole[1] if whole else get("nabywca.numer_vat_ue"),
        other_country=get("nabywca.kraj_identyfikatora"),
        other_id=get("nabywca.inny_identyfikator"),
        none_given=bool(get("nabywca.bez_identyfikatora")),
        address=_address(values, "nabywca"),
        eori=get("nabywca.eori"),
        contacts=_contacts(values, "nabywca"),
        customer_number=get("nabywca.numer_klienta"),
        key=get("nabywca.klucz"),
        jst=bool(get("nabywca.jst")),
        gv=bool(get("nabywca.gv")),
    )


_PLAIN = Annotations()


def _annotations(values: Values) -> Annotations:
    given = {name: values[key] for key, name in _ANNOTATIONS.items() if values.get(key)}
    return Annotations(**given) if given else _PLAIN


def _correction(values: Values) -> Correction | None:
    number, issued = values.get("korekta.numer_faktury"), values.get("korekta.data_faktury")
    if not number or not issued:
        return None
    original = Original(number, issued, values.get("korekta.numer_ksef"), bool(values.get("korekta.poza_ksef")))
    return Correction(
        (original,),
        values.get("korekta.przyczyna"),
        values.get("korekta.typ"),
        values.get("korekta.okres"),
        values.get("korekta.prawidlowy_numer"),
    )


def _payment(values: Values) -> Payment | None:
    get = values.get
    due, account = get("platnosc.termin"), get("platnosc.rachunek")
    made = Payment(
        paid_on=get("platnosc.data_zaplaty"),
        terms=(Term(due),) if due else (),
        form=get("platnosc.forma"),
        other_form=get("platnosc.forma_inna"),
        accounts=(Account(account, get("platnosc.swift"), None, get("platnosc.bank"), get("platnosc.opis_rachunku")),)
        if account
        else (),
    )
    return made if due or account or made.paid_on or made.form or made.other_form else None
