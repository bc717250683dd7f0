"""The vendors toolset."""

from localstore.errors import InvalidArguments
from localstore.fields import Key, PositiveInt, VendorStatus
from localstore.models import Page, VendorCreate, VendorPatch
from localstore.store import Store
from localstore.values import Row
from mcp_server.arguments import Arguments, Creates, Updates
from mcp_server.tool import ADDS_ONCE, CHANGES_ONCE, READS, Toolset

VENDORS = Toolset("vendors")


class VendorKey(Arguments):
    """A vendor by its name, or by its id or ref."""

    name: Key | None = None
    id: Key | None = None

    def key(self) -> str:
        """What names the vendor.

        Raises:
            InvalidArguments: neither name nor id was given.
        """
        key = self.name or self.id
        if key is None:
            raise InvalidArguments("name", "is required, or id", example="Acme Logistics")
        return key


class CreateVendor(Creates, VendorCreate):
    """Arguments of `create_vendor`."""


class UpdateVendorStatus(Updates, VendorPatch, VendorKey):
    """Arguments of `update_vendor_status`."""

    version: PositiveInt


class ListVendors(Arguments, Page):
    """Arguments of `list_vendors`."""

    status: VendorStatus | None = None


@VENDORS.tool(CreateVendor, title="Add a vendor", traits=ADDS_ONCE)
async def create_vendor(store: Store, arguments: CreateVendor, who: str) -> Row:
    """Add a vendor. metadata: {format_support: {excel: true, csv: true, pdf: false, ocr: false},
    test_results: {passing: 40, total: 42, skipped: 1}, manifest_compliant: true}
    """
    vendor = arguments.part(VendorCreate)
    return await store.create_vendor(vendor, who=who, client_ref=arguments.client_ref)


@VENDORS.tool(VendorKey, title="Look at a vendor", traits=READS)
async def query_vendor_status(store: Store, arguments: VendorKey, _who: str) -> Row:
    """A vendor, by name or id."""
    return await store.vendor(arguments.key())


@VENDORS.tool(UpdateVendorStatus, title="Update a vendor", traits=CHANGES_ONCE)
async def update_vendor_status(store: Store, arguments: UpdateVendorStatus, who: str) -> Row:
    """Change a vendor at the version you read."""
    patch = arguments.part(VendorPatch)
    return await store.update_vendor(arguments.key(), arguments.version, patch, who=who)


@VENDORS.tool(ListVendors, title="List vendors", traits=READS)
async def list_vendors(store: Store, arguments: ListVendors, _who: str) -> Row:
    """All vendors."""
    return await store.list_vendors(arguments.status, arguments.part(Page))
