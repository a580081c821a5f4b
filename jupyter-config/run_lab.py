"""Runs JupyterLab so that it ends with the process that started it.

On Linux the kernel itself sends SIGTERM when the parent dies, even by SIGKILL; elsewhere only an orderly stop ends Lab.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1

parent = int(sys.argv.pop(1))
if sys.platform == "linux":
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    # The parent may have died before the call above could see it.
    if os.getppid() != parent:
        sys.exit("JupyterLab was not started: the process that wanted it is gone.")

from jupyterlab.labapp import main

sys.exit(main())
