"""Signs a model in the ways that model_signing's command does not offer: usage KEY MODEL OUT."""

import base64
import hashlib
import json
import pathlib
import sys

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from model_signing import hashing, signing

key_file, model, out = (pathlib.Path(name) for name in sys.argv[1:])


def modern(name, configure):
    config = hashing.Config()
    configure(config)
    signing.Config().use_elliptic_key_signer(private_key=key_file).set_hashing_config(config).sign(model, out / name)


modern("shards.sig", lambda config: config.use_shard_serialization(shard_size=1000))
modern("blake2b.sig", lambda config: config.use_file_serialization(hashing_algorithm="blake2"))
modern("blake3.sig", lambda config: config.use_file_serialization(hashing_algorithm="blake3"))

# What the versions 0.1 and 0.2 made: a subject for each file, and the bytes signed as Python prints them.
key = serialization.load_pem_private_key(key_file.read_bytes(), None)
files = sorted(path for path in model.rglob("*") if path.is_file())
statement = {
    "_type": "https://in-toto.io/Statement/v1",
    "subject": [
        {
            "name": path.relative_to(model).as_posix(),
            "digest": {"sha256": hashlib.sha256(path.read_bytes()).hexdigest()},
        }
        for path in files
    ],
    "predicateType": "https://model_signing/Digests/v0.1",
    "predicate": {"unused": "it's \"so\""},
}
payload = json.dumps(statement, indent=2, ensure_ascii=False).encode()
kind = "application/vnd.in-toto+json"
signed = f"DSSEV1 {len(kind)} {kind} {len(payload)} {payload}".encode()
public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
bundle = {
    "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
    "verificationMaterial": {
        "publicKey": {"rawBytes": base64.b64encode(public).decode(), "keyDetails": "PKIX_ECDSA_P256_SHA_256"}
    },
    "dsseEnvelope": {
        "payload": base64.b64encode(payload).decode(),
        "payloadType": kind,
        "signatures": [{"sig": base64.b64encode(key.sign(signed, ec.ECDSA(hashes.SHA256()))).decode(), "keyid": None}],
    },
}
(out / "old.sig").write_text(json.dumps(bundle))
