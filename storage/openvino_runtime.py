"""OpenVINO without its telemetry: the one place that imports it.

`import openvino` (2026.4) reports to its maker that it was imported if the package openvino-telemetry is there, and pip
installs that with it. Pagewise tells nobody anything: for this process the package is absent, and OpenVINO's own
stand-in takes its place.
"""

import sys

sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]

from openvino import Core, Model, Node, opset13  # noqa: E402 - after the line above, never before

__all__ = ["Core", "Model", "Node", "opset13"]
