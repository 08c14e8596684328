"""Scenarios with their steps, approvals and presences; publications."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TABLES = """
create table scenarios (
    number bigint not null generated always as identity constraint scenarios_pkey primary key,
    link text not null constraint scenarios_link_key unique,
    name text not null,
    who text not null,
    at timestamptz not null default now(),
    base integer not null constraint scenarios_base_fkey references revisions,
    state text not null default 'open',
    published integer constraint scenarios_published_fkey references revisions,
    constraint scenarios_state_check check (state in ('open', 'published', 'dropped')),
    constraint scenarios_published_check check ((state = 'published') = (published is not null))
);

create table scenario_steps (
    scenario bigint not null constraint scenario_steps_scenario_fkey references scenarios,
    step integer not null,
    deed text not null,
    target integer,
    id uuid not null default gen_random_uuid() constraint scenario_steps_id_key unique,
    operation jsonb not null default '{}',
    change jsonb not null default '{}',
    label text not null default '',
    who text not null,
    at timestamptz not null default now(),
    constraint scenario_steps_pkey primary key (scenario, step),
    constraint scenario_steps_deed_check check (deed in ('do', 'undo', 'redo', 'rebase')),
    constraint scenario_steps_target_check check ((deed = 'do') = (target is null))
);
create trigger scenario_steps_keep before update or delete or truncate on scenario_steps
    for each statement execute function wangge_refuse();

create table scenario_approvals (
    scenario bigint not null constraint scenario_approvals_scenario_fkey references scenarios,
    step integer not null,
    who text not null,
    at timestamptz not null default now(),
    constraint scenario_approvals_pkey primary key (scenario, step, who)
);
create trigger scenario_approvals_keep before update or delete or truncate on scenario_approvals
    for each statement execute function wangge_refuse();

create table presences (
    scenario bigint not null constraint presences_scenario_fkey references scenarios,
    community text not null,
    who text not null,
    since timestamptz not null default now(),
    seen timestamptz not null default now(),
    constraint presences_pkey primary key (scenario, community, who)
);

create table publications (
    revision integer not null constraint publications_pkey primary key
        constraint publications_revision_fkey references revisions,
    scenario bigint not null constraint publications_scenario_fkey references scenarios,
    digest text not null,
    certificate jsonb not null,
    impact jsonb not null
);
create trigger publications_keep before update or delete or truncate on publications
    for each statement execute function wangge_refuse();
"""


def upgrade() -> None:
    """Make the tables; steps, approvals and publications only grow."""
    op.execute(TABLES)


def downgrade() -> None:
    """Drop them."""
    op.execute("drop table publications, presences, scenario_approvals, scenario_steps, scenarios")
