"""Triton's client of the Open Inference Protocol, unmodified, at work on a model that is 1 where `a` is at most 0.5, and 2 elsewhere."""

import os

import numpy as np
import tritonclient.http as http
from tritonclient.utils import InferenceServerException

client = http.InferenceServerClient(os.environ["V2_SERVER"])
NAME = "steps"

assert client.is_server_live() and client.is_server_ready()
assert client.is_model_ready(NAME) and client.is_model_ready(NAME, "1") and not client.is_model_ready("nobody")
about = client.get_server_metadata()
assert about["name"] == "millrace" and "binary_tensor_data" in about["extensions"], about
model = client.get_model_metadata(NAME)
assert model["name"] == NAME and model["versions"] == ["1"], model
assert [(one["name"], one["datatype"], one["shape"]) for one in model["inputs"]] == [("a", "FP64", [-1, 1]), ("b", "FP64", [-1, 1])], model
assert model["outputs"][0]["name"] == "predict", model
index = client.get_model_repository_index()
assert [(one["name"], one["version"], one["state"]) for one in index] == [(NAME, "1", "READY")], index

A, B = np.array([[0.1], [0.5], [0.9]]), np.array([[1.0], [2.0], [3.0]])
EXPECTED = [1.0, 1.0, 2.0]


def tensor(name, values, datatype, binary):
    made = http.InferInput(name, list(values.shape), datatype)
    made.set_data_from_numpy(values, binary_data=binary)
    return made


def columns(binary, kind=np.float64, datatype="FP64"):
    return [tensor("a", A.astype(kind), datatype, binary), tensor("b", B.astype(kind), datatype, binary)]


def matrix(binary):
    return [tensor("rows", np.hstack([A, B]), "FP64", binary)]


asked = 0
for inputs in (columns, matrix):
    for binary_in in (True, False):
        for outputs in (
            None,
            [http.InferRequestedOutput("predict", binary_data=True)],
            [http.InferRequestedOutput("predict", binary_data=False)],
        ):
            for version in ("", "1"):
                answer = client.infer(NAME, inputs(binary_in), version, outputs=outputs, request_id="x7")
                made = answer.as_numpy("predict")
                assert made.ravel().tolist() == EXPECTED, (binary_in, made)
                assert made.dtype == np.float64, made.dtype
                head = answer.get_response()
                assert (head["id"], head["model_name"], head["model_version"]) == ("x7", NAME, "1"), head
                asked += 1

# Numbers of another size, beside tensors as JSON; bodies and answers that are packed; many at once.
assert client.infer(NAME, columns(True, np.float32, "FP32")).as_numpy("predict").ravel().tolist() == EXPECTED
mixed = [tensor("a", A, "FP64", True), tensor("b", B, "FP64", False)]
assert client.infer(NAME, mixed).as_numpy("predict").ravel().tolist() == EXPECTED
for algorithm in ("gzip", "deflate"):
    packed = client.infer(NAME, columns(True), request_compression_algorithm=algorithm, response_compression_algorithm=algorithm)
    assert packed.as_numpy("predict").ravel().tolist() == EXPECTED
many = [client.async_infer(NAME, columns(True)) for _ in range(20)]
assert all(one.get_result().as_numpy("predict").ravel().tolist() == EXPECTED for one in many)


def refused(call, *words):
    try:
        call()
    except InferenceServerException as error:
        assert all(word in str(error) for word in words), error
        return
    raise AssertionError(f"{words}: it was not refused")


refused(lambda: client.infer("nobody", columns(True)), "nobody", "not served")
refused(lambda: client.infer(NAME, [tensor("a", A, "FP64", True)]), "Model")
refused(lambda: client.infer(NAME, columns(True), outputs=[http.InferRequestedOutput("chance")]), "chance")
print(f"all well: {asked} requests in each form")
