"""The crosswalk between two nets: whole homes, totals conserved."""

from pathlib import Path

import numpy as np
import pandas as pd

import maps
from api.tasks.draw_maps import write
from api.tasks.unify_nets import read_nets
from api.tasks.work import Form, Work
from geo import layers, unify
from geo.errors import BadInput


class CrosswalkNets(Form):
    """Count households, residents and homes by the pair of areas that they lie in."""

    one: str
    other: str
    out: Path | None = None

    def run(self, work: Work) -> pd.DataFrame:
        """Read, count, write where asked."""
        if self.out is not None and self.out.suffix.lower() not in (".csv", ".xlsx"):
            raise BadInput(
                f"{self.out.name}: a table becomes .csv or .xlsx",
                zh=f"{self.out.name}：表格只能保存为 .csv 或 .xlsx",
            )
        nets, homes = read_nets((self.one, self.other), work)
        found = unify.atoms(nets, homes)
        one, other = (np.append(found.named(k), "")[found.home] for k in range(2))
        table = layers.crosswalk(homes, one, other).rename(
            columns={
                "one": self.one, "other": self.other,
                "share_of_one": f"share_of_{self.one}", "share_of_other": f"share_of_{self.other}",
            }
        )  # fmt: skip
        if self.out is not None:
            whole = (
                table.to_csv(index=False).encode("utf-8-sig")
                if self.out.suffix.lower() == ".csv"
                else maps.workbook({"crosswalk": table}, title=f"{self.one} → {self.other}")
            )
            write(self.out, whole)
        return table
