"""Command line → exit code: the one place where exceptions become sentences (design.md, section 5)."""

from __future__ import annotations

import sys

from bridge.model.errors import FixSetup, TryLater, Unsure, WrongRequest


def main() -> None:
    """Run the command; a wrong request, FixSetup or the system's refusal ends with 2, TryLater and Unsure with 3."""
    # Kept out of the import of this module, so that tests can import main cheaply.
    from typer import Abort  # noqa: PLC0415
    from typer.exceptions import TyperException  # noqa: PLC0415

    from bridge.cli import app, usage  # noqa: PLC0415
    from bridge.system.causes import cause_and_path  # noqa: PLC0415

    usage.speak_utf8()
    try:
        code = app(standalone_mode=False)
    except TyperException as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            code = _said(error.format_message(), 2)
        else:
            code = _said(usage.usage_sentence(error), 2)
    except Abort:
        code = _said("Przerwano.", 130)
    except WrongRequest as error:
        sentence = str(error)
        code = _said(sentence[:1].upper() + sentence[1:], 2)
    except FixSetup as error:
        code = _said(f"Trzeba poprawić ustawienia: {error}", 2)
    except (TryLater, Unsure) as error:
        code = _said(f"Nie teraz: {error}", 3)
    except OSError as error:
        code = _said(f"System nie pozwolił: {cause_and_path(error)}.", 2)
    sys.exit(code or 0)


def _said(sentence: str, code: int) -> int:
    sys.stderr.write(f"{sentence}\n")
    return code


if __name__ == "__main__":
    main()
