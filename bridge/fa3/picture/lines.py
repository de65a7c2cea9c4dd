"""FaWiersz, ZamowienieWiersz, advances and the sums by rate → the tables of a picture."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from bridge.fa3.picture.blocks import FactList, PictureCell, PictureColumn, PictureRow, PictureTable
from bridge.fa3.picture.labels import BANDS, LABELS
from bridge.fa3.picture.leaves import Leaves, amount, name_of
from bridge.fa3.totals.values import MARGIN, ZERO

LONGEST_UNIT = 12  # characters; a longer unit of measure stands below the name


class Names(NamedTuple):
    """How a kind of line calls its parts."""

    row: str
    place: str
    name: str
    quantity: str
    unit: str
    before: str
    figures: tuple[str, ...]  # columns of their own, when any line has them
    rate: str


INVOICE = Names(
    "FaWiersz", "NrWierszaFa", "P_7", "P_8B", "P_8A", "StanPrzed",
    ("P_9A", "P_9B", "P_10", "P_12", "P_11", "P_11Vat", "P_11A"), "P_12",
)  # fmt: skip
ORDER = Names(
    "ZamowienieWiersz", "NrWierszaZam", "P_7Z", "P_8BZ", "P_8AZ", "StanPrzedZ",
    ("P_9AZ", "P_12Z", "P_11NettoZ", "P_11VatZ"), "P_12Z",
)  # fmt: skip


def lines(leaves: Leaves, fa: Any) -> PictureTable | None:
    """The lines of the invoice; None when it has none."""
    return _table(leaves, leaves.all(fa, INVOICE.row), INVOICE, "Pozycje")


def order(leaves: Leaves, fa: Any) -> list[PictureTable | FactList | None]:
    """The order that an advance pays for."""
    order_ = leaves.one(fa, "Zamowienie")
    if order_ is None:
        return []
    rows = _table(leaves, leaves.all(order_, ORDER.row), ORDER, "Zamówienie lub umowa")
    return [rows, FactList("", tuple(leaves.facts(order_, "WartoscZamowienia")))]


def _table(leaves: Leaves, rows: Sequence[Any], names: Names, title: str) -> PictureTable | None:
    if not rows:
        return None
    figures = [name for name in names.figures if any(leaves.one(row, name) is not None for row in rows)]
    counted = any(leaves.one(row, names.quantity) is not None for row in rows)
    columns = [PictureColumn(LABELS[names.place], right=True), PictureColumn(LABELS[names.name], wide=True)]
    columns += [PictureColumn(LABELS[names.quantity], right=True)] if counted else []
    columns += [PictureColumn(LABELS[name], right=True) for name in figures]
    mended = {leaves.raw(row, names.place) for row in rows if leaves.one(row, names.before) is not None}
    made = tuple(_row(leaves, row, names, figures, (counted, mended)) for row in rows)
    return PictureTable(title, tuple(columns), made)


def _row(leaves: Leaves, row: Any, names: Names, figures: Sequence[str], about: tuple[bool, set[str]]) -> PictureRow:
    counted, mended = about
    place = leaves.raw(row, names.place)
    tone = "before" if leaves.raw(row, names.before) else "after" if place in mended else ""
    state = {"before": "stan przed korektą", "after": "stan po korekcie"}.get(tone, "")
    name, quantity, unit = (leaves.text(row, each) for each in (names.name, names.quantity, names.unit))
    cells = [PictureCell(place), PictureCell(name)]
    told = [f"{LABELS[names.unit]}: {unit}"] if unit and (len(unit) > LONGEST_UNIT or not counted) else []
    cells += [PictureCell("\N{NO-BREAK SPACE}".join(filter(None, (quantity, "" if told else unit))))] if counted else []
    cells += [
        PictureCell(_rate(leaves.text(row, each)) if each == names.rate else leaves.text(row, each)) for each in figures
    ]
    more = " · ".join([*told, *(f"{each.label}: {each.value}" for each in leaves.left(row))])
    cells[1] = PictureCell(name, tuple(filter(None, (state, more))))
    return PictureRow(tuple(cells), tone)


def _rate(rate: str) -> str:
    return f"{rate}%" if rate.isdecimal() else rate


def advances(leaves: Leaves, fa: Any) -> list[PictureTable | None]:
    """Payments that the invoice documents, and the advance invoices that it settles."""
    paid = [
        PictureRow(tuple(PictureCell(leaves.text(each, name)) for name in ("P_6Z", "P_15Z", "KursWalutyZW")))
        for each in leaves.all(fa, "ZaliczkaCzesciowa")
    ]
    settled = [PictureRow((_advance(leaves, each),)) for each in leaves.all(fa, "FakturaZaliczkowa")]
    columns = (
        PictureColumn(LABELS["P_6Z"], wide=True),
        PictureColumn(LABELS["P_15Z"], right=True),
        PictureColumn(LABELS["KursWalutyZW"], right=True),
    )
    return [
        PictureTable("Otrzymane płatności", columns, tuple(paid)) if paid else None,
        PictureTable("Rozliczane faktury zaliczkowe", (PictureColumn("Numer", wide=True),), tuple(settled))
        if settled
        else None,
    ]


def _advance(leaves: Leaves, element: Any) -> PictureCell:
    number = leaves.text(element, "NrFaZaliczkowej") or leaves.text(element, "NrKSeFFaZaliczkowej")
    outside = leaves.raw(element, "NrKSeFZN")
    return PictureCell(number, ("wystawiona poza KSeF",) if outside else ())


def sums(leaves: Leaves, fa: Any) -> PictureTable | None:
    """Net, VAT and gross by rate and together; VAT in złote beside them when the invoice is in another currency."""
    bands = [band for band in BANDS if leaves.one(fa, f"P_13_{band}") is not None]
    if not bands:
        return None
    used = {name_of(each): each for each in fa if name_of(each).startswith("P_14_")}
    with_vat, in_zloty = bool(used), any(name.endswith("W") for name in used)
    columns = [PictureColumn("Stawka podatku", wide=True), PictureColumn("Wartość netto", right=True)]
    columns += [PictureColumn("Kwota VAT", right=True)] if with_vat else []
    columns += [PictureColumn("Wartość brutto", right=True)]
    columns += [PictureColumn("Kwota VAT w złotych", right=True)] if in_zloty else []
    ordered = leaves.all(leaves.one(fa, "Zamowienie"), ORDER.row)
    rates = {leaves.raw(row, INVOICE.rate) for row in leaves.all(fa, INVOICE.row)}
    rates |= {leaves.raw(row, ORDER.rate) for row in ordered}
    rows = []
    together = [ZERO, ZERO, ZERO, ZERO]
    for band in bands:
        names = (f"P_13_{band}", f"P_14_{band}", f"P_14_{band}W")
        net, vat, zloty = (_number(leaves.raw(fa, name)) for name in names)
        net, whole = (None, net) if band == MARGIN else (net, (net or ZERO) + (vat or ZERO))  # P_13_11 is gross
        rows.append(_summed(_band(band, rates), (net, vat, whole, zloty), with_vat=with_vat, in_zloty=in_zloty))
        together = [had + (more or ZERO) for had, more in zip(together, (net, vat, whole, zloty), strict=True)]
    net_of_all = None if bands == [MARGIN] else together[0]
    rows.append(_summed("Razem", (net_of_all, *together[1:]), with_vat=with_vat, in_zloty=in_zloty, tone="sum"))
    return PictureTable("Podsumowanie", tuple(columns), tuple(rows))


def _summed(
    title: str, figures: Sequence[Decimal | None], *, with_vat: bool, in_zloty: bool, tone: str = ""
) -> PictureRow:
    net, vat, whole, zloty = ("" if each is None else amount(f"{each:f}", 2) for each in figures)
    cells = [title, net, *([vat] if with_vat else []), whole, *([zloty] if in_zloty else [])]
    return PictureRow(tuple(map(PictureCell, cells)), tone)


def _number(text: str) -> Decimal | None:
    return Decimal(text) if text else None


def _band(band: str, rates: set[str]) -> str:
    """The rate itself where the lines tell which of the two it is."""
    two = {"1": {"23", "22"}, "2": {"8", "7"}, "4": {"4", "3"}}.get(band, set()) & rates
    return f"{next(iter(two))}%" if len(two) == 1 else BANDS[band]
