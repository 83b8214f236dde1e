"""Links and samples of Ogg Opus files by libopusfile: paths in, one JSON object a line out."""

import ctypes
import json
import sys

lib = ctypes.CDLL("libopusfile.so.0")
lib.op_open_file.restype = ctypes.c_void_p
lib.op_pcm_total.restype = ctypes.c_int64
lib.op_pcm_total.argtypes = [ctypes.c_void_p, ctypes.c_int]
lib.op_link_count.argtypes = [ctypes.c_void_p]
lib.op_free.argtypes = [ctypes.c_void_p]

for path in sys.argv[1:]:
    error = ctypes.c_int(0)
    file = lib.op_open_file(path.encode(), ctypes.byref(error))
    if not file:
        print(json.dumps({"error": error.value}))
        continue
    links = lib.op_link_count(file)
    print(json.dumps({"samples": [lib.op_pcm_total(file, link) for link in range(links)]}))
    lib.op_free(file)
