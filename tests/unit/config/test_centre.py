"""The centre's files: what ships is right, and each kind of slip is named by file, key and nearest right word."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent_tui.config import data
from agent_tui.config.centre import load
from agent_tui.config.centre_bounds import BOUNDS
from agent_tui.domain.calendar import is_open
from agent_tui.errors import ConfigError

SHIPPED = data.shipped("scripts/centre")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / "centre"))


def test_what_ships_is_a_whole_centre() -> None:
    centre = load(SHIPPED)
    assert {group.id for group in centre.groups} >= {"cards", "vip", "merchant", "second_line", "merchant_ops"}
    assert {person.level for person in centre.people} == {1, 2, 3, 4, 5}
    served = {group for person in centre.people for group in person.groups}
    assert {group.id for group in centre.groups if group.kind == "skill"} <= served
    assert all(group.contact_person for group in centre.groups if group.kind == "department")
    assert centre.settings.short_abandon_s == 5


def test_a_vip_overflows_to_others_who_give_first_help() -> None:
    vip = next(group for group in load(SHIPPED).groups if group.id == "vip")
    assert vip.overflow[0].after_s < vip.overflow[-1].after_s
    assert "second_line" in vip.overflow[0].to


@pytest.mark.parametrize(
    ("calendar", "moment", "works"),
    [
        ("always", datetime(2026, 2, 17, 18, 0, tzinfo=UTC), True),
        ("office_cn", datetime(2026, 2, 17, 2, 0, tzinfo=UTC), False),  # Spring Festival
        ("office_cn", datetime(2026, 2, 28, 2, 0, tzinfo=UTC), True),  # a Saturday worked instead
        ("office_cn", datetime(2026, 3, 2, 2, 0, tzinfo=UTC), True),
        ("office_cn", datetime(2026, 3, 1, 2, 0, tzinfo=UTC), False),  # a Sunday
        ("japan_desk", datetime(2026, 2, 17, 2, 0, tzinfo=UTC), True),
        ("japan_desk", datetime(2026, 11, 3, 2, 0, tzinfo=UTC), False),  # Culture Day
        ("japan_desk", datetime(2026, 3, 2, 9, 30, tzinfo=UTC), False),  # 18:30 in Tokyo
    ],
)
def test_holidays_and_working_weekends_are_data(calendar: str, moment: datetime, works: bool) -> None:
    found = next(one for one in load(SHIPPED).calendars if one.id == calendar)
    assert is_open(found, moment) is works


@pytest.mark.parametrize(
    ("file", "right", "wrong", "setting", "near"),
    [
        ("groups.toml", "target_s = 10", "targt_s = 10", "group[vip].targt_s", "target_s"),
        ("groups.toml", 'calendar = "japan_desk"', 'calendar = "japan_dsk"', "group[japanese].calendar", "japan_desk"),
        ("groups.toml", '{ after_s = 12, to = ["second_line"]', '{ after_s = 12, to = ["secnd_line"]', "group[vip].overflow.to", "second_line"),
        ("groups.toml", "{ after_s = 12, to", "{ after = 12, to", "group[vip].overflow.after", "after_s"),
        ("categories.toml", 'group = "vip"', 'group = "vipp"', "category[vip_service].group", "vip"),
        ("people.toml", 'groups = ["cards", "disputes"]', 'groups = ["card", "disputes"]', "person[a1001].groups", "cards"),
        ("people.toml", 'login = "lin.yutong"', 'login = "chen.xiao"', "person[a1002].login", ""),
        ("people.toml", 'id = "a1002"', 'id = "a1001"', "person[a1001]", ""),
        ("calendars.toml", 'timezone = "Asia/Tokyo"', 'timezone = "Asia/Tokio"', "calendar[japan_desk].timezone", ""),
        ("calendars.toml", "holidays_to = 2027-12-31", "holidays_to = 2027-01-31", "calendar[office_cn].holidays_to", ""),
        ("groups.toml", "target_share = 0.90", "target_share = 90", "group[vip].target_share", ""),
        ("calendars.toml", 'opens = "09:00"', 'opens = "9 o\'clock"', "calendar[office_cn].hours", ""),
        ("settings.toml", "reveals_per_hour = 20", "reveals_per_hour = '20'", "settings.reveals_per_hour", ""),
        ("settings.toml", "short_abandon_s = 5", "short_abandn_s = 5", "settings.short_abandn_s", "short_abandon_s"),
        ("entitlements.toml", '["vip"]', '["vpi"]', "entitlement[secretary].tiers", "vip"),
        ("entitlements.toml", "[[entitlement]]", "[[entitlment]]", "entitlment", "entitlement"),
    ],
)  # fmt: skip
def test_a_slip_is_named(folder: Path, file: str, right: str, wrong: str, setting: str, near: str) -> None:
    text = (folder / file).read_text(encoding="utf-8")
    assert right in text
    (folder / file).write_text(text.replace(right, wrong, 1), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load(folder)
    told = caught.value.args_
    assert (Path(str(told["file"])).name, told["setting"], told["near"]) == (file, setting, near)


@pytest.mark.parametrize("name", sorted(BOUNDS))
def test_a_figure_outside_its_bounds_is_named_with_its_line_and_what_would_be_right(folder: Path, name: str) -> None:
    text = (folder / "settings.toml").read_text(encoding="utf-8")
    least, most = BOUNDS[name]
    for wrong in (least - 1, most + 1):
        (folder / "settings.toml").write_text(re.sub(rf"(?m)^{name} = \S+", f"{name} = {wrong}", text))
        with pytest.raises(ConfigError) as caught:
            load(folder)
        told = caught.value.args_
        assert (told["setting"], told["reason"]) == (name, f"{least} … {most}")
        assert f"{name} = " in text.splitlines()[int(str(told["line"])) - 1]


def test_what_ships_says_every_figure_that_a_centre_can_set() -> None:
    text = (SHIPPED / "settings.toml").read_text(encoding="utf-8")
    assert {name for name in BOUNDS if not re.search(rf"(?m)^{name} = ", text)} == set()


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "groups.toml").unlink()
    with pytest.raises(ConfigError) as caught:
        load(folder)
    assert "groups.toml" in str(caught.value.args_["file"])


def test_a_sites_own_folder_takes_the_place_of_the_shipped_one(home: Path) -> None:
    own = home / "config" / "scripts" / "centre"
    shutil.copytree(SHIPPED, own)
    assert data.folder("scripts/centre") == own
    assert data.folder("scripts/policy") == data.shipped("scripts/policy")


def test_files_are_overlaid_one_by_one(home: Path) -> None:
    own = home / "config" / "scripts" / "centre"
    own.mkdir(parents=True)
    (own / "groups.toml").write_text("")
    found = {file.name: file.parent for file in data.files("scripts/centre", "*.toml")}
    assert found["groups.toml"] == own
    assert found["people.toml"] == SHIPPED


def test_a_group_that_names_no_target_has_the_centres(folder: Path) -> None:
    text = (folder / "groups.toml").read_text(encoding="utf-8")
    (folder / "groups.toml").write_text(re.sub(r"(?m)^target_(s|share) = .*\n", "", text), encoding="utf-8")
    settings = (folder / "settings.toml").read_text(encoding="utf-8")
    settings = settings.replace("service_level_target = 0.80", "service_level_target = 0.70")
    (folder / "settings.toml").write_text(settings.replace("answer_within_s = 20", "answer_within_s = 25"), "utf-8")
    assert {(group.target_s, group.target_share) for group in load(folder).groups} == {(25, 0.70)}


def test_what_ships_names_the_last_day_of_every_list_of_holidays() -> None:
    assert all(one.holidays_to is not None for one in load(SHIPPED).calendars if one.holidays)
