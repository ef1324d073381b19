"""Which function answers which query. Importing it loads every view there is, a tenth of a second's work: the queue,
which is seen first, does without (`desk.desk`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from agent_tui.desk import (
    effect_views,
    found,
    hand_over_views,
    release_views,
    review_views,
    select_approvals,
    select_centre,
    select_customer,
    select_effects,
    select_hand_over,
    select_knowledge,
    select_queue,
    select_release,
    select_review,
    select_search,
    select_status,
    select_wall,
    views,
    wall_views,
)
from agent_tui.desk.sight import Sight

SELECTORS: Mapping[type, Callable[[Sight, Any], Any]] = {
    views.QueueRows: select_queue.queue_rows,
    views.CustomerCard: select_customer.customer_card,
    views.ContactDetail: select_customer.contact_detail,
    views.GuidedContacts: select_customer.guided_contacts,
    views.MyContacts: select_customer.my_contacts,
    views.ThreadOf: select_customer.thread_of,
    views.Categories: select_centre.categories,
    views.Notices: select_centre.notices,
    views.Directory: select_centre.directory,
    views.Groups: select_centre.groups,
    views.People: select_centre.people,
    views.Blueprints: select_centre.blueprints,
    views.StatusOf: select_status.status,
    views.PendingWork: select_status.pending_work,
    views.Unconfirmed: select_status.unconfirmed,
    views.Reveals: select_status.reveals,
    wall_views.Wall: select_wall.wall,
    views.Approvals: select_approvals.approvals,
    views.Signers: select_approvals.signers,
    views.Delegations: select_approvals.delegations,
    effect_views.Effects: select_effects.effects,
    release_views.Releases: select_release.releases,
    review_views.Reviews: select_review.board,
    review_views.ReviewCase: select_review.case,
    review_views.Findings: select_review.findings,
    hand_over_views.HandOvers: select_hand_over.board,
    found.Search: select_search.search,
    found.Bulletins: select_knowledge.bulletins,
    found.BulletinOf: select_knowledge.bulletin_of,
    found.Readers: select_knowledge.readers,
    found.Articles: select_knowledge.articles,
    found.ArticleOf: select_knowledge.article_of,
    found.TicketOf: select_knowledge.ticket_of,
    found.Departments: select_knowledge.departments,
    found.Questions: select_knowledge.questions,
}
