"""The tables of the cache as plain data, so that an up-to-date file is recognised without importing anything.

`create` makes them. A cache whose stamp differs is dropped and filled again: cached rows are never migrated.
"""

from __future__ import annotations

import zlib

TABLES: dict[str, dict[str, object]] = {
    "row": {
        "columns": {
            "n": "INTEGER",
            "entity": "TEXT",
            "id": "TEXT",
            "version": "INTEGER",
            "status": "TEXT",
            "group_id": "TEXT",
            "agent_id": "TEXT",
            "customer_id": "TEXT",
            "parent_id": "TEXT",
            "sort": "TEXT",
            # Where the row stands in the queue pane (`place`), NULL for what is not listed there.
            "place": "INTEGER",
            # The snapshot it was last seen in.
            "generation": "INTEGER",
            "body": "BLOB",
        },
        "pk": "n",
    },
    "meta": {"columns": {"key": "TEXT", "value": "TEXT"}, "pk": "key"},
    # How many rows of each list and group there are, kept by triggers: a total costs one look-up.
    "tally": {"columns": {"list": "INTEGER", "group_id": "TEXT", "n": "INTEGER"}, "pk": ("list", "group_id")},
    # Rows that came or went and that the index does not know of yet (`index`).
    "unindexed": {"columns": {"n": "INTEGER"}, "pk": "n"},
    # Guides (blueprints, bulletins, articles) as `search` reads them, prepared once.
    "entry": {"columns": {"n": "INTEGER", "data": "BLOB"}, "pk": "n"},
}

_SEARCHED = "('bundle', 'bulletin', 'article', 'ticket')"
"""Entities that are found by their words (`entries`)."""
_NAMED = "('bundle', 'article')"
"""Of these, those that say which reasons of contact they are about."""
INDEXED_AS = 5
"""Grows when folding or tokens change: then the cache is filled and indexed again."""

STATEMENTS = (
    "CREATE UNIQUE INDEX row_id ON row(entity, id)",
    "CREATE INDEX row_place ON row(place) WHERE place IS NOT NULL",
    "CREATE INDEX row_group_place ON row(group_id, place) WHERE place IS NOT NULL",
    "CREATE INDEX row_agent_place ON row(agent_id, place) WHERE place IS NOT NULL AND agent_id <> ''",
    # Each index costs one encrypted page a row in a large page of the feed, so none covers more than it must.
    "CREATE INDEX row_customer ON row(customer_id, entity, sort) WHERE customer_id <> '' AND entity <> 'contact'",
    # The sort of a contact begins with its rank, `r|`; a customer's contacts are listed by time alone.
    "CREATE INDEX row_customer_contact ON row(customer_id, substr(sort, 3)) WHERE entity = 'contact' AND customer_id <> ''",
    "CREATE INDEX row_parent ON row(parent_id, entity, sort) WHERE parent_id <> ''",
    """CREATE TRIGGER row_in AFTER INSERT ON row WHEN new.place IS NOT NULL BEGIN
         INSERT INTO tally(list, group_id, n) VALUES (new.place >> 56, new.group_id, 1)
           ON CONFLICT(list, group_id) DO UPDATE SET n = n + 1;
       END""",
    """CREATE TRIGGER row_out AFTER DELETE ON row WHEN old.place IS NOT NULL BEGIN
         UPDATE tally SET n = n - 1 WHERE list = old.place >> 56 AND group_id = old.group_id;
       END""",
    """CREATE TRIGGER row_moves AFTER UPDATE OF place, group_id ON row
       WHEN old.place >> 56 IS NOT new.place >> 56 OR old.group_id <> new.group_id BEGIN
         UPDATE tally SET n = n - 1
           WHERE old.place IS NOT NULL AND list = old.place >> 56 AND group_id = old.group_id;
         INSERT INTO tally(list, group_id, n)
           SELECT new.place >> 56, new.group_id, 1 WHERE new.place IS NOT NULL
           ON CONFLICT(list, group_id) DO UPDATE SET n = n + 1;
       END""",
    # A row's number `n` is its number in the index: what came later has a higher one, so the newest are met first.
    f"""CREATE TRIGGER row_found AFTER INSERT ON row WHEN new.entity IN {_SEARCHED} BEGIN
         INSERT INTO unindexed(n) VALUES (new.n) ON CONFLICT DO NOTHING;
       END""",
    f"""CREATE TRIGGER row_lost AFTER DELETE ON row WHEN old.entity IN {_SEARCHED} BEGIN
         INSERT INTO unindexed(n) VALUES (old.n) ON CONFLICT DO NOTHING;
       END""",
    f"""CREATE TRIGGER row_reworded AFTER UPDATE OF body ON row
       WHEN new.entity IN {_SEARCHED} AND new.body IS NOT old.body BEGIN
         INSERT INTO unindexed(n) VALUES (new.n) ON CONFLICT DO NOTHING;
       END""",
    # Guides are found by the names of the reasons of contact they are about as well.
    *(
        f"""CREATE TRIGGER {name} AFTER {change} BEGIN
         INSERT INTO unindexed(n) SELECT n FROM row WHERE entity IN {_NAMED} ON CONFLICT DO NOTHING;
       END"""
        for name, change in (
            ("category_in", "INSERT ON row WHEN new.entity = 'category'"),
            ("category_out", "DELETE ON row WHEN old.entity = 'category'"),
            ("category_renamed", "UPDATE OF body ON row WHEN new.entity = 'category' AND new.body IS NOT old.body"),
        )
    ),
    """CREATE VIRTUAL TABLE find_guide USING fts5(title, words, sound, content='', contentless_delete=1,
         prefix='1 2 3', detail=column, tokenize='unicode61')""",
    # Texts say little by one word: only whole pieces are looked for in them, and no positions are kept.
    """CREATE VIRTUAL TABLE find_text USING fts5(body, content='', contentless_delete=1, detail=none,
         tokenize='unicode61')""",
    # Every word typed is looked for in every piece of an index: two pieces of a size are put together.
    "INSERT INTO find_guide(find_guide, rank) VALUES ('usermerge', 2)",
    "INSERT INTO find_text(find_text, rank) VALUES ('usermerge', 2)",
    "CREATE VIRTUAL TABLE find_text_word USING fts5vocab(find_text, 'row')",
    "CREATE VIRTUAL TABLE find_guide_word USING fts5vocab(find_guide, 'row')",
    # A million tickets: no positions are kept, the few that are met first are read again.
    """CREATE VIRTUAL TABLE find_ticket USING fts5(tokens, content='', contentless_delete=1, detail=none,
         tokenize='unicode61')""",
    "CREATE VIRTUAL TABLE find_ticket_word USING fts5vocab(find_ticket, 'row')",
    # Ticket, order and terminal numbers, forwards and (behind a ~) backwards: by their beginning and by their end.
    "CREATE TABLE number(number TEXT, n INTEGER, PRIMARY KEY (number, n)) WITHOUT ROWID",
    "CREATE INDEX number_n ON number(n)",
)

STAMP = zlib.crc32(repr((TABLES, STATEMENTS, INDEXED_AS)).encode()) >> 1 or 1
"""`PRAGMA user_version` of a cache of this schema (31 bits, never 0)."""

JOURNAL_VERSION = 3
"""`PRAGMA user_version` of a journal after every migration this program knows."""
