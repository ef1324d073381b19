"""`agent-tui import customers`: which rows are taken, which are refused, and that nothing clear is left lying about."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent_tui.cli.customers import parse_customers
from agent_tui.cli.failure import guard
from agent_tui.cli.main import run
from agent_tui.domain.customer import Tier
from agent_tui.errors import InputError

HEAD = "id,name,tier,phone,products,marketing_consent"
CHEN = "c1,陈晓明,vip,13812345678,credit_card:6222020000001234 terminal:10203040,yes"


def parse(*lines: str) -> tuple[list[str], list[tuple[int, str]]]:
    found = parse_customers("\n".join(lines).encode(), "x.csv")
    return [c.id for c in found.customers], [(r.line, r.reason) for r in found.refusals]


def test_a_row_becomes_a_customer_with_products() -> None:
    (customer,) = parse_customers(f"\ufeff{HEAD}\r\n{CHEN}\r\n".encode(), "x.csv").customers
    assert (customer.name, customer.tier, customer.marketing_consent) == ("陈晓明", Tier.VIP, True)
    assert [(p.kind, p.number) for p in customer.products] == [
        ("credit_card", "6222020000001234"),
        ("terminal", "10203040"),
    ]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("", "blank"),
        ("c2", "customer_columns"),
        (",a,vip,,,", "no_id"),
        ("13957103321,a,vip,,,", "id_form"),
        ("C6222600912345671,a,vip,,,", "id_form"),
        (CHEN, "customer_twice"),
        ("c2,a,diamond,,,", "tier"),
        ("c2,a,vip,,passport:1,", "product"),
        ("c2,a,vip,,,maybe", "flag"),
    ],
)
def test_a_wrong_row_is_refused_with_its_line_and_reason(row: str, reason: str) -> None:
    assert parse(HEAD, CHEN, row, "c9,b,,,,") == (["c1", "c9"], [(3, reason)])


def test_line_numbers_count_lines_inside_quotes() -> None:
    assert parse("id,address", 'c1,"a\nb"', ",x") == (["c1"], [(4, "no_id")])


def test_a_file_in_another_encoding_says_how_to_name_it() -> None:
    data = f"{HEAD}\n{CHEN}".encode("gb18030")
    with pytest.raises(InputError) as refused:
        parse_customers(data, "x.csv")
    assert (refused.value.key, refused.value.args_["line"]) == ("report.error.encoding", 2)
    assert parse_customers(data, "x.csv", "gb18030").customers[0].name == "陈晓明"


@pytest.mark.parametrize(
    ("head", "key"),
    [
        ("id,cvv", "report.error.column"),
        ("id,fone", "report.error.column_near"),
        ("name", "report.error.customer_columns"),
        ("id,id", "report.error.customer_columns"),
        ("", "report.error.customer_columns"),
    ],
)
def test_a_column_that_there_is_not_refuses_the_file(head: str, key: str) -> None:
    with pytest.raises(InputError) as refused:
        parse_customers(f"{head}\nc1,2".encode(), "x.csv")
    assert refused.value.key == key


def test_customers_are_stored_encrypted_and_an_import_again_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AGENT_TUI_HOME", str(tmp_path / "home"))
    file = tmp_path / "customers.csv"
    file.write_text(f"{HEAD}\n{CHEN}\nc2,王芳,gold,13900001111,,no\nc3,x,diamond,,,\n")
    for _ in range(2):
        code = guard(lambda: run(["import", "customers", str(file)], "en"), "en")
        out, err = capsys.readouterr()
        assert (code, err) == (0, "")
        assert "Customers taken in or brought up to date: 2." in out
        assert "Refused lines: 1" in out
    stored = b"".join(path.read_bytes() for path in (tmp_path / "home/data").iterdir() if path.is_file())
    for clear in ("陈晓明", "13812345678", "6222020000001234"):
        assert clear.encode() not in stored
