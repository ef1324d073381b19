"""What was published again on top of another's change: mine where I wrote, theirs where I did not."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from agent_tui.domain.commands import AddNote, PublishArticle
from agent_tui.domain.editing import differences, rebased
from agent_tui.domain.knowledge import Article, ContactPerson, Pages
from agent_tui.domain.knowledge_rules import article_of
from tests import eg

page = st.builds(eg.page, title=st.sampled_from(("年费", "挂失", "分期")), text=st.sampled_from(("甲", "乙", "丙")))
pages = st.dictionaries(st.sampled_from(("zh", "en", "ja")), page, min_size=1)
people = st.sampled_from(((ContactPerson("沈立群", "6201"),), (ContactPerson("王敏", "6202"),)))
articles = st.builds(eg.article, pages=pages, people=people)


def again(article: Article) -> PublishArticle:
    """The command that publishes these words."""
    return PublishArticle(
        article_id=article.id,
        department=article.department,
        pages=article.pages,
        people=article.people,
        categories=article.categories,
        valid_from=article.valid_from,
        valid_to=article.valid_to,
    )


def entry(pages: Pages, language: str) -> object:
    return pages.get(language)


@given(seen=articles, mine=articles, theirs=articles)
def test_each_language_is_of_whoever_changed_it_and_mine_where_both_did(
    seen: Article, mine: Article, theirs: Article
) -> None:
    merged = rebased(again(mine), seen, theirs)
    assert isinstance(merged, PublishArticle)
    for language in ("zh", "en", "ja"):
        was, own, other = (entry(one.pages, language) for one in (seen, mine, theirs))
        assert entry(merged.pages, language) == (other if own == was else own)
    assert merged.people == (theirs.people if mine.people == seen.people else mine.people)


@given(seen=articles, theirs=articles)
def test_who_changed_nothing_changes_nothing(seen: Article, theirs: Article) -> None:
    merged = rebased(again(seen), seen, theirs)
    assert isinstance(merged, PublishArticle)
    published = article_of(merged, theirs, theirs.published_by, theirs.published_at)
    assert published == msgspec.structs.replace(theirs, version=0)


def test_any_other_command_says_what_it_said() -> None:
    note = AddNote(contact_id="k1", text="x")
    assert rebased(note, eg.contact(), eg.contact(subject="other")) is note


def test_what_differs_is_told_language_by_language_and_without_what_is_alike() -> None:
    before = eg.article(pages={"zh": eg.page(text="旧"), "en": eg.page(title="Fee", text="same")})
    after = msgspec.structs.replace(before, revision=2, pages={**before.pages, "zh": eg.page(text="新")})
    (one,) = differences(before, after)
    assert one.field == "pages"
    assert "旧" in one.was and "新" in one.now and "same" not in one.was + one.now
