"""The operation behind the report for people."""

from localstore.opened import OpenedStore
from localstore.rows import report
from localstore.values import Row


class ReportOperations(OpenedStore):
    """What the report says."""

    async def report_facts(self) -> Row:
        """The facts of the report, all of one moment; the same for the same store, whenever asked.

        See `rows.report.report_facts` for their shape.
        """
        return await self._read(report.report_facts)
