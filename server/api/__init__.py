"""The JSON API and the OpenAI protocol: how do programs ask? Thin views around the answer service and the catalogue."""
