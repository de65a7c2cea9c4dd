"""An invoice that is XML already → one item with these very bytes: FA (3), FA_RR (1), PEF (3), PEF_KOR (3).

Known by the namespace of the root, even where the document is broken. FA (3) is judged by the official schema and by all
rules, as an export is; the other forms by the schema of that namespace in `schema_dir`, and without one only when the
company asks for it (`without_schema`). Nothing is changed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from lxml import etree

from bridge.fa3.rules.alike import same_sale
from bridge.fa3.rules.table import check, parsed
from bridge.fa3.xml import business, facts
from bridge.fa3.xml.read import read
from bridge.fa3.xml.schema import ADVICE, NAMESPACE
from bridge.mapping.evaluate.locate import named
from bridge.model.errors import FixSetup
from bridge.model.item import Alike, Item, Made
from bridge.model.outcome import Verdict
from bridge.model.problem import Problem, errors, problem
from bridge.reading.roots import root_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bridge.fa3.rules.table import Context
    from bridge.fa3.xml.schema import Schema
    from bridge.model.invoice import Totals
    from bridge.model.item import History
    from bridge.model.job import Job

HEAD = 65_536  # bytes in which the root begins
LARGEST = 20_000_000  # bytes that are looked at all; KSeF takes 3 MB
MOST_TOLD = 20  # of what a schema says
OTHER_PROGRAM = "Popraw to w programie, który zapisał ten plik, zapisz go jeszcze raz i wrzuć do folderu inbox."
_TARGET = re.compile(rb"""targetNamespace\s*=\s*["']([^"']+)["']""")
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
_CBC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2}"
_CAC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2}"
_RR = "{http://crd.gov.pl/wzor/2026/03/06/14189/}"
_FA = f"{{{NAMESPACE}}}"
_ID = f"/{_CAC}Party/{_CAC}PartyTaxScheme/{_CBC}CompanyID"


@dataclass(frozen=True, slots=True)
class Form:
    """One form: its code at KSeF, and where it says who, what and when."""

    code: str
    seller: str
    issuers: tuple[str, ...]  # who may be the company: the seller, or a buyer who issues by himself
    number: str
    issued: str
    kind: str  # a path, or the kind itself where the form has but one


def _party(namespace: str, number: int) -> str:
    return "/".join(f"{namespace}{step}" for step in (f"Podmiot{number}", "DaneIdentyfikacyjne", "NIP"))


def _in(namespace: str, path: str) -> str:
    return "/".join(f"{namespace}{step}" for step in path.split("/"))


_SUPPLIER, _CUSTOMER = (f"{_CAC}Accounting{role}Party{_ID}" for role in ("Supplier", "Customer"))
FORMS: dict[str, Form] = {
    f"{_FA}Faktura": Form(
        "FA (3)",
        _party(_FA, 1),
        (_party(_FA, 1), _party(_FA, 2)),
        _in(_FA, "Fa/P_2"),
        _in(_FA, "Fa/P_1"),
        _in(_FA, "Fa/RodzajFaktury"),
    ),
    f"{_RR}Faktura": Form(  # the buyer issues it for the farmer (VAT Act, art. 116)
        "FA_RR (1)",
        _party(_RR, 1),
        (_party(_RR, 2),),
        _in(_RR, "FakturaRR/P_4C"),
        _in(_RR, "FakturaRR/P_4B"),
        _in(_RR, "FakturaRR/RodzajFaktury"),
    ),
    "{urn:oasis:names:specification:ubl:schema:xsd:Invoice-2}Invoice": Form(
        "PEF (3)", _SUPPLIER, (_SUPPLIER, _CUSTOMER), f"{_CBC}ID", f"{_CBC}IssueDate", "VAT_PEF"
    ),
    "{urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2}CreditNote": Form(
        "PEF_KOR (3)", _SUPPLIER, (_SUPPLIER, _CUSTOMER), f"{_CBC}ID", f"{_CBC}IssueDate", "KOR_PEF"
    ),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a ready FA (3) is asked with: the official schema, what the rules know beside it, and the past."""

    schema: Schema
    context: Context
    history: History


def form_of(path: Path) -> Form | None:
    """The form of a file by its root; None for everything that is no such XML."""
    root = root_of(path)
    return FORMS.get(root.tag) if root else None


def item_of(job: Job, form: Form, asked: Callable[[], Asked]) -> Item:
    """The one invoice of the file, with its bytes as they are or with everything that stands against them."""
    ((shown, path),) = job.files.items()
    xml = path.read_bytes()[: LARGEST + 1]
    root, found = parsed(xml, job.severities) if form.code == "FA (3)" else _parsed(xml)
    made = _made(form, root, xml) if root is not None else None
    totals = None
    if isinstance(made, Made) and job.nip and job.nip not in _issuers(form, root):
        said = f"Fakturę {made.number} wystawia NIP {made.seller_nip}, a ta firma ma NIP {job.nip}."
        found.append(problem("P24", said))
    if root is not None and form.code == "FA (3)":
        found, totals = _asked(asked(), root, xml, made, found)
    elif root is not None and not errors(found):
        found += _judged(job, root, made)
    if isinstance(made, Problem) and not errors(found):
        found.append(made)
    known = made if isinstance(made, Made) else None
    good = known is not None and not errors(found)
    return Item(
        1,
        "",
        known.number if known else "",
        known.kind if known else "",
        Verdict.GOOD if good else Verdict.BAD,
        problems=tuple(replace(named(each), file=shown) for each in found),
        totals=totals,
        made=known if good else None,
    )


def _asked(
    asked: Asked, root: Any, xml: bytes, made: Made | Problem | None, found: list[Problem]
) -> tuple[list[Problem], Totals | None]:
    """What the schema has against a ready FA (3), and all rules when it has nothing; and the amounts."""
    wrong = asked.schema.judge(root)
    if wrong:
        return found + wrong, None
    invoice = read(xml)
    said = check(invoice, asked.context)
    if any(each.code == "P24" for each in found):
        said = [each for each in said if each.code != "RB03"]  # the same, said once
    if isinstance(made, Made):
        own = Alike(made.likeness, made.number, made.number_key, made.issued)
        others = asked.history.alike({made.likeness})
        said += [each for other in others if (each := same_sale(own, other, asked.context.severities))]
    return found + [_of_xml(each) for each in said], invoice.totals


def _of_xml(found: Problem) -> Problem:
    """The same of a file that has no mapping: no word of the mapping language, and no advice to change one."""
    advice = OTHER_PROGRAM if "`" in found.advice or "mapowani" in found.advice else found.advice
    return replace(found, field="", advice=advice)


def made_of(xml: bytes) -> Made | None:
    """A document that KSeF has accepted already, from its bytes; None when its form is not known."""
    root = etree.fromstring(xml, _PARSER)
    form = FORMS.get(str(root.tag))
    made = _made(form, root, xml) if form else None
    return made if isinstance(made, Made) else None


def _parsed(xml: bytes) -> tuple[Any, list[Problem]]:
    """The bytes of another form: what KSeF asks of every XML."""
    if xml.startswith(b"\xef\xbb\xbf"):
        return None, [Problem("RA01", "Plik zaczyna się od BOM, a KSeF go nie przyjmuje.", ADVICE)]
    try:
        xml.decode("utf-8")
        return etree.fromstring(xml, _PARSER), []
    except UnicodeDecodeError:
        return None, [Problem("RA01", "Plik nie jest zapisany w UTF-8.", ADVICE)]
    except etree.XMLSyntaxError as error:
        return None, [Problem("RA02", f"Plik nie jest poprawnym XML: {error.msg}.", ADVICE)]


def _made(form: Form, root: Any, xml: bytes) -> Made | Problem:
    seller, number, issued = (_text(root, path) for path in (form.seller, form.number, form.issued))
    kind = _text(root, form.kind) if "{" in form.kind else form.kind
    try:
        day = date.fromisoformat(issued)
    except ValueError:
        day = None
    if not (seller and number and kind and day):
        return problem("P25")
    return Made(
        seller_nip=_nip(seller),
        kind=kind,
        number=number,
        number_key=facts.number_key(number),
        issued=day,
        xml=xml,
        draft=None,
        business_hash=business.hash_of_tree(root),
        hash_version=business.HASH_VERSION,
        form_code=form.code,
        attachment=root.find(f"{_FA}Zalacznik") is not None,
        likeness=business.likeness(xml),
    )


def _issuers(form: Form, root: Any) -> set[str]:
    """Whose invoice it may be; a buyer issues FA (3) only where it says so (P_17)."""
    own = form.issuers
    if form.code == "FA (3)" and _text(root, _in(_FA, "Fa/Adnotacje/P_17")) != "1":
        own = own[:1]
    return {_nip(_text(root, path)) for path in own}


def _text(root: Any, path: str) -> str:
    return " ".join((root.findtext(path) or "").split())


def _nip(text: str) -> str:
    return text.removeprefix("PL").replace("-", "")


# --- schemas of the other forms --------------------------------------------------------------------------------------


def _judged(job: Job, root: Any, made: Made | Problem | None) -> list[Problem]:
    if isinstance(made, Problem):
        return [made]
    namespace = etree.QName(root).namespace or ""
    schema = _schema(job.schema_dir, namespace) if job.schema_dir else None
    if schema is None:
        return [] if job.without_schema else [problem("P26", f"Nie ma schematu dla {namespace}.")]
    if schema.validate(root):
        return []
    log: Any = schema.error_log
    return [Problem("RA06", f"Wiersz {entry.line}: {entry.message}", ADVICE) for entry in log][:MOST_TOLD]


def _schema(folder: Path, namespace: str) -> etree.XMLSchema | None:
    """The schema of a namespace among the files of a folder; raises FixSetup when it cannot be read."""
    for path in sorted(folder.rglob("*.xsd")):
        with path.open("rb") as file:
            target = _TARGET.search(file.read(HEAD))
        if target and target[1].decode() == namespace:
            parser = etree.XMLParser(no_network=True, resolve_entities=False)
            parser.resolvers.add(_Beside(folder))
            try:
                return etree.XMLSchema(etree.parse(str(path), parser))
            except (etree.XMLSyntaxError, etree.XMLSchemaParseError) as error:
                raise FixSetup(f"Schematu {path} nie da się użyć: {error}.") from error
    return None


class _Beside(etree.Resolver):
    """What a schema includes lies in the same folder, wherever its address points."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._files = {path.name: path for path in folder.rglob("*.xsd")}

    def resolve(self, system_url: str, public_id: str, context: Any) -> Any:  # type: ignore[override]  # noqa: ARG002 - lxml calls it so
        known = self._files.get(system_url.rsplit("/", 1)[-1])
        return self.resolve_filename(str(known), context) if known else None  # type: ignore[attr-defined]
