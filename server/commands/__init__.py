"""The sub-commands of `python -m server`: what is printed, and with which exit code it ends.

`server/__main__.py` reads the command line: serve, ask, doctor, mcp, verify-pack, replay, questions.
"""
