"""The finder: the nearest open station, as a page that works before any script does."""

from typing import TYPE_CHECKING

from geo.faces import late

if TYPE_CHECKING:
    from maps.finder import way
    from maps.finder.device import Device, device, inside_chat
    from maps.finder.ground import whole, window
    from maps.finder.page import KEPT, Seen, page

__all__ = ["KEPT", "Device", "Seen", "device", "inside_chat", "page", "way", "whole", "window"]
late(__name__)
