"""What zarr-python finds in a store, without any code of this project.

    python read_store.py <store>

Prints JSON: its version, the root's attributes, the names of all members of the root, what it warned of, and for each
recording its attributes and arrays (shape, type, fill value, attributes, SHA-256 of the values in little-endian order,
row after row), once by the consolidated metadata and once by the arrays' own.
"""

import hashlib
import json
import sys
import warnings

import zarr


def read(array):
    values = array[...]
    return {
        "shape": list(array.shape),
        "type": str(array.dtype),
        "fill": int(array.fill_value),
        "attributes": dict(array.attrs),
        "sha256": hashlib.sha256(values.astype(values.dtype.newbyteorder("<")).tobytes()).hexdigest(),
    }


def read_group(group):
    return {
        "attributes": dict(group.attrs),
        "groups": sorted(name for name, _ in group.groups()),
        "arrays": {name: read(array) for name, array in group.arrays()},
    }


store = sys.argv[1]
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    root = zarr.open_group(store, mode="r", zarr_format=3)
    members = {name: type(member).__name__ for name, member in root.members()}
    recordings = {}
    # What lies in `.zarr-audio` is not Zarr.
    for name in members.keys() - {".zarr-audio"}:
        by_consolidated = zarr.open_group(store, path=name, mode="r", zarr_format=3, use_consolidated=None)
        alone = zarr.open_group(store, path=name, mode="r", zarr_format=3, use_consolidated=False)
        recordings[name] = {
            "isConsolidated": by_consolidated.metadata.consolidated_metadata is not None,
            "consolidated": read_group(by_consolidated),
            "alone": read_group(alone),
        }
print(
    json.dumps(
        {
            "version": zarr.__version__,
            "attributes": dict(root.attrs),
            "members": members,
            "recordings": recordings,
            "warnings": [str(warning.message) for warning in caught],
        }
    )
)
