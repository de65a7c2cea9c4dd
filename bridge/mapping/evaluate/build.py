"""Converted values by vocabulary key → the Invoice and its parts; nothing is converted or decided here.

A `Plan` is made once per mapping, of the words it uses: where the value of each key goes in the tree of nouns. A noun
that repeats or may be absent is there when a cell tells of it, or when the constants of the mapping already say all
that it needs: `rachunek: PL61…` stands whatever the cell of its bank holds, a lone `kraj: PL` makes no address.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from bridge.mapping.language.vocabulary import BY_KEY, PARTS, WORDS
from bridge.model.invoice import (
    Address,
    AdvanceInvoice,
    AttachedTable,
    Band,
    Block,
    Buyer,
    Carrier,
    Cells,
    Correction,
    Invoice,
    Kind,
    OrderLine,
    ThirdParty,
    Totals,
    Transport,
)
from bridge.model.unread import UNREAD
from bridge.model.vat import BANDS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from bridge.mapping.language.parts import Field

    Values = Mapping[str, Any]

_NAMED = (("nip", "internal_id", "eu_code", "other_id", "none_given"), ("name",))
# What a noun needs beside what the model asks of it, before constants alone make one: one of each group.
ENOUGH: Mapping[type, tuple[tuple[str, ...], ...]] = {
    AdvanceInvoice: (("number", "ksef_number"),),
    Buyer: _NAMED,
    Carrier: _NAMED,
    ThirdParty: (("role", "other_role"), *_NAMED),
    Transport: (("kind", "other_kind"), ("cargo", "other_cargo")),
    OrderLine: (("name",), ("net_price", "net")),
    Block: (("metadata",),),
    AttachedTable: (("columns",), ("rows",)),
    Cells: (("",),),  # a label alone is no row
}
NOTHING: Mapping[str, Any] = {}
ALWAYS = ("seller", "buyer")  # every invoice has them, whatever is known of them
ORDER = {word.key: place for place, word in enumerate(WORDS)}  # of what is missing, the word that comes first is told
SUMS = [(word.key, *word.attribute.split(".")) for word in WORDS if word.section == "sumy" and "." in word.attribute]


class Kept(NamedTuple):
    """Which keys of a mapping can have a value, and which of them tell that their noun is there."""

    keys: frozenset[str]
    telling: frozenset[str]
    sections: frozenset[str]  # parts that repeat
    constant: frozenset[str] = frozenset()  # keys whose value is the same for every invoice
    firm: frozenset[str] = frozenset()  # of them, those that are not `nie`


@dataclass(slots=True)
class Plan:
    """Where the values of one noun come from."""

    noun: type
    leaves: list[tuple[str, str]] = field(default_factory=list)  # attribute, key
    spread: list[tuple[tuple[str, ...], str]] = field(default_factory=list)  # two attributes of one value
    single: list[tuple[str, str]] = field(default_factory=list)  # a tuple of one text
    cells: list[tuple[str, int, str]] = field(default_factory=list)  # attribute, place, key
    nodes: dict[str, tuple[Plan, bool]] = field(default_factory=dict)  # attribute → plan, whether it is a tuple of them
    lists: list[tuple[str, str]] = field(default_factory=list)  # attribute, section of parts
    telling: set[str] = field(default_factory=set)
    firm: set[str] = field(default_factory=set)  # attributes that a constant gives
    lone: set[str] = field(default_factory=set)  # of them, those that can make a noun
    keys: dict[str, str] = field(default_factory=dict)  # attribute → its key, also of words that are not mapped
    stands: bool = False  # constants say all it needs
    needed: bool = False  # every invoice has it, whatever is known of it
    steady: bool = False  # all of it is constant: it is made once
    always: Any = None  # what was made then

    def made(self, values: Values, missing: list[str] | None, more: Mapping[str, Any] | None = None) -> Any:
        """The noun; None when nothing tells of it, or when something it needs is missing (its key is noted).

        With `more`, attributes that come from elsewhere, it is there whatever the values tell. Without a list to note
        keys in, UNREAD stands in place of what is missing, and of a noun of which nobody knows whether it is there.
        """
        if self.always is not None:
            return self.always
        if more is None and not self.is_there(values):
            return None
        if missing is None and more is None and not self.is_there(_readable(values)):
            return UNREAD
        given: dict[str, Any] = {attribute: values[key] for attribute, key in self.leaves if key in values}
        failed: tuple[str, ...] = ()
        for attribute, (plan, many) in self.nodes.items():
            before = len(missing or ())
            inner = plan.made(values, missing, NOTHING if plan.needed else None)
            if inner is not None:
                given[attribute] = (inner,) if many and inner is not UNREAD else inner
            elif len(missing or ()) > before:
                failed = (*failed, attribute)
        if self.spread or self.single or self.cells or self.lists:
            self._more(values, given)
        given.update(more or NOTHING)
        made = self._noun(values, given, missing, failed)
        if self.steady and missing is not None and not missing:
            self.always = made
        return made

    def is_there(self, values: Values) -> bool:
        """Whether it is there: its constants are enough, or a cell of it, or of what stands in it, is filled."""
        return self.stands or self._spoken(values)

    def _spoken(self, values: Values) -> bool:
        for key in self.telling:
            value = values.get(key)
            if value is not None and value is not False:
                return True
        for _, section in self.lists:
            if values.get(section) is UNREAD or values.get(section):
                return True
        return any(inner._spoken(values) for inner, _ in self.nodes.values())  # noqa: SLF001 - a plan of the same tree

    def _more(self, values: Values, given: dict[str, Any]) -> None:
        for attributes, key in self.spread:
            if key in values:
                both = values[key] if values[key] is not UNREAD else [UNREAD] * len(attributes)
                given.update(zip(attributes, both, strict=True))
        for attribute, key in self.single:
            if key in values:
                given[attribute] = (values[key],) if values[key] is not UNREAD else UNREAD
        for attribute in dict.fromkeys(attribute for attribute, _, _ in self.cells):
            found = {place: values[key] for name, place, key in self.cells if name == attribute and key in values}
            given[attribute] = tuple(found.get(place, "") for place in range(max(found, default=-1) + 1))
        for attribute, section in self.lists:
            if values.get(section) is UNREAD:
                given[attribute] = UNREAD
            elif values.get(section):
                given[attribute] = (*given.get(attribute, ()), *values[section])

    def _noun(self, values: Values, given: dict[str, Any], missing: list[str] | None, failed: tuple[str, ...]) -> Any:
        for attribute in required(self.noun):
            if attribute in given:
                continue
            if missing is None:
                given[attribute] = UNREAD
                continue
            lacking = [each for each in required(self.noun) if each not in given]
            keys = (self._key(attribute, values) for attribute in lacking if attribute not in failed)
            missing += [key for key in keys if key and key not in missing]
            return None
        if self.noun is tuple:
            return given["0"], given["1"]
        if self.noun is str:
            return given[""]
        made = self.noun(**given)
        return squared(made) if self.noun is AttachedTable else made

    def _key(self, attribute: str, values: Values) -> str:
        """The key of a missing attribute; of a missing noun, of the first thing it needs that has no value."""
        if attribute in self.keys:
            return self.keys[attribute]
        noun = self.nodes[attribute][0].noun if attribute in self.nodes else None
        needed = [self.keys.get(f"{attribute}.{each}", "") for each in required(noun)] if noun else []
        within = [key for name, key in self.keys.items() if name.startswith(f"{attribute}.")]
        lacking = [key for key in needed or within if key and key not in values]
        return min(lacking, key=ORDER.__getitem__, default="")


def invoice_plan(kept: Kept) -> Plan:
    """The plan of a whole invoice for the words that a mapping uses; `sumy` and lines come apart."""
    once = [part for part in PARTS.values() if part.most == 1 and part.section not in ("plik", "sumy", "naglowek")]
    plan = Plan(Invoice)
    for section in kept.sections:
        around = PARTS[section].around
        if not around or PARTS[around].most == 1:
            above = PARTS[around].attribute if around else ""
            _insert(plan, _steps(above, PARTS[section].attribute), section, kept)
    for used in (True, False):  # what is mapped first, so that each noun it makes knows what it lacks
        for part in once:
            _plan_words(plan, (part.section, part.attribute), kept, used=used)
    for attribute, (inner, _) in plan.nodes.items():
        inner.needed = attribute in ALWAYS
        _settle(inner, kept.constant)
        _stand(inner)
    return plan


def _settle(plan: Plan, constant: frozenset[str]) -> bool:
    """Mark what is the same for every invoice, such as a seller of constants."""
    inside = [_settle(inner, constant) for inner, _ in plan.nodes.values()]
    own = {key for _, key in (*plan.leaves, *plan.spread, *plan.single)} | {key for *_, key in plan.cells}
    plan.steady = all(inside) and not plan.lists and own <= constant
    return plan.steady


def _stand(plan: Plan) -> bool:
    """Mark the nouns that constants alone make: all they need is said, or the mapping says nothing else of them."""
    standing = {attribute for attribute, (inner, _) in plan.nodes.items() if _stand(inner)}
    own = set() if plan.noun is Correction else plan.firm  # `typ: 1` of every row makes no correction of an invoice
    silent = not (plan.telling or plan.lists or plan.nodes.keys() - standing)
    needs = (*((name,) for name in required(plan.noun)), *ENOUGH.get(plan.noun, ()))
    enough = silent or all((own | standing).intersection(each) for each in needs)
    plan.stands = enough and (bool(standing) or any(name in own for name in plan.lone))
    return plan.stands


def part_plan(section: str, kept: Kept) -> Plan:
    """The plan of one part that repeats."""
    plan = Plan(noun_of(section))
    for inner in kept.sections:
        if PARTS[inner].around == section:
            _insert(plan, _steps(PARTS[inner].attribute), inner, kept)
    for used in (True, False):
        _plan_words(plan, (section, ""), kept, used=used)
    _stand(plan)
    return plan


def noun_of(section: str) -> type:
    """What one part of a section is: Address, Line, or str."""
    part = PARTS[section]
    noun: type = noun_of(part.around) if part.around else Invoice
    for step in _steps(part.attribute):
        noun = _inner(noun, step)[0]
    return noun


def invoice(
    plan: Plan, values: dict[str, Any], missing: list[str], lines: tuple[Any, ...], rows: tuple[int, ...]
) -> Invoice | None:
    """The tree of an invoice; None when something it needs is missing (its keys are noted)."""
    issued, sold = values.get("faktura.data_wystawienia"), values.get("faktura.data_sprzedazy")
    if sold == issued and not values.get("faktura.powtorz_date_sprzedazy"):
        kind = values.get("faktura.rodzaj")
        if kind not in (Kind.ZAL, Kind.KOR_ZAL):  # rule C07: P_6 only when it differs from P_1, but the day of payment
            values.pop("faktura.data_sprzedazy", None)
    made: Invoice | None = plan.made(values, missing, {"lines": lines, "rows": rows, "stated": stated(values)})
    return made


def stated(values: Values) -> Totals | None:
    """`sumy`: totals by band in the order of the schema, and P_15."""
    due = values.get("sumy.do_zaplaty")
    if due is None:
        return None
    found: dict[str, dict[str, Any]] = {}
    for key, band, name in SUMS:
        if key in values:
            found.setdefault(band, {})[name] = values[key]
    return Totals(tuple(Band(band, **found[band]) for band in BANDS if "net" in found.get(band, {})), due)


def squared(table: AttachedTable) -> AttachedTable:
    """A table whose rows have a cell for each column; an empty one where nothing was given."""
    width = len(table.columns)

    def wide(row: Cells) -> Cells:
        return replace(row, cells=(*row.cells, *[""] * ((row.width or width) - len(row.cells))))

    return replace(table, rows=tuple(map(wide, table.rows)), totals=wide(table.totals) if table.totals else None)


@cache
def required(noun: type) -> tuple[str, ...]:
    """The attributes without which there is no such noun."""
    if noun is tuple:
        return ("0", "1")
    if noun is str:
        return ("",)
    return tuple(each.name for each in fields(noun) if each.default is MISSING and each.default_factory is MISSING) + (
        ("country", "line1") if noun is Address else ()
    )


def _readable(values: Values) -> Values:
    return {key: value for key, value in values.items() if value is not UNREAD}


# --- planning ---------------------------------------------------------------------------------------------------------


def _steps(*paths: str) -> list[str]:
    return [step for path in paths for step in path.split(".") if step]


def _plan_words(plan: Plan, section: tuple[str, str], kept: Kept, *, used: bool) -> None:
    """The words of a section whose noun stands at an attribute: those that the mapping uses, or the others."""
    name, attribute = section
    for word in WORDS:
        if word.section != name or word.attribute == "-" or (word.key in kept.keys) is not used:
            continue
        if not (name == "kontrola" and "erp_" in word.attribute):
            _insert(plan, _steps(attribute, word.attribute.partition(",")[0]), word.key, kept)


def _insert(plan: Plan, steps: list[str], key: str, kept: Kept) -> None:
    """A key's place in the plan; the key is noted even where the mapping does not use it, to name what is missing."""
    used = key in kept.keys or key in kept.sections
    step = steps[0] if steps else ""
    plan.keys.setdefault(".".join(steps), key)
    if len(steps) > 1 and (not steps[1].isdecimal() or _inner(plan.noun, step)[0] is tuple):
        noun, many = _inner(plan.noun, step)
        if step not in plan.nodes and used:
            plan.nodes[step] = (Plan(noun), many)
        if step in plan.nodes:
            _insert(plan.nodes[step][0], steps[1:], key, kept)
        return
    if used:
        _leaf(plan, step, steps, key, kept)


def _leaf(plan: Plan, step: str, steps: list[str], key: str, kept: Kept) -> None:
    word = BY_KEY.get(key)
    if word is None:
        plan.lists.append((step, key))
        return
    both = word.attribute.split(",")
    if len(both) > 1:
        plan.spread.append((tuple(each.rpartition(".")[2] for each in both), key))
    elif len(steps) > 1:
        plan.cells.append((step, int(steps[1]), key))
    elif step and plan.noun is not tuple and _inner(plan.noun, step)[1]:
        plan.single.append((step, key))
    else:
        plan.leaves.append((step, key))
    if key in kept.telling:
        plan.telling.add(key)
    if key in kept.firm:
        name = both[0].rpartition(".")[2] if len(both) > 1 else step
        plan.firm.add(name)
        plan.lone |= {name} if word.alone else set()


@cache
def _inner(noun: type, attribute: str) -> tuple[type, bool]:
    """The type of an attribute, without None, and whether it is a tuple of such."""
    hint = typing.get_type_hints(noun)[attribute]
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        (hint,) = (each for each in typing.get_args(hint) if each is not type(None))
    if typing.get_origin(hint) is tuple:
        inner = typing.get_args(hint)
        return (inner[0], True) if Ellipsis in inner else (tuple, False)
    return hint, False


def kept_of(used: Iterable[Field], ruled: Collection[str], sections: Iterable[str]) -> Kept:
    """Of the fields that say something, and of the keys that rules set."""
    said = [each for each in used if each.says]
    constants = {
        each.word.key: each.constant for each in said if each.constant is not None and each.word.key not in ruled
    }
    keys = {each.word.key for each in said} | set(ruled)
    firm = frozenset(key for key, value in constants.items() if value is not False)
    telling = frozenset(key for key in keys - constants.keys() if BY_KEY[key].alone)
    return Kept(frozenset(keys), telling, frozenset(sections), frozenset(constants), firm)
