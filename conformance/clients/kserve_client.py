"""KServe's own Python client, unmodified, at work by V1 and V2 on a model that is 1 where `a` is at most 0.5, and 2 elsewhere."""

import asyncio
import os

import numpy as np
from kserve import InferenceRESTClient, InferInput, InferRequest, RESTConfig
from kserve.protocol.infer_type import RequestedOutput

URL, NAME = os.environ["V2_SERVER"], "steps"
A, B, EXPECTED = np.array([[0.1], [0.5], [0.9]]), np.array([[1.0], [2.0], [3.0]]), [1.0, 1.0, 2.0]


def inputs(binary):
    made = []
    for name, values in (("a", A), ("b", B)):
        one = InferInput(name, list(values.shape), "FP64")
        one.set_data_from_numpy(values, binary_data=binary)
        made.append(one)
    return made


async def main():
    client = InferenceRESTClient(RESTConfig(protocol="v2"))
    assert await client.is_server_live(URL) and await client.is_server_ready(URL) and await client.is_model_ready(URL, NAME)
    for binary in (False, True):
        answer = await client.infer(URL, InferRequest(model_name=NAME, infer_inputs=inputs(binary)), model_name=NAME)
        assert answer.outputs[0].as_numpy().ravel().tolist() == EXPECTED, answer
        asked = [RequestedOutput("predict", parameters={"binary_data": True})]
        answer = await client.infer(URL, InferRequest(model_name=NAME, infer_inputs=inputs(binary), request_outputs=asked), model_name=NAME)
        assert answer.outputs[0].as_numpy().ravel().tolist() == EXPECTED, answer
        print("infer", "bytes" if binary else "JSON")
    v1 = InferenceRESTClient(RESTConfig(protocol="v1"))
    rows = [{"a": 0.1, "b": 1.0}, {"a": 0.9, "b": 2.0}]
    assert (await v1.infer(URL, {"instances": rows}, model_name=NAME))["predictions"] == [1.0, 2.0]
    print("all well")


asyncio.run(main())
