"""Asks libopusfile about tags: one JSON object a line in, one out. For tag-values.oracle.test.ts."""

import ctypes
import json
import sys

lib = ctypes.CDLL("libopusfile.so.0")


class Picture(ctypes.Structure):
    _fields_ = [
        ("type", ctypes.c_int32),
        ("mime_type", ctypes.c_char_p),
        ("description", ctypes.c_char_p),
        ("width", ctypes.c_uint32),
        ("height", ctypes.c_uint32),
        ("depth", ctypes.c_uint32),
        ("colors", ctypes.c_uint32),
        ("data_length", ctypes.c_uint32),
        ("data", ctypes.POINTER(ctypes.c_ubyte)),
        ("format", ctypes.c_int),
    ]


class Tags(ctypes.Structure):
    _fields_ = [
        ("user_comments", ctypes.POINTER(ctypes.c_char_p)),
        ("comment_lengths", ctypes.POINTER(ctypes.c_int)),
        ("comments", ctypes.c_int),
        ("vendor", ctypes.c_char_p),
    ]


lib.opus_tags_get_binary_suffix.restype = ctypes.POINTER(ctypes.c_ubyte)


def picture(value):
    """Its fields, or null if it is refused."""
    found = Picture()
    if lib.opus_picture_tag_parse(ctypes.byref(found), value.encode()) < 0:
        return None
    answer = {
        "type": found.type & 0xFFFFFFFF,
        "mimeType": found.mime_type.hex(),
        "description": found.description.hex(),
        "numbers": [found.width, found.height, found.depth, found.colors],
        "data": bytes(found.data[: found.data_length]).hex(),
        "format": found.format,
    }
    lib.opus_picture_tag_clear(ctypes.byref(found))
    return answer


def tags(packet):
    """Vendor, comments, binary suffix that has to be kept, and gains; or null if the packet is refused."""
    found = Tags()
    if lib.opus_tags_parse(ctypes.byref(found), packet, len(packet)) < 0:
        return None
    gain, length = ctypes.c_int(), ctypes.c_int()
    suffix = lib.opus_tags_get_binary_suffix(ctypes.byref(found), ctypes.byref(length))
    answer = {
        "vendor": found.vendor.hex(),
        "comments": [found.user_comments[i].hex() for i in range(found.comments)],
        "kept": bytes(suffix[: length.value]).hex() if suffix else None,
    }
    for name in ("track", "album"):
        get = getattr(lib, f"opus_tags_get_{name}_gain")
        answer[name] = gain.value if get(ctypes.byref(found), ctypes.byref(gain)) == 0 else None
    lib.opus_tags_clear(ctypes.byref(found))
    return answer


for line in sys.stdin:
    asked = json.loads(line)
    if "pictures" in asked:
        answers = [picture(value) for value in asked["pictures"]]
    else:
        answers = [tags(bytes.fromhex(packet)) for packet in asked["tags"]]
    print(json.dumps(answers))
