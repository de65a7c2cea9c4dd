"""A command that was typed wrongly → a Polish sentence; and output that is UTF-8 and outlives its reader."""

from __future__ import annotations

import io
import os
import re
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typer.exceptions import TyperException

_COMMAND = re.compile(r"No such command '(.*?)'")
_EXTRA = re.compile(r"unexpected extra argument\S* \((.*)\)")


def usage_sentence(error: TyperException) -> str:
    """What is wrong with the command line; the parser itself speaks English."""
    where: Any = error  # its classes are the parser's own
    context = getattr(where, "ctx", None)
    help_ = f" Pomoc: {context.command_path} --help" if context else ""
    return f"{_sentence(where)}{help_}"


def _sentence(error: Any) -> str:
    kind = type(error).__name__
    if kind == "NoSuchOption":
        near = f" Czy chodziło o {', '.join(sorted(error.possibilities))}?" if error.possibilities else ""
        return f"Nie ma opcji {error.option_name}.{near}"
    if kind == "MissingParameter":
        return f"Brakuje: {_hint(error)}."
    if kind == "BadParameter":
        return f"Zła wartość: {_hint(error)}."
    if kind == "BadOptionUsage":
        return f"Opcja {error.option_name} wymaga wartości."
    command, extra = _COMMAND.search(error.message), _EXTRA.search(error.message)
    if command:
        return f"Nie ma polecenia {command[1]}."
    return f"Za dużo argumentów: {extra[1]}." if extra else f"Nie rozumiem tego polecenia ({error.message})"


def _hint(error: Any) -> str:
    """The option or argument as it is typed."""
    told = error.param_hint or (error.param.opts if error.param else "")
    names = [told] if isinstance(told, str) else list(told)
    return " / ".join(name if name.startswith("-") else name.upper() for name in names)


class Lasting(io.TextIOWrapper):
    """Standard output in UTF-8; when its reader has gone (`| head -1`), the command goes on, and its exit code is true."""

    def write(self, text: str, /) -> int:
        """Write, or drop the text when nobody reads."""
        try:
            return super().write(text)
        except BrokenPipeError:
            self._nobody_reads()
            return len(text)

    def flush(self) -> None:
        """Flush, or drop what is left when nobody reads."""
        try:
            super().flush()
        except BrokenPipeError:
            self._nobody_reads()

    def _nobody_reads(self) -> None:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self.fileno())
        os.close(nowhere)


def speak_utf8() -> None:
    """Standard output and error in UTF-8, whatever the console or pipe says (Polish Windows says cp1250)."""
    one = sys.stdout is sys.stderr
    sys.stdout = _lasting(sys.stdout)
    sys.stderr = sys.stdout if one else _lasting(sys.stderr)


def _lasting(stream: Any) -> Any:
    if not isinstance(stream, io.TextIOWrapper):
        return stream
    stream.flush()
    buffering = stream.line_buffering
    return Lasting(stream.detach(), encoding="utf-8", errors="replace", line_buffering=buffering)
