"""A pytest plugin: where a test of MLflow's serves a model, `millrace models serve` serves it.

Keras is not installed, which would be gigabytes: a module of its name lets the file with the tests be read, and the tests that train a
network fail by it. The version that a server answers is that of the protocol it speaks, so that the suite's own, which is older, is set to it.
"""
import os
import subprocess
import sys
import types
from unittest import mock

import mlflow
import mlflow.version

MILLRACE = os.environ["COMPAT_MILLRACE"]
VERSION = os.environ["COMPAT_MLFLOW_VERSION"]
mlflow.__version__ = mlflow.version.VERSION = VERSION


def absent(name):
    module = types.ModuleType(name)
    module.__path__ = []
    module.__version__ = "3.0"

    def attribute(what):
        if what.startswith("__"):
            raise AttributeError(what)
        return mock.Mock(side_effect=ModuleNotFoundError(f"{name} is not installed"))

    module.__getattr__ = attribute
    return module


for name in ["keras", "tensorflow", "tensorflow.keras", "tensorflow.keras.layers", "tensorflow.keras.models", "tensorflow.keras.optimizers"]:
    sys.modules[name] = absent(name)


def serving(model_uri, port):
    # The suite's MLflow pickles scikit-learn's models unless told otherwise.
    return [MILLRACE, "models", "serve", "-m", model_uri, "-p", str(port), "--read-pickles"]


def start(cmd, env, stdout=None, stderr=None):
    # In a group of its own, which the test ends.
    return subprocess.Popen(serving(cmd[cmd.index("-m", 3) + 1], cmd[cmd.index("-p") + 1]), env=env, start_new_session=True)


def serve(self, model_uri, port, **_):
    return subprocess.Popen(serving(model_uri, port))


def pytest_configure(config):
    import mlflow.pyfunc.backend
    from tests import helper_functions

    helper_functions._start_scoring_proc = start
    mlflow.pyfunc.backend.PyFuncBackend.serve = serve
