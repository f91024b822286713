"""How the tests are spread over several processes."""

import re

from xdist.scheduler import LoadScopeScheduling

from kit import targets

NAMES = "|".join(sorted(targets.load(), key=len, reverse=True))
TARGET = re.compile(rf"(?<=[\[-])({NAMES})(?=[]-])")


class ByTarget(LoadScopeScheduling):
    """What is done with one target in one folder's tests stays in one process, since it shares
    what takes long to make; everything else goes wherever there is time.
    """

    def _split_scope(self, nodeid: str) -> str:
        file, _, test = nodeid.partition("::")
        target = TARGET.search(test)
        return f"{file.rpartition('/')[0]} {target[1]}" if target else nodeid
