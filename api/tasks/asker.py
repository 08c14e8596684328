"""Who asks, and the one place that says what that lets them do."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from geo.errors import Forbidden
from geo.layers import View


class Role(IntEnum):
    """What somebody may do; who may more may all that others may."""

    PUBLIC = 0
    """Reads what is published: places and areas, no person."""
    STAFF = 1
    """Reads names, phones and loads too."""
    PLANNER = 2
    """Redraws, tries, imports and publishes, within the areas named for them."""
    ADMIN = 3
    """Does all that, everywhere, and says who the others are."""

    @property
    def word(self) -> str:
        """Give the name of the role."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: name, role, and the codes within which a planner may work (none: everywhere)."""

    name: str
    role: Role
    areas: tuple[str, ...] = ()

    @property
    def view(self) -> View:
        """Which columns of layers they see."""
        return "staff" if self.role >= Role.STAFF else "public"

    def require(self, role: Role) -> None:
        """Refuse who may less than a role.

        Raises
        ------
        Forbidden
            Naming what is needed and what they are.
        """
        if self.role < role:
            raise Forbidden(
                f"{self.name} is {self.role.word}, and this needs {role.word}",
                zh=f"{self.name}的角色是{_ZH[self.role]}，此操作需要{_ZH[role]}",
                hint="ask an administrator",
                hint_zh="请联系管理员",
            )

    def require_everywhere(self) -> None:
        """Refuse a planner who is bound to areas: what comes is about the whole district.

        Raises
        ------
        Forbidden
            Naming their areas.
        """
        if self.areas:
            raise Forbidden(
                f"{self.name} plans {', '.join(self.areas)} only, and this is about everywhere",
                zh=f"{self.name}只负责 {'、'.join(self.areas)} 的规划，此操作涉及全区",
            )

    def require_within(self, codes: Iterable[str]) -> None:
        """Refuse a change of areas outside of those named for a planner.

        Parameters
        ----------
        codes : iterable of str
            Every area that is touched; one lies within another when its code begins with it.

        Raises
        ------
        Forbidden
            Naming the areas outside.
        """
        if not self.areas:
            return
        outside = sorted({code for code in codes if not code.startswith(self.areas)})
        if outside:
            named = ", ".join(outside[:5])
            raise Forbidden(
                f"{self.name} plans {', '.join(self.areas)} only, not {named}",
                zh=f"{self.name}只负责 {'、'.join(self.areas)} 的规划，不能改动 {named}",
                where=outside,
            )


_ZH = {Role.PUBLIC: "公众", Role.STAFF: "工作人员", Role.PLANNER: "规划员", Role.ADMIN: "管理员"}
PUBLIC = Asker("public", Role.PUBLIC)
LOCAL = Asker("local", Role.ADMIN)
"""Who sits at the machine: the command line, and the browser beside it before there are users."""
