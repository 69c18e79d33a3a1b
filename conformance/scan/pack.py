"""Packs the same bytes in every way that Python and joblib have for it, into the folder that is given; prints what is where."""

import bz2
import json
import lzma
import os
import random
import sys
import tarfile
import zipfile

import joblib
import lz4.frame

folder = sys.argv[1]
random.seed(7)
contents = {
    "empty": b"",
    "text": b"hello, world; " * 20_000,
    "noise": random.randbytes(300_000),
    "zeros": bytes(3_000_000),
    "letters": bytes(random.choice(b"abcd") for _ in range(200_000)),
    "runs": b"aaaa" * 70 + b"b" + b"x" * 259 + b"y" * 1000,
}
written = []


def write(name, packing, content, packed):
    with open(os.path.join(folder, name), "wb") as file:
        file.write(packed)
    written.append({"file": name, "packing": packing, "content": content})


for at, (name, raw) in enumerate(contents.items()):
    with open(os.path.join(folder, name), "wb") as file:
        file.write(raw)
    write(f"{name}.bz2", "bzip2", name, bz2.compress(raw, 1 + at))
    write(f"{name}.xz", "xz", name, lzma.compress(raw, preset=at, check=[lzma.CHECK_CRC32, lzma.CHECK_CRC64, lzma.CHECK_SHA256][at % 3]))
    write(f"{name}.lzma", "lzma", name, lzma.compress(raw, format=lzma.FORMAT_ALONE, preset=at))
    options = {"block_linked": at % 2 == 0, "content_checksum": at % 3 == 0, "block_checksum": at % 2 == 1, "store_size": at % 3 == 1}
    write(f"{name}.lz4", "lz4", name, lz4.frame.compress(raw, **options))

os.makedirs(os.path.join(folder, "models"))
model = {"weights": [random.random() for _ in range(20_000)], "name": "a model"}
for compress in ["zlib", "gzip", "bz2", "xz", "lzma", "lz4"]:
    joblib.dump(model, os.path.join(folder, "models", f"model.{compress}.joblib"), compress=compress)
plain = os.path.join(folder, "plain.pkl")
joblib.dump(model, plain)
for ending in ["bz2", "xz", "gz"]:
    with tarfile.open(os.path.join(folder, "models", f"model.tar.{ending}"), f"w:{ending}") as archive:
        archive.add(plain, "model.pkl")
for name, method in [("bzip2", zipfile.ZIP_BZIP2), ("lzma", zipfile.ZIP_LZMA)]:
    with zipfile.ZipFile(os.path.join(folder, "models", f"{name}.zip"), "w", method) as archive:
        archive.write(plain, "model.pkl")
print(json.dumps(written))
