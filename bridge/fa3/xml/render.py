"""A totalled Invoice → the bytes of its FA(3) XML, by a Jinja template in the order of the schema.

Strict (an unknown name is an error), escaping, sandboxed; UTF-8 without BOM (design.md, decision 8). Texts are escaped
as canonical XML writes them. What runs a hundred times an invoice, reading a field of the model and printing a value, is
as plain as Python has it (docs/performance.md).
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

import jinja2
from jinja2.compiler import CodeGenerator
from jinja2.nodes import TemplateData
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from bridge import __version__
from bridge.model import invoice as invoice_model
from bridge.model.errors import BrokenTemplate

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from jinja2.compiler import Frame
    from jinja2.nodes import Expr, Getattr, Output, Test

    from bridge.model.invoice import Invoice

FIELDS = frozenset(field.name for each in vars(invoice_model).values() if is_dataclass(each) for field in fields(each))
OURS = "fa3.xml.j2"
SYSTEM = f"ksef-bridge {__version__}"


class _Code(CodeGenerator):
    """Fields of the model are read at once, as they have nothing to hide; all other names as the sandbox allows."""

    def visit_Getattr(self, node: Getattr, frame: Frame) -> None:  # noqa: N802 - Jinja calls it so
        """`w.name` in Python as it is in the template."""
        if node.attr not in FIELDS:
            super().visit_Getattr(node, frame)
            return
        self.write("(")
        self.visit(node.node, frame)
        self.write(f").{node.attr}")

    def visit_Test(self, node: Test, frame: Frame) -> None:  # noqa: N802 - Jinja calls it so
        """`is none` as Python has it."""
        if node.name != "none":
            super().visit_Test(node, frame)
            return
        self.write("(")
        self.visit(node.node, frame)
        self.write(" is None)")

    def visit_Output(self, node: Output, frame: Frame) -> None:  # noqa: N802 - Jinja calls it so
        """A run of texts and values as one text."""
        if frame.buffer is not None or frame.require_output_check or len(node.nodes) == 1:
            super().visit_Output(node, frame)
            return
        self.writeline("yield ''.join((", node)
        for child in node.nodes:
            self.newline(child)  # so that an error is told with its own line
            if isinstance(child, TemplateData):
                self.write(repr(child.data))
            else:
                self._output_child_pre(child, frame, None)
                self.visit(child, frame)
                self._output_child_post(child, frame, None)
            self.write(",")
        self.write("))")

    def _output_child_pre(self, node: Expr, frame: Frame, finalize: Any) -> None:  # noqa: ARG002 - Jinja calls it so
        self.write("environment.printed(")

    def _output_child_post(self, node: Expr, frame: Frame, finalize: Any) -> None:  # noqa: ARG002 - Jinja calls it so
        self.write(")")


class _Environment(ImmutableSandboxedEnvironment):
    code_generator_class = _Code

    @staticmethod
    def printed(value: object) -> str:
        """A value as the text of an element; decimals without exponent, as 1E-7 is no number in FA(3)."""
        if type(value) is str:
            return escape(value) if "&" in value or "<" in value or ">" in value else value
        if type(value) is Decimal:
            text = str(value)
            return format(value, "f") if "E" in text else text
        return value if isinstance(value, Markup) else escape(str(value))


class Renderer:
    """One compiled template; raises BrokenTemplate with line and advice when the template is broken.

    What it includes is looked for in the same folders: a user's own template may use the parts of ours.
    """

    def __init__(self, folders: Sequence[Path], name: str) -> None:
        self.name = name
        self.canonical = name == OURS and len(folders) == 1  # bridge.fa3.xml.business takes the bytes as they stand
        environment = _Environment(
            loader=jinja2.FileSystemLoader(folders),
            undefined=jinja2.StrictUndefined,
            autoescape=True,
            auto_reload=False,
        )
        try:
            self._template = environment.get_template(name)
        except jinja2.TemplateSyntaxError as error:
            raise BrokenTemplate(
                f"Szablon {error.name or name}, wiersz {error.lineno}: {error.message}. Popraw ten wiersz."
            ) from error
        except jinja2.TemplateNotFound as error:
            raise BrokenTemplate(f"Nie ma szablonu {error.name} w folderze {folders[0]}.") from error

    def render(self, invoice: Invoice, created: datetime) -> bytes:
        """The XML of an invoice that has its totals; `created` becomes DataWytworzeniaFa in UTC."""
        moment = f"{created.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        try:
            return self._template.render(f=invoice, created=moment, system=SYSTEM).encode()
        except _BROKEN as error:
            told = f"Szablon {self.name}, wiersz {_line(error, self.name)}: {_cause(error)}"
            raise BrokenTemplate(told) from error


# What a template that compiles may still do wrong.
_BROKEN = (
    jinja2.TemplateError,
    AttributeError,
    TypeError,
    ValueError,
    LookupError,
    ArithmeticError,
    RecursionError,
    MemoryError,
)


def _cause(error: BaseException) -> str:
    if isinstance(error, RecursionError):
        return "szablon woła sam siebie bez końca. Przerwij to wołanie."
    if isinstance(error, MemoryError):
        return "szablon potrzebuje za dużo pamięci. Skróć to, co powtarza."
    return f"{error}. Sprawdź nazwy pól w szablonie."


def _line(error: BaseException, name: str) -> int:
    """The line of the template where it went wrong, as Jinja notes it in the traceback; 1 when it does not."""
    place = error.__traceback__
    found = 1
    while place is not None:
        if place.tb_frame.f_code.co_filename.endswith(name):
            found = place.tb_lineno
        place = place.tb_next
    return found
