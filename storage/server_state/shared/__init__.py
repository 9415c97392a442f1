"""The same in one database, for several servers behind one address: answers, tokens, requests, uploads that wait."""
