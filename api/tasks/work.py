"""The gate through which all work passes: a task, what it works with, and who asked."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict

from api.settings import Settings, settings
from api.tasks.asker import LOCAL, Asker
from geo import store
from geo.layers import Progress, quiet

Result = TypeVar("Result")
Result_co = TypeVar("Result_co", covariant=True)


class Form(BaseModel):
    """What a user asked: the HTTP body, the command's options and a job's row alike."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Task(Protocol[Result_co]):
    """A form that knows how to do its work."""

    def run(self, work: "Work") -> Result_co:
        """Do it."""


@dataclass(frozen=True)
class Work:
    """What a task works with: settings, the store (opened on first use), progress, and who asked.

    `who` stands in the audit; `asker` says what they may; `base` is the work whose store is used.
    `meanwhile`: rather an answer of a moment ago than wait for what is being built anew.
    """

    settings: Settings = field(default_factory=settings)
    who: str = "local"
    asker: Asker = LOCAL
    progress: Progress = quiet
    database: store.Database | None = None
    meanwhile: bool = False
    base: "Work | None" = None

    @cached_property
    def db(self) -> store.Database:
        """Give the store: the one handed in, the server of the settings, or the private cluster."""
        if self.base is not None:
            return self.base.db
        if self.database is not None:
            return self.database
        return open_store(self.settings)

    def asked_by(self, asker: Asker) -> "Work":
        """Give this work in the name of somebody, on the same store."""
        return replace(self, who=asker.name, asker=asker, base=self)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Say that a step begins and, when it went well, that it ended."""
        self.progress(name, 0, 1)
        yield
        self.progress(name, 1, 1)


def open_store(chosen: Settings) -> store.Database:
    """Connect to the server of the settings, or start the private one and bring it up to date."""
    if chosen.database_url:
        return store.connect(chosen.database_url)
    address = store.cluster.ensure(chosen.home)
    db = store.connect(address, revive=partial(store.cluster.revive, chosen.home))
    store.upgrade(db)
    return db


def perform(task: Task[Result], work: Work) -> Result:
    """Run a task: the one gate, for every door."""
    return task.run(work)


def record(
    work: Work,
    kind: str,
    inputs: Form,
    result: Any,
    *,
    started: dt.datetime,
    seed: int | None = None,
    objective: float | None = None,
    bound: float | None = None,
) -> int:
    """Save a run with its inputs, seed, version and result; give its id."""
    with work.db.session() as session:
        return store.runs.save(
            session,
            kind,
            inputs.model_dump(mode="json"),
            seed,
            result,
            objective=objective,
            bound=bound,
            started=started,
        )


def now() -> dt.datetime:
    """Give the moment with its time zone."""
    return dt.datetime.now(dt.UTC)
