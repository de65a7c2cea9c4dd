"""An invoice → whether it has what a group of rules speaks of, so that the others are not asked at all.

A rule's `about` is one of these. They are asked once per invoice and not once per rule: most invoices have no order,
no correction, no third party, and half of the rules less to answer. Each rule answers rightly unasked too (a test holds that).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.model.invoice import Annotations, Kind
from bridge.model.vat import RATES

if TYPE_CHECKING:
    from collections.abc import Callable

    from bridge.model.invoice import Invoice

    Subject = Callable[[Invoice], object]

PLAIN = Annotations()
PERCENTAGES = frozenset(name for name, rate in RATES.items() if rate.percent is not None)
TAXED = frozenset(RATES[name].band for name in PERCENTAGES)
OF_ADVANCES = frozenset({Kind.ZAL, Kind.ROZ, Kind.KOR_ZAL, Kind.KOR_ROZ})


def every_invoice(_f: Invoice) -> bool:
    """What every invoice has."""
    return True


def correction(f: Invoice) -> object:
    """A correction, or at least the data of one."""
    return f.correction is not None or f.kind.corrects


def advances(f: Invoice) -> object:
    """Advances, their orders and settlements, or what only these have."""
    return f.kind in OF_ADVANCES or f.advances or f.part_advances or f.order is not None or f.exchange_rate is not None


def simplified(f: Invoice) -> bool:
    """A simplified invoice."""
    return f.kind is Kind.UPR


def foreign_currency(f: Invoice) -> bool:
    """Amounts that are not in PLN."""
    return f.currency != "PLN"


def foreign_money(f: Invoice) -> object:
    """Anything in another currency than PLN, also one that was only agreed."""
    return f.currency != "PLN" or (f.terms is not None and f.terms.agreed_rate is not None)


def supply_date(f: Invoice) -> object:
    """A date or a period of supply for the whole invoice."""
    return f.sold or f.period


def third_parties(f: Invoice) -> object:
    """Others than seller and buyer, or what announces them."""
    announced = f.buyer.jst or f.buyer.gv or (f.payment is not None and f.payment.factor_accounts)
    return f.third_parties or f.authorised is not None or announced


def parties_more(f: Invoice) -> object:
    """Third parties, or buyers as they were before a correction."""
    return f.third_parties or (f.correction is not None and f.correction.buyers_before)


def buyer_without_nip(f: Invoice) -> object:
    """A buyer who is known by something else than a NIP, or not known."""
    b = f.buyer
    return not b.nip or b.eu_vat or b.eu_code or b.other_id or b.none_given


def annotated(f: Invoice) -> bool:
    """Any annotation at all."""
    return f.annotations is not PLAIN and f.annotations != PLAIN


def special_rates(f: Invoice) -> bool:
    """Anything but lines and totals at a percentage of VAT: exempt, abroad, reversed, the margin scheme."""
    rates, bands = [line.rate for line in f.lines], [each.band for each in (f.totals.bands if f.totals else ())]
    return annotated(f) or not TAXED.issuperset(bands) or not PERCENTAGES.issuperset(rates)


def registers(f: Invoice) -> object:
    """Numbers in the footer."""
    return f.registers


def settlement(f: Invoice) -> object:
    """Charges and deductions."""
    return f.settlement is not None


def terms(f: Invoice) -> object:
    """Terms of the transaction."""
    return f.terms is not None


def attachment(f: Invoice) -> object:
    """An attachment."""
    return f.attachment
