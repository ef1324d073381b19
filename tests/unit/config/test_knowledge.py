"""Files of bulletins and articles: those that ship are complete, and what is wrong has a line."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent_tui.config import data
from agent_tui.config.centre import load as load_centre
from agent_tui.config.knowledge import read_article, read_bulletin, rolls
from agent_tui.errors import ConfigError
from tests import eg

ZONE = "Asia/Shanghai"
GOOD = """department = "card_ops"
valid = { from = 2026-01-01, to = 2026-12-31 }
people = [{ name = "沈立群", extension = "6201" }]

[zh]
title = "年费"
words = ["年费"]
text = "首年免。"
"""


def test_what_ships_speaks_three_languages_and_names_what_is_there() -> None:
    centre = load_centre(data.shipped("scripts/centre"))
    groups, categories = {group.id for group in centre.groups}, {category.id for category in centre.categories}
    for file in data.shipped("scripts/articles").glob("*.toml"):
        article = read_article(file, ZONE, eg.NOW)
        assert set(article.pages) == {"zh", "en", "ja"}, file.name
        assert article.department in groups and set(article.categories) <= categories, file.name
    for file in data.shipped("scripts/bulletins").glob("*.toml"):
        bulletin = read_bulletin(file, ZONE, eg.NOW)
        assert set(bulletin.pages) == {"zh", "en", "ja"}, file.name
        assert {bulletin.department, *bulletin.to} <= groups, file.name


def test_the_last_day_is_included(tmp_path: Path) -> None:
    file = tmp_path / "x.toml"
    file.write_text(GOOD, "utf-8")
    article = read_article(file, ZONE, eg.NOW)
    assert article.valid_from.isoformat() == "2026-01-01T00:00:00+08:00"
    assert article.valid_to.isoformat() == "2027-01-01T00:00:00+08:00"


@pytest.mark.parametrize(
    ("old", "new", "key", "line"),
    [
        ("department", "departement", "unknown", 1),
        ('"card_ops"', "3", "department", 1),
        ("to = 2026-12-31", "to = 2025-12-31", "valid", 2),
        ("from = 2026-01-01, ", "", "valid", 2),
        ('extension = "6201"', "extension = 6201", "people", 3),
        ('["年费"]', '"年费"', "words", 7),
        ('title = "年费"', "", "page", 5),
        ("text =", "body =", "page", 5),
    ],
)
def test_what_is_wrong_has_a_line(tmp_path: Path, old: str, new: str, key: str, line: int) -> None:
    file = tmp_path / "x.toml"
    file.write_text(GOOD.replace(old, new), "utf-8")
    with pytest.raises(ConfigError) as wrong:
        read_article(file, ZONE, eg.NOW)
    assert wrong.value.key == f"knowledge.file.{key}" and wrong.value.args_["line"] == line


@pytest.mark.parametrize("days", ["0", "-3", '"30"', "2.5"])
def test_days_are_counted_in_whole_ones(tmp_path: Path, days: str) -> None:
    file = tmp_path / "x.toml"
    file.write_text(GOOD.replace("from = 2026-01-01, to = 2026-12-31", f"days = {days}"), "utf-8")
    with pytest.raises(ConfigError) as wrong:
        read_article(file, ZONE, eg.NOW)
    assert wrong.value.key == "knowledge.file.valid" and wrong.value.args_["line"] == 2


def test_days_count_from_the_day_of_publication(tmp_path: Path) -> None:
    file = tmp_path / "x.toml"
    file.write_text(GOOD.replace("from = 2026-01-01, to = 2026-12-31", "days = 30"), "utf-8")
    article = read_article(file, ZONE, datetime(2031, 7, 4, 17, 0, tzinfo=UTC))
    assert article.valid_from.isoformat() == "2031-07-05T00:00:00+08:00"
    assert article.valid_to.isoformat() == "2031-08-04T00:00:00+08:00"
    assert rolls(file)


@pytest.mark.parametrize("year", [2026, 2029, 2037])
def test_what_ships_lives_on_any_day_and_names_none(year: int) -> None:
    now = datetime(year, 11, 22, 6, 0, tzinfo=UTC)
    for file in data.shipped("scripts/articles").glob("*.toml"):
        article = read_article(file, ZONE, now)
        assert article.valid_from <= now < article.valid_to, file.name
    for file in data.shipped("scripts/bulletins").glob("*.toml"):
        bulletin = read_bulletin(file, ZONE, now)
        assert bulletin.valid_from <= now < bulletin.valid_to, file.name
        said = " ".join(f"{page.title} {page.text}" for page in bulletin.pages.values())
        assert not re.search(r"\d ?月 ?\d+ ?日|\d (January|February|March|April|May|June)", said), file.name
    for person in load_centre(data.shipped("scripts/centre")).people:
        assert all(until > now for until in person.certifications.values()), person.id
