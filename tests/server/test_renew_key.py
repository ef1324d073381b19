"""Another signing key: what the former one signed is good under the new one, what nobody signed is not, also after a stop
in between."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from agent_tui.cli import main
from agent_tui.domain.centre import Bundle
from agent_tui.errors import StoreLocked
from agent_tui.server import audit, renewing
from agent_tui.server.database import Database, read_apart
from agent_tui.server.place import Where, beside
from agent_tui.server.policies import PolicyBook, begin
from agent_tui.server.signing import Signer, private_path, public_path
from agent_tui.server.state import TableState
from agent_tui.server.writing import put
from agent_tui.wire.signed import trusted
from tests import eg
from tests.server import engines, office
from tests.server.test_policy_bundle import SHIPPED


@pytest.fixture
def where(tmp_path: Path) -> Where:
    """A server that has ended, with its policy and one bundle that nobody signed."""
    services = office.open_office(tmp_path)
    services.db.write_now(lambda tx: begin(tx, PolicyBook(SHIPPED, eg.NOW), services.signer, eg.NOW))
    forged = Bundle(id="blueprint:x@1", kind="blueprint", revision="r", text="t", signature="ed25519:00")
    services.db.write_now(lambda tx: put(tx, forged))
    services.db.close()
    return engines.place(tmp_path)


def good(where: Where, key: str) -> set[str]:
    rows = read_apart(where, lambda tx: TableState(tx).find(Bundle))
    return {row.id for row in rows if trusted(row, key)}


def test_what_the_former_key_signed_is_signed_anew_and_nothing_else(
    where: Where, capsys: pytest.CaptureFixture[str]
) -> None:
    former = Signer.beside(where).key
    assert good(where, former) == {"policy"}
    done = renewing.renew(where, eg.NOW, "test")
    assert (done.former, done.signed, done.refused) == (former, 1, ("blueprint:x@1",))
    assert Signer.beside(where).key == done.key != former
    assert public_path(beside(where)).read_text().strip() == done.key
    assert (good(where, done.key), good(where, former)) == ({"policy"}, set())
    assert read_apart(where, audit.verify).ok


def test_whoever_was_stopped_before_the_files_changed_asks_again(
    where: Where, monkeypatch: pytest.MonkeyPatch
) -> None:
    former = Signer.beside(where).key
    with monkeypatch.context() as broken:
        broken.setattr(Database, "close", _stop)
        with pytest.raises(KeyboardInterrupt):
            renewing.renew(where, eg.NOW, "test")
    assert Signer.beside(where).key == former
    done = renewing.renew(where, eg.NOW, "test")
    assert done.signed == 1
    assert good(where, Signer.beside(where).key) == {"policy"}
    assert not private_path(beside(where)).with_name(private_path(beside(where)).name + ".new").exists()


def _stop(db: Database) -> None:
    db.engine.close()
    raise KeyboardInterrupt


@pytest.mark.one_engine("the lock of a file is SQLite's")
def test_the_command_prints_the_key_and_renews_it_only_while_no_server_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    services = office.open_office(tmp_path)
    argv = ["admin", "key", "--database", str(services.db.path)]
    assert main.run(argv, "en") == 0
    assert capsys.readouterr().out.strip() == services.signer.key
    with pytest.raises(StoreLocked):
        main.run([*argv, "--renew"], "en")
    assert services.signer.key == Signer.beside(services.db.path).key
    services.db.close()
    assert main.run([*argv, "--renew"], "en") == 0
    assert Signer.beside(services.db.path).key in capsys.readouterr().out


def test_a_signature_is_of_one_key_only(where: Where) -> None:
    (row,) = (r for r in read_apart(where, lambda tx: TableState(tx).find(Bundle)) if r.id == "policy")
    assert not trusted(msgspec.structs.replace(row, signature="ed25519:" + "0" * 128), Signer.beside(where).key)
