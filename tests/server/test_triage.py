"""The trained triage of a running server: it proposes, it never holds up an arrival, and its file cannot do harm."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest

from agent_tui import ids
from agent_tui.domain.commands import Command, OfferNew, SetAgentState
from agent_tui.domain.contact import Channel, Contact, ContactState
from agent_tui.domain.triage import Guess
from agent_tui.errors import ConfigError, InputError
from agent_tui.server import triage_data, triage_model
from agent_tui.server.caller import Caller
from agent_tui.server.meters import Meters
from agent_tui.server.options import ServerOptions
from agent_tui.server.seed import publish
from agent_tui.server.services import Services
from agent_tui.server.state import TableState
from agent_tui.server.triage import Guesser, Triage, open_model
from agent_tui.server.triage_model import Model
from agent_tui.server.triage_train import Grams, learn
from agent_tui.wire.command import Envelope
from tests import eg
from tests.server import bench

LINK = Caller(kind="link", id="link:sim", device="switch")
SURE = Guess(category="card_loss", words=("挂失",), permille=910)
CARD = "4111 1111 1111 1111"


class Says:
    """A guesser that answers as it is told, and keeps what it was asked."""

    def __init__(self, guess: Guess | Exception = SURE) -> None:
        self.answer = guess
        self.asked: list[str] = []
        self.may = threading.Event()
        self.may.set()

    def guess(self, text: str) -> Guess:
        self.asked.append(text)
        self.may.wait(10)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def offer(id: str = "k1", text: str = "我要挂失", **fields: str) -> OfferNew:
    return OfferNew(contact_id=id, channel=Channel.PHONE, language="zh", text=text, **fields)  # type: ignore[arg-type]


def with_model(services: Services, model: Guesser, sure: float = 0.4, patience_s: float = 5.0) -> Services:
    return msgspec.structs.replace(services, triage=Triage(model, services.meters, sure, patience_s))


async def arrived(services: Services, command: Command) -> Contact:
    await bench.commit(services, command, LINK)
    contact = await services.db.read(lambda tx: TableState(tx).get(Contact, "k1"))
    assert contact is not None
    return contact


def outcomes(services: Services) -> dict[str, float]:
    """How the triage of this server ended, by outcome."""
    lines = services.meters.text().decode().splitlines()
    found = (line for line in lines if line.startswith("agent_tui_triage_total{"))
    return {line.split('"')[1]: float(line.split()[-1]) for line in found}


# ---- on the server -----------------------------------------------------------------------------------------------


async def test_a_sure_guess_is_kept_with_its_confidence_and_words(services: Services) -> None:
    contact = await arrived(with_model(services, Says()), offer())
    assert (contact.category, contact.guess, contact.guess_confidence) == ("card_loss", "card_loss", 0.91)
    assert contact.guess_words == ("挂失",)
    assert outcomes(services) == {"guessed": 1}


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Guess(category="card_loss", words=("挂失",), permille=390), "unsure"),
        (Guess(), "unsure"),
        (RuntimeError("broken"), "failed"),
    ],
)
async def test_an_unsure_or_broken_model_leaves_it_to_the_words(
    services: Services, answer: Guess | Exception, outcome: str
) -> None:
    contact = await arrived(with_model(services, Says(answer)), offer())
    assert (contact.guess_confidence, contact.state) == (None, ContactState.QUEUED)
    assert outcomes(services) == {outcome: 1}


async def test_an_arrival_does_not_wait_for_a_slow_model(services: Services) -> None:
    slow = Says()
    slow.may.clear()
    there = with_model(services, slow, patience_s=0.01)
    contact = await arrived(there, offer())
    assert contact.guess_confidence is None
    assert outcomes(services) == {"late": 1}
    slow.may.set()


async def test_the_ledger_goes_on_while_the_model_thinks(services: Services) -> None:
    slow = Says()
    slow.may.clear()
    there = with_model(services, slow)
    assert there.triage is not None
    asking = there.triage.ask(offer())
    person = Caller(kind="agent", id="a1", device="d")
    await bench.commit(there, SetAgentState(state="ready"), person)
    slow.may.set()
    assert await asking == SURE


async def test_a_given_category_and_silence_are_not_guessed(services: Services) -> None:
    model = Says()
    await bench.commit(with_model(services, model), offer(category="card_loss"), LINK)
    await bench.commit(with_model(services, model), offer("k2", text="  "), LINK)
    assert model.asked == []


async def test_what_must_not_be_kept_is_not_shown_to_the_model(services: Services) -> None:
    model = Says()
    await bench.commit(with_model(services, model), offer(text=f"我的卡 {CARD} 丢了"), LINK)
    assert len(model.asked) == 1
    assert "4111" not in model.asked[0]


async def test_a_guess_is_the_servers_alone(services: Services) -> None:
    lying = msgspec.structs.replace(offer(), guess=SURE)
    assert (await arrived(services, lying)).guess_confidence is None


async def test_the_same_arrival_sent_again_gets_the_same_answer_whatever_the_model_says_now(
    services: Services,
) -> None:
    model = Says()
    there = with_model(services, model)
    envelope = Envelope(id=ids.uuid7(), command=offer())
    first = await there.commit(envelope, LINK)
    model.answer = Guess()
    again = await there.commit(envelope, LINK)
    assert (again.replayed, again.body) == (True, first.body)


# ---- learning ----------------------------------------------------------------------------------------------------

TEXTS = {
    "card_loss": ("my card was stolen", "I lost my card", "card stolen on the train", "I have lost the card"),
    "statement": ("send me the statement", "where is my statement", "the statement has not come", "a new statement"),
    "limit": ("raise the limit please", "I need a higher limit", "can my limit go up", "额度提高一下", "提高额度"),
}
SAMPLES = [triage_data.sample(text, category) for category, texts in TEXTS.items() for text in texts]


@pytest.fixture(scope="module")
def model() -> Model:
    return learn(Grams(SAMPLES))


no_ledger = pytest.mark.one_engine("the file of a model")


@pytest.fixture
def kept(model: Model, tmp_path: Path) -> Path:
    model.save(tmp_path / "triage.npz")
    return tmp_path / "triage.npz"


def test_a_model_knows_what_it_learned_and_says_which_words_decided(model: Model) -> None:
    guess = model.guess("Somebody has STOLEN my card!")
    assert guess.category == "card_loss"
    assert "stolen" in guess.words
    assert guess.confidence is not None and 0 < guess.confidence <= 1


def test_chinese_is_learned_by_its_signs(model: Model) -> None:
    assert (model.guess("请把额度提高").category, model.guess("请把额度提高").words[:1]) == ("limit", ("提高",))


def test_words_that_say_nothing_are_not_guessed(model: Model) -> None:
    assert model.guess(" … ") == Guess()


@no_ledger
def test_a_kept_model_guesses_as_the_one_that_was_trained(model: Model, kept: Path) -> None:
    again = triage_model.load(kept)
    assert again.head == model.head
    for sample in SAMPLES:
        assert again.guess(sample.text) == model.guess(sample.text)


@no_ledger
def test_the_same_texts_give_the_same_file(kept: Path, tmp_path: Path) -> None:
    learn(Grams(list(SAMPLES))).save(tmp_path / "again.npz")
    assert (tmp_path / "again.npz").read_bytes() == kept.read_bytes()


def test_what_one_text_alone_says_and_numbers_are_not_learned(model: Model) -> None:
    learned = {gram for block in model.head.vocabulary for gram in block}
    assert "train" not in learned
    assert not any(ch in "123456789" for gram in learned for ch in gram)


def test_a_correction_counts_double() -> None:
    told = [triage_data.sample("same words", "a"), triage_data.sample("same words", "b")]
    heavy = [msgspec.structs.replace(told[0], weight=triage_data.CORRECTED), told[1]]
    for first in (heavy, heavy[::-1]):
        assert learn(Grams(first)).guess("same words").category == "a"


def test_one_category_alone_cannot_be_learned() -> None:
    with pytest.raises(InputError) as told:
        learn(Grams(SAMPLES[:3]))
    assert told.value.key == "triage.error.one_category"


# ---- the file ----------------------------------------------------------------------------------------------------


def rewritten(kept: Path, **changed: object) -> Path:
    """The file with other parts."""
    with np.load(kept) as found:
        parts = {name: found[name] for name in found.files}
    aside = kept.with_name("broken.npz")
    np.savez(aside, **{**parts, **changed})
    return aside


def head_of(kept: Path, **fields: object) -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
    with np.load(kept) as found:
        plain = msgspec.json.decode(found["head"].tobytes())
    return np.frombuffer(msgspec.json.encode({**plain, **fields}), dtype=np.uint8)


def broken(kept: Path) -> Iterator[tuple[str, Path]]:
    """Files that are wrong, with the key of the sentence that says so."""
    yield "version", rewritten(kept, head=head_of(kept, version=99))
    yield "damaged", rewritten(kept, bias=np.ones(3, np.float32))
    yield "damaged", rewritten(kept, bias=np.ones(7, np.float32))
    yield "damaged", rewritten(kept, head=head_of(kept, scale=9.5))
    yield "not_a_model", rewritten(kept, bias=np.array([{"runs": "code"}], dtype=object))
    yield "not_a_model", rewritten(kept, head=np.frombuffer(b"[]", dtype=np.uint8))
    kept.with_name("table.npz").write_bytes(b"text,category\n")
    yield "not_a_model", kept.with_name("table.npz")
    yield "no_model", kept.with_name("nothing.npz")


@no_ledger
def test_a_file_that_is_no_whole_model_of_this_version_is_refused_in_one_sentence(kept: Path) -> None:
    for key, file in broken(kept):
        with pytest.raises(InputError) as told:
            triage_model.load(file)
        assert told.value.key == f"triage.error.{key}"


@no_ledger
def test_a_model_of_another_centre_stops_the_start(kept: Path, tmp_path: Path) -> None:
    options = ServerOptions(database=tmp_path / "x.db", triage=kept)
    with pytest.raises(ConfigError) as told:
        open_model(options, [eg.category("elsewhere")])
    assert told.value.key == "triage.error.no_common_category"
    assert open_model(options, [eg.category("card_loss")]) is not None


# ---- history -----------------------------------------------------------------------------------------------------


def test_closed_contacts_are_learned_from_and_corrections_counted_by_what_was_proposed(services: Services) -> None:
    closed = {"state": ContactState.CLOSED, "subject": "我要挂失"}
    rows = [
        eg.contact("k1", **closed, category="card_loss", guess="card_loss"),
        eg.contact("k2", **closed, category="limit", guess="card_loss"),
        eg.contact("k3", **closed, category="limit"),
        eg.contact("k4", **{**closed, "subject": " "}, category="limit", guess="limit"),
        eg.contact("k5", **{**closed, "state": ContactState.QUEUED}, category="limit", guess="limit"),
    ]
    services.db.write_now(lambda tx: publish(tx, rows, "Rows", eg.NOW))
    learned = services.db.read_now(triage_data.history)
    assert sorted((one.category, one.weight) for one in learned) == [("card_loss", 1), ("limit", 1), ("limit", 2)]
    counted = services.db.read_now(triage_data.corrections)
    assert [(one.category, one.guessed, one.corrected) for one in counted] == [("card_loss", 2, 1), ("limit", 1, 0)]


def test_the_counter_is_there_before_anything_was_guessed() -> None:
    assert b"agent_tui_triage" in Meters().text()
