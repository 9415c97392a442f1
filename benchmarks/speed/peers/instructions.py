"""Tells as a line of JSON which instructions the libraries of this environment compute with: run by each python.

python instructions.py
"""

import json
import sys

import numpy as np
import torch
from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__
from threadpoolctl import threadpool_info

np.ones(1)  # its BLAS is loaded
blas = [each["architecture"] for each in threadpool_info() if each["user_api"] == "blas"]
used = [name for name in __cpu_dispatch__ if __cpu_features__[name]]
found = {"PyTorch": torch.backends.cpu.get_cpu_capability(), "OpenBLAS": " ".join(blas), "numpy": " ".join(used)}
sys.stdout.write(json.dumps(found) + "\n")
