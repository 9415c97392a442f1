"""The embedding model wherever it runs: found, recognised, loaded; on this machine or on a server."""
