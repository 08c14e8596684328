"""Door cards: for each door a page with the nearest stations, the way there and codes to scan."""

from typing import TYPE_CHECKING

from geo.faces import late

if TYPE_CHECKING:
    from maps.cards.card import Card, Imprint, Stop
    from maps.cards.press import Press, is_of

__all__ = ["Card", "Imprint", "Press", "Stop", "is_of"]
late(__name__)
