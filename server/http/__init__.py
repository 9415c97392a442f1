"""What pages and API share of HTTP: the schema, problems, event streams, security, limits, metrics, translation."""
