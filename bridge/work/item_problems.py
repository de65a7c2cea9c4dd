"""What the ledger and KSeF say of an invoice → problems that name the cell it was read from."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from bridge.fa3.xml import business
from bridge.fa3.xml.refusal import refusals
from bridge.ksef.codes import problem_of
from bridge.ksef.sessions import InvoiceStatus
from bridge.ledger import drops
from bridge.ledger.drops import Drop
from bridge.mapping.evaluate.locate import meaning, named, retraced
from bridge.model.problem import Problem, problem
from bridge.model.table import rows_of

NUMBER = re.compile(r"-?\d+\.\d+")
SUMS = ("Fa/P_13", "Fa/P_14", "Fa/P_15")


def problems_of(drop: Drop, row: Any) -> list[Problem]:
    """The problems kept with an item; those that know only an element get their cell."""
    return [_traced(drop, row, each) for each in drops.problems_from(row.problems)]


def refusals_by_ksef(answer: InvoiceStatus, xml: bytes) -> list[Problem]:
    """What KSeF has against an invoice, each with the element it speaks of."""
    whole = problem_of(answer.code, answer.description, answer.details)
    return [named(each) for each in refusals(whole, answer.details, xml)]


def _traced(drop: Drop, row: Any, found: Problem) -> Problem:
    if found.rows or found.letter or not found.element:
        return replace(found, rows=found.rows or rows_of(row.rows), file=found.file or drop.name)
    return replace(retraced(found, drop.places, rows_of(row.rows), row.line_rows), file=drop.name)


def compare(stored: bytes, dropped: bytes) -> tuple[list[Problem], str]:
    """L01 for everything in which the accepted invoice is another one; and the trifles in words.

    Sums are not told where something else explains them.
    """
    found = business.differences(stored, dropped)
    causes = [each for each in found.clash if not each.path.startswith(SUMS)] or list(found.clash)
    return [_clash(each) for each in causes], ", ".join(meaning(each.path) for each in found.warnings)


def _clash(each: business.Difference) -> Problem:
    there = each.stored.replace(".", ",") if NUMBER.fullmatch(each.stored) else each.stored
    said = f"W KSeF jest już pod tym numerem faktura, w której {meaning(each.path)} to „{there or 'nic'}”."
    return problem("L01", said, element=each.path, value=each.dropped)
