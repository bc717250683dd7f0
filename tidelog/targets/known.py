"""Everything that tidelog can be installed into."""

from tidelog.clients.catalogue import CLIENTS
from tidelog.targets.target import Target

TARGETS: dict[str, Target] = {each.name: each for each in CLIENTS}
"""By the name it has on the command line, in the order of the list."""
