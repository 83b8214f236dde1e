"""Answers questions about packets with libopus: one JSON object a line in, one out. For libopus.oracle.test.ts."""

import ctypes
import hashlib
import json
import sys

lib = ctypes.CDLL("libopus.so.0")
RATE, MOST = 48000, 5760
for create in (lib.opus_decoder_create, lib.opus_multistream_decoder_create):
    create.restype = ctypes.c_void_p


def parse(packet):
    buffer, frames, sizes = ctypes.create_string_buffer(packet, len(packet)), (ctypes.c_void_p * 48)(), (ctypes.c_int16 * 48)()
    count = lib.opus_packet_parse(buffer, len(packet), None, frames, sizes, None)
    return None if count < 0 else [[frames[i] - ctypes.addressof(buffer), sizes[i]] for i in range(count)]


def count(packet):
    """Samples, frames, samples of a frame, channels and bandwidth, each from a function of its own."""
    buffer = ctypes.create_string_buffer(packet, len(packet))
    samples = lib.opus_packet_get_nb_samples(buffer, len(packet), RATE)
    frames = lib.opus_packet_get_nb_frames(buffer, len(packet))
    frame_samples = lib.opus_packet_get_samples_per_frame(buffer, RATE)
    return [samples, frames, frame_samples, lib.opus_packet_get_nb_channels(buffer), lib.opus_packet_get_bandwidth(buffer)]


def unpad(packet, streams):
    buffer = ctypes.create_string_buffer(packet, len(packet))
    length = lib.opus_multistream_packet_unpad(buffer, len(packet), streams)
    return buffer.raw[:length].hex() if length > 0 else None


def decoder(decode, state, channels):
    """A function from packets to float samples, interleaved."""
    pcm = (ctypes.c_float * (MOST * channels))()

    def run(packet):
        count = decode(ctypes.c_void_p(state), packet, len(packet), pcm, MOST, 0)
        assert count > 0, count
        return pcm[: count * channels]

    return run


def decode_whole(packets, channels, streams, coupled, mapping):
    state = lib.opus_multistream_decoder_create(RATE, channels, streams, coupled, bytes(mapping), None)
    run = decoder(lib.opus_multistream_decode_float, state, channels)
    return [sample for packet in packets for sample in run(packet)]


def decode_streams(packets, channels, coupled, mapping):
    """`packets`: for each multistream packet its packets of one stream each."""
    runs = []
    for stream in range(len(packets[0])):
        wide = 2 if stream < coupled else 1
        runs.append((decoder(lib.opus_decode_float, lib.opus_decoder_create(RATE, wide, None), wide), wide))
    out = []
    for parts in packets:
        planes = []
        for (run, wide), part in zip(runs, parts):
            samples = run(part)
            planes += [samples[channel::wide] for channel in range(wide)]
        silence = [0.0] * len(planes[0])
        chosen = [silence if index == 255 else planes[index] for index in mapping]
        out += [sample for frame in zip(*chosen) for sample in frame]
    return out


def digest(samples):
    return {"values": len(samples), "sha256": hashlib.sha256((ctypes.c_float * len(samples))(*samples)).hexdigest()}


for line in sys.stdin:
    asked = json.loads(line)
    if asked["do"] == "parse":
        answer = [parse(bytes.fromhex(packet)) for packet in asked["packets"]]
    elif asked["do"] == "count":
        answer = [count(bytes.fromhex(packet)) for packet in asked["packets"]]
    elif asked["do"] == "unpad":
        answer = [unpad(bytes.fromhex(packet), streams) for packet, streams in asked["packets"]]
    else:
        whole = [bytes.fromhex(packet) for packet in asked["packets"]]
        parts = [[bytes.fromhex(part) for part in packet] for packet in asked["parts"]]
        layout = (asked["channels"], asked["streams"], asked["coupled"], asked["mapping"])
        answer = [
            digest(decode_whole(whole, *layout)),
            digest(decode_streams(parts, layout[0], layout[2], layout[3])),
        ]
    print(json.dumps(answer))
