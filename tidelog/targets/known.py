"""Everything that tidelog can be installed into."""

from tidelog.clients.catalogue import CLIENTS
from tidelog.targets.agents_file import AgentsFile
from tidelog.targets.daemon import Daemon
from tidelog.targets.skill_file import SkillFile
from tidelog.targets.target import Target

OTHERS: tuple[Target, ...] = (SkillFile(), AgentsFile(), Daemon())
"""What is no client."""
TARGETS: dict[str, Target] = {each.name: each for each in (*CLIENTS, *OTHERS)}
"""By the name it has on the command line, in the order of the list."""
