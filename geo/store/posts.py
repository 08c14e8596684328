"""Posts: who answers for which area."""

from collections.abc import Sequence

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from geo.store.models import StaffMember


def every(session: Session) -> Sequence[Row[str, str, str, str]]:
    """Give all posts: `area`, `role`, `name`, `phone`, by area and role.

    Names and telephones are personal: what leaves the house is decided by who asks.
    """
    who = StaffMember
    query = select(who.area, who.role, who.name, who.phone)
    return session.execute(query.order_by(who.area, who.role, who.fid)).all()
