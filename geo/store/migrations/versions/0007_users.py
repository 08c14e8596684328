"""Users, their tokens, keys for embedders, log-ins that failed, log-ins under way elsewhere."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TABLES = """
create table users (
    fid bigint not null generated always as identity constraint users_pkey primary key,
    name text not null constraint users_name_key unique,
    display text not null default '',
    role text not null,
    areas text[] not null default '{}',
    password text,
    subject text constraint users_subject_key unique,
    disabled boolean not null default false,
    at timestamptz not null default now(),
    constraint users_role_check check (role in ('staff', 'planner', 'admin'))
);

create table tokens (
    digest text not null constraint tokens_pkey primary key,
    "user" bigint not null constraint tokens_user_fkey references users,
    label text not null default '',
    at timestamptz not null default now(),
    expires timestamptz not null,
    revoked timestamptz
);
create index tokens_user_idx on tokens ("user");

create table embed_keys (
    fid bigint not null generated always as identity constraint embed_keys_pkey primary key,
    digest text not null constraint embed_keys_digest_key unique,
    label text not null,
    origins text[] not null default '{}',
    per_second double precision not null,
    at timestamptz not null default now(),
    revoked timestamptz,
    constraint embed_keys_per_second_check check (per_second > 0)
);

create table failed_logins (
    fid bigint not null generated always as identity constraint failed_logins_pkey primary key,
    name text not null,
    address text not null,
    at timestamptz not null default now()
);
create index failed_logins_at_idx on failed_logins (at);

create table pending_logins (
    state text not null constraint pending_logins_pkey primary key,
    nonce text not null,
    verifier text not null,
    target text not null,
    at timestamptz not null default now()
);
"""


def upgrade() -> None:
    """Make the tables; secrets are kept as digests only."""
    op.execute(TABLES)


def downgrade() -> None:
    """Drop them."""
    op.execute("drop table pending_logins, failed_logins, embed_keys, tokens, users")
