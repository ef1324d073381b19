"""What an arrival waits for its category: words counted on the ledger's thread, a trained model beside it."""

from __future__ import annotations

from collections.abc import Iterator

from agent_tui.config.centre import load
from agent_tui.config.data import folder
from agent_tui.domain.triage import LONGEST, triage
from bench.desk import Row
from bench.parts import row, times

LINES = (
    "我钱包被偷了！信用卡也在里面，赶紧帮我挂失！",
    "I paid one day late and was charged. Could you take that off?",
    "端末に「ロックされています」と出て、決済が一切できません。",
)
LONG = "额度不够想提高一点可以吗 could you please have a look at it " * 100


def rows(rounds: int) -> Iterator[Row]:
    """Counted words on an ordinary and on the longest text; the trained model where the extra is installed."""
    categories = load(folder("scripts/centre")).categories
    spoken = times(lambda at: triage(LINES[at % 3], categories), rounds)
    yield row("triage by counted words", spoken, 1.0)
    written = times(lambda at: triage(LONG[:LONGEST], categories), max(rounds // 10, 3))
    yield row(f"triage by counted words, {LONGEST:,} characters", written, 10.0)
    try:
        from agent_tui.server.triage_data import own_words
        from agent_tui.server.triage_train import Grams, learn

        model = learn(Grams(own_words(categories, ())))
    except ModuleNotFoundError:
        return
    yield row("triage by a trained model", times(lambda at: model.guess(LINES[at % 3]), rounds), 5.0)
