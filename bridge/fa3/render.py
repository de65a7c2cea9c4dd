"""A totalled Invoice → the bytes of its FA(3) XML, by a Jinja template in the order of the schema.

Strict (an unknown name is an error), escaping, sandboxed; UTF-8 without BOM (design.md, decision 8).
"""

from __future__ import annotations

from dataclasses import is_dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

from bridge import __version__
from bridge.errors import FixSetup
from bridge.model import invoice as invoice_model

if TYPE_CHECKING:
    from pathlib import Path

    from bridge.model.invoice import Invoice

MODEL = frozenset(each for each in vars(invoice_model).values() if is_dataclass(each))
SYSTEM = f"ksef-bridge {__version__}"


class _Environment(ImmutableSandboxedEnvironment):
    """Sandboxed; the model's own frozen values, which have nothing to hide, are read without its many questions."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        """An attribute of a value of the model at once, of anything else as the sandbox allows."""
        if obj.__class__ in MODEL and attribute[0] != "_":
            return getattr(obj, attribute)
        return super().getattr(obj, attribute)


class Renderer:
    """One compiled template; raises FixSetup with line and advice when the template is broken."""

    def __init__(self, folder: Path, name: str) -> None:
        self._name = name
        environment = _Environment(
            loader=jinja2.FileSystemLoader(folder),
            undefined=jinja2.StrictUndefined,
            autoescape=True,
            finalize=_final,
            auto_reload=False,
        )
        try:
            self._template = environment.get_template(name)
        except jinja2.TemplateSyntaxError as error:
            raise FixSetup(
                f"Szablon {error.name or name}, wiersz {error.lineno}: {error.message}. Popraw ten wiersz."
            ) from error
        except jinja2.TemplateNotFound as error:
            raise FixSetup(f"Nie ma szablonu {error.name} w folderze {folder}.") from error

    def render(self, invoice: Invoice, created: datetime) -> bytes:
        """The XML of an invoice that has its totals; `created` becomes DataWytworzeniaFa in UTC."""
        moment = f"{created.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        try:
            return self._template.render(f=invoice, created=moment, system=SYSTEM).encode()
        except (jinja2.UndefinedError, jinja2.exceptions.SecurityError, AttributeError) as error:
            raise FixSetup(f"Szablon {self._name}: {error}. Sprawdź nazwy pól w szablonie.") from error


def _final(value: object) -> object:
    """Decimals without exponent: 1E-7 is no number in FA(3)."""
    return format(value, "f") if value.__class__ is Decimal else value
