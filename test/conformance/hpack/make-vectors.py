"""Makes vectors.snapshot.json again, with the hpack library of Python (https://pypi.org/project/hpack, made with 4.0.0):

    python3 test/conformance/hpack/make-vectors.py

"theirs": blocks that it encoded, with Huffman coding and without, changes of the table's size and fields never indexed.
"ours": blocks of our encoder (encode-lists.ts, run with node) of which it decoded every field as it was.
"""

import json
import pathlib
import random
import subprocess

import hpack

HERE = pathlib.Path(__file__).parent
dice = random.Random(7541)
NAMES = [":method", ":path", ":status", ":authority", "content-type", "te", "user-agent", "cookie", "date", "grpc-status"]
VALUES = ["", "GET", "POST", "/", "200", "404", "trailers", "application/grpc", "application/json", "gzip, deflate", "0"]
TOKEN = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
ANY = [chr(code) for code in [9, *range(0x20, 0x7F), *range(0x80, 0x100)]]
# Every byte, whether HTTP allows it or not: a decoder does not look.
ALL_BYTES = [chr(code) for code in range(256)]


def a_name():
    if dice.random() < 0.7:
        return dice.choice(NAMES)
    return "x-" + "".join(dice.choice(TOKEN) for _ in range(dice.randint(1, 20)))


def a_value(alphabet):
    kind = dice.random()
    if kind < 0.55:
        return dice.choice(VALUES)
    if kind < 0.85:
        return "/" + "".join(dice.choice(TOKEN) for _ in range(dice.randint(0, 40)))
    if kind < 0.98:
        return "".join(dice.choice(alphabet) for _ in range(dice.randint(0, 30))).strip(" \t")
    return dice.choice(TOKEN) * dice.randint(100, 900)


def sizes(first):
    # Never the same twice: the library would forget to say it.
    return [] if first or dice.random() < 0.7 else dice.sample([0, 60, 200, 500, 4096], dice.randint(1, 2))


def theirs():
    encoder = hpack.Encoder()
    lists = []
    for at in range(8):
        for size in sizes(at == 0):
            encoder.header_table_size = size
        fields = [(a_name(), a_value(ALL_BYTES)) for _ in range(dice.randint(1, 10))]
        sent = [(n.encode("latin-1"), v.encode("latin-1"), dice.random() < 0.1) for n, v in fields]
        block = encoder.encode(sent, huffman=dice.random() < 0.7)
        table = [[n.decode("latin-1"), v.decode("latin-1")] for n, v in encoder.header_table.dynamic_entries]
        lists.append({"block": block.hex(), "fields": fields, "table": table if dice.random() < 0.2 else None})
    return lists


def our_lists():
    ways = ["index", "index", "plain", "never"]
    return [
        {"sizes": sizes(at == 0), "fields": [(a_name(), a_value(ANY), dice.choice(ways)) for _ in range(dice.randint(1, 10))]}
        for at in range(8)
    ]


def ours(count):
    connections = [our_lists() for _ in range(count)]
    command = ["node", "--conditions=source", str(HERE / "encode-lists.ts")]
    run = subprocess.run(command, input=json.dumps(connections), capture_output=True, text=True, check=True)
    for lists, blocks in zip(connections, json.loads(run.stdout)):
        decoder = hpack.Decoder()
        for one, block in zip(lists, blocks):
            seen = decoder.decode(bytes.fromhex(block), raw=True)
            expected = [(n.encode("latin-1"), v.encode("latin-1")) for n, v, _ in one["fields"]]
            assert [tuple(field) for field in seen] == expected, one
            never = [not field.indexable for field in seen]
            assert never == [how == "never" for _, _, how in one["fields"]], one
            one["block"] = block
    return connections


vectors = {"theirs": [theirs() for _ in range(25)], "ours": ours(12)}
(HERE / "vectors.snapshot.json").write_text(json.dumps(vectors, separators=(",", ":")) + "\n")
