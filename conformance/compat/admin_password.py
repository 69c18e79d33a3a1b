"""A pytest plugin: where a test of MLflow's spells out its well-known admin password, the password of this run is sent instead.

Millrace has no such password. The others of MLflow's tests read theirs from the file that MLFLOW_AUTH_CONFIG_PATH names.
"""
import requests
from mlflow.server.auth import auth_config

WELL_KNOWN = ("admin", "password1234")
_request = requests.Session.request


def request(self, *args, **kwargs):
    if kwargs.get("auth") == WELL_KNOWN:
        kwargs["auth"] = (auth_config.admin_username, auth_config.admin_password)
    return _request(self, *args, **kwargs)


requests.Session.request = request
