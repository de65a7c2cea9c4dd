"""An element of FA(3) → its children as texts, amounts, days and nouns; what is no FA(3) raises ValueError."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from bridge.model.text import xml_collapsed

T = TypeVar("T")


class Tree:
    """One element; a path such as `Adres/GLN` names what stands below it, in any namespace."""

    def __init__(self, element: Any) -> None:
        self._element = element
        self._children: dict[str, list[Any]] = {}
        for child in element:
            self._children.setdefault(str(child.tag).rpartition("}")[2], []).append(child)

    @property
    def content(self) -> str:
        """The text of the element itself, its white space collapsed (xsd:token)."""
        return xml_collapsed(self._element.text or "")

    @property
    def lines(self) -> str:
        """The same with its line breaks, as only the footer has them."""
        text: str = self._element.text or ""
        return "\n".join(xml_collapsed(each) for each in text.strip(" \t\r\n").splitlines())

    def attribute(self, name: str) -> str:
        """An attribute; "" when it is not there."""
        return str(self._element.get(name, ""))

    def has(self, name: str) -> bool:
        """Whether there is such a child."""
        return name in self._children

    def each(self, name: str, make: Callable[[Tree], T]) -> tuple[T, ...]:
        """A noun of every child of that name."""
        return tuple(make(Tree(child)) for child in self._children.get(name, ()))

    def one(self, path: str, make: Callable[[Tree], T]) -> T | None:
        """A noun of the only such child, or None."""
        name, _, rest = path.partition("/")
        found = self._children.get(name)
        if not found:
            return None
        return Tree(found[0]).one(rest, make) if rest else make(Tree(found[0]))

    def the(self, path: str, make: Callable[[Tree], T]) -> T:
        """A noun of a child that every FA(3) has."""
        found = self.one(path, make)
        if found is None:
            raise ValueError(f"no {path} in the document")
        return found

    def text(self, path: str) -> str | None:
        """The text of a child; None when it is absent or empty."""
        return self.one(path, lambda tree: tree.content) or None

    def need(self, path: str) -> str:
        """The text of a child that every FA(3) has."""
        return self.the(path, lambda tree: tree.content)

    def flag(self, path: str) -> bool:
        """1 is yes; 2 and absent are no."""
        return self.text(path) == "1"

    def amount(self, path: str) -> Decimal | None:
        """A decimal number as it is written."""
        text = self.text(path)
        try:
            return None if text is None else Decimal(text)
        except InvalidOperation:
            raise ValueError(f"{path} is no number: {text}") from None

    def needed_amount(self, path: str) -> Decimal:
        """A number that must be there."""
        return self._needed(path, self.amount(path))

    def day(self, path: str) -> date | None:
        """A day."""
        text = self.text(path)
        return None if text is None else date.fromisoformat(text)

    def needed_day(self, path: str) -> date:
        """A day that must be there."""
        return self._needed(path, self.day(path))

    def moment(self, path: str) -> datetime | None:
        """Day and time, with a zone where it is written."""
        text = self.text(path)
        return None if text is None else datetime.fromisoformat(text)

    def _needed(self, path: str, value: T | None) -> T:
        if value is None:
            raise ValueError(f"no {path} in the document")
        return value
