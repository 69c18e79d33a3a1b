"""A pytest plugin: where a test of MLflow's spells out its well-known admin password, the password of this run is sent instead.

Millrace has no such password. The others of MLflow's tests read theirs from the file that MLFLOW_AUTH_CONFIG_PATH names. The passwords of
the accounts that they make are 12 hexadecimal digits: one in twenty is a number with a letter or two, which Millrace refuses as guessable,
so they are made longer.
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


def pytest_configure(config):
    from tests.helper_functions import random_str

    random_str.__defaults__ = (24,)
