"""The sub-commands of `python -m server`: serve, ask, doctor. What is printed, and with which exit code it ends."""
