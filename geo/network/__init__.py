"""The walking network: built from streets, snapped to, walked along, drawn as zones."""

from typing import TYPE_CHECKING

from geo.faces import late

if TYPE_CHECKING:
    from geo.network import rules
    from geo.network.artefact import load, load_tree, save
    from geo.network.construction import MEET_M, build, met
    from geo.network.crow import Crow, crow
    from geo.network.graph import Network
    from geo.network.pairs import within
    from geo.network.reporting import report, unjoined
    from geo.network.routes import Route, route, routes
    from geo.network.serving_zones import serving_zones
    from geo.network.snapping import Snap, snap
    from geo.network.times import nearest, straight
    from geo.network.tree import Tree, tree
    from geo.network.zones import isochrones, merged

__all__ = [
    "MEET_M",
    "Crow",
    "Network",
    "Route",
    "Snap",
    "Tree",
    "build",
    "crow",
    "isochrones",
    "load",
    "load_tree",
    "merged",
    "met",
    "nearest",
    "report",
    "route",
    "routes",
    "rules",
    "save",
    "serving_zones",
    "snap",
    "straight",
    "tree",
    "unjoined",
    "within",
]
late(__name__)
