"""The store: every transaction boundary of the local SQLite file."""

from localstore.opened import Clock, StoreOptions
from localstore.operations.backups import BackupOperations
from localstore.operations.importing import ImportOperations
from localstore.operations.journalling import JournalOperations
from localstore.operations.oversight import OversightOperations
from localstore.operations.records import RecordOperations
from localstore.operations.reporting import ReportOperations
from localstore.operations.snapshots import SnapshotOperations
from localstore.operations.syncing import SyncOperations
from localstore.operations.work_items import WorkItemOperations

__all__ = ["Clock", "Store", "StoreOptions"]


class Store(
    WorkItemOperations,
    RecordOperations,
    OversightOperations,
    ReportOperations,
    ImportOperations,
    SnapshotOperations,
    SyncOperations,
    BackupOperations,
    JournalOperations,
):
    """One project's rows in one SQLite file, shared with other processes.

    Each method is one transaction: a write that returned is in the file, one that raised left
    nothing. Any method may raise Busy (retry) or Unavailable beside what it names. Rows are
    null-free.
    """
