"""`agent-tui import customers FILE.csv`: the bank's customers into the server's database, refused rows listed.

The first line names the columns, in any order; only `id` is required. `products` holds `kind:number` pairs separated
by blanks, `entitlements` words separated by blanks. There is no column for anything a bank must not keep (CVV, PIN,
passwords), and none may be added.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from pathlib import Path

import msgspec

from agent_tui.config import paths
from agent_tui.domain import id_form
from agent_tui.domain.customer import Product, Tier
from agent_tui.errors import InputError
from agent_tui.i18n.catalog import LANGUAGES, say
from agent_tui.metrics.calllog import Remark
from agent_tui.server.customers import NewCustomer, import_customers
from agent_tui.server.place import Where, beside, shown

TEXTS = ("name", "phone", "id_number", "email", "address", "since", "sensitivity")
COLUMNS = (
    "id",
    "kind",
    "tier",
    "language",
    *TEXTS,
    "entitlements",
    "products",
    "frozen",
    "marketing_consent",
)
KINDS = ("person", "merchant")
PRODUCTS = ("credit_card", "debit_card", "account", "merchant", "terminal", "loan")
YES = frozenset({"1", "yes", "true", "y"})
NO = frozenset({"", "0", "no", "false", "n"})


class CustomerFile(msgspec.Struct, frozen=True):
    """What a file gave, in order of line."""

    customers: tuple[NewCustomer, ...]
    refusals: tuple[Remark, ...]
    lines: int


class _Refused(Exception):
    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def parse_customers(data: bytes, source: str, encoding: str = "utf-8-sig") -> CustomerFile:
    """Read the CSV. InputError if it is not text in that encoding, or names a column that there is not."""
    rows = csv.reader(io.StringIO(_decoded(data, source, encoding), newline=""))
    columns = [name.strip().lower() for name in next(rows, [])]
    _check_columns(columns, source)
    customers: list[NewCustomer] = []
    refusals: list[Remark] = []
    seen: set[str] = set()
    before = rows.line_num
    for values in rows:
        line, before = before + 1, rows.line_num
        try:
            customers.append(_customer(columns, values, seen))
        except _Refused as no:
            refusals.append(Remark(line, no.reason))
    return CustomerFile(tuple(customers), tuple(refusals), len(customers) + len(refusals))


def _decoded(data: bytes, source: str, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except LookupError:
        raise InputError("report.error.no_encoding", encoding=encoding) from None
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError("report.error.encoding", file=source, line=line, encoding=encoding) from None


def _check_columns(columns: list[str], source: str) -> None:
    right = ", ".join(COLUMNS)
    for name in columns:
        if name not in COLUMNS:
            near = get_close_matches(name, COLUMNS, 1)
            key = "report.error.column_near" if near else "report.error.column"
            raise InputError(key, file=source, column=name, near=near[0] if near else "", columns=right)
    if "id" not in columns or len(set(columns)) != len(columns):
        raise InputError("report.error.customer_columns", file=source, columns=right)


def _customer(columns: list[str], values: list[str], seen: set[str]) -> NewCustomer:
    if not values:
        raise _Refused("blank")
    if len(values) != len(columns):
        raise _Refused("customer_columns")
    row = {name: value.strip() for name, value in zip(columns, values, strict=True)}
    id = row["id"]
    if not id:
        raise _Refused("no_id")
    if not id_form.fit(id):
        raise _Refused("id_form")
    if id in seen:
        raise _Refused("customer_twice")
    made = NewCustomer(
        id=id,
        kind=_one_of(row.get("kind") or "person", KINDS, "kind"),
        tier=Tier(_one_of(row.get("tier") or "standard", tuple(Tier), "tier")),
        language=_one_of(row.get("language") or "zh", LANGUAGES, "language"),
        name=row.get("name", ""),
        phone=row.get("phone", ""),
        id_number=row.get("id_number", ""),
        email=row.get("email", ""),
        address=row.get("address", ""),
        since=row.get("since", ""),
        sensitivity=row.get("sensitivity") or None,
        entitlements=tuple(row.get("entitlements", "").split()),
        products=tuple(_products(id, row.get("products", ""))),
        frozen=_flag(row.get("frozen", "")),
        marketing_consent=_flag(row.get("marketing_consent", "")),
    )
    seen.add(id)
    return made


def _one_of(value: str, right: Iterable[str], reason: str) -> str:
    if value.lower() not in right:
        raise _Refused(reason)
    return value.lower()


def _flag(value: str) -> bool:
    if value.lower() in YES:
        return True
    if value.lower() in NO:
        return False
    raise _Refused("flag")


def _products(customer_id: str, text: str) -> Iterator[Product]:
    for number, pair in enumerate(text.split(), 1):
        kind, _, digits = pair.partition(":")
        yield Product(id=f"{customer_id}-p{number}", kind=_one_of(kind, PRODUCTS, "product"), number=digits)


# ---- the command -------------------------------------------------------------------------------------------------


def load(file: Path, into: Where, encoding: str, language: str) -> int:
    """Read, store, say what was refused; returns the exit code. StoreLocked while a server has the database open."""
    from agent_tui.cli.import_ import read, told

    found = parse_customers(read(file), str(file), encoding)
    done = 0
    if found.customers:
        folder = beside(into).parent
        paths.private(folder) if folder == paths.data_dir() else folder.mkdir(parents=True, exist_ok=True)
        done = _stored(into, found.customers, language)
    print(say("report.import.lines", language, file=file.name, lines=f"{found.lines:,}"))
    print(say("report.import.customers", language, count=f"{done:,}"))
    for line in told("refusal", found.refusals, language, None):
        print(line)
    if not found.customers:
        raise InputError("report.error.no_customers", file=str(file), refused=len(found.refusals))
    print(say("report.import.stored", language, path=shown(into)))
    return 0


def _stored(database: Where, customers: tuple[NewCustomer, ...], language: str) -> int:
    from agent_tui.cli.import_ import bar

    with bar(say("report.import.writing", language), len(customers)) as advance:
        return import_customers(database, customers, advance)
