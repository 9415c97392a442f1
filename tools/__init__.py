"""Tools for whoever sets Pagewise up or develops it; the server and the indexing job never import them."""
