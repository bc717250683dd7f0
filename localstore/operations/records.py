"""Operations on vendors, deployments, enhancements and the configuration."""

import sqlite3

from localstore.entities import VENDOR
from localstore.fields import (
    EnhancementStatus,
    VendorStatus,
)
from localstore.models import (
    ConfigurationPatch,
    DeploymentCreate,
    EnhancementCreate,
    EnhancementPatch,
    Page,
    VendorCreate,
    VendorPatch,
)
from localstore.opened import OpenedStore
from localstore.rows import (
    configuration,
    deployments,
    enhancements,
    status,
    vendors,
)
from localstore.rows.lookup import find
from localstore.values import Row
from localstore.writing import Stamp


class RecordOperations(OpenedStore):
    """What a project keeps beside its work items."""

    async def create_vendor(
        self, vendor: VendorCreate, *, who: str, client_ref: str | None = None
    ) -> Row:
        """Create a vendor. Raises: Duplicate, InvalidArguments."""
        return await self._write(
            who,
            lambda c, stamp: vendors.whole(vendors.create(c, vendor, stamp, client_ref=client_ref)),
        )

    async def vendor(self, key: str) -> Row:
        """A vendor by name, id or ref. Raises: NotFound, InvalidArguments (an ambiguous ref)."""
        return await self._read(lambda c: vendors.whole(find(c, VENDOR, key, field="name")))

    async def update_vendor(self, key: str, version: int, patch: VendorPatch, *, who: str) -> Row:
        """Change a vendor that is still at `version`.

        Raises: NotFound, VersionConflict, Duplicate, InvalidArguments.
        """

        def change(connection: sqlite3.Connection, stamp: Stamp) -> Row:
            row, changed = vendors.change(connection, key, version, patch, stamp=stamp)
            return vendors.whole(row) | {"changed": [*changed]}

        return await self._write(who, change)

    async def list_vendors(self, status_: VendorStatus | None, page: Page) -> Row:
        """One page of vendors by name. Raises: InvalidArguments."""
        return await self._read(lambda c: vendors.list_vendors(c, status_, page))

    async def record_deployment(
        self, deployment: DeploymentCreate, *, who: str, client_ref: str | None = None
    ) -> Row:
        """Record a deployment with the vendors and work items it touched.

        Raises: NotFound, InvalidArguments, Duplicate.
        """

        def record(connection: sqlite3.Connection, stamp: Stamp) -> Row:
            row = deployments.record_deployment(
                connection, deployment, stamp, client_ref=client_ref
            )
            return deployments.whole(connection, [row])[0]

        return await self._write(who, record)

    async def list_deployments(self, vendor: str | None, page: Page) -> Row:
        """One page of deployments, newest first. Raises: NotFound, InvalidArguments."""
        return await self._read(lambda c: deployments.list_deployments(c, vendor, page))

    async def create_enhancement(
        self, enhancement: EnhancementCreate, *, who: str, client_ref: str | None = None
    ) -> Row:
        """Create an enhancement. Raises: NotFound, Duplicate, InvalidArguments."""
        return await self._write(
            who,
            lambda c, stamp: enhancements.whole(
                c, enhancements.create(c, enhancement, stamp, client_ref=client_ref)
            ),
        )

    async def update_enhancement(
        self, key: str, version: int, patch: EnhancementPatch, *, who: str
    ) -> Row:
        """Change an enhancement that is still at `version`.

        Raises: NotFound, VersionConflict, InvalidArguments, CycleError.
        """

        def change(connection: sqlite3.Connection, stamp: Stamp) -> Row:
            row, changed = enhancements.change(connection, key, version, patch, stamp=stamp)
            return enhancements.whole(connection, row) | {"changed": [*changed]}

        return await self._write(who, change)

    async def list_enhancements(
        self, status_: EnhancementStatus | None, target_quarter: str | None, page: Page
    ) -> Row:
        """One page of enhancements, the most urgent first. Raises: InvalidArguments."""
        return await self._read(
            lambda c: enhancements.list_enhancements(c, status_, target_quarter, page)
        )

    async def configuration(self) -> Row:
        """The configuration with the project's health, which is computed now."""
        return await self._read(
            lambda c: (
                configuration.whole(c, configuration.current(c)) | {"health": status.health(c)}
            )
        )

    async def update_configuration(
        self, version: int, patch: ConfigurationPatch, *, who: str
    ) -> Row:
        """Change the configuration that is still at `version`.

        Raises: VersionConflict, NotFound, InvalidArguments.
        """

        def change(connection: sqlite3.Connection, stamp: Stamp) -> Row:
            row, changed = configuration.change(connection, version, patch, stamp)
            return configuration.whole(connection, row) | {"changed": [*changed]}

        return await self._write(who, change)
