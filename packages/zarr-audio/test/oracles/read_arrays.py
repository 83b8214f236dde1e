"""What zarr-python reads from the arrays of a store.

    python read_arrays.py <store> <array>...

Prints JSON: its version, and for each array shape, type, fill value, attributes and SHA-256 of the values
(little-endian, row after row).
"""

import hashlib
import json
import sys

import zarr

store, *names = sys.argv[1:]
arrays = {}
for name in names:
    array = zarr.open_array(store, path=name, mode="r", zarr_format=3)
    values = array[...]
    arrays[name] = {
        "shape": list(array.shape),
        "type": str(array.dtype),
        "fill": int(array.fill_value),
        "attributes": dict(array.attrs),
        "sha256": hashlib.sha256(values.astype(values.dtype.newbyteorder("<")).tobytes()).hexdigest(),
    }
print(json.dumps({"version": zarr.__version__, "arrays": arrays}))
