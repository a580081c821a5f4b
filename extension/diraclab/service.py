"""A service for everybody on this Jupyter, set by its administrator in jupyter_server_config.py."""

from traitlets import Unicode
from traitlets.config import Configurable


class Diraclab(Configurable):
    """``c.Diraclab.service_url = "https://…"``; a person's own ``diraclab connect`` is used where this is empty."""

    service_url = Unicode(help="Address of the diraclab service that this Lab works with, instead of a server of its own.").tag(config=True)
    service_token_file = Unicode(help="File with the token for it, mode 0600, read when it is needed; ~ is the home directory. Leave it empty where people sign in.").tag(config=True)

    def environment(self) -> dict:
        if not self.service_url:
            return {}
        # Empty, so that one set for the process that started Jupyter does not count: its people sign in.
        return {"DIRACLAB_SERVICE_URL": self.service_url, "DIRACLAB_SERVICE_TOKEN_FILE": self.service_token_file}
