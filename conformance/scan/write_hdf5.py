"""
Writes HDF5 files as h5py does it, in the oldest layout and the newest, into the folder that is given. A configuration with a Lambda lies in
each `bad-` one: as a text of fixed or variable length, among many attributes, in one of many groups, too long for a heap's blocks, behind a
user block, or of a type that has a name.
"""

import json
import os
import sys

import h5py
import numpy as np

folder = sys.argv[1]
dense = {"class_name": "Dense", "config": {}}
lambdas = {"class_name": "Lambda", "config": {"function": ["4wEAAAA=", None, None]}}


def config(layer, padding=0):
    return json.dumps({"class_name": "Sequential", "config": {"name": "x" * padding, "layers": [layer]}})


def write(name, fill, **told):
    for kind, layer in (("bad", lambdas), ("fine", dense)):
        for version in ("earliest", "latest"):
            with h5py.File(os.path.join(folder, f"{kind}-{name}-{version}.h5"), "w", libver=version, **told) as file:
                fill(file, layer, version)


def many(file, layer, _):
    for nth in range(40):
        file.attrs[f"a{nth}"] = np.bytes_(config(dense, nth))
    file.attrs["model_config"] = np.bytes_(config(layer))
    file.attrs["numbers"] = [1.5, 2.5]


def deep(file, layer, version):
    groups = file.create_group("groups")
    for nth in range(700):
        groups.create_group(f"g{nth}")
    # Only the newest layout has attributes of more than 64 kB.
    groups["g699"].attrs["model_config"] = np.bytes_(config(layer, 100_000 if version == "latest" else 50_000))
    file.create_dataset("weights", data=np.arange(1000.0), compression="gzip")
    file["soft"] = h5py.SoftLink("/groups/g1")


def named(file, layer, _):
    file["type"] = h5py.string_dtype()
    file.attrs.create("model_config", config(layer), dtype=file["type"].dtype)


write("fixed", lambda file, layer, _: file.attrs.create("model_config", np.bytes_(config(layer))))
write("variable", lambda file, layer, _: file.attrs.create("model_config", config(layer, 200_000)))
write("many", many)
write("deep", deep)
write("named", named, userblock_size=1024)
for version in ("earliest", "latest"):
    with h5py.File(os.path.join(folder, f"bad-link-{version}.h5"), "w", libver=version) as file:
        file["elsewhere"] = h5py.ExternalLink("other.h5", "/x")
    with h5py.File(os.path.join(folder, f"bad-data-{version}.h5"), "w", libver=version) as file:
        file.create_dataset("elsewhere", shape=(10,), dtype="f4", external=[("other.bin", 0, 40)])
    with h5py.File(os.path.join(folder, f"bad-virtual-{version}.h5"), "w", libver=version) as file:
        layout = h5py.VirtualLayout(shape=(10,), dtype="i8")
        layout[:] = h5py.VirtualSource("other.h5", "x", shape=(10,))
        file.create_virtual_dataset("elsewhere", layout)
