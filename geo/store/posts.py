"""Posts: who answers for which area."""

from collections.abc import Collection

import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.store.models import StaffMember


def of(session: Session, areas: Collection[str]) -> pd.DataFrame:
    """Give the posts of some areas: `area`, `role`, `name`, `phone`, by area and role.

    Names and telephones are personal: what leaves the house is decided by who asks.
    """
    who = StaffMember
    query = select(who.area, who.role, who.name, who.phone).where(who.area.in_(list(areas)))
    rows = session.execute(query.order_by(who.area, who.role, who.fid)).all()
    return pd.DataFrame(rows, columns=["area", "role", "name", "phone"], dtype="str")
