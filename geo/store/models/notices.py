"""Notices of what changed, for whoever keeps something in memory."""

import datetime as dt

from sqlalchemy import ARRAY, BigInteger, DateTime, Double, Identity, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from geo.store.models.declarative import Base


class Notice(Base):
    """Rows of a layer that a statement wrote. The database writes it, and forgets it in time.

    `epoch` numbers run in the order of commits, with gaps; `ids` is null for more than 512
    rows, `boxes` (west, south, east, north of old and new shapes, degrees) then as well.
    """

    __tablename__ = "notices"
    __table_args__ = (Index("notices_epoch_idx", "epoch"),)

    entry: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    epoch: Mapped[int | None] = mapped_column(BigInteger)
    at: Mapped[dt.datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.clock_timestamp()
    )
    layer: Mapped[str]
    ids: Mapped[list[int] | None] = mapped_column(ARRAY(BigInteger))
    boxes: Mapped[list[list[float]] | None] = mapped_column(ARRAY(Double))
