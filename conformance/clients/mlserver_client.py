"""MLServer's types and codecs, unmodified: a request is encoded by them, and the answer decoded."""

import json
import os
import urllib.request

import numpy as np
import pandas as pd
from mlserver.codecs import NumpyCodec, NumpyRequestCodec, PandasCodec
from mlserver.types import InferenceRequest, InferenceResponse, MetadataModelResponse, MetadataServerResponse, RepositoryIndexResponse

URL, NAME = os.environ["V2_SERVER"], "steps"
FRAME, EXPECTED = pd.DataFrame({"a": [0.1, 0.5, 0.9], "b": [1.0, 2.0, 3.0]}), [1.0, 1.0, 2.0]


def call(path, body=None):
    data = None if body is None else json.dumps(body).encode()
    asked = urllib.request.Request(URL + path, data, {"content-type": "application/json"})
    with urllib.request.urlopen(asked) as answer:
        return json.load(answer)


MetadataServerResponse.model_validate(call("/v2"))
assert MetadataModelResponse.model_validate(call(f"/v2/models/{NAME}")).name == NAME
assert RepositoryIndexResponse.model_validate(call("/v2/repository/index", {})).root[0].name == NAME
for of in (PandasCodec.encode_request(FRAME), PandasCodec.encode_request(FRAME, use_bytes=False), NumpyRequestCodec.encode_request(FRAME.to_numpy())):
    answer = call(f"/v2/models/{NAME}/infer", json.loads(of.model_dump_json()))
    decoded = InferenceResponse.model_validate(answer)
    assert NumpyCodec.decode_output(decoded.outputs[0]).ravel().tolist() == EXPECTED, decoded
    assert InferenceRequest.model_validate(of.model_dump())
print("all well")
