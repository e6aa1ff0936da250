"""JSON methods over the client core, for shells that cannot link Python: one table, tagged answers, carriers."""

from portico.boundary.boundary import Boundary
from portico.boundary.desk import Desk, Means
from portico.boundary.method import Carrier
from portico.boundary.session import Session
from portico.boundary.table import METHODS
from portico.boundary.threads import Threads

__all__ = ["METHODS", "Boundary", "Carrier", "Desk", "Means", "Session", "Threads"]
